//! The application of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension {
    alone: |_| Key::Nothing,
    ..Dimension::of_flows(
        ("application", "Application", "Protocols"),
        "The application protocol by content; where only the port suggests it, that is said.",
        |item, _, found| found.add(item.flow.app.map_or(Key::Nothing, |app| Key::App(app, item.flow.is_app_certain))),
    )
    .filtered(|key, _| match key {
        Key::App(app, is_certain) => Some(filter::application(app.name(), is_certain)),
        _ => None,
    })
};
