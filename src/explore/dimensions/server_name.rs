//! The name of the server of a flow.

use crate::explore::dimension::Dimension;
use crate::explore::filter;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("server_name", "Server name", "Names"),
    "What the server is called by DNS, TLS or HTTP; none where nothing names it.",
    |item, _, found| found.add(Key::name(item.flow.name)),
)
.of_data()
.filtered(|key, asked| match key {
    Key::Name(name) => filter::text(asked.sources.names.text(name)),
    _ => None,
});
