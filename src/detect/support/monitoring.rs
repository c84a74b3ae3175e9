//! Tells from a source's first contacts whether it is a monitoring system: it returns to the same ports at regular
//! intervals and some always work, while a scanner tries each port once. Detectors of scans and lateral movement then
//! lower their confidence.

use crate::detect::support::connection_attempts::{Contact, Contacts, Outcome, Probe};
use crate::detect::support::finding_builder::{count, evidence};
use crate::detect::support::severity::Confidence;
use crate::maths::sorting::Gather;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Evidence, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// A monitor returns to this share of its ports; not to all, because the end of the capture cuts off the last round.
const LEAST_RETURNS: f64 = 0.6;
/// Ports that work at every visit, at the same interval: at least this many, and at least this share of all.
const LEAST_WORKING: usize = 2;
const LEAST_WORKING_SHARE: f64 = 0.1;
/// Intervals of the same rounds differ from their median at most by this factor.
const SAME_ROUND: i64 = 2;

/// The sources under suspicion, each with the mean intervals between its visits to ports that work every time, ns,
/// ascending.
#[derive(Default)]
pub struct Monitors(BTreeMap<Addr, Vec<i64>>);

/// How regularly a monitor returns to its ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rounds {
    n_places: usize,
    n_again: usize,
    n_working: usize,
    n_rounds: u16,
    every_ns: i64,
}

/// Mean time between the visits to a port, ns; `None` if there was only one visit.
fn interval(contact: &Contact) -> Option<i64> {
    let n = i64::from(contact.n_visits.checked_sub(1)?);
    (n > 0).then(|| (contact.last_visit_ns - contact.first_ns) / n)
}

impl Monitors {
    /// Collects the intervals of these sources from all their contacts.
    pub fn among(contacts: &Contacts, sources: impl IntoIterator<Item = Addr>) -> Monitors {
        let sources: BTreeSet<Addr> = sources.into_iter().gathered();
        if sources.is_empty() {
            return Monitors::default();
        }
        let is_working = |c: &Contact| c.outcome.is_success() && c.n_visits >= 2 && c.n_answered == c.n_visits;
        let group = |c: &Contact| (sources.contains(&c.source) && is_working(c)).then_some(c.source);
        let of_source = |group: &Vec<Contact>| {
            let mut intervals: Vec<i64> = group.iter().filter_map(interval).collect();
            intervals.sort_unstable();
            Some((group.first()?.source, intervals))
        };
        Monitors(contacts.groups(LEAST_WORKING as f64, group).iter().filter_map(of_source).gathered())
    }

    /// How regularly these contacts of one source repeat; `None` if the source is no monitor.
    pub fn rounds(&self, contacts: &[Contact]) -> Option<Rounds> {
        if contacts.iter().any(is_crafted) {
            return None;
        }
        let mut intervals: Vec<i64> = contacts.iter().filter_map(interval).collect();
        intervals.sort_unstable();
        let quarter = |part: usize| intervals.get(intervals.len() * part / 4).copied();
        let every_ns = quarter(2)?;
        let is_together = quarter(3)? <= quarter(1)?.saturating_mul(SAME_ROUND);
        let round = every_ns / SAME_ROUND..=every_ns.saturating_mul(SAME_ROUND);
        let n_working = self.0.get(&contacts.first()?.source)?.iter().filter(|own| round.contains(own)).count();
        let is_working = n_working >= LEAST_WORKING && n_working as f64 >= LEAST_WORKING_SHARE * contacts.len() as f64;
        let is_again = intervals.len() as f64 >= LEAST_RETURNS * contacts.len() as f64;
        (is_together && is_working && is_again).then(|| Rounds {
            n_places: contacts.len(),
            n_again: intervals.len(),
            n_working,
            n_rounds: contacts.iter().map(|c| c.n_visits).max().unwrap_or(0),
            every_ns,
        })
    }
}

/// True for a probe that no ordinary program sends.
fn is_crafted(contact: &Contact) -> bool {
    contact.outcome == Outcome::HalfOpen
        || contact
            .probes
            .iter()
            .any(|probe| matches!(probe, Probe::Fin | Probe::Null | Probe::Xmas | Probe::Ack | Probe::Maimon))
}

impl Rounds {
    /// The confidence that is left for a scan by a source that behaves like a monitor: for information only.
    pub fn confidence() -> Confidence {
        Confidence::UNLIKELY.lowered(0.5)
    }

    fn evidence(&self) -> [Evidence; 3] {
        [
            evidence("Ports of hosts that the source came back to", self.n_again as f64, "ports", "0, for a scan"),
            evidence(
                "Ports that worked each time, in the same rounds",
                self.n_working as f64,
                "ports",
                "0, for a scan",
            ),
            evidence("Median time between two visits", self.every_ns as f64 / SECOND as f64, "s", ""),
        ]
    }

    /// Adds to a finding the evidence and the reason why it is for information only.
    pub fn note(&self, mut finding: Finding) -> Finding {
        finding.evidence.extend(self.evidence());
        finding.explanation.push_str(&format!(
            " But the source came back to {} of these {}, about every {} and up to {} times, and in the same rounds it \
             had {} that worked each time. A monitoring system does so; a scan asks once.",
            self.n_again,
            count(self.n_places, "port"),
            span(self.every_ns),
            self.n_rounds,
            count(self.n_working, "connection"),
        ));
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside};

    /// Visits of a host in rounds to two ports of each of five hosts: one is refused.
    fn rounds(n: u8, is_open: bool) -> Option<Rounds> {
        let mut contacts = Contacts::default();
        for round in 0..n {
            for host in 0..5 {
                let second = f64::from(round) * 20.0 + f64::from(host);
                contacts.add(&Made::refused(inside(99), inside(host), 445, second).flow());
                let other = if is_open { Made::tcp } else { Made::refused };
                contacts.add(&other(inside(99), inside(host), 22, second).flow());
            }
        }
        let monitors = Monitors::among(&contacts, [inside(99)]);
        monitors.rounds(contacts.groups(1.0, |c| (c.port == 445).then_some(c.source)).first()?)
    }

    #[test]
    fn rounds_with_success_are_a_monitor_and_one_round_or_none_that_works_is_not() {
        let monitor = rounds(4, true).unwrap();
        assert_eq!((monitor.n_again, monitor.n_working, monitor.n_rounds), (5, 5, 4));
        assert_eq!(monitor.every_ns, 20 * SECOND);
        assert_eq!(rounds(1, true), None);
        assert_eq!(rounds(4, false), None);
    }
}
