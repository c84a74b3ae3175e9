//! The two hosts of a flow, whoever opened it.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::explore::key::Side;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("pair", "Host pair", "Hosts"),
    "The two addresses of a flow, the smaller first, whoever opened it: a conversation. What goes out is what the first one sends.",
    |item, _, found| {
        let key = &item.flow.key;
        let (one, other) = (key.low.min(key.high), key.low.max(key.high));
        let side = if item.flow.originator().0 == one { Side::Originator } else { Side::Responder };
        found.add_side(Key::Pair(one, other), side);
    },
)
.of_data()
.filtered(|key, _| match key {
    Key::Pair(one, other) => Some(filter::all(&[filter::host(one), filter::host(other)])),
    _ => None,
});
