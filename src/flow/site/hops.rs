//! Counts the hops that packets of each network had made, by the TTL that was left, to the networks before all routers.

use super::hosts::{Hosts, network};
use crate::flow::endpoints::EndpointIndex;
use crate::flow::table::FlowTable;
use crate::maths::sorting::Gather;
use crate::model::{Addr, Flow, Network};
use std::collections::BTreeMap;

/// TTL that systems begin with (Linux and macOS, Windows, network devices).
const BEGINNINGS: [u8; 3] = [64, 128, 255];
/// From the link that was captured, or the one before its router.
const NEAR: u8 = 1;
/// From so many hops on it is elsewhere; some devices begin with 60.
const FAR: u8 = 5;
/// At least this share of a network's directions says so.
const LEAST_SHARE: f64 = 0.9;
/// At least so many directions of a side.
const LEAST: usize = 5;

/// How many directions of flows came from near and from far, and of how many it is known.
#[derive(Clone, Copy, Default)]
struct Hops {
    n_near: usize,
    n_far: usize,
    n: usize,
}

/// Hops that a TTL shows, if it is known.
fn hops(ttl: u8) -> Option<u8> {
    BEGINNINGS.iter().find(|begin| **begin >= ttl).map(|begin| begin - ttl).filter(|_| ttl > 0)
}

/// The networks of one family whose packets made no hop or one, where those of others made many; none where no network is
/// near, or none far.
pub(super) fn near(hosts: &Hosts<'_>, flows: &FlowTable, endpoints: &EndpointIndex, is_v4: bool) -> Vec<Network> {
    let mut networks: BTreeMap<Network, Hops> = BTreeMap::new();
    let mut note = |host: Option<Addr>, ttl: u8| {
        let is_meant = |host: &Addr| host.is_v4() == is_v4 && !host.is_group() && !host.is_on_link();
        if let (Some(host), Some(n)) = (host.filter(is_meant), hops(ttl)) {
            let known = networks.entry(network(host)).or_default();
            known.n += 1;
            known.n_near += usize::from(n <= NEAR);
            known.n_far += usize::from(n >= FAR);
        }
    };
    for (serial, ends) in endpoints.rows() {
        let Some(flow) = flows.get(serial).filter(|flow| flow.is_tcp() && flow.recorded.is_none()) else { continue };
        note(hosts.host(ends.originator), Flow::forward(flow).ttl);
        note(hosts.host(ends.responder), Flow::backward(flow).ttl);
    }
    let is_mostly = |part: usize, known: &Hops| part as f64 >= LEAST_SHARE * known.n as f64;
    let far: usize = networks.values().filter(|known| is_mostly(known.n_far, known)).map(|known| known.n).sum();
    let near = networks.iter().filter(|(_, known)| is_mostly(known.n_near, known));
    let n_near: usize = near.clone().map(|(_, known)| known.n).sum();
    if far < LEAST || n_near < LEAST { Vec::new() } else { near.map(|(network, _)| *network).gathered() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_shows_the_hops_from_the_next_beginning_above() {
        assert_eq!([64, 63, 128, 117, 255, 52].map(hops), [0, 1, 0, 11, 0, 12].map(Some));
        assert_eq!(hops(0), None);
    }
}
