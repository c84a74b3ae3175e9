//! A flow to numbers: each feature is defined here once, with its name, unit and formula.
//!
//! [`columns`] holds those that a flow CSV shows, [`model`] those that the models look at.

pub mod columns;
pub mod model;

#[cfg(test)]
pub(crate) mod made;

use crate::model::Flow;
use crate::model::flow::{Bulk, Extra};
use crate::model::moments::Moments;

/// What a feature is, for a list of all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Described {
    /// `flow table` or `models`.
    pub set: &'static str,
    /// Name: the column's heading, or a few words.
    pub name: &'static str,
    /// Unit; empty for text, counts without a unit, and ratios.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: &'static str,
}

/// Every feature: the columns of a flow CSV in order, then what the models look at.
pub fn described() -> impl Iterator<Item = Described> {
    let columns =
        columns::ALL.iter().map(|c| Described { set: "flow table", name: c.name, unit: c.unit, formula: c.formula });
    let model = model::ALL.iter().map(|m| Described { set: "models", name: m.name, unit: m.unit, formula: m.formula });
    columns.chain(model)
}

/// `part / whole`, and 0 where there is no whole.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Nanoseconds as microseconds.
fn micros(ns: i64) -> f64 {
    ns as f64 / 1e3
}

/// `count` per second of the flow's duration; 0 where the flow took no time.
fn per_second(count: f64, flow: &Flow) -> f64 {
    ratio(count, flow.duration_ns() as f64 / 1e9)
}

/// Ports of initiator and responder; 0 where the protocol has none (ICMP keeps its echo identifier there).
fn ports(flow: &Flow) -> (u16, u16) {
    const HAVE_PORTS: [u8; 5] = [6, 17, 33, 132, 136]; // TCP, UDP, DCCP, SCTP, UDP-Lite
    if HAVE_PORTS.contains(&flow.key.protocol) { (flow.initiator().1, flow.responder().1) } else { (0, 0) }
}

/// Transport payload bytes per packet, both directions.
fn payload(flow: &Flow) -> Moments {
    flow.forward().payload.merge(&flow.backward().payload)
}

/// Packets of both directions with this flag set.
fn flagged(flow: &Flow, bit: u8) -> f64 {
    f64::from(flow.forward().flag(bit)) + f64::from(flow.backward().flag(bit))
}

fn extra<T>(flow: &Flow, take: impl Fn(&Extra) -> T) -> Option<T> {
    flow.extra.as_deref().map(take)
}

/// Bulk transfers of the initiator (`true`) or the responder.
fn bulk(flow: &Flow, is_forward: bool) -> Bulk {
    let [low, high] = extra(flow, |e| e.bulk).unwrap_or_default();
    if flow.is_low_initiator == is_forward { low } else { high }
}

/// Parts of the flow between gaps longer than a second.
fn subflows(flow: &Flow) -> f64 {
    f64::from(extra(flow, |e| e.subflow_gaps).unwrap_or(0)) + 1.0
}

/// Active periods, µs, the one that the flow ended in among them. A period of a single packet takes no time and is
/// not counted, as in CICFlowMeter.
fn active(flow: &Flow) -> Moments {
    let mut periods = extra(flow, |e| e.active).unwrap_or_default();
    let last = micros(flow.last_ns - flow.active_start_ns);
    if last > 0.0 {
        periods.add(last);
    }
    periods
}

/// Gaps longer than the activity time-out, µs.
fn idle(flow: &Flow) -> Moments {
    extra(flow, |e| e.idle).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_feature_has_its_own_name_and_a_formula() {
        let mut names = BTreeSet::new();
        for feature in described() {
            assert!(names.insert((feature.set, feature.name)), "{} twice", feature.name);
            assert!(!feature.formula.is_empty(), "{} has no formula", feature.name);
        }
    }
}
