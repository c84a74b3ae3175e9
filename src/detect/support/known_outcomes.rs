//! How much is known of what became of connections, to a sentence in findings, or to the reason why there are none.

use crate::detect::detector::Conclusion;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::finding_builder::thousands;
use crate::model::{Addr, Finding};

/// With a smaller share of known outcomes nothing can be said.
const LEAST_KNOWN: f64 = 0.1;

/// Says in a finding of how many connections of its source the outcome is known, if not of all.
pub fn note(contacts: &Contacts, mut finding: Finding, source: Addr) -> Finding {
    let (n_known, n) = contacts.n_known(Some(source));
    if n_known < n {
        let [n_known, n] = [n_known, n].map(|n| thousands(n as usize));
        finding.explanation.push_str(&format!(
            " The outcome is known for {n_known} of {n} TCP connections of {source}; the others were not evaluated."
        ));
    }
    finding
}

/// What a detector of failed contacts concludes: without any finding, also why that may be so.
pub fn conclude(contacts: &Contacts, conclusion: Conclusion) -> Conclusion {
    let (n_known, n) = contacts.n_known(None);
    let is_too_little = conclusion.findings.is_empty() && n > 0 && (n_known as f64) < LEAST_KNOWN * n as f64;
    let why = is_too_little.then(|| {
        format!(
            "The outcome is known for {} of {} TCP connections: the table has no TCP flags, no connection states and \
             not both directions.",
            thousands(n_known as usize),
            thousands(n as usize)
        )
    });
    let n_not_evaluated = contacts.n_refused();
    Conclusion { not_enough_data: conclusion.not_enough_data.or(why), n_not_evaluated, ..conclusion }
}
