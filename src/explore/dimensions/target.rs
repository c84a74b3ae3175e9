//! The responder of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension =
    Dimension::of_flows(("target", "Destination", "Hosts"), "To whom the connection was opened.", |item, _, found| {
        found.add(Key::Host(item.flow.responder().0))
    })
    .of_data()
    .filtered(|key, _| match key {
        Key::Host(host) => Some(filter::host(host)),
        _ => None,
    });
