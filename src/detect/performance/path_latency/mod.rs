//! Turns round trips that become much longer into findings, per host: since when, between which hosts, and on which
//! side of the capture point.

mod hops;
mod load;
mod two_levels;
mod way_out;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::address_claims::Mac;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, host_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity::with_unit;
use crate::model::format::time::{SECOND, seconds};
use crate::model::{Addr, Category, Finding, Network, Site};
use crate::settings::Descriptor;
use hops::Hops;
use load::Load;
use std::collections::{BTreeMap, BTreeSet};
use two_levels::two_levels;
use way_out::way_out;

const CARD: Card = Card {
    id: "path_latency",
    name: "Long delay on a path",
    category: Category::Performance,
    technique: None,
    sees: "Round trips between two hosts that take several times as long as at other times in the same capture, for a while, again and again, or to all hosts beyond the own network at once; or that take long all the time to a host of the same link or network, while others there are near. A way whose length in hops changes again and again is told for information.",
    matters: "Every request waits for at least one round trip, most pages for dozens: what took a second takes ten. Calls and games break up.",
    otherwise: "A link that fills up for a while (queues grow), a different route, or a host that sleeps to save power.",
    benign_causes: &[
        "A large transfer that fills the link and its queues for a while",
        "A change to another route, such as a backup link",
    ],
    advice: &[
        "Ping both ends from the capture point to see which side has the delay",
        "Find out who transfers much data at that time: a full link delays everybody on it (bufferbloat)",
        "Where all hosts outside are slow at once, look at the router and the line of the provider; queue management (RFC 7567) keeps delays short on a full line",
    ],
    part_of: &[],
    source: "Round trips by acknowledgments of segments sent once: Karn and Partridge, 1987; the shortest of several, so that delayed acknowledgments (RFC 1122: up to 0.5 s) do not count. How long a delay people notice: ITU-T G.114 (150 ms one way).",
}
.explained_where_shown();

const TIMES: Descriptor =
    Descriptor::count("path_latency.times", "Times the shorter round trip", 3.0).range(2.0, 100.0).unit("times").help(
        "A round trip is long if it takes at least this many times the usual short round trip of the same two hosts.",
    );
const MORE: Descriptor = Descriptor::seconds("path_latency.more", "Longer by", 0.06)
    .range(0.005, 10.0)
    .help("A long round trip must also take at least this much longer; nobody notices less.");
const LEAST: Descriptor = Descriptor::count("path_latency.trips", "Long round trips", 5.0)
    .range(2.0, 10_000.0)
    .unit("round trips")
    .help("This many long round trips, each the shortest of three in a row.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<PathLatency>(CARD, &[TIMES, MORE, LEAST], Interest::TCP_FLOWS).blaming("a path with long delays");

/// Most pairs of hosts kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most round trips kept of a pair.
const MOST_TRIPS: usize = 4096;
/// Delayed acknowledgments hide the round trip: the shortest of this many in a row counts.
const IN_A_ROW: usize = 3;
/// If the path changed, at least this share of the round trips from the first long one to the last are long.
const LASTING: f64 = 0.7;
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

/// When, ns since 1970, and how long it took, µs.
type Trip = (i64, u32);

#[derive(Default)]
struct PathLatency {
    /// By the end that acknowledged and the other one.
    pairs: Tally<(Addr, Addr), Vec<Trip>, MOST_PAIRS>,
    hops: Hops,
}

/// What is known of the path to a host: it is the same for all peers of the host.
#[derive(Default)]
struct Path {
    /// In the order of time.
    trips: Vec<Trip>,
    peers: BTreeSet<Addr>,
}

/// What round trips are long beside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
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
struct Jump<'a> {
    /// Where the delay lies: between the capture point and this host.
    host: Addr,
    peers: &'a BTreeSet<Addr>,
    before_micros: f64,
    long_micros: f64,
    n_long: usize,
    first_ns: i64,
    last_ns: i64,
    compared: Compared,
}

