//! How many bytes on the wire.

use crate::explore::measure::{Measure, Measured, Value};
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("bytes", "Bytes", "B", "Volume"),
    "Bytes of packets on the wire, each at its own time.",
    |item, _| Measured::of(item.flow.measured(Known::BYTES, item.flow.bytes() as f64)),
)
.from(Value::Packet(
    |packet| Measured::Known(packet.bytes.into()),
    |item, _| Measured::of(item.flow.measured(Known::BYTES, item.flow.bytes() as f64)),
));
