//! The endpoints of every kept flow in twelve bytes: hosts by number, the responder's port, the protocol. For queries
//! over all flows that match few of them: a pass over the flow table itself would wait for memory at each flow.

use super::table::FlowTable;
use crate::model::{Addr, Flow};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The ends of one flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FlowEndpoints {
    /// Number of the originator in the roster.
    pub originator: u32,
    /// Number of the responder.
    pub responder: u32,
    /// Port of the responder; 0 for what is neither TCP nor UDP.
    pub port: u16,
    /// IP protocol number.
    pub protocol: u8,
}

/// The ends of all kept flows.
#[derive(Default)]
pub struct EndpointIndex {
    hosts: Vec<Addr>,
    numbers: HashMap<Addr, u32, RandomState>,
    rows: Vec<FlowEndpoints>,
    first_serial: u32,
}

impl EndpointIndex {
    /// Of a table whose flows have ended.
    pub fn of(flows: &FlowTable) -> EndpointIndex {
        EndpointIndex::with(flows, |_, _| ())
    }

    /// The same, and shows every flow with its ends to `each`, so that what needs both passes over the table once.
    pub fn with(flows: &FlowTable, mut each: impl FnMut(&Flow, FlowEndpoints)) -> EndpointIndex {
        let mut endpoints = EndpointIndex { first_serial: flows.first_serial(), ..EndpointIndex::default() };
        endpoints.rows.reserve_exact(flows.len());
        flows.iter().for_each(|(_, flow)| each(flow, endpoints.push(flow)));
        endpoints
    }

    /// Not inlined: browsers optimise a function that is called often, but not a long loop in one that is called once.
    #[inline(never)]
    fn push(&mut self, flow: &Flow) -> FlowEndpoints {
        let (originator, responder) = (self.add(flow.originator().0), self.add(flow.responder().0));
        let ends = FlowEndpoints { originator, responder, port: port(flow), protocol: flow.key.protocol };
        self.rows.push(ends);
        ends
    }

    fn add(&mut self, host: Addr) -> u32 {
        let next = self.hosts.len() as u32;
        let number = *self.numbers.entry(host).or_insert(next);
        if number == next {
            self.hosts.push(host);
        }
        number
    }

    /// The number of a host; none if no flow has it.
    pub fn number(&self, host: Addr) -> Option<u32> {
        self.numbers.get(&host).copied()
    }

    /// All hosts, by their numbers, in the order of their first flow.
    pub fn hosts(&self) -> &[Addr] {
        &self.hosts
    }

    /// Every kept flow by its serial number, ascending.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &FlowEndpoints)> {
        (self.first_serial..).zip(&self.rows)
    }
}

fn port(flow: &Flow) -> u16 {
    if flow.is_tcp() || flow.is_udp() { flow.responder().1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::icmp;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::detect::support::testing::udp;
    use crate::flow::names::Names;
    use crate::flow::table::{FlowKeyHash, Limits};

    #[test]
    fn hosts_are_numbered_once_and_rows_follow_the_table() {
        let (mut flows, names) = (FlowTable::new(Limits::default()), Names::default());
        for packet in [
            udp(0, 0.0, 1, (inside(7), 40_000), (outside(1), 443)),
            udp(1, 0.1, 1, (inside(8), 40_000), (outside(1), 53)),
            udp(2, 0.2, 1, (outside(1), 53), (inside(8), 40_000)),
            icmp(3, 0.3, 1, outside(1), inside(7), false, 8),
        ] {
            let found = flows.seek(&packet, flows.begin(FlowKeyHash::of(&packet)));
            flows.update(&packet, found, &names, &mut |_, _| {});
        }
        let endpoints = EndpointIndex::of(&flows);
        assert_eq!(endpoints.hosts(), [inside(7), outside(1), inside(8)]);
        assert_eq!((endpoints.number(inside(8)), endpoints.number(inside(9))), (Some(2), None));
        let rows: Vec<(u32, FlowEndpoints)> = endpoints.rows().map(|(serial, ends)| (serial, *ends)).collect();
        let ends = |originator, responder, port, protocol| FlowEndpoints { originator, responder, port, protocol };
        assert_eq!(rows, [(0, ends(0, 1, 443, 17)), (1, ends(2, 1, 53, 17)), (2, ends(1, 0, 0, 17))]);
    }
}
