//! The findings about a flow.

use crate::explore::dimension::Dimension;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("finding", "Finding", "Findings"),
    "Each finding that lists a flow; none for flows in no finding.",
    |item, _, found| {
        let n = found.len();
        item.sources.findings_of(item.serial).for_each(|place| found.add(Key::Finding(place)));
        if found.len() == n {
            found.add(Key::Nothing);
        }
    },
)
.overlapping();
