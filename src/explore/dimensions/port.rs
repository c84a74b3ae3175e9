//! The port of the service.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::model::Protocol;
use crate::model::flow::Known;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension {
    alone: |_| Key::Nothing,
    ..Dimension::of_flows(
        ("port", "Port", "Hosts"),
        "The port of the responder, with its transport; none for what has no ports.",
        |item, _, found| {
            let flow = item.flow;
            let port = flow.responder().1;
            found.add(match flow.key.protocol {
                6 | 17 | 132 | 136 if flow.known.has(Known::PORTS) => Key::Port(flow.key.protocol, port),
                // A table may have the port that was called alone, or no protocol.
                6 | 17 | 132 | 136 | Protocol::NOT_KNOWN if port > 0 => Key::Port(flow.key.protocol, port),
                6 | 17 | 132 | 136 | Protocol::NOT_KNOWN => Key::Unknown,
                _ => Key::Nothing,
            });
        },
    )
    .filtered(|key, _| match key {
        Key::Port(Protocol::NOT_KNOWN, port) => Some(filter::port(None, port)),
        Key::Port(protocol, port) => Some(filter::port(Some(Protocol::from_ip_protocol(protocol)), port)),
        _ => None,
    })
};
