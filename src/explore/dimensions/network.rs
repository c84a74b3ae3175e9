//! The network protocol of a flow or a packet.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

const V4: &str = "IPv4";
const V6: &str = "IPv6";

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension {
    alone: |named| named.map_or(Key::Unknown, |named| Key::Protocol(named.into())),
    ..Dimension::of_flows(
        ("network", "Network protocol", "Protocols"),
        "IPv4 or IPv6; ARP, LLDP and the like of packets without a flow.",
        |item, _, found| found.add(Key::Word(if item.flow.key.low.is_v4() { V4 } else { V6 })),
    )
    .filtered(|key, _| match key {
        Key::Word(word) => Some(filter::network(word == V4).to_owned()),
        _ => None,
    })
};
