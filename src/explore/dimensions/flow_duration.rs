//! Classes of flow duration.

use crate::explore::classes;
use crate::explore::dimension::{Dimension, words};
use crate::explore::key::Key;
use crate::model::flow::Known;
use crate::model::format::time::span;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("flow_duration", "Flow duration", "Flows"),
    "Time from the first to the last packet of a flow, in steps of 1, 2 and 5.",
    |item, _, found| {
        let value = item.flow.measured(Known::DURATION, item.flow.duration_ns().max(0) as u64);
        found.add(value.map_or(Key::Unknown, |value| Key::At(classes::class(value))));
    },
)
.in_steps(0, |key, asked| match key {
    Key::At(place) => classes::words(place, |ns| span(i64::try_from(ns).unwrap_or(i64::MAX))),
    other => words(other, asked),
});
