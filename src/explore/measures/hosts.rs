//! How many different hosts.

use crate::explore::key::Key;
use crate::explore::measure::{Fold, Measure, Measured, Value};

/// See the file.
pub const ENTRY: Measure = Measure::of_flows(
    ("hosts", "Hosts", "hosts", "Volume"),
    "Different addresses, sources and destinations alike.",
    |_, _| Measured::Nothing,
)
.from(Value::Distinct(|item, _, found| {
    found.add(Key::Host(item.flow.originator().0));
    found.add(Key::Host(item.flow.responder().0));
}))
.folded(Fold::Distinct);
