//! Says in findings how many outcomes of connections are known, or why there are no findings.

use crate::detect::detector::Conclusion;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::finding_builder::thousands;
use crate::model::{Addr, Finding};

/// With a smaller share of known outcomes nothing can be said.
const LEAST_KNOWN: f64 = 0.1;

/// Says in a finding of how many connections of its source the outcome is known, if not of all.
pub fn note(contacts: &Contacts, mut finding: Finding, source: Addr) -> Finding {
    finding.explanation.push_str(&sentence(contacts.n_known(Some(source)), &format!("TCP connections of {source}")));
    finding
}

/// A sentence to append, with a space before it: of how many the outcome is known. Empty if of all.
pub fn sentence((n_known, n): (u64, u64), of: &str) -> String {
    if n_known >= n {
        return String::new();
    }
    let [n_known, n] = [n_known, n].map(|n| thousands(n as usize));
    format!(" The outcome is known for {n_known} of {n} {of}; the others were not evaluated.")
}

/// As [`with_reason`], for detectors of failed contacts: also counts the contacts that there was no room for.
pub fn conclude(contacts: &Contacts, conclusion: Conclusion) -> Conclusion {
    let n_not_evaluated = conclusion.n_not_evaluated + contacts.n_refused();
    Conclusion { n_not_evaluated, ..with_reason(contacts, conclusion) }
}

/// Adds to a conclusion without findings that too few outcomes are known, if that is so.
pub fn with_reason(contacts: &Contacts, conclusion: Conclusion) -> Conclusion {
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
    Conclusion { not_enough_data: conclusion.not_enough_data.or(why), ..conclusion }
}
