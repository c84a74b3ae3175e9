//! Classes of flow packets.

use crate::explore::classes;
use crate::explore::dimension::{Dimension, words};
use crate::explore::key::Key;
use crate::model::flow::Known;
use crate::model::format::quantity;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("flow_packets", "Flow packets", "Flows"),
    "Packets of a flow in both directions, in steps of 1, 2 and 5.",
    |item, _, found| {
        let value = item.flow.measured(Known::PACKETS, item.flow.packets());
        found.add(value.map_or(Key::Unknown, |value| Key::At(classes::class(value))));
    },
)
.in_steps(0, |key, asked| match key {
    Key::At(place) => classes::words(place, quantity::count),
    other => words(other, asked),
});
