//! Round trips to one host to how they became longer, or are longer than those to its neighbours, and what is told of it.

use super::load::Load;
use super::two_levels::two_levels;
use super::{CARD, IN_A_ROW, LASTING, Path, Trip};
use crate::detect::support::finding_builder::{count, evidence, host_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::order::upper_quantile;
use crate::model::format::quantity::with_unit;
use crate::model::format::time::seconds;
use crate::model::{Addr, Finding, Network, Site};
use std::collections::{BTreeMap, BTreeSet};

/// Within one link a round trip takes less, µs: Ethernet some tenths of a millisecond, wireless a few.
const LINK_MICROS: f64 = 5_000.0;
/// This many other hosts of the same network show what is usual there.
const LEAST_NEIGHBOURS: usize = 3;
/// Where round trips vary, a long one exceeds the usual by this many times the required difference.
const QUEUE: f64 = 1.5;
/// And at least this share of them are long; fewer are chance, such as a sleeping host.
const QUEUED: f64 = 0.3;
/// The usual short round trip is this quantile of all round trips.
const SHORT_SHARE: f64 = 0.1;

/// What round trips are long beside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// Those before or after.
    Before,
    /// Those in between: they vary.
    Now,
    /// The same, between two levels, so often.
    Levels(usize),
    /// Those of other hosts of the same network.
    Neighbours,
    /// What is usual within a link, on which the host was seen to be.
    Link,
}

/// Round trips that became longer.
#[derive(Clone, Copy)]
pub(super) struct Jump<'a> {
    /// Where the delay lies: between the capture point and this host.
    pub(super) host: Addr,
    peers: &'a BTreeSet<Addr>,
    before_micros: f64,
    long_micros: f64,
    pub(super) n_long: usize,
    first_ns: i64,
    last_ns: i64,
    compared: Compared,
}

/// Hosts inside that are far away all the time, while others of the same network (/24, or /64 of IPv6) are near: another
/// network inside may be another house.
///
/// Where too few others show what is usual, a host that answers for itself on this very link has no way that is long.
pub(super) fn far_neighbours<'a>(
    paths: &'a BTreeMap<Addr, Path>,
    site: &Site,
    on_link: &BTreeSet<Addr>,
    (times, more): (f64, f64),
) -> Vec<Jump<'a>> {
    let network = |host: Addr| Network::of(host, if host.is_v4() { 24 } else { 64 });
    let mut networks: BTreeMap<Network, Vec<Jump<'_>>> = BTreeMap::new();
    let own = paths.iter().filter(|(host, _)| site.is_inside(**host));
    for jump in own.filter_map(|(host, path)| steady(*host, path)) {
        networks.entry(network(jump.host)).or_default().push(jump);
    }
    let far_of = |hosts: Vec<Jump<'a>>| {
        let mut sorted: Vec<f64> = hosts.iter().map(|host| host.long_micros).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let far = move |jump: Jump<'a>| {
            let of_link = || on_link.contains(&jump.host).then_some((LINK_MICROS, Compared::Link));
            let of_others = median_of_others(&sorted, jump.long_micros).map(|near| (near, Compared::Neighbours));
            let (near, compared) = of_others.or_else(of_link)?;
            let is_far = jump.before_micros >= times * near && jump.before_micros >= near + more;
            is_far.then_some(Jump { before_micros: near, compared, ..jump })
        };
        hosts.into_iter().filter_map(far)
    };
    networks.into_values().flat_map(far_of).collect()
}

/// The higher median of ascending values without one of them; none if the others are too few to show what is usual.
pub(super) fn median_of_others(sorted: &[f64], one: f64) -> Option<f64> {
    let n_others = sorted.len().checked_sub(1).filter(|n| *n >= LEAST_NEIGHBOURS)?;
    let (place, left_out) = (n_others / 2, sorted.partition_point(|value| *value < one));
    sorted.get(if place < left_out { place } else { place + 1 }).copied()
}

/// A host by all its round trips: `before_micros` is the short one, `long_micros` the middle one.
fn steady(host: Addr, Path { trips, peers }: &Path) -> Option<Jump<'_>> {
    let shortest: Vec<f64> =
        trips.windows(IN_A_ROW).filter_map(|row| Some(f64::from(row.iter().map(|trip| trip.1).min()?))).collect();
    let (first_ns, last_ns) = (trips.first()?.0, trips.last()?.0);
    (shortest.len() >= IN_A_ROW).then(|| Jump {
        host,
        peers,
        n_long: shortest.len(),
        before_micros: upper_quantile(shortest.clone(), SHORT_SHARE, f64::total_cmp),
        long_micros: upper_quantile(shortest, 0.5, f64::total_cmp),
        first_ns,
        last_ns,
        compared: Compared::Neighbours,
    })
}

/// How the round trips to a host changed, if they did for a while: a path that is long now and then has a jitter, no change.
pub(super) fn jump(host: Addr, Path { trips, peers }: &Path, (times, more): (f64, f64)) -> Option<Jump<'_>> {
    let shortest: Vec<(i64, f64)> = trips
        .windows(IN_A_ROW)
        .filter_map(|row| Some((row.first()?.0, f64::from(row.iter().map(|trip| trip.1).min()?))))
        .collect();
    // No path is quicker than it is: the least counts, if it was seen twice.
    let mut least: Vec<f64> = shortest.iter().map(|trip| trip.1).collect();
    least.sort_unstable_by(f64::total_cmp);
    let short = *least.get(1)?;
    let is_long = |micros: f64| micros >= times * short && micros >= short + more;
    let first = shortest.iter().position(|trip| is_long(trip.1))?;
    let last = shortest.iter().rposition(|trip| is_long(trip.1))?;
    let long: Vec<f64> =
        shortest.get(first..=last)?.iter().map(|trip| trip.1).filter(|micros| is_long(*micros)).collect();
    if (long.len() as f64) < LASTING * (last - first + 1) as f64 {
        return None;
    }
    Some(Jump {
        host,
        peers,
        before_micros: short,
        n_long: long.len(),
        long_micros: upper_quantile(long, 0.5, f64::total_cmp),
        first_ns: shortest.get(first)?.0,
        last_ns: shortest.get(last)?.0,
        compared: Compared::Before,
    })
}

