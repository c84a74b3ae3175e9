//! From a rule for membership to the flows that a finding means: serial numbers, counts and times, in one pass over the
//! flow table.

use crate::flow::table::FlowTable;
use crate::model::finding::Finding;
use crate::model::{Flow, Host};
use std::collections::{BTreeMap, BTreeSet};

/// The flows that one finding means.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Serial numbers, ascending, at most [`Finding::MOST_FLOWS`].
    pub serials: Vec<u32>,
    /// Flows in all.
    pub n_flows: u64,
    /// Packets of both directions.
    pub n_packets: u64,
    /// First packet, ns since 1970; meaningless while there is no flow.
    pub start_ns: i64,
    /// Last packet, ns since 1970.
    pub end_ns: i64,
}

impl Gathered {
    /// Adds a flow.
    pub fn add(&mut self, serial: u32, flow: &Flow) {
        if self.n_flows == 0 || flow.first_ns < self.start_ns {
            self.start_ns = flow.first_ns;
        }
        if self.n_flows == 0 || flow.last_ns > self.end_ns {
            self.end_ns = flow.last_ns;
        }
        self.n_flows += 1;
        self.n_packets += flow.packets();
        if self.serials.len() < Finding::MOST_FLOWS {
            self.serials.push(serial);
        }
    }

    /// Writes counts, times and serial numbers into a finding.
    pub fn fill(self, finding: &mut Finding) {
        finding.n_flows = self.n_flows;
        finding.n_packets = self.n_packets;
        finding.flow_serials = self.serials;
        if self.n_flows > 0 {
            finding.start_ns = self.start_ns;
            finding.end_ns = self.end_ns;
        }
    }
}

/// Sorts the kept flows into `n` groups; `which` says to which group a flow belongs, if to any.
pub fn gather(flows: &FlowTable, n: usize, mut which: impl FnMut(&Flow) -> Option<usize>) -> Vec<Gathered> {
    let mut groups = vec![Gathered::default(); n];
    if n == 0 {
        return groups;
    }
    for (serial, flow) in flows.iter() {
        if let Some(group) = which(flow).and_then(|place| groups.get_mut(place)) {
            group.add(serial, flow);
        }
    }
    groups
}

/// A source that sends less than this share of what the busiest source sends is a bystander, not part of a flood.
const LEAST_SHARE: f64 = 0.02;

/// As [`gather`], but leaves out the flows of bystanders: initiators that send far less than the busiest one of their
/// group. Gives the initiators that stay.
pub fn gather_senders(
    flows: &FlowTable,
    n: usize,
    mut which: impl FnMut(&Flow) -> Option<usize>,
) -> Vec<(BTreeSet<Host>, Gathered)> {
    let mut senders: Vec<BTreeMap<Host, u64>> = vec![BTreeMap::new(); n];
    gather(flows, n, |flow| {
        let place = which(flow)?;
        *senders.get_mut(place)?.entry(flow.initiator().0).or_default() += u64::from(flow.forward().packets);
        Some(place)
    });
    let kept: Vec<BTreeSet<Host>> = senders
        .into_iter()
        .map(|packets| {
            let most = packets.values().copied().max().unwrap_or(0) as f64;
            packets.into_iter().filter(|(_, n)| *n as f64 >= most * LEAST_SHARE).map(|(host, _)| host).collect()
        })
        .collect();
    let gathered = gather(flows, n, |flow| {
        let place = which(flow)?;
        kept.get(place)?.contains(&flow.initiator().0).then_some(place)
    });
    kept.into_iter().zip(gathered).collect()
}
