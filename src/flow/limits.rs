//! The time-outs of flows, and how many are kept.

use crate::model::flow::{Flow, TcpState};
use crate::model::format::time;

/// Limits of a flow table.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A longer gap ends a flow, ns; see [`Limits::idle_of`].
    pub idle_ns: i64,
    /// A longer flow is cut, ns.
    pub active_ns: i64,
    /// Most flows kept.
    pub most: usize,
}

/// Shorter than this a gap ends no TCP connection that both sides opened and neither closed: address translators must keep it
/// for 2 hours and 4 minutes (RFC 5382, section 5, REQ-5), since keep-alives come every two hours (RFC 9293, section 3.8.4).
const OPEN_IDLE_NS: i64 = 124 * 60 * time::SECOND;

impl Limits {
    /// The gap that ends this flow, ns.
    #[inline]
    pub(super) fn idle_of(&self, flow: &Flow) -> i64 {
        if flow.state == TcpState::Established { self.idle_ns.max(OPEN_IDLE_NS) } else { self.idle_ns }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { idle_ns: 120 * time::SECOND, active_ns: 1800 * time::SECOND, most: usize::MAX }
    }
}
