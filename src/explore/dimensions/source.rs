//! The originator of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension =
    Dimension::of_flows(("source", "Source", "Hosts"), "Who opened the connection or sent first.", |item, _, found| {
        found.add(Key::Host(item.flow.originator().0))
    })
    .of_data()
    .filtered(|key, _| match key {
        Key::Host(host) => Some(filter::host(host)),
        _ => None,
    });
