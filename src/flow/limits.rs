//! The time-outs of flows, and how many are kept.

use crate::model::format::time;

/// Limits of a flow table.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A longer gap ends a flow, ns.
    pub idle_ns: i64,
    /// A longer flow is cut, ns.
    pub active_ns: i64,
    /// Most flows kept.
    pub most: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { idle_ns: 120 * time::SECOND, active_ns: 1800 * time::SECOND, most: usize::MAX }
    }
}
