//! Sweeps of several hosts to a sign that what sweeps passes itself on.

use super::Sweep;
use crate::detect::support::finding_builder::{count, evidence};
use crate::model::{Addr, Finding};

/// So many hosts that sweep are more than one who looks around.
const SPREAD: usize = 3;

/// True for a sweep without an ordinary reason, by the device itself.
pub(super) fn counts(sweep: &Sweep, cause: Option<(Addr, usize)>) -> bool {
    cause.is_none() && sweep.rounds.is_none() && sweep.checks.is_none() && sweep.in_order.is_none()
}

/// Says in a finding that so many hosts sweep, and names what that is, if they are many.
pub(super) fn note(mut finding: Finding, n_hosts: usize) -> Finding {
    if n_hosts < SPREAD {
        return finding;
    }
    finding.technique = Some("T1210".to_owned());
    finding.technique_name = Some("Exploitation of Remote Services".to_owned());
    finding.evidence.push(evidence("Hosts that sweep the network", n_hosts as f64, "hosts", "0 or 1"));
    finding.explanation.push_str(&format!(
        " {} sweep the network in this capture: what passes itself on from host to host does so, a worm.",
        count(n_hosts, "host")
    ));
    finding
}
