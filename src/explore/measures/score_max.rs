//! Largest anomaly score of flows.

use crate::explore::measure::Fold;
use crate::explore::measure::{Measure, Measured};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("score_max", "Largest anomaly score", "", "Findings"),
    "Largest anomaly score that a model gave a flow, 0 to 1.",
    |item, _| item.score().map_or(Measured::Nothing, Measured::Known),
)
.folded(Fold::Most);
