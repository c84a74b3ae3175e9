//! Numbers the hosts and collects what the link layer shows of each, and the pairs of hosts that exchange traffic.

use crate::flow::endpoints::{EndpointIndex, FlowEndpoints};
use crate::flow::table::FlowTable;
use crate::maths::fnv;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::net::site::Basis;
use crate::model::{Addr, Flow, Network};
use std::collections::{BTreeMap, BTreeSet};

/// Ports of services that are shared within a local network and not over the internet: Kerberos, DCE/RPC, NetBIOS, LDAP, SMB,
/// password changes, global catalogue.
const LAN_PORTS: [u16; 8] = [88, 135, 139, 389, 445, 464, 636, 3268];

/// The network in which addresses are counted: /24, or /64 of IPv6.
pub(super) fn network(host: Addr) -> Network {
    Network::of(host, if host.is_v4() { 24 } else { 64 })
}

/// A hash that is the same everywhere.
pub(super) fn hash(host: Addr) -> u32 {
    fnv::add(fnv::OFFSET_BASIS, &host.0.to_be_bytes())
}

/// What is known of the hosts of an index, by their numbers.
pub(super) struct Hosts<'a> {
    pub all: &'a [Addr],
    /// It was in ARP.
    pub claimed: Vec<bool>,
    /// The smallest Ethernet address by which frames of it or to it go; none is known before [`Hosts::learn_macs`].
    pub macs: Vec<Option<[u8; 6]>>,
}

