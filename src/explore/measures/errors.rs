//! How many flows failed.

use crate::explore::measure::{Measure, Measured};
use crate::model::flow::{Outcome, TcpState};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("errors", "Failed flows", "flows", "Health"),
    "Flows that were refused or, for TCP, not answered or reset.",
    |item, _| match (item.flow.outcome(), item.flow.state) {
        (Outcome::Unknown, TcpState::Unknown) => Measured::Unknown,
        _ => Measured::Known(f64::from(u8::from(item.flow.has_failed() || item.flow.state == TcpState::Reset))),
    },
);
