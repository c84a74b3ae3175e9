//! The VLAN of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::key::Key;
use crate::model::flow::Known;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("vlan", "VLAN", "Hosts"),
    "The outermost VLAN id (IEEE 802.1Q); none for untagged frames.",
    |item, _, found| {
        let is_known = item.flow.known.has(Known::EACH_PACKET);
        found.add(match item.flow.key.vlan {
            0 if is_known => Key::Nothing,
            0 => Key::Unknown,
            vlan => Key::Number(vlan.into()),
        });
    },
);