impl Detector for PathLatency {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        self.hops.observe(flow);
        let Some(health) = flow.health() else { return };
        for trip in &health.course {
            let (host, peer) =
                if trip.is_to_high { (flow.key.high, flow.key.low) } else { (flow.key.low, flow.key.high) };
            if let Some(trips) = self.pairs.of((host, peer)).filter(|trips| trips.len() < MOST_TRIPS) {
                trips.push((flow.first_ns + i64::from(trip.at_millis) * (SECOND / 1000), trip.micros));
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let settings = context.settings;
        let (times, more, least) = (settings.get(&TIMES), settings.get(&MORE), settings.get(&LEAST));
        let (limits, paths) = ((times, more * 1e6), self.paths());
        let mut by_host: BTreeMap<Addr, Jump<'_>> = BTreeMap::new();
        for (host, path) in &paths {
            if let Some(jump) = jump(*host, path, limits).or_else(|| queue(*host, path, limits)) {
                by_host.insert(*host, jump);
            }
        }
        let on_link = on_link(context);
        for jump in far_neighbours(&paths, context.site, &on_link, limits) {
            by_host.entry(jump.host).or_insert(jump);
        }
        let way_out = way_out(&paths, context.site, limits, least);
        if let Some(way_out) = &way_out {
            // One cause, one finding.
            by_host.retain(|host, _| !way_out.hosts.contains(host));
        }
        by_host.retain(|_, jump| jump.n_long as f64 >= least);
        let loads = load::of_hosts(context, by_host.iter().map(|(host, jump)| (*host, jump.period())));
        let cases = by_host.into_values();
        let mut conclusion =
            Report::of(cases).not_evaluated(self.pairs.n_refused).largest_first(|jump| jump.n_long).each(|jump| {
                let is_told = |load: &&Load| jump.is_for_a_while() || jump.varies() && load.even_rate().is_some();
                let flows = loads.get(&jump.host).map(Load::flows).unwrap_or_default();
                jump.finding((flows, loads.get(&jump.host).filter(is_told)), context.span_ns, (times, more))
            });
        conclusion.findings.extend(self.hops.findings());
        conclusion.findings.extend(way_out.map(|way_out| way_out.finding(context, (times, more))));
        conclusion
    }
}

impl PathLatency {
    /// Round trips between the place of the capture and each host.
    fn paths(&self) -> BTreeMap<Addr, Path> {
        let mut paths: BTreeMap<Addr, Path> = BTreeMap::new();
        for ((host, peer), trips) in self.pairs.sorted_where(|trips| !trips.is_empty()) {
            let path = paths.entry(*host).or_default();
            path.trips.extend(trips);
            path.peers.insert(*peer);
        }
        paths.values_mut().for_each(|path| path.trips.arrange());
        paths
    }
}

/// Hosts inside that are far away all the time, while others of the same network (/24, or /64 of IPv6) are near: another
/// network inside may be another house.
///
/// Where too few others show what is usual, a host that answers for itself on this very link has no way that is long.
fn far_neighbours<'a>(
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

/// Hosts that were seen on the link itself: they claim their addresses there, and no router does it for several.
fn on_link(context: &Context<'_>) -> BTreeSet<Addr> {
    let claims = [true, false].map(|is_v4| context.claims.sorted(is_v4));
    let mut n_of_device: BTreeMap<(bool, Mac), usize> = BTreeMap::new();
    for (((_, host), mac), _) in claims.iter().flatten() {
        *n_of_device.entry((host.is_v4(), *mac)).or_default() += 1;
    }
    let gateway = context.gateway.mac();
    // A host of IPv6 has a link-local address beside others.
    let is_host = |host: &Addr, mac: &Mac| {
        let n = n_of_device.get(&(host.is_v4(), *mac)).copied().unwrap_or(0);
        gateway != Some(*mac) && (n == 1 || !host.is_v4() && n <= 3)
    };
    let hosts = claims.iter().flatten().filter(|(((_, host), mac), _)| is_host(host, mac));
    hosts.map(|(((_, host), _), _)| *host).collect()
}

/// The higher median of ascending values without one of them; none if the others are too few to show what is usual.
fn median_of_others(sorted: &[f64], one: f64) -> Option<f64> {
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
fn jump(host: Addr, Path { trips, peers }: &Path, (times, more): (f64, f64)) -> Option<Jump<'_>> {
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
fn queue(host: Addr, Path { trips, peers }: &Path, (times, more): (f64, f64)) -> Option<Jump<'_>> {
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
    fn period(&self) -> (i64, i64) {
        (self.first_ns, self.last_ns)
    }

    /// What is so all the time says nothing of other times.
    fn is_for_a_while(&self) -> bool {
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

    fn varies(&self) -> bool {
        self.compared == Compared::Now
    }

    fn finding(
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
            .period((self.first_ns, self.last_ns))
            .filter_in_time(format!("{} && tcp", host_filter("addr", host)))
            .build()
    }
}

#[cfg(test)]
mod tests;
