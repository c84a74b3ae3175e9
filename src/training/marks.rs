//! Labels that stand in no column: which flows of a capture are what, by time, address and filter.

use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow};

/// What flows that fit are.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mark {
    /// The label.
    pub label: String,
    /// Not before, ns since 1970.
    pub start_ns: Option<i64>,
    /// Not after, ns since 1970.
    pub end_ns: Option<i64>,
    /// One of these is an end of the flow; none: any.
    pub hosts: Vec<Addr>,
    /// One of these opened the flow; none: any.
    pub sources: Vec<Addr>,
    /// One of these is the other end; none: any.
    pub targets: Vec<Addr>,
    /// Serial numbers of the flows that pass its filter, ascending; none without a filter.
    pub passing: Option<Vec<u32>>,
}

impl Mark {
    /// True if a flow is meant: it overlaps the time, has the addresses and passes the filter.
    pub fn means(&self, serial: u32, flow: &Flow) -> bool {
        let (source, target) = (flow.originator().0, flow.responder().0);
        let is_one_of = |list: &[Addr], addr: Addr| list.is_empty() || list.contains(&addr);
        self.start_ns.is_none_or(|start| flow.last_ns >= start)
            && self.end_ns.is_none_or(|end| flow.first_ns <= end)
            && (self.hosts.is_empty() || self.hosts.contains(&source) || self.hosts.contains(&target))
            && is_one_of(&self.sources, source)
            && is_one_of(&self.targets, target)
            && self.passing.as_ref().is_none_or(|passing| passing.binary_search(&serial).is_ok())
    }

    /// Seconds since 1970 as nanoseconds.
    pub fn nanoseconds(seconds: f64) -> i64 {
        (seconds * SECOND as f64).round() as i64
    }
}
