//! The detectors that report a flow.

use crate::explore::dimension::{Dimension, words};
use crate::explore::key::Key;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("detector", "Detector", "Findings"),
    "Each detector with a finding that lists a flow; none for flows in no finding.",
    |item, _, found| {
        let n = found.len();
        let all = &item.sources.analysis.findings;
        for place in item.sources.findings_of(item.serial) {
            // Every detector once: by the first of its findings.
            let Some(detector) = all.get(place as usize).map(|finding| &finding.detector) else { continue };
            let first = all.iter().position(|finding| finding.detector == *detector).unwrap_or(0);
            found.add_once(Key::Finding(first as u32));
        }
        if found.len() == n {
            found.add(Key::Nothing);
        }
    },
)
.overlapping()
.worded(|key, asked| match key {
    Key::Finding(place) => {
        let finding = asked.sources.analysis.findings.get(place as usize);
        finding.map_or_else(String::new, |finding| finding.detector.clone())
    }
    other => words(other, asked),
});
