//! The TCP state of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;
use crate::model::flow::TcpState;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension {
    alone: |_| Key::Nothing,
    ..Dimension::of_flows(
        ("state", "TCP state", "Outcome"),
        "How a TCP connection ended, or how far it came.",
        |item, _, found| {
            found.add(match item.flow.state {
                _ if !item.flow.is_tcp() => Key::Nothing,
                TcpState::Unknown => Key::Unknown,
                state => Key::Word(state.name()),
            });
        },
    )
    .filtered(|key, _| match key {
        Key::Word(word) => filter::text(word),
        _ => None,
    })
};
