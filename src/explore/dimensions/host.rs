//! The hosts of a flow, both of them; the address of a group is no host.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::explore::key::Side;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("host", "Host", "Hosts"),
    "Each address of a flow that is not a group's: its packets count for both ends. What goes out of a host is what it sends.",
    |item, _, found| {
        let ((one, _), (other, _)) = (item.flow.originator(), item.flow.responder());
        if one == other {
            return found.add(Key::Host(one));
        }
        if !one.is_group() {
            found.add_side(Key::Host(one), Side::Originator);
        }
        if !item.flow.is_to_group() {
            found.add_side(Key::Host(other), Side::Responder);
        }
    },
)
.overlapping()
.of_data()
.filtered(|key, _| match key {
    Key::Host(host) => Some(filter::host(host)),
    _ => None,
});
