//! A flow to numbers: each feature is defined here once, with its name, unit and formula.
//!
//! [`columns`] holds those that a flow CSV shows, [`own`] those that it shows when asked for more, [`model`] those that
//! the models look at.

pub mod column;
pub mod columns;
pub mod figures;
pub mod model;
pub mod own;

#[cfg(test)]
pub(crate) mod made;

use crate::model::Flow;
use crate::model::app::protocol::Protocol;
use crate::model::flow::moments::Moments;

/// What a feature is, for a list of all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// `flow table`, `more columns` or `models`.
    pub set: &'static str,
    /// Name: the column's heading, or a few words.
    pub name: String,
    /// Unit; empty for text, counts without a unit, and ratios.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: String,
    /// What CICFlowMeter v4 is known to do otherwise; empty where nothing is known.
    pub known_bug: &'static str,
}

/// Every feature: the columns of a flow CSV in order, those on request, then what the models look at.
pub fn described() -> impl Iterator<Item = Described> {
    fn of<Row>(set: &'static str, c: &column::Column<Row>) -> Described {
        let (name, formula) = (c.name.clone(), c.formula.clone());
        Described { set, name, unit: c.unit, formula, known_bug: c.known_bug }
    }
    let model = model::ALL.iter().map(|m| Described {
        set: "models",
        name: m.name.to_owned(),
        unit: m.unit,
        formula: m.formula.to_owned(),
        known_bug: "",
    });
    let columns = columns::ALL.iter().map(|column| of("flow table", column));
    columns.chain(own::ALL.iter().map(|column| of("more columns", column))).chain(model)
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

/// Ports of originator and responder; 0 where the protocol has none (ICMP keeps its echo identifier there).
fn ports(flow: &Flow) -> (u16, u16) {
    // TCP, UDP, DCCP, SCTP, UDP-Lite; a table may have ports without a protocol.
    const HAVE_PORTS: [u8; 6] = [6, 17, 33, 132, 136, Protocol::NOT_KNOWN];
    if HAVE_PORTS.contains(&flow.key.protocol) { (flow.originator().1, flow.responder().1) } else { (0, 0) }
}

/// Transport payload bytes per packet, both directions.
fn payload(flow: &Flow) -> Moments {
    flow.forward().payload.merge(&flow.backward().payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_feature_has_its_own_name_and_a_formula() {
        let mut names = BTreeSet::new();
        for feature in described() {
            assert!(!feature.formula.is_empty(), "{} has no formula", feature.name);
            assert!(names.insert((feature.set, feature.name.clone())), "{} twice", feature.name);
        }
    }
}
