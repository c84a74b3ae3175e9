//! First quartile of the durations of flows.

use crate::explore::measure::Fold;
use crate::explore::measure::{Measure, Measured};
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("duration_q1", "First quartile of durations", "s", "Flows"),
    "Time from first to last packet that a quarter of the flows do not exceed.",
    |item, _| Measured::of(item.flow.measured(Known::DURATION, item.flow.duration_ns() as f64)),
)
.folded(Fold::Quantile(0.25))
.divided(1e9);
