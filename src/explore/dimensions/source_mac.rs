//! The Ethernet address that a flow comes from.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("source_mac", "Source MAC address", "Hosts"),
    "The Ethernet address that sent the first frame of a flow: that of its source, or of the router before it.",
    |item, _, found| found.add(item.flow.macs.map_or(Key::Unknown, |(sender, _)| Key::Mac(sender))),
)
.of_data()
.filtered(|key, _| match key {
    Key::Mac(mac) => Some(filter::mac(mac)),
    _ => None,
});
