//! Selects the flows of findings, from the ends of cases and a rule for membership: serial numbers, counts and times,
//! in one pass over the endpoint index.

use crate::detect::detector::Context;
use crate::detect::support::capped_map::Map;
use crate::maths::sorting::Arrange;
use crate::model::finding::Finding;
use crate::model::{Addr, Flow};

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
    /// The flows with these serial numbers that are kept.
    pub fn of<'a>(context: &Context<'_>, serials: impl IntoIterator<Item = &'a u32>) -> Gathered {
        let mut flows = Gathered::default();
        for serial in serials {
            if let Some(flow) = context.flows.get(*serial) {
                flows.add(*serial, flow);
            }
        }
        flows
    }

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

    /// Adds the flows of another part of the same case.
    pub fn merge(&mut self, other: Gathered) {
        if other.n_flows == 0 {
            return;
        }
        let is_empty = self.n_flows == 0;
        self.start_ns = if is_empty { other.start_ns } else { self.start_ns.min(other.start_ns) };
        self.end_ns = if is_empty { other.end_ns } else { self.end_ns.max(other.end_ns) };
        self.n_flows += other.n_flows;
        self.n_packets += other.n_packets;
        self.serials.extend(other.serials);
        self.serials.sort_unstable();
        self.serials.truncate(Finding::MOST_FLOWS);
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

/// The flows of a case by their ends; what is none may be anything. All cases of one question leave the same open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Between {
    /// Who began the flow.
    pub source: Option<Addr>,
    /// The other side.
    pub target: Option<Addr>,
    /// Its port; 0 for what is neither TCP nor UDP.
    pub port: Option<u16>,
    /// IP protocol number.
    pub protocol: Option<u8>,
}

impl Between {
    /// Flows of a client to a server's port.
    pub fn service(source: Addr, target: Addr, port: u16) -> Between {
        Between { source: Some(source), target: Some(target), port: Some(port), protocol: None }
    }

    /// Flows of one host to another.
    pub fn pair(source: Addr, target: Addr) -> Between {
        Between { source: Some(source), target: Some(target), ..Between::default() }
    }

    /// Flows of anybody to a port of a host.
    pub fn server(target: Addr, port: u16) -> Between {
        Between { target: Some(target), port: Some(port), ..Between::default() }
    }
}

/// Initiator, responder, port and protocol by number, the greatest where any will do.
type Key = (u32, u32, u32, u16);

/// Hands every kept flow between the ends of a case to `take`, with the first such case; flows in the order of the table.
pub fn visit(context: &Context<'_>, cases: &[Between], mut take: impl FnMut(usize, u32, &Flow)) {
    let Some(first) = cases.first() else { return };
    let number = |host: Option<Addr>| host.map_or(Some(u32::MAX), |host| context.endpoints.number(host));
    let mut places: Map<Key, usize> = Map::default();
    for (place, case) in cases.iter().enumerate().rev() {
        // Who has no flow has no number.
        if let (Some(source), Some(target)) = (number(case.source), number(case.target)) {
            let port = case.port.map_or(u32::MAX, u32::from);
            places.insert((source, target, port, case.protocol.map_or(u16::MAX, u16::from)), place);
        }
    }
    for (serial, ends) in context.endpoints.rows() {
        let key = (
            if first.source.is_some() { ends.originator } else { u32::MAX },
            if first.target.is_some() { ends.responder } else { u32::MAX },
            if first.port.is_some() { u32::from(ends.port) } else { u32::MAX },
            if first.protocol.is_some() { u16::from(ends.protocol) } else { u16::MAX },
        );
        if let Some(place) = places.get(&key)
            && let Some(flow) = context.flows.get(serial)
        {
            take(*place, serial, flow);
        }
    }
}

/// The kept flows of each case: those between its ends that `is_meant`.
pub fn gather(
    context: &Context<'_>,
    cases: &[Between],
    mut is_meant: impl FnMut(usize, &Flow) -> bool,
) -> Vec<Gathered> {
    let mut groups = vec![Gathered::default(); cases.len()];
    visit(context, cases, |place, serial, flow| {
        if let Some(group) = groups.get_mut(place).filter(|_| is_meant(place, flow)) {
            group.add(serial, flow);
        }
    });
    groups
}

/// The kept flows between any of these ends that `is_meant`, together.
pub fn gather_all(context: &Context<'_>, ends: &[Between], is_meant: impl Fn(&Flow) -> bool) -> Gathered {
    let mut all = Gathered::default();
    visit(context, ends, |_, serial, flow| {
        if is_meant(flow) {
            all.add(serial, flow);
        }
    });
    all
}

/// As [`gather`] for flows of which a case knows one host, whichever end it is: those that it began come first.
pub fn gather_either(
    context: &Context<'_>,
    hosts: &[Addr],
    mut is_meant: impl FnMut(usize, &Flow) -> bool,
) -> Vec<Gathered> {
    let mut groups = vec![Gathered::default(); hosts.len()];
    let sources = hosts.iter().map(|host| Between { source: Some(*host), ..Between::default() });
    let targets = hosts.iter().map(|host| Between { target: Some(*host), ..Between::default() });
    for ends in [sources.collect::<Vec<Between>>(), targets.collect()] {
        visit(context, &ends, |place, serial, flow| {
            if let Some(group) = groups.get_mut(place).filter(|_| is_meant(place, flow)) {
                group.add(serial, flow);
            }
        });
    }
    groups
}

/// A source that sends less than this share of what the busiest source sends is a bystander, not part of a flood.
const LEAST_SHARE: f64 = 0.02;

/// As [`gather`], but leaves out the flows of bystanders: originators that send far less than the busiest one of their
/// group. Gives the originators that stay, sorted.
pub fn gather_senders(
    context: &Context<'_>,
    cases: &[Between],
    is_meant: impl Fn(&Flow) -> bool,
) -> Vec<(Vec<Addr>, Gathered)> {
    let mut sent: Vec<Vec<(Addr, u64)>> = vec![Vec::new(); cases.len()];
    visit(context, cases, |place, _, flow| {
        if let Some(sent) = sent.get_mut(place).filter(|_| is_meant(flow)) {
            sent.push((flow.originator().0, u64::from(flow.least_packets())));
        }
    });
    let kept: Vec<Vec<Addr>> = sent.into_iter().map(busy_senders).collect();
    let gathered = gather(context, cases, |place, flow| {
        let is_kept = |kept: &Vec<Addr>| kept.binary_search(&flow.originator().0).is_ok();
        is_meant(flow) && kept.get(place).is_some_and(is_kept)
    });
    kept.into_iter().zip(gathered).collect()
}

/// The senders that are no bystanders, sorted.
fn busy_senders(mut sent: Vec<(Addr, u64)>) -> Vec<Addr> {
    sent.arrange();
    let sums = |group: &[(Addr, u64)]| group.iter().map(|(_, n)| n).sum::<u64>();
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
        let host = |last| Addr::v4([10, 0, 0, last]);
        assert_eq!(busy_senders(vec![(host(2), 5), (host(1), 600), (host(1), 400), (host(3), 30)]), [host(1), host(3)]);
        assert_eq!(busy_senders((0..200).map(|i| (host(i), 1)).collect()).len(), 200);
    }
}
