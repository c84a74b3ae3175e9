//! Flows of a time beside those of others, to whether so much more crossed then that the line was full.

use crate::detect::detector::Context;
use crate::detect::support::finding_builder::evidence;
use crate::model::finding::Evidence;
use crate::model::format::quantity::with_unit;
use crate::model::format::time::seconds;
use crate::model::{Addr, Flow};
use std::collections::BTreeMap;

/// So much more traffic than at other times fills a line, if round trips grow with it.
const BUSIER: f64 = 2.0;

/// What crossed in a time, and at others.
pub struct Load {
    period: (i64, i64),
    /// Bytes within the period, and in all.
    then: f64,
    all: f64,
}

impl Load {
    /// Nothing yet, of a period, ns since 1970.
    pub fn of(period: (i64, i64)) -> Load {
        Load { period, then: 0.0, all: 0.0 }
    }

    /// Takes a flow, whose bytes count evenly over its time.
    pub fn add(&mut self, flow: &Flow) {
        let (start, end) = self.period;
        let common = (flow.last_ns.min(end) - flow.first_ns.max(start)).max(0) as f64;
        let is_moment = flow.duration_ns() <= 0 && (start..=end).contains(&flow.first_ns);
        let share = if is_moment { 1.0 } else { common / flow.duration_ns().max(1) as f64 };
        self.then += share * flow.bytes() as f64;
        self.all += flow.bytes() as f64;
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
        self.rates(span_ns).is_some_and(|(then, else_)| then >= BUSIER * else_)
    }

    /// What it says of the cause, as a sentence after others; empty if nothing.
    pub fn words(&self, span_ns: (i64, i64)) -> String {
        let bits = |rate: f64| with_unit(rate, "bit/s");
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

/// What crossed to and from each of these hosts within its period, in one pass over the flows.
pub fn of_hosts(context: &Context<'_>, cases: impl Iterator<Item = (Addr, (i64, i64))>) -> BTreeMap<Addr, Load> {
    let mut loads: BTreeMap<Addr, Load> = cases.map(|(host, period)| (host, Load::of(period))).collect();
    if loads.is_empty() {
        return loads;
    }
    for (_, flow) in context.flows.iter() {
        for host in [flow.key.low, flow.key.high] {
            if let Some(load) = loads.get_mut(&host) {
                load.add(flow);
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
    }
}
