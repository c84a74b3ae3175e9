//! Bins of the anomaly score.

use crate::explore::dimension::{Dimension, words};
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("score", "Anomaly score", "Findings"),
    "The largest anomaly score that a model gave a flow, in tenths; none for flows that were not scored.",
    |item, _, found| {
        found.add(item.score().map_or(Key::Nothing, |score| Key::At(((score * 10.0).floor() as i64).clamp(0, 9))));
    },
)
.in_steps(10, |key, asked| match key {
    Key::At(place) => format!(
        "0.{place} to {}",
        ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"].get(place as usize).unwrap_or(&"1")
    ),
    other => words(other, asked),
});
