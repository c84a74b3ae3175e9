//! Classes of flow bytes.

use crate::explore::classes;
use crate::explore::dimension::{Dimension, words};
use crate::explore::key::Key;
use crate::model::flow::Known;
use crate::model::format::quantity;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("flow_bytes", "Flow bytes", "Flows"),
    "Bytes of a flow in both directions, in steps of 1, 2 and 5.",
    |item, _, found| {
        let value = item.flow.measured(Known::BYTES, item.flow.bytes());
        found.add(value.map_or(Key::Unknown, |value| Key::At(classes::class(value))));
    },
)
.in_steps(0, |key, asked| match key {
    Key::At(place) => classes::words(place, |n| quantity::bytes(n as f64)),
    other => words(other, asked),
});
