//! Hosts, and pairs of hosts, to features: what adds up over the flows that they open and accept.

use super::counted::{Sums, distinct, irregularity};
use super::feature::Feature;
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Flow};
use crate::pipeline::Pipeline;

const OPENED: &str = "Flows that it opens";
const ACCEPTED: &str = "Flows that it accepts";
const TIME: &str = "Time";

/// What is known of hosts: name, group, unit, how it is computed.
const OF_HOST: &[(&str, &str, &str, &str)] = &[
    ("flows opened", OPENED, "", "flows of which it is the originator"),
    ("flows accepted", ACCEPTED, "", "flows of which it is the responder"),
    ("packets sent", "Volume", "packets", "packets that it sends in all its flows"),
    ("packets received", "Volume", "packets", "packets that it gets in all its flows"),
    ("bytes sent", "Volume", "B", "bytes on the wire that it sends in all its flows"),
    ("bytes received", "Volume", "B", "bytes on the wire that it gets in all its flows"),
    ("hosts contacted", OPENED, "", "different responders of the flows that it opens"),
    ("hosts that contact it", ACCEPTED, "", "different originators of the flows that it accepts"),
    ("ports contacted", OPENED, "", "different ports of responders of the flows that it opens"),
    ("ports offered", ACCEPTED, "", "different own ports of the flows that it accepts"),
    ("share failed", OPENED, "", "flows that were refused or not answered / flows that it opens"),
    ("mean duration opened", OPENED, "s", "duration of the flows that it opens / their number"),
    ("bytes per flow opened", OPENED, "B", "bytes of both in the flows that it opens / their number"),
    ("share of TCP", OPENED, "", "TCP flows / flows that it opens"),
    ("share of UDP", OPENED, "", "UDP flows / flows that it opens"),
    (
        "irregularity",
        TIME,
        "",
        "standard deviation / mean of the gaps between the beginnings of the flows that it opens; unknown for fewer than four",
    ),
    ("time span", TIME, "s", "from its first packet to its last"),
];

/// What is known of pairs.
const OF_PAIR: &[(&str, &str, &str, &str)] = &[
    ("flows", "Volume", "", "flows that the first opens to the second"),
    ("packets sent", "Volume", "packets", "packets of the originator"),
    ("packets returned", "Volume", "packets", "packets of the responder"),
    ("bytes sent", "Volume", "B", "bytes on the wire of the originator"),
    ("bytes returned", "Volume", "B", "bytes on the wire of the responder"),
    ("share of bytes sent", "Volume", "", "bytes of the originator / of both"),
    ("ports contacted", "Kind", "", "different ports of the responder"),
    ("share failed", "Kind", "", "flows that were refused or not answered / flows"),
    ("share of TCP", "Kind", "", "TCP flows / flows"),
    ("share of UDP", "Kind", "", "UDP flows / flows"),
    ("mean duration", TIME, "s", "duration of the flows / their number"),
    (
        "irregularity",
        TIME,
        "",
        "standard deviation / mean of the gaps between the beginnings of flows; unknown for fewer than four",
    ),
    ("time span", TIME, "s", "from the first packet to the last"),
];

fn features(of: &[(&str, &'static str, &'static str, &str)]) -> Vec<Feature> {
    of.iter().map(|(name, group, unit, formula)| Feature::new(name, group, unit, formula)).collect()
}

/// Features of hosts.
pub fn of_hosts() -> Vec<Feature> {
    features(OF_HOST)
}

/// Features of pairs.
pub fn of_pairs() -> Vec<Feature> {
    features(OF_PAIR)
}

fn flows(pipeline: &Pipeline) -> impl Iterator<Item = &Flow> {
    pipeline.flows().iter().map(|(_, flow)| flow).filter(|flow| flow.is_counted())
}

/// The addresses that flows have, in order.
pub fn hosts(pipeline: &Pipeline) -> Vec<Addr> {
    let mut hosts: Vec<Addr> = flows(pipeline).flat_map(|flow| [flow.originator().0, flow.responder().0]).collect();
    hosts.arrange();
    hosts.dedup();
    hosts
}

/// Who opens flows to whom, in order.
pub fn pairs(pipeline: &Pipeline) -> Vec<(Addr, Addr)> {
    let mut pairs: Vec<(Addr, Addr)> = flows(pipeline).map(|flow| (flow.originator().0, flow.responder().0)).collect();
    pairs.arrange();
    pairs.dedup();
    pairs
}

fn at<T>(all: &mut [T], place: u32) -> Option<&mut T> {
    all.get_mut(place as usize)
}

