//! How many packets there are.

use crate::explore::measure::{Measure, Measured, Value};
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure =
    Measure::of_flows(("packets", "Packets", "packets", "Volume"), "Packets, each at its own time.", |item, _| {
        Measured::of(item.flow.measured(Known::PACKETS, item.flow.packets() as f64))
    })
    .from(Value::Packet(
        |_| Measured::Known(1.0),
        |item, _| Measured::of(item.flow.measured(Known::PACKETS, item.flow.packets() as f64)),
    ));
