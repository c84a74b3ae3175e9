//! How many TCP segments were sent again.

use crate::explore::measure::{Measure, Measured};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("retransmissions", "Retransmissions", "packets", "Health"),
    "TCP segments that were sent again, for whatever reason, in the terms of Wireshark (tcp.analysis).",
    |item, _| match item.flow.extra.as_ref().and_then(|extra| extra.health.as_ref()) {
        _ if !item.flow.is_tcp() => Measured::Nothing,
        Some(health) => Measured::Known(health.sides.iter().map(|side| f64::from(side.sent_again())).sum()),
        None => Measured::Unknown,
    },
);
