//! Mean anomaly score of flows.

use crate::explore::measure::Fold;
use crate::explore::measure::{Measure, Measured};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("score_mean", "Mean anomaly score", "", "Findings"),
    "Mean anomaly score of the flows that a model scored, 0 to 1.",
    |item, _| item.score().map_or(Measured::Nothing, Measured::Known),
)
.folded(Fold::Mean);
