//! The 95th percentile of response times of TCP connections.

use crate::explore::measure::{Fold, Measure, Measured, Value};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("response_p95", "95th percentile of response times", "s", "Health"),
    "From the last packet of a request to the first of its answer, over TCP; known to a quarter of its value.",
    |_, _| Measured::Nothing,
)
.from(Value::Delays(|flow| flow.extra.as_ref()?.health.as_ref().map(|health| &health.responses)))
.folded(Fold::Quantile(0.95))
.divided(1e6);
