//! How many findings.

use crate::explore::key::Key;
use crate::explore::measure::{Fold, Measure, Measured, Value};

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("findings", "Findings", "findings", "Findings"),
    "Different findings that list the flows.",
    |_, _| Measured::Nothing,
)
.from(Value::Distinct(|item, _, found| {
    item.sources.findings_of(item.serial).for_each(|place| found.add(Key::Finding(place)));
}))
.folded(Fold::Distinct);
