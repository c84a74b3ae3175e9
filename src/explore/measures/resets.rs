//! How many TCP resets.

use crate::explore::measure::{Measure, Measured};
use crate::model::flow::Known;
use crate::model::packet::tcp_flag::RST;

/// The measure's entry in the register.
pub const ENTRY: Measure =
    Measure::of_flows(("resets", "Resets", "packets", "Health"), "TCP packets with RST.", |item, _| {
        let resets = [item.flow.forward(), item.flow.backward()].map(|side| f64::from(side.flag(RST)));
        match item.flow.is_tcp() {
            true => Measured::of(item.flow.measured(Known::FLAG_COUNTS, resets.iter().sum())),
            false => Measured::Nothing,
        }
    });
