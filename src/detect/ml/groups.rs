//! Flows past a model's threshold to groups of the same actors, and of one side's flows that stand out by the same features.

use crate::flow::table::FlowTable;
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Flow};
use std::collections::{BTreeMap, BTreeSet};

/// So many pairs, the most unusual first, are compared by the features that they stand out by.
const MOST_COMPARED: usize = 24;
/// They are alike if as many features weigh most in both.
pub(super) const COMPARED_FEATURES: usize = 2;

/// IP protocol, VLAN, server port; no port for what has none.
pub(super) type Service = (u8, u16, u16);

/// Unusual flows that belong together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) sources: BTreeSet<Addr>,
    pub(super) targets: BTreeSet<Addr>,
    pub(super) services: BTreeSet<Service>,
    /// The highest score, and the flow that has it.
    pub(super) top: (f32, u32),
    /// Ascending.
    pub(super) serials: Vec<u32>,
    pub(super) n_packets: u64,
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
    pub(super) client_ports: BTreeSet<u16>,
}

impl Group {
    /// With one more flow.
    fn add(&mut self, flow: &Flow, serial: u32, score: f32) {
        let has_ports = flow.is_tcp() || flow.is_udp();
        let port = if has_ports { flow.responder().1 } else { 0 };
        self.take(Group {
            sources: [flow.originator().0].into(),
            targets: [flow.responder().0].into(),
            services: [(flow.key.protocol, flow.key.vlan, port)].into(),
            top: (score, serial),
            serials: vec![serial],
            n_packets: flow.packets(),
            start_ns: flow.first_ns,
            end_ns: flow.last_ns,
            client_ports: [flow.originator().1].into(),
        });
    }

    /// With those of another group.
    fn take(&mut self, other: Group) {
        let is_first = self.serials.is_empty();
        self.sources.extend(other.sources);
        self.targets.extend(other.targets);
        self.services.extend(other.services);
        self.client_ports.extend(other.client_ports);
        self.serials.extend(other.serials);
        self.n_packets += other.n_packets;
        self.start_ns = if is_first { other.start_ns } else { self.start_ns.min(other.start_ns) };
        self.end_ns = if is_first { other.end_ns } else { self.end_ns.max(other.end_ns) };
        if is_first || other.top.0 > self.top.0 {
            self.top = other.top;
        }
    }

    /// True if the flows of both were opened by one host, or all go to one.
    fn has_side_of(&self, other: &Group) -> bool {
        let is_one = |a: &BTreeSet<Addr>, b: &BTreeSet<Addr>| a.len() == 1 && a == b;
        is_one(&self.sources, &other.sources) || is_one(&self.targets, &other.targets)
    }
}

/// Pairs of hosts with flows whose score is at or past a threshold; in all, so many flows are.
pub(super) fn pairs(scores: &[f32], threshold: f32, flows: &FlowTable) -> (Vec<Group>, u64) {
    let mut pairs: BTreeMap<(Addr, Addr), Group> = BTreeMap::new();
    let mut n_past = 0;
    for ((serial, flow), score) in flows.iter().zip(scores) {
        if *score >= threshold {
            n_past += 1;
            let pair = (flow.originator().0, flow.responder().0);
            pairs.entry(pair).or_default().add(flow, serial, *score);
        }
    }
    let mut pairs: Vec<Group> = pairs.into_values().collect();
    // Stable, so pairs with equal scores stay in the order of their addresses.
    pairs.arrange_by(|a, b| b.top.0.total_cmp(&a.top.0));
    (pairs, n_past)
}

/// Joins pairs with one side in common whose most unusual flows stand out by the same features; `features` says by which a flow does.
pub(super) fn joined(pairs: Vec<Group>, features: impl Fn(u32) -> Vec<&'static str>) -> Vec<Group> {
    let mut joined: Vec<(Vec<&'static str>, Group)> = Vec::new();
    let mut others = Vec::new();
    for (place, pair) in pairs.into_iter().enumerate() {
        if place >= MOST_COMPARED {
            others.push(pair);
            continue;
        }
        let mut own = features(pair.top.1);
        own.truncate(COMPARED_FEATURES);
        own.sort_unstable();
        match joined.iter_mut().find(|(theirs, group)| *theirs == own && group.has_side_of(&pair)) {
            Some((_, group)) => group.take(pair),
            None => joined.push((own, pair)),
        }
    }
    let mut groups: Vec<Group> = joined.into_iter().map(|(_, group)| group).chain(others).collect();
    groups.iter_mut().for_each(|group| group.serials.sort_unstable());
    groups
}
