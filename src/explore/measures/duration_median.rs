//! Median duration of flows.

use crate::explore::measure::Fold;
use crate::explore::measure::{Measure, Measured};
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("duration_median", "Median duration", "s", "Flows"),
    "Median time from the first to the last packet of a flow.",
    |item, _| Measured::of(item.flow.measured(Known::DURATION, item.flow.duration_ns() as f64)),
)
.folded(Fold::Quantile(0.5))
.divided(1e9);
