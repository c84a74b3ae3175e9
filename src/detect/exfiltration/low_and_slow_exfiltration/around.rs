//! What a host's uploads to a destination are compared with: what it sends elsewhere, what it sent before, and what
//! other hosts send there.

use super::sum::Sum;
use super::{Drip, Place};
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use std::collections::BTreeMap;

/// Out of proportion: so many times what the host usually sends to a place, or others send there.
const MUCH_MORE: f64 = 5.0;
/// With more others inside that use the place it is a service of the house.
const MOST_USERS: usize = 2;

/// What is known of a case beside its sums.
pub struct Around {
    /// What the host sends to another place outside, median.
    pub usual: f64,
    /// The others.
    pub n_usual: usize,
    /// What another host inside sends to the place, median.
    pub peers: f64,
    /// The others.
    pub n_peers: usize,
    /// What the host sent to other places that it used before the first drop.
    pub before: f64,
    /// Those places.
    pub n_before: usize,
}

impl Around {
    /// True if far more is sent than elsewhere, and than by others.
    pub fn is_out_of_proportion(&self, sum: &Sum) -> bool {
        let sent = sum.sent as f64;
        sent >= MUCH_MORE * self.usual && (self.n_peers <= MOST_USERS || sent >= MUCH_MORE * self.peers)
    }
}

/// What is known of one of all the places of all hosts.
pub fn around((source, place): &(Addr, Place), drip: &Drip, drips: &BTreeMap<(Addr, Place), Drip>) -> Around {
    let sent = |drips: &[&Drip]| -> f64 {
        let mut list: Vec<u64> = drips.iter().map(|drip| drip.sum.all_sent).collect();
        list.arrange();
        list.get(list.len() / 2).map_or(0.0, |n| *n as f64)
    };
    let own: Vec<&Drip> =
        drips.iter().filter(|((from, to), _)| from == source && to != place).map(|(_, drip)| drip).collect();
    let peers: Vec<&Drip> =
        drips.iter().filter(|((from, to), _)| from != source && to == place).map(|(_, drip)| drip).collect();
    let before: Vec<&Drip> =
        own.iter().copied().filter(|other| other.sum.n > 0 && other.sum.first_ns < drip.sum.first_ns).collect();
    Around {
        usual: sent(&own),
        n_usual: own.len(),
        peers: sent(&peers),
        n_peers: peers.len(),
        before: before.iter().map(|other| other.sum.sent as f64).sum(),
        n_before: before.len(),
    }
}
