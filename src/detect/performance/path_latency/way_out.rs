//! Round trips to all hosts beyond the own network that become long at the same time, to the way out: the one thing that
//! they share.

use super::load::Load;
use super::{CARD, IN_A_ROW, LASTING, Path, Trip};
use crate::detect::detector::Context;
use crate::detect::support::finding_builder::{Identity, count, evidence, host_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::trouble::worst_stretch;
use crate::maths::order::upper_quantile;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::format::time::{seconds, span};
use crate::model::{Addr, Finding, Flow, Site};
use std::collections::{BTreeMap, BTreeSet};

/// One host alone is slow by itself, or its own way is.
const LEAST_HOSTS: usize = 2;
/// So many of the hosts beyond with which somebody speaks then are slow, and hardly any near one.
const MOSTLY: f64 = 0.8;

/// A time in which the way out is slow.
pub struct WayOut {
    /// Hosts beyond, whose round trips are long.
    pub hosts: BTreeSet<Addr>,
    /// Who speaks with them.
    peers: BTreeSet<Addr>,
    /// Medians of the usual short and of the long round trips, µs.
    before_micros: f64,
    long_micros: f64,
    n_long: usize,
    /// First and last long one, ns since 1970.
    period: (i64, i64),
    /// Hosts of the own network whose round trips are known of that time.
    n_near: usize,
}

/// A host's usual short round trip, and of each whether it is long: when and how long.
struct Judged<'a> {
    host: Addr,
    path: &'a Path,
    short_micros: f64,
    is_long: Vec<bool>,
}

impl<'a> Judged<'a> {
    fn of((host, path): (&Addr, &'a Path), (times, more): (f64, f64)) -> Option<Judged<'a>> {
        let mut sorted: Vec<u32> = path.trips.iter().map(|trip| trip.1).collect();
        sorted.arrange();
        // No path is quicker than it is: the least counts, if it was seen twice.
        let short = f64::from(*sorted.get(1)?);
        let is_long = |trip: &Trip| f64::from(trip.1) >= times * short && f64::from(trip.1) >= short + more;
        let is_long = path.trips.iter().map(is_long).collect();
        Some(Judged { host: *host, path, short_micros: short, is_long })
    }

    fn has_long(&self) -> bool {
        self.is_long.iter().any(|is_long| *is_long)
    }

    fn trips(&self) -> impl Iterator<Item = (Trip, bool)> {
        self.path.trips.iter().copied().zip(self.is_long.iter().copied())
    }

    /// Long round trips, and all, within a time.
    fn within(&self, (start_ns, end_ns): (i64, i64)) -> (usize, usize) {
        let within = self.trips().filter(|((at, _), _)| (start_ns..=end_ns).contains(at));
        within.fold((0, 0), |(n_long, n), (_, is_long)| (n_long + usize::from(is_long), n + 1))
    }
}

/// The time in which the way out is slow, if there is one with so many long round trips.
pub fn way_out(paths: &BTreeMap<Addr, Path>, site: &Site, limits: (f64, f64), least: f64) -> Option<WayOut> {
    // Of public addresses it may be unknown where they are: whom somebody inside speaks with is beyond.
    let is_far = |(host, path): (&Addr, &Path)| {
        !site.is_inside(*host) && (site.is_outside(*host) || path.peers.iter().any(|peer| site.is_inside(*peer)))
    };
    let judged = |is_wanted: &dyn Fn((&Addr, &Path)) -> bool| -> Vec<Judged<'_>> {
        paths.iter().filter(|path| is_wanted(*path)).filter_map(|path| Judged::of(path, limits)).collect()
    };
    let far = judged(&is_far);
    // Whose round trips are all alike may have been seen in the slow time only.
    let mut trips: Vec<(Trip, bool)> = far.iter().filter(|host| host.has_long()).flat_map(Judged::trips).collect();
    trips.arrange();
    let (first, last) = worst_stretch(trips.iter().map(|(_, is_long)| *is_long), LASTING)?;
    let stretch = trips.get(first..=last)?;
    let period = (stretch.first()?.0.0, stretch.last()?.0.0);
    let n_long = stretch.iter().filter(|(_, is_long)| *is_long).count();
    let (mut slow, mut n_quick) = (Vec::new(), 0);
    for host in &far {
        let (n_long, n) = host.within(period);
        if 2 * n_long > n {
            slow.push(host);
        } else if n > 0 && n < host.is_long.len() {
            n_quick += 1;
        }
    }
    let near = judged(&|(host, _)| site.is_inside(*host));
    let near_then = near.iter().map(|host| host.within(period)).filter(|(_, n)| *n > 0);
    let (n_near, n_near_slow) =
        near_then.fold((0, 0), |(n_hosts, n_slow), (n_long, n)| (n_hosts + 1, n_slow + usize::from(2 * n_long > n)));
    let is_shared = slow.len() >= LEAST_HOSTS
        && slow.len() as f64 >= MOSTLY * (slow.len() + n_quick) as f64
        && n_near_slow as f64 <= (1.0 - MOSTLY) * f64::from(n_near);
    if n_long < IN_A_ROW || (n_long as f64) < least || !is_shared {
        return None;
    }
    let long: Vec<f64> =
        stretch.iter().filter(|(_, is_long)| *is_long).map(|((_, micros), _)| f64::from(*micros)).collect();
    let short: Vec<f64> = slow.iter().map(|host| host.short_micros).collect();
    Some(WayOut {
        hosts: slow.iter().map(|host| host.host).collect(),
        peers: slow.iter().flat_map(|host| host.path.peers.iter().copied()).gathered(),
        before_micros: upper_quantile(short, 0.5, f64::total_cmp),
        long_micros: upper_quantile(long, 0.5, f64::total_cmp),
        n_long,
        period,
        n_near: n_near as usize,
    })
}

impl WayOut {
    /// What crossed between inside and outside, and the flows of the hosts beyond in that time.
    fn crossed(&self, context: &Context<'_>) -> (Load, Gathered) {
        let (mut load, mut flows) = (Load::of(self.period), Gathered::default());
        let crosses = |flow: &Flow| {
            context.site.is_inside(flow.key.low) != context.site.is_inside(flow.key.high) && !flow.is_to_group()
        };
        let is_theirs = |flow: &Flow| self.hosts.contains(&flow.key.low) || self.hosts.contains(&flow.key.high);
        for (serial, flow) in context.flows.iter() {
            if crosses(flow) {
                load.add(flow);
            }
            if load.has(flow) && is_theirs(flow) {
                flows.add(serial, flow);
            }
        }
        (load, flows)
    }

