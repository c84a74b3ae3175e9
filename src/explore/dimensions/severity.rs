//! The worst severity of the findings about a flow.

use crate::explore::dimension::Dimension;
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("severity", "Severity", "Findings"),
    "The worst severity among the findings that list a flow; none for flows in no finding.",
    |item, _, found| {
        let findings = &item.sources.analysis.findings;
        let severities = item.sources.findings_of(item.serial).filter_map(|place| findings.get(place as usize));
        found.add(severities.map(|finding| finding.severity).max().map_or(Key::Nothing, Key::Severity));
    },
);
