//! Turns the kept flows into time series: how varied addresses and ports are in the whole capture, and the traffic of
//! its busiest hosts. Computed from the flow table when detectors finish, at no cost while packets are read.

use crate::detect::detector::Context;
use crate::detect::support::capped_map::Map;
use crate::flow::endpoints::FlowEndpoints;
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Flow};
use crate::stats::bins::Bins;
use crate::stats::entropy::Windows;
use std::cmp::Reverse;
use std::collections::HashSet;

/// Most hosts whose own course is kept: 16 KiB each.
const MOST_HOSTS: usize = 64;
/// Most pairs of such a host and a peer kept, to see which peer is new.
const MOST_PAIRS: usize = 1 << 18;
/// A connection weighs as much as so many packets when the busiest hosts are chosen.
const WEIGHT_OF_FLOW: u32 = 16;
/// Fewest connections in a window over which a spread of all hosts is measured.
const LEAST_WINDOW: usize = 64;
/// Fewest connections in a window over which a spread of one host is measured.
const LEAST_HOST_WINDOW: usize = 32;

/// Traffic over time of the whole capture and of its busiest hosts.
pub struct TrafficSeries {
    /// Flows that they were taken from: with more they are out of date.
    pub n_flows: usize,
    /// Spread of source addresses, destination addresses, source ports and destination ports of new connections.
    pub spread: Windows<4>,
    /// The busiest hosts, busiest first.
    pub hosts: Vec<HostSeries>,
}

/// What one host does over time.
pub struct HostSeries {
    /// The host.
    pub host: Addr,
    /// Packets, bytes on the wire, connections that it began, peers that it had not met before.
    pub bins: Bins<4>,
    /// Spread of the addresses and of the ports that it goes to.
    pub spread: Windows<2>,
}

impl TrafficSeries {
    /// Of all kept flows.
    pub fn of(context: &Context<'_>) -> TrafficSeries {
        let n_hosts = context.endpoints.hosts().len();
        let mut weights = vec![0_u32; n_hosts];
        let (mut is_in_order, mut before_ns) = (true, i64::MIN);
        for (ends, flow) in rows(context) {
            let weight = u32::try_from(flow.packets()).unwrap_or(u32::MAX).saturating_add(WEIGHT_OF_FLOW);
            for host in [ends.originator, ends.responder] {
                if let Some(sum) = weights.get_mut(host as usize) {
                    *sum = sum.saturating_add(weight);
                }
            }
            is_in_order &= flow.first_ns >= before_ns;
            before_ns = flow.first_ns;
        }
        let mut busiest: Vec<u32> = (0..n_hosts as u32).collect();
        let rank = |host: &u32| (Reverse(weights.get(*host as usize).copied().unwrap_or(0)), *host);
        if n_hosts > MOST_HOSTS {
            busiest.select_nth_unstable_by_key(MOST_HOSTS, rank);
            busiest.truncate(MOST_HOSTS);
        }
        busiest.arrange_by_key(rank);
        let mut builder = SeriesBuilder::new(context, &busiest);
        if is_in_order {
            rows(context).for_each(|(ends, flow)| builder.add(*ends, flow));
        } else {
            // The rows of a table may come in any order.
            let mut order: Vec<(i64, &FlowEndpoints, &Flow)> =
                rows(context).map(|(ends, flow)| (flow.first_ns, ends, flow)).collect();
            order.arrange_by_key(|(first_ns, ..)| *first_ns);
            order.into_iter().for_each(|(_, ends, flow)| builder.add(*ends, flow));
        }
        TrafficSeries { n_flows: context.flows.len(), spread: builder.spread, hosts: builder.hosts }
    }
}

fn rows<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a FlowEndpoints, &'a Flow)> {
    context.endpoints.rows().map(|(_, ends)| ends).zip(context.flows.iter().map(|(_, flow)| flow))
}

/// The series while flows are added, in order of time.
struct SeriesBuilder {
    spread: Windows<4>,
    hosts: Vec<HostSeries>,
    places: Map<u32, usize>,
    met: HashSet<(u32, u32), foldhash::fast::RandomState>,
}

impl SeriesBuilder {
    fn new(context: &Context<'_>, busiest: &[u32]) -> SeriesBuilder {
        let places: Map<u32, usize> = busiest.iter().copied().zip(0..).collect();
        let mut n_begun = vec![0; busiest.len()];
        for (_, ends) in context.endpoints.rows() {
            if let Some(n) = places.get(&ends.originator).and_then(|place| n_begun.get_mut(*place)) {
                *n += 1;
            }
        }
        let course = |(number, n_begun): (&u32, usize)| {
            let host = context.endpoints.hosts().get(*number as usize).copied()?;
            // The whole capture counts, also before the host is first seen.
            let mut bins: Bins<4> = Bins::default();
            bins.add(context.span_ns.0, 0, 0.0);
            bins.add(context.span_ns.1, 0, 0.0);
            Some(HostSeries { host, bins, spread: Windows::new(LEAST_HOST_WINDOW, n_begun) })
        };
        SeriesBuilder {
            spread: Windows::new(LEAST_WINDOW, context.flows.len()),
            hosts: busiest.iter().zip(n_begun).filter_map(course).collect(),
            places,
            met: HashSet::default(),
        }
    }

    fn add(&mut self, ends: FlowEndpoints, flow: &Flow) {
        let port = u32::from(ends.protocol) << 16 | u32::from(ends.port);
        self.spread.add(flow.first_ns, [ends.originator, ends.responder, u32::from(flow.originator().1), port]);
        for (host, peer) in [(ends.originator, ends.responder), (ends.responder, ends.originator)] {
            let course = self.places.get(&host).and_then(|place| self.hosts.get_mut(*place));
            let Some(HostSeries { bins, spread, .. }) = course else { continue };
            bins.spread((flow.first_ns, flow.last_ns), &[flow.packets() as f64, flow.bytes() as f64]);
            if host == ends.originator {
                bins.add(flow.first_ns, 2, 1.0);
                spread.add(flow.first_ns, [peer, port]);
            }
            if self.met.len() < MOST_PAIRS && self.met.insert((host, peer)) {
                bins.add(flow.first_ns, 3, 1.0);
            }
        }
    }
}