impl<'a> Hosts<'a> {
    pub fn new(endpoints: &'a EndpointIndex, claims: &BTreeSet<Addr>) -> Hosts<'a> {
        let all = endpoints.hosts();
        Hosts { all, claimed: all.iter().map(|host| claims.contains(host)).collect(), macs: Vec::new() }
    }

    pub fn host(&self, number: u32) -> Option<Addr> {
        self.all.get(number as usize).copied()
    }

    /// Takes the Ethernet addresses from the first packet of each flow.
    pub fn learn_macs(&mut self, flows: &FlowTable, endpoints: &EndpointIndex) {
        if !self.macs.is_empty() {
            return;
        }
        self.macs = vec![None; self.all.len()];
        for (serial, ends) in endpoints.rows() {
            let Some((flow, (sender, receiver))) = flows.get(serial).and_then(|flow| Some((flow, flow.macs?))) else {
                continue;
            };
            // Who began a connection need not be who sent the first packet that was captured.
            let is_answer = flow.backward().packets > 0 && flow.backward().first_ns < flow.forward().first_ns
                || flow.forward().packets == 0;
            let (from, to) =
                if is_answer { (ends.responder, ends.originator) } else { (ends.originator, ends.responder) };
            self.learn(from, sender);
            self.learn(to, receiver);
        }
    }

    fn learn(&mut self, number: u32, mac: [u8; 6]) {
        let [first, ..] = mac;
        if first & 1 == 1 || mac == [0; 6] {
            return;
        }
        if let Some(known) = self.macs.get_mut(number as usize) {
            *known = Some(known.map_or(mac, |known| known.min(mac)));
        }
    }

    /// Of the family that is not IPv4 or not IPv6, how many networks of hosts that were not in ARP each Ethernet address carries.
    pub fn behind_in_other_family(&self, is_v4: bool) -> BTreeMap<[u8; 6], usize> {
        let mut networks: BTreeMap<[u8; 6], BTreeSet<Network>> = BTreeMap::new();
        for ((host, mac), is_claimed) in self.all.iter().zip(&self.macs).zip(&self.claimed) {
            let is_meant = host.is_v4() != is_v4 && !is_claimed && !host.is_group() && !host.is_on_link();
            if let Some(mac) = mac.filter(|_| is_meant) {
                networks.entry(mac).or_default().insert(network(*host));
            }
        }
        networks.into_iter().map(|(mac, networks)| (mac, networks.len())).gathered()
    }

    /// The networks of IPv6 whose hosts mostly send by Ethernet addresses of hosts of IPv4 that are inside; none if no
    /// Ethernet address tells. `place` says of a host of IPv4 whether it is inside.
    pub fn ipv6_by_ethernet(
        &mut self,
        flows: &FlowTable,
        endpoints: &EndpointIndex,
        place: impl Fn(Addr) -> Option<bool>,
    ) -> Option<Vec<(Network, Basis)>> {
        self.learn_macs(flows, endpoints);
        let mut sides: BTreeMap<[u8; 6], (usize, usize)> = BTreeMap::new();
        let known = || self.all.iter().zip(&self.macs).filter_map(|(host, mac)| Some((*host, (*mac)?)));
        for (host, mac) in known().filter(|(host, _)| host.is_v4() && !host.is_group() && !host.is_on_link()) {
            let Some(is_inside) = place(host) else { continue };
            let (n_inside, n_outside) = sides.entry(mac).or_default();
            if is_inside { *n_inside += 1 } else { *n_outside += 1 }
        }
        let mut networks: BTreeMap<Network, (usize, usize)> = BTreeMap::new();
        for (host, mac) in known().filter(|(host, _)| !host.is_v4() && !host.is_group() && !host.is_private()) {
            let Some((n_inside, n_outside)) = sides.get(&mac) else { continue };
            let (inside, outside) = networks.entry(network(host)).or_default();
            if n_inside > n_outside { *inside += 1 } else { *outside += 1 }
        }
        let is_told = !networks.is_empty();
        let inside = networks.into_iter().filter(|(_, (inside, outside))| inside > outside);
        is_told.then(|| inside.map(|(network, _)| (network, Basis::Ethernet)).collect())
    }
}

/// The flows of one family of addresses.
#[derive(Default)]
pub(super) struct FamilyFlows {
    pub n_flows: usize,
    /// Of them: one end at least is private.
    pub n_private: usize,
    /// A private host and a public one exchanged something.
    pub has_public: bool,
    /// Who began and the other side, by number, each pair once, ascending: those that exchanged something or, if hardly any
    /// did, all.
    pub pairs: Vec<(u32, u32)>,
    /// Private hosts that share services of a local network, each pair once.
    pub lan_pairs: BTreeSet<(Addr, Addr)>,
}

impl FamilyFlows {
    /// Flows between hosts that may be far from each other; what goes to groups or never leaves a link tells nothing.
    pub fn of(hosts: &Hosts<'_>, flows: &FlowTable, endpoints: &EndpointIndex, is_v4: bool) -> FamilyFlows {
        let tells: Vec<bool> =
            hosts.all.iter().map(|host| host.is_v4() == is_v4 && !host.is_group() && !host.is_on_link()).collect();
        let is_meant = |number: u32| tells.get(number as usize).copied().unwrap_or(false);
        let rows = || {
            endpoints.rows().filter(|(_, ends)| {
                ends.originator != ends.responder && is_meant(ends.originator) && is_meant(ends.responder)
            })
        };
        let mut family = FamilyFlows::default();
        for (serial, ends) in rows() {
            family.n_flows += 1;
            let is_private = |number| hosts.host(number).is_some_and(Addr::is_private);
            let (from, to) = (is_private(ends.originator), is_private(ends.responder));
            family.n_private += usize::from(from || to);
            let is_answered = || flows.get(serial).is_some_and(is_two_way);
            if from != to && !family.has_public && is_answered() {
                family.has_public = true;
            }
        }
        if family.has_public && family.n_private as f64 >= super::LEAST_PRIVATE * family.n_flows as f64 {
            return family;
        }
        let pair = |ends: &FlowEndpoints| (ends.originator, ends.responder);
        let unicast = || rows().filter(|(serial, _)| flows.get(*serial).is_some_and(|flow| !flow.is_to_group()));
        let answered = || unicast().filter(|(serial, _)| flows.get(*serial).is_some_and(is_two_way));
        family.pairs = answered().map(|(_, ends)| pair(ends)).collect();
        if family.pairs.len() < super::LEAST_FLOWS {
            family.pairs = unicast().map(|(_, ends)| pair(ends)).collect();
        }
        family.pairs.arrange();
        family.pairs.dedup();
        let shared = answered().filter(|(_, ends)| LAN_PORTS.contains(&ends.port));
        let ends = |(from, to)| Some((hosts.host(from)?, hosts.host(to)?));
        family.lan_pairs = shared.filter_map(|(_, found)| ends(pair(found))).collect();
        family
    }
}

fn is_two_way(flow: &Flow) -> bool {
    flow.forward().packets > 0 && flow.backward().packets > 0
}
