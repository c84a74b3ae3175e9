//! The transport of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::model::Protocol;
use crate::model::flow::Known;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension {
    alone: |_| Key::Nothing,
    ..Dimension::of_flows(
        ("transport", "Transport", "Protocols"),
        "The protocol that IP carries: TCP, UDP, ICMP and others.",
        |item, _, found| {
            let is_known = item.flow.known.has(Known::PROTOCOL) && item.flow.key.protocol != Protocol::NOT_KNOWN;
            found.add(if is_known { Key::Protocol(item.flow.transport()) } else { Key::Unknown });
        },
    )
    .filtered(|key, _| match key {
        Key::Protocol(protocol) => Some(filter::word("transport", &protocol.to_string())),
        _ => None,
    })
};