/// All features of all hosts, column by column.
pub fn host_values(pipeline: &Pipeline, hosts: &[Addr]) -> Vec<Vec<f64>> {
    let n = hosts.len();
    let place = |addr: Addr| hosts.binary_search(&addr).ok().map(|place| place as u32);
    let (mut opened, mut accepted) = (vec![Sums::default(); n], vec![Sums::default(); n]);
    let [mut peers, mut callers, mut ports, mut offered] = [const { Vec::new() }; 4];
    let mut starts = Vec::new();
    for flow in flows(pipeline) {
        let ((from, _), (to, port)) = (flow.originator(), flow.responder());
        let (Some(from), Some(to)) = (place(from), place(to)) else { continue };
        at(&mut opened, from).into_iter().for_each(|sums| sums.add(flow));
        at(&mut accepted, to).into_iter().for_each(|sums| sums.add(flow));
        peers.push((from, to));
        callers.push((to, from));
        if flow.is_tcp() || flow.is_udp() {
            ports.push((from, u32::from(port)));
            offered.push((to, u32::from(port)));
        }
        starts.push((from, flow.first_ns));
    }
    let both =
        |of: fn(&Sums, &Sums) -> f64| -> Vec<f64> { opened.iter().zip(&accepted).map(|(o, a)| of(o, a)).collect() };
    let [sent, got] = [0, 1];
    let side = |sums: &[f64; 2], place: usize| sums.get(place).copied().unwrap_or(f64::NAN);
    let volume = |own: usize, of: fn(&Sums) -> &[f64; 2]| -> Vec<f64> {
        opened.iter().zip(&accepted).map(|(o, a)| side(of(o), own) + side(of(a), 1 - own)).collect()
    };
    let [tcp, udp] = [0, 1].map(|which: usize| -> Vec<f64> {
        opened.iter().map(|o| o.per_flow(f64::from(o.n_of.get(which).copied().unwrap_or(0)))).collect()
    });
    vec![
        both(|o, _| f64::from(o.n)),
        both(|_, a| f64::from(a.n)),
        volume(sent, |sums| &sums.packets),
        volume(got, |sums| &sums.packets),
        volume(sent, |sums| &sums.bytes),
        volume(got, |sums| &sums.bytes),
        distinct(n, peers),
        distinct(n, callers),
        distinct(n, ports),
        distinct(n, offered),
        both(|o, _| o.per_flow(f64::from(o.n_failed))),
        both(|o, _| o.per_flow(o.seconds)),
        both(|o, _| o.per_flow(o.bytes.iter().sum())),
        tcp,
        udp,
        irregularity(n, starts),
        both(|o, a| {
            let ends = o.extent_ns.into_iter().chain(a.extent_ns);
            let (first, last) = ends.fold((i64::MAX, i64::MIN), |(f, l), (first, last)| (f.min(first), l.max(last)));
            last.saturating_sub(first).max(0) as f64 / 1e9
        }),
    ]
}

/// All features of all pairs, column by column.
pub fn pair_values(pipeline: &Pipeline, pairs: &[(Addr, Addr)]) -> Vec<Vec<f64>> {
    let n = pairs.len();
    let mut all = vec![Sums::default(); n];
    let (mut ports, mut starts) = (Vec::new(), Vec::new());
    for flow in flows(pipeline) {
        let ((from, _), (to, port)) = (flow.originator(), flow.responder());
        let Ok(place) = pairs.binary_search(&(from, to)) else { continue };
        let place = place as u32;
        at(&mut all, place).into_iter().for_each(|sums| sums.add(flow));
        if flow.is_tcp() || flow.is_udp() {
            ports.push((place, u32::from(port)));
        }
        starts.push((place, flow.first_ns));
    }
    let column = |of: &dyn Fn(&Sums) -> f64| -> Vec<f64> { all.iter().map(of).collect() };
    vec![
        column(&|s| f64::from(s.n)),
        column(&|s| s.packets[0]),
        column(&|s| s.packets[1]),
        column(&|s| s.bytes[0]),
        column(&|s| s.bytes[1]),
        column(&Sums::sent_share),
        distinct(n, ports),
        column(&|s| s.per_flow(f64::from(s.n_failed))),
        column(&|s| s.per_flow(f64::from(s.n_of[0]))),
        column(&|s| s.per_flow(f64::from(s.n_of[1]))),
        column(&|s| s.per_flow(s.seconds)),
        irregularity(n, starts),
        column(&Sums::extent_seconds),
    ]
}