/// Round trips to a host that are long now and then: what waits in queues.
pub(super) fn queue(host: Addr, Path { trips, peers }: &Path, (times, more): (f64, f64)) -> Option<Jump<'_>> {
    let mut sorted: Vec<f64> = trips.iter().map(|trip| f64::from(trip.1)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let short = *sorted.get(1)?;
    let is_long = |micros: f64| micros >= times * short && micros >= short + QUEUE * more;
    let long: Vec<f64> = sorted.iter().copied().filter(|micros| is_long(*micros)).collect();
    if (long.len() as f64) < QUEUED * sorted.len() as f64 {
        return None;
    }
    let is_of_long = |trip: &&Trip| is_long(f64::from(trip.1));
    let levels = two_levels(trips);
    Some(Jump {
        host,
        peers,
        before_micros: levels.map_or(short, |(low, ..)| low),
        n_long: long.len(),
        long_micros: upper_quantile(long, 0.5, f64::total_cmp),
        first_ns: trips.iter().find(is_of_long)?.0,
        last_ns: trips.iter().rfind(is_of_long)?.0,
        compared: levels.map_or(Compared::Now, |(_, _, n_jumps)| Compared::Levels(n_jumps)),
    })
}

impl Jump<'_> {
    pub(super) fn period(&self) -> (i64, i64) {
        (self.first_ns, self.last_ns)
    }

    /// What is so all the time says nothing of other times.
    pub(super) fn is_for_a_while(&self) -> bool {
        self.compared == Compared::Before
    }

    /// What is said of round trips, ms.
    fn title(&self, (before, long): (f64, f64)) -> String {
        let host = self.host;
        match self.compared {
            Compared::Neighbours => {
                format!("Round trips to {host} take {long:.0} ms, those to its neighbours {before:.1} ms")
            }
            Compared::Link => format!("Round trips to {host} take {long:.0} ms, though it is on this very link"),
            Compared::Before => format!("Round trips to {host} take {long:.0} ms instead of {before:.0} ms"),
            Compared::Levels(n) => format!(
                "The way to {host} changes again and again: round trips jump between {before:.0} and {long:.0} ms, {n} times"
            ),
            Compared::Now => {
                format!("Packets to {host} wait in queues: round trips vary from {before:.0} to {long:.0} ms")
            }
        }
    }

    pub(super) fn varies(&self) -> bool {
        self.compared == Compared::Now
    }

    pub(super) fn finding(
        &self,
        (flows, load): (Gathered, Option<&Load>),
        span_ns: (i64, i64),
        (times, more): (f64, f64),
    ) -> Finding {
        let (host, n_peers) = (self.host, self.peers.len());
        let [before, long] = [self.before_micros, self.long_micros].map(|micros| micros / 1e3);
        let lasted = seconds(self.last_ns - self.first_ns);
        let who = match self.peers.first() {
            Some(peer) if n_peers == 1 => format!("{peer}"),
            _ => count(n_peers, "host"),
        };
        let at_other = match self.compared {
            Compared::Neighbours => "with other hosts of its network",
            Compared::Link => "at most within one link, on which it was seen to be",
            Compared::Before => "at other times",
            Compared::Now => "in between, as where a full link makes packets wait in queues",
            Compared::Levels(_) => {
                "in between, and hardly any took a time between: packets take two ways in turn, as where a route flaps or a line fails over and back"
            }
        };
        let impact = if n_peers >= 3 || long >= 500.0 { Impact::OUTAGE } else { Impact::SLOWDOWN };
        // A wireless device that saves power answers late all the time.
        let confidence = if self.compared == Compared::Link { Confidence::LIKELY } else { Confidence::VERY_LIKELY };
        Finding::builder(&CARD)
            .title(match load.and_then(Load::even_rate).map(|rate| with_unit(rate, "bit/s")) {
                Some(rate) => format!("The line to {host} is full: it carries no more than {rate}, and round trips take {long:.0} ms instead of {before:.0} ms"),
                None => self.title((before, long)),
            })
            .weighed(impact, confidence, extent(long / before.max(0.001), times) + extent(long - before, 1e3 * more))
            .score(past(long / before.max(0.001), times))
            .sources([host])
            .targets(self.peers.iter().copied())
            .protocol("TCP")
            .evidence([
                evidence("Round trip, median while long", long, "ms", format!("{before:.1}")),
                evidence("Long round trips", self.n_long as f64, "round trips", "0"),
                evidence("Lasted", lasted, "s", ""),
            ])
            .evidence(load.and_then(|load| load.evidence(span_ns)))
            .explanation(format!(
                "Between the place of the capture and {host}, round trips of connections with {who} took {long:.0} ms for {lasted:.1} s, and {before:.1} ms {at_other}. A round trip counts as long from {times:.1} times the short one and {:.0} ms more.{}",
                more * 1e3,
                load.map_or_else(String::new, |load| load.words(span_ns))
            ))
            .flows(flows)
            .period(self.period())
            .filter_in_time(format!("{} && tcp", host_filter("addr", host)))
            .build()
    }
}
