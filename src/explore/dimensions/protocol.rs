//! The innermost protocol that is known of a flow or a packet.

use crate::explore::dimension::{Dimension, words};
use crate::explore::filter;
use crate::explore::key::Key;
use crate::model::flow::Known;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension { alone: |named| named.map_or(Key::Unknown, |named| Key::Protocol(named.into())), ..Dimension::of_flows(
    ("protocol", "Protocol", "Protocols"),
    "The innermost protocol that a packet or flow is known to carry: the application where its content shows it, else the transport; ARP and the like of packets without a flow.",
    |item, _, found| {
        let app = item.flow.app.filter(|_| item.flow.is_app_certain);
        let is_known = item.flow.known.has(Known::PROTOCOL);
        found.add(match app {
            Some(app) => Key::Protocol(app.into()),
            None if is_known => Key::Protocol(item.flow.transport()),
            None => Key::Unknown,
        });
    },
)
.filtered(|key, asked| match key {
    Key::Protocol(_) => Some(filter::word("protocol", &words(key, asked))),
    _ => None,
}) };
