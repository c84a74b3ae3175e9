//! Turns round trips that become much longer into findings, per host: since when, between which hosts, and on which
//! side of the capture point.

mod hops;
mod jump;
mod load;
mod two_levels;
mod way_out;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::address_claims::Mac;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::report::Report;
use crate::maths::sorting::Arrange;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Category};
use crate::settings::Descriptor;
use hops::Hops;
use jump::{Jump, far_neighbours, jump, queue};
use load::Load;
use std::collections::{BTreeMap, BTreeSet};
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
        // A few packets that are late by chance must not hide that the way is long all the time.
        let is_enough = |jump: &Jump<'_>| jump.n_long as f64 >= least;
        for (host, path) in &paths {
            let found = jump(*host, path, limits).filter(is_enough);
            if let Some(jump) = found.or_else(|| queue(*host, path, limits).filter(is_enough)) {
                by_host.insert(*host, jump);
            }
        }
        let on_link = on_link(context);
        for jump in far_neighbours(&paths, context.site, &on_link, limits).into_iter().filter(is_enough) {
            by_host.entry(jump.host).or_insert(jump);
        }
        let way_out = way_out(&paths, context.site, limits, least);
        if let Some(way_out) = &way_out {
            // One cause, one finding.
            by_host.retain(|host, _| !way_out.hosts.contains(host));
        }
        let loads = load::of_hosts(context, by_host.iter().map(|(host, jump)| (*host, jump.period())));
        let cases = by_host.into_values();
        let mut conclusion =
            Report::of(cases).not_evaluated(self.pairs.n_refused).largest_first(|jump| jump.n_long).each(|jump| {
                let is_told = |load: &&Load| jump.is_for_a_while() || jump.varies() && load.even_rate().is_some();
                let (load, flows) = loads.get(&jump.host).map(|(load, flows)| (load, flows.clone())).unzip();
                jump.finding((flows.unwrap_or_default(), load.filter(is_told)), context.span_ns, (times, more))
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

#[cfg(test)]
mod tests;
