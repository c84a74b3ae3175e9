//! How many different hosts.

use crate::explore::key::Key;
use crate::explore::measure::{Fold, Measure, Measured, Value};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("hosts", "Hosts", "hosts", "Volume"),
    "Different addresses, sources and destinations alike, but for those of groups.",
    |_, _| Measured::Nothing,
)
.from(Value::Distinct(|item, _, found| {
    let (one, other) = (item.flow.originator().0, item.flow.responder().0);
    if !one.is_group() {
        found.add(Key::Host(one));
    }
    if !item.flow.is_to_group() {
        found.add(Key::Host(other));
    }
}))
.folded(Fold::Distinct);
