//! Flows of a time beside those of others, to whether so much more crossed then, or so evenly, that the line was full.

use crate::detect::detector::Context;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::flow_selector::Gathered;
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Gather;
use crate::model::finding::Evidence;
use crate::model::format::quantity::with_unit;
use crate::model::format::time::seconds;
use crate::model::{Addr, Flow};
use std::collections::BTreeMap;

/// So much more traffic than at other times fills a line, if round trips grow with it.
const BUSIER: f64 = 2.0;

/// The period is divided into so many parts.
const PARTS: usize = 20;
/// Of the parts, so much apart are the tenth and the ninetieth in a hundred at most, as a share of the middle one: what people
/// and programs ask for by themselves comes in bursts.
const EVEN: f64 = 0.4;
/// So many flows, of which none lasts longer than this share of the period, carry nearly all: their own lengths do not make the
/// parts alike.
const LEAST_FLOWS: usize = 6;
const SHORT: f64 = 0.25;
const NEARLY_ALL: f64 = 0.8;
/// And segments are lost, as a full queue does: this share of those with data.
const LEAST_LOST: f64 = 0.005;

/// What crossed in a time, and at others.
pub struct Load {
    period: (i64, i64),
    /// Bytes within the period, and in all.
    then: f64,
    all: f64,
    /// Bytes within each part of the period, and those of flows that are short beside it.
    parts: [f64; PARTS],
    of_short: f64,
    n_short: usize,
    /// TCP packets with data of flows of the period, and those that repeat some.
    n_data: u64,
    n_repeats: u64,
}

impl Load {
    /// Nothing yet, of a period, ns since 1970.
    pub fn of(period: (i64, i64)) -> Load {
        let (parts, of_short, n_short) = ([0.0; PARTS], 0.0, 0);
        Load { period, then: 0.0, all: 0.0, parts, of_short, n_short, n_data: 0, n_repeats: 0 }
    }

    /// True for a TCP flow of the period.
    pub fn has(&self, flow: &Flow) -> bool {
        flow.is_tcp() && flow.first_ns <= self.period.1 && flow.last_ns >= self.period.0
    }

    /// Takes a flow, whose bytes count evenly over its time.
    pub fn add(&mut self, flow: &Flow) {
        let (start, end) = self.period;
        let common = (flow.last_ns.min(end) - flow.first_ns.max(start)).max(0) as f64;
        let is_moment = flow.duration_ns() <= 0 && (start..=end).contains(&flow.first_ns);
        let share = if is_moment { 1.0 } else { common / flow.duration_ns().max(1) as f64 };
        let bytes = share * flow.bytes() as f64;
        self.then += bytes;
        self.all += flow.bytes() as f64;
        if bytes <= 0.0 {
            return;
        }
        if (flow.duration_ns() as f64) <= SHORT * (end - start) as f64 {
            self.n_short += 1;
            self.of_short += bytes;
        }
        for side in flow.directions.iter().filter(|_| flow.is_tcp()) {
            self.n_data += u64::from(side.data_packets);
            self.n_repeats += u64::from(side.retransmissions);
        }
        self.spread(flow, bytes, common);
    }

    /// Adds the bytes of a flow to the parts in which it was.
    fn spread(&mut self, flow: &Flow, bytes: f64, common: f64) {
        let (start, end) = self.period;
        let length = ((end - start) / PARTS as i64).max(1);
        for (place, part) in self.parts.iter_mut().enumerate() {
            let from = start + place as i64 * length;
            let shared = (flow.last_ns.min(from + length) - flow.first_ns.max(from)).max(0) as f64;
            let is_moment = common <= 0.0 && (from..from + length).contains(&flow.first_ns);
            *part += if is_moment { bytes } else { bytes * shared / common.max(1.0) };
        }
    }

    /// What crosses the line when it is full, bit/s: at all times of the period as much, whoever sends, and some is lost. None if
    /// it is not even, or not known.
    pub fn even_rate(&self) -> Option<f64> {
        let part = |share| upper_quantile(self.parts.to_vec(), share, f64::total_cmp);
        let [low, middle, high] = [0.1, 0.5, 0.9].map(part);
        let is_of_many = self.n_short >= LEAST_FLOWS && self.of_short >= NEARLY_ALL * self.then;
        let is_lossy = self.n_repeats as f64 >= LEAST_LOST * self.n_data as f64 && self.n_repeats >= LEAST_FLOWS as u64;
        let seconds_each = seconds(self.period.1 - self.period.0) / PARTS as f64;
        (is_of_many && is_lossy && low > 0.0 && high - low <= EVEN * middle && seconds_each > 0.0)
            .then(|| 8.0 * middle / seconds_each)
    }

