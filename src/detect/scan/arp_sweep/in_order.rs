//! Questions of one device to whether they go through the network in order and at an even, slow pace, and those that answer are
//! pinged, as an inventory does that runs once.

use super::{Mac, Question};
use crate::detect::support::connection_attempts::{Contact, Contacts, Probe};
use crate::detect::support::finding_builder::evidence;
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Arrange;
use crate::model::format::time::{SECOND, seconds, span};
use crate::model::{Addr, Finding};
use std::collections::BTreeSet;

/// An inventory looks through a network, not at a few addresses; the capture may hold a part of it.
const LEAST_ADDRESSES: usize = 40;
/// So many of the addresses follow the one before; the others skip hosts that are known already.
const LEAST_NEXT: f64 = 0.9;
/// One every so many ns, or slower: tools that scan are quicker unless told otherwise (nmap: hundreds a second).
const LEAST_GAP_NS: f64 = SECOND as f64 / 10.0;
/// From the tenth to the ninetieth in a hundred the time between two differs by this share of the middle one at most.
const EVEN: f64 = 0.5;
/// This share of the hosts that answered is pinged: who only asks for Ethernet addresses stays out of the log of every host.
const LEAST_PINGED: f64 = 0.5;
/// Failed tries of services: who only looks who is there makes none.
const MOST_TRIES: usize = 2;

/// A walk through the addresses.
#[derive(Clone, Copy)]
pub(super) struct InOrder {
    every_ns: i64,
}

impl InOrder {
    /// Of a device's questions; `own` is its address.
    pub(super) fn of(
        questions: &[(&(Mac, Addr), &Question)],
        own: Option<Addr>,
        contacts: &Contacts,
    ) -> Option<InOrder> {
        let own = own.filter(|own| own.is_v4())?;
        let mut first: Vec<(i64, Addr)> =
            questions.iter().filter_map(|((_, address), question)| Some((question.first_ns?, *address))).collect();
        first.arrange();
        let pairs = || first.iter().zip(first.iter().skip(1));
        let n_next = pairs().filter(|((_, a), (_, b))| b.0 == a.0 + 1).count();
        if first.len() < LEAST_ADDRESSES || (n_next as f64) < LEAST_NEXT * (first.len() - 1) as f64 {
            return None;
        }
        let gaps: Vec<f64> = pairs().map(|((a, _), (b, _))| (b - a) as f64).collect();
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|share| upper_quantile(gaps.clone(), share, f64::total_cmp));
        if middle < LEAST_GAP_NS || high - low > EVEN * middle {
            return None;
        }
        // Failed tries of services, and pings that were answered, of all that it tried.
        let counts = |c: &Contact| (c.probe == Probe::Echo) == c.outcome.is_success();
        let counted = contacts.groups(1.0, |c| (c.source == own && counts(c)).then_some(c.source));
        let (pings, tries): (Vec<Contact>, Vec<Contact>) =
            counted.into_iter().flatten().partition(|c| c.probe == Probe::Echo);
        let pinged: BTreeSet<Addr> = pings.iter().map(|c| c.target).collect();
        let there = || questions.iter().filter(|(_, question)| question.is_answered);
        let n_pinged = there().filter(|((_, address), _)| pinged.contains(address)).count();
        let is_friendly = n_pinged as f64 >= LEAST_PINGED * there().count() as f64;
        (is_friendly && tries.len() <= MOST_TRIES).then_some(InOrder { every_ns: middle as i64 })
    }

    /// Says in a finding why it weighs little.
    pub(super) fn note(&self, mut finding: Finding) -> Finding {
        finding.evidence.push(evidence("Time between two addresses in order", seconds(self.every_ns), "s", ""));
        finding.explanation.push_str(&format!(
            " But it went through the addresses one after the other, one every {}, pinged those that are there, and \
             tried no service: an inventory does so. Tools of attackers are quick, shuffle the addresses or send no ping; ask whose program it was.",
            span(self.every_ns)
        ));
        finding
    }
}
