//! The Ethernet addresses of a flow, both of them.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::explore::key::Side;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("mac", "MAC address", "Hosts"),
    "Each Ethernet address of the first frame of a flow: sender and receiver on the link.",
    |item, _, found| match item.flow.macs {
        None => found.add(Key::Unknown),
        Some((sender, receiver)) if sender == receiver => found.add(Key::Mac(sender)),
        Some((sender, receiver)) => {
            found.add_side(Key::Mac(sender), Side::Originator);
            found.add_side(Key::Mac(receiver), Side::Responder);
        }
    },
)
.overlapping()
.of_data()
.filtered(|key, _| match key {
    Key::Mac(mac) => Some(filter::mac(mac)),
    _ => None,
});