    /// What is told of it.
    pub fn finding(&self, context: &Context<'_>, (times, more): (f64, f64)) -> Finding {
        let (n_hosts, n_peers) = (self.hosts.len(), self.peers.len());
        let [before, long] = [self.before_micros, self.long_micros].map(|micros| micros / 1e3);
        let (start_ns, end_ns) = self.period;
        let (load, flows) = self.crossed(context);
        let is_full = load.is_full(context.span_ns);
        let impact = if n_peers >= 2 || long >= 500.0 { Impact::OUTAGE } else { Impact::SLOWDOWN };
        let near = match self.n_near {
            0 => String::new(),
            n => format!(" Round trips within the own network ({}) stayed short.", count(n, "host")),
        };
        Finding::builder(&CARD)
            .title(format!(
                "The way out is {}: round trips to {} beyond it take {long:.0} ms instead of {before:.0} ms",
                if is_full { "full" } else { "slow" },
                count(n_hosts, "host")
            ))
            .rated(impact, Confidence::VERY_LIKELY, (long / before.max(0.001), times))
            .sources(self.hosts.iter().copied())
            .targets(self.peers.iter().copied())
            .protocol("TCP")
            .evidence([
                evidence("Round trip, median while long", long, "ms", format!("{before:.1}")),
                evidence("Long round trips", self.n_long as f64, "round trips", "0"),
                evidence("Hosts beyond that are slow at once", n_hosts as f64, "hosts", ""),
                evidence("Lasted", seconds(end_ns - start_ns), "s", ""),
            ])
            .evidence(load.evidence(context.span_ns))
            .explanation(format!(
                "Round trips between the place of the capture and {} outside took {long:.0} ms at the same time, for {}, and {before:.1} ms at others. A round trip counts as long from {times:.1} times the short one of the same host and {:.0} ms more. What these hosts share is the way out: the router, the line, or the provider.{near}{}",
                count(n_hosts, "host"),
                span(end_ns - start_ns),
                more * 1e3,
                load.words(context.span_ns)
            ))
            .identity(Identity::WordAlone("way out".to_owned()))
            .flows(flows)
            .period(self.period)
            .filter_in_time(self.filter())
            .build()
    }

    fn filter(&self) -> String {
        let some: Vec<String> = self.hosts.iter().take(8).map(|host| host_filter("addr", *host)).collect();
        format!("tcp && ({})", some.join(" || "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{inside, outside};
    use crate::model::format::time::SECOND;

    /// Round trips of a host each second, µs.
    fn path(micros: impl Fn(i64) -> u32) -> Path {
        Path { trips: (0..40).map(|i| (i * SECOND, micros(i))).collect(), peers: BTreeSet::from([inside(1)]) }
    }

    #[test]
    fn hosts_beyond_that_are_slow_at_once_share_the_way_out() {
        let slow = |i: i64| if (20..26).contains(&i) { 500_000 } else { 20_000 };
        let found =
            |paths: Vec<(Addr, Path)>| way_out(&paths.into_iter().collect(), &Site::private(), (3.0, 60_000.0), 5.0);
        let both = found(vec![(outside(1), path(slow)), (outside(2), path(slow)), (inside(9), path(|_| 900))]).unwrap();
        assert_eq!((both.hosts.len(), both.n_long, both.n_near), (2, 12, 1));
        assert_eq!(both.period, (20 * SECOND, 25 * SECOND));
        assert!(found(vec![(outside(1), path(slow)), (outside(2), path(|_| 20_000))]).is_none(), "one of two");
        assert!(found(vec![(outside(1), path(slow)), (outside(2), path(slow)), (inside(9), path(slow))]).is_none());
        let apart = |i: i64| if (5..11).contains(&i) { 500_000 } else { 20_000 };
        assert!(found(vec![(outside(1), path(slow)), (outside(2), path(apart))]).is_none(), "not at once");
    }
}
