//! From a rule for membership to the flows that a finding means: serial numbers, counts and times, in one pass over the
//! flow table.

use crate::flow::table::FlowTable;
use crate::model::finding::Finding;
use crate::model::{Flow, Host};

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
/// group. Gives the initiators that stay, sorted.
pub fn gather_senders(
    flows: &FlowTable,
    n: usize,
    mut which: impl FnMut(&Flow) -> Option<usize>,
) -> Vec<(Vec<Host>, Gathered)> {
    let mut sent: Vec<Vec<(Host, u64)>> = vec![Vec::new(); n];
    gather(flows, n, |flow| {
        let place = which(flow)?;
        sent.get_mut(place)?.push((flow.initiator().0, u64::from(flow.forward().packets)));
        Some(place)
    });
    let kept: Vec<Vec<Host>> = sent.into_iter().map(busy_senders).collect();
    let gathered = gather(flows, n, |flow| {
        let place = which(flow)?;
        kept.get(place)?.binary_search(&flow.initiator().0).is_ok().then_some(place)
    });
    kept.into_iter().zip(gathered).collect()
}

/// The senders that are no bystanders, sorted.
fn busy_senders(mut sent: Vec<(Host, u64)>) -> Vec<Host> {
    sent.sort_unstable();
    let sums = |group: &[(Host, u64)]| group.iter().map(|(_, n)| n).sum::<u64>();
    let most = sent.chunk_by(|a, b| a.0 == b.0).map(sums).max().unwrap_or(0) as f64;
    sent.chunk_by(|a, b| a.0 == b.0)
        .filter(|group| sums(group) as f64 >= most * LEAST_SHARE)
        .filter_map(|group| group.first().map(|(host, _)| *host))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bystanders_are_left_out_and_forged_senders_stay() {
        let host = |last| Host::v4([10, 0, 0, last]);
        assert_eq!(busy_senders(vec![(host(2), 5), (host(1), 600), (host(1), 400), (host(3), 30)]), [host(1), host(3)]);
        assert_eq!(busy_senders((0..200).map(|i| (host(i), 1)).collect()).len(), 200);
    }
}