    /// Bits per second within the period and outside of it; none where one of them has no length or nothing crossed then.
    fn rates(&self, (first_ns, last_ns): (i64, i64)) -> Option<(f64, f64)> {
        let long = self.period.1 - self.period.0;
        let (then, else_) = (seconds(long), seconds(last_ns - first_ns - long));
        (then > 0.0 && else_ > 0.0 && self.then > 0.0)
            .then(|| (8.0 * self.then / then, 8.0 * (self.all - self.then).max(0.0) / else_))
    }

    /// True if it fills the line.
    pub fn is_full(&self, span_ns: (i64, i64)) -> bool {
        self.even_rate().is_some() || self.rates(span_ns).is_some_and(|(then, else_)| then >= BUSIER * else_)
    }

    /// What it says of the cause, as a sentence after others; empty if nothing.
    pub fn words(&self, span_ns: (i64, i64)) -> String {
        let bits = |rate: f64| with_unit(rate, "bit/s");
        if let Some(rate) = self.even_rate() {
            return format!(
                " In that time {} crossed it all the time, whoever sent, and segments were lost: the line carries no more, it is full, and packets wait in its queues (bufferbloat).",
                bits(rate)
            );
        }
        match self.rates(span_ns) {
            None => String::new(),
            Some((then, else_)) if self.is_full(span_ns) => format!(
                " In that time {} crossed it, otherwise {}: the line fills up, and packets wait in its queues (bufferbloat).",
                bits(then),
                bits(else_)
            ),
            Some((then, else_)) => format!(
                " In that time {} crossed it, otherwise {}{}.",
                bits(then),
                bits(else_),
                if then <= else_ { ": the load does not explain it" } else { "" }
            ),
        }
    }

    /// The same as a figure.
    pub fn evidence(&self, span_ns: (i64, i64)) -> Option<Evidence> {
        let (then, else_) = self.rates(span_ns)?;
        Some(evidence("Traffic in that time", then / 1e6, "Mbit/s", format!("{:.3} otherwise", else_ / 1e6)))
    }
}

/// What crossed to and from each of these hosts within its period, with the TCP flows of that time, in one pass over the flows.
pub fn of_hosts(
    context: &Context<'_>,
    cases: impl Iterator<Item = (Addr, (i64, i64))>,
) -> BTreeMap<Addr, (Load, Gathered)> {
    let nothing = |(host, period)| (host, (Load::of(period), Gathered::default()));
    let mut loads: BTreeMap<Addr, (Load, Gathered)> = cases.map(nothing).gathered();
    if loads.is_empty() {
        return loads;
    }
    for (serial, flow) in context.flows.iter() {
        for host in [flow.key.low, flow.key.high] {
            let Some((load, flows)) = loads.get_mut(&host) else { continue };
            load.add(flow);
            if load.has(flow) {
                flows.add(serial, flow);
            }
        }
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};
    use crate::model::format::time::SECOND;

    #[test]
    fn traffic_of_the_time_is_told_from_that_of_others() {
        let flow = |start, length, kilobytes: u64| {
            let made = Made::tcp(inside(1), outside(1), 443, start);
            Made { seconds: length, packets: [10, 100], bytes: [0, kilobytes * 1000], ..made }.flow()
        };
        let load = |flows: &[Flow]| {
            let mut load = Load::of((40 * SECOND, 60 * SECOND));
            flows.iter().for_each(|flow| load.add(flow));
            load
        };
        let span = (0, 100 * SECOND);
        let full = load(&[flow(0.0, 100.0, 100), flow(40.0, 20.0, 1000)]);
        assert!(full.is_full(span) && full.words(span).contains("bufferbloat"), "{}", full.words(span));
        let steady = load(&[flow(0.0, 100.0, 1000)]);
        assert!(!steady.is_full(span) && steady.words(span).contains("does not explain"));
        assert!(load(&[]).words(span).is_empty() && load(&[]).evidence(span).is_none());
        // Ten downloads one behind the other; as much as before, and now without a break.
        let downloads = |n_lost: u32, gap: f64| -> Vec<Flow> {
            let one = |i: u32| {
                let mut flow = flow(40.0 + 2.0 * f64::from(i), 2.0 - gap, 100);
                flow.directions.iter_mut().for_each(|side| (side.data_packets, side.retransmissions) = (70, n_lost));
                flow
            };
            (0..10).map(one).chain([flow(0.0, 40.0, 2000)]).collect()
        };
        let even = load(&downloads(2, 0.0));
        assert!(even.even_rate().is_some_and(|rate| (380_000.0..440_000.0).contains(&rate)), "{:?}", even.even_rate());
        assert!(even.words(span).contains("carries no more") && even.is_full(span));
        assert!(load(&downloads(0, 0.0)).even_rate().is_none(), "nothing is lost");
        assert!(load(&downloads(2, 1.2)).even_rate().is_none(), "with breaks");
    }
}
