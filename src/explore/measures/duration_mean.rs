//! Mean duration of flows.

use crate::explore::measure::Fold;
use crate::explore::measure::{Measure, Measured};
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("duration_mean", "Mean duration", "s", "Flows"),
    "Mean time from the first to the last packet of a flow.",
    |item, _| Measured::of(item.flow.measured(Known::DURATION, item.flow.duration_ns() as f64)),
)
.folded(Fold::Mean)
.divided(1e9);
