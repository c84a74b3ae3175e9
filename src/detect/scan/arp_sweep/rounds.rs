//! Questions of one device to whether it asks in rounds, as an inventory or monitoring system does and a scan does not.

use super::{Mac, Question};
use crate::detect::support::connection_attempts::{Contact, Contacts, Probe};
use crate::detect::support::finding_builder::{count, evidence};
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Gather;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Evidence, Finding};
use std::collections::BTreeSet;

/// This share of the addresses is asked for again; not all, because the end of the capture cuts off the last round.
const LEAST_RETURNS: f64 = 0.6;
/// So many hosts are there, and this share of them is visited again too: a scan repeats only what did not answer.
const LEAST_THERE: usize = 2;
/// Intervals of one round differ by no more than this factor.
const SAME_ROUND: f64 = 2.0;
/// A round takes longer than the repeats of a question, s.
const LEAST_ROUND: f64 = 10.0;

/// Rounds of questions.
pub(super) struct Rounds {
    n_again: usize,
    n_there: usize,
    every_ns: i64,
}

impl Rounds {
    /// Of a device's questions; `own` is its address.
    pub(super) fn of(
        questions: &[(&(Mac, Addr), &Question)],
        own: Option<Addr>,
        contacts: &Contacts,
    ) -> Option<Rounds> {
        let gaps: Vec<f64> = questions.iter().filter_map(|(_, question)| question.interval()).collect();
        if gaps.is_empty() || (gaps.len() as f64) < LEAST_RETURNS * questions.len() as f64 {
            return None;
        }
        let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| upper_quantile(gaps.clone(), share, f64::total_cmp));
        // Whom it knows by then, it visits without a question.
        let is_revisit = |c: &Contact| Some(c.source) == own && c.probe == Probe::Echo && c.n_visits > 1;
        let visited = contacts.groups(1.0, |c| is_revisit(c).then_some(c.source));
        let visited: BTreeSet<Addr> = visited.into_iter().flatten().map(|c| c.target).gathered();
        let there = questions.iter().filter(|(_, question)| question.is_answered).count();
        let is_again = |((_, target), question): &&(&(Mac, Addr), &Question)| {
            question.is_answered && (question.n_visits > 1 || visited.contains(target))
        };
        let n_there = questions.iter().filter(is_again).count();
        let is_there = n_there >= LEAST_THERE && n_there as f64 >= LEAST_RETURNS * there as f64;
        (is_there && high <= SAME_ROUND * low && middle >= LEAST_ROUND * SECOND as f64).then_some(Rounds {
            n_again: gaps.len(),
            n_there,
            every_ns: middle as i64,
        })
    }

    fn evidence(&self) -> [Evidence; 3] {
        [
            evidence(
                "Addresses that were asked for in several rounds",
                self.n_again as f64,
                "addresses",
                "0, for a scan",
            ),
            evidence("Hosts there that were visited again", self.n_there as f64, "hosts", "0, for a scan"),
            evidence("Median time between two rounds", self.every_ns as f64 / SECOND as f64, "s", ""),
        ]
    }

    /// Says in a finding why it is for information only.
    pub(super) fn note(&self, mut finding: Finding) -> Finding {
        finding.evidence.extend(self.evidence());
        finding.explanation.push_str(&format!(
            " But it asked for {} again about every {}, and in the same rounds it came back to {} that were there. An \
             inventory or monitoring system does so; a scan asks once.",
            count(self.n_again, "address"),
            span(self.every_ns),
            count(self.n_there, "host"),
        ));
        finding
    }
}
