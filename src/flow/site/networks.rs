//! Groups the pairs of hosts by network, with what the link layer shows of each network.

use super::hosts::{Hosts, network};
use crate::maths::sorting::Gather;
use crate::model::net::site::Basis;
use crate::model::{Addr, Network};
use std::collections::{BTreeMap, BTreeSet};

/// A router carries at least so many addresses that were not in ARP.
const LEAST_BEHIND: usize = 3;
/// Most networks that are compared; of more those with the smallest addresses.
const MOST_NETWORKS: usize = 1 << 17;

/// What is known of a network.
#[derive(Clone, Copy, Default)]
struct Figures {
    /// Pairs of hosts with at least one of it.
    n_pairs: usize,
    /// Of them: a host of it began, and the other is of another network.
    n_begun: usize,
    n_claimed: usize,
    /// Its hosts that send from an Ethernet address of their own, while a router carries others.
    n_own: usize,
}

/// The networks of the hosts of one family.
pub(super) struct Shares {
    networks: BTreeMap<Network, Figures>,
    /// Networks of each pair.
    pairs: Vec<(Network, Network)>,
    has_router: bool,
}

impl Shares {
    pub fn of(hosts: &Hosts<'_>, pairs: &[(u32, u32)]) -> Shares {
        let numbers: BTreeSet<u32> = pairs.iter().flat_map(|(from, to)| [*from, *to]).gathered();
        let mut behind: BTreeMap<[u8; 6], usize> = BTreeMap::new();
        let mac = |number: u32| hosts.macs.get(number as usize).copied().flatten();
        let is_claimed = |number: u32| hosts.claimed.get(number as usize).copied().unwrap_or(false);
        for number in numbers.iter().filter(|number| !is_claimed(**number)) {
            if let Some(mac) = mac(*number) {
                *behind.entry(mac).or_default() += 1;
            }
        }
        // A router of the other family carries this one too, be it for a single host.
        let is_v4 = numbers.first().and_then(|number| hosts.host(*number)).is_some_and(Addr::is_v4);
        let others = hosts.behind_in_other_family(is_v4);
        let is_router = |mac: &[u8; 6]| others.get(mac).is_some_and(|n| *n >= LEAST_BEHIND);
        let has_router = behind.values().any(|n| *n >= LEAST_BEHIND);
        let mut networks: BTreeMap<Network, Figures> = BTreeMap::new();
        for number in &numbers {
            let Some(host) = hosts.host(*number) else { continue };
            let figures = networks.entry(network(host)).or_default();
            figures.n_claimed += usize::from(is_claimed(*number));
            let is_own = mac(*number).is_some_and(|mac| !is_router(&mac) && behind.get(&mac).is_none_or(|n| *n == 1));
            figures.n_own += usize::from(is_own && has_router);
            if networks.len() > MOST_NETWORKS {
                networks.pop_last();
            }
        }
        let of = |number: u32| hosts.host(number).map(network);
        let pairs: Vec<(Network, Network)> =
            pairs.iter().filter_map(|(from, to)| Some((of(*from)?, of(*to)?))).collect();
        for (from, to) in &pairs {
            if let Some(figures) = networks.get_mut(from) {
                figures.n_pairs += 1;
                figures.n_begun += usize::from(from != to);
            }
            if let Some(figures) = networks.get_mut(to).filter(|_| from != to) {
                figures.n_pairs += 1;
            }
        }
        Shares { networks, pairs, has_router }
    }

    /// True if some Ethernet address carries many hosts.
    pub fn has_router(&self) -> bool {
        self.has_router
    }

    /// Hosts of a network that were in ARP.
    pub fn n_claimed(&self, network: Network) -> usize {
        self.networks.get(&network).map_or(0, |figures| figures.n_claimed)
    }

    /// By what a network is known to be inside.
    pub fn basis(&self, network: Network) -> Basis {
        match self.networks.get(&network) {
            Some(figures) if figures.n_claimed > 0 => Basis::Arp,
            Some(figures) if figures.n_own > 0 => Basis::Ethernet,
            _ => Basis::Traffic,
        }
    }

    /// Networks whose hosts are on the link that was captured.
    pub fn on_link(&self) -> Vec<Network> {
        let has_claims = self.networks.values().any(|figures| figures.n_claimed > 0);
        let is_on_link = |figures: &Figures| if has_claims { figures.n_claimed > 0 } else { figures.n_own > 0 };
        self.networks.iter().filter(|(_, figures)| is_on_link(figures)).map(|(network, _)| *network).collect()
    }

    /// Share of the pairs in which any of these networks has a part.
    pub fn share_of(&self, networks: &[Network]) -> f64 {
        let is_ours = |network: &Network| networks.contains(network);
        let n = self.pairs.iter().filter(|(from, to)| is_ours(from) || is_ours(to)).count();
        n as f64 / self.pairs.len().max(1) as f64
    }

    /// The one network that has a part in most pairs, in at least this share of them. Of several that have a part in as
    /// many, the one on the link or, if there are flows enough to tell, the one whose hosts begin; else none.
    pub fn single(&self, least: f64, is_enough: bool) -> Option<Network> {
        let most = self.networks.values().map(|figures| figures.n_pairs).max()?;
        if (most as f64) < least * self.pairs.len() as f64 {
            return None;
        }
        let best: Vec<(Network, &Figures)> =
            self.networks.iter().filter(|(_, f)| f.n_pairs == most).map(|(network, f)| (*network, f)).collect();
        let only = |is_meant: &dyn Fn(&Figures) -> bool| {
            let mut meant = best.iter().filter(|(_, figures)| is_meant(figures));
            let first = meant.next().map(|(network, _)| *network);
            first.filter(|_| meant.next().is_none())
        };
        if let [(network, figures)] = best.as_slice() {
            let is_told = is_enough || figures.n_claimed > 0 || figures.n_own > 0;
            return Some(*network).filter(|_| is_told);
        }
        let begins = |figures: &Figures| 2 * figures.n_begun > most;
        only(&|figures| figures.n_claimed > 0)
            .or_else(|| only(&|figures| figures.n_own > 0))
            .or_else(|| only(&begins).filter(|_| is_enough))
    }

    /// The one network of IPv4 with so many bits that has a part in at least this share of the pairs; none of several.
    pub fn wide(&self, bits: u8, least: f64) -> Option<Network> {
        let mut counts: BTreeMap<Network, usize> = BTreeMap::new();
        for (from, to) in self.pairs.iter().filter(|(from, _)| from.host().is_v4()) {
            let (from, to) = (Network::of(from.host(), bits), Network::of(to.host(), bits));
            *counts.entry(from).or_default() += 1;
            if from != to {
                *counts.entry(to).or_default() += 1;
            }
        }
        let most = counts.values().copied().max().filter(|n| *n as f64 >= least * self.pairs.len() as f64)?;
        let mut best = counts.into_iter().filter(|(_, n)| *n == most).map(|(network, _)| network);
        let first = best.next();
        first.filter(|_| best.next().is_none())
    }
}
