//! The time-outs of flows, and how many are kept.

use crate::model::flow::{Flow, TcpState};
use crate::model::format::time;
use crate::model::packet::Packet;

/// Limits of a flow table.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A longer gap ends a flow, ns; of an open TCP connection it may be longer, see [`Limits::are_apart`].
    pub idle_ns: i64,
    /// A longer flow is cut, ns.
    pub active_ns: i64,
    /// Most flows kept.
    pub most: usize,
}

/// Shorter than this a gap ends no TCP connection that both sides opened and neither closed: address translators must keep it
/// for 2 hours and 4 minutes (RFC 5382, section 5, REQ-5), since keep-alives come every two hours (RFC 9293, section 3.8.4).
const OPEN_IDLE_NS: i64 = 124 * 60 * time::SECOND;
/// Segments farther off, bytes, are hardly those that follow after a pause.
const MOST_OFF: u32 = 1 << 20;

impl Limits {
    /// True if what comes after so long a pause of a flow, from the side at this place, begins another one.
    #[inline]
    pub(super) fn are_apart(&self, flow: &Flow, packet: &Packet, from: usize) -> bool {
        let pause_ns = packet.time_ns - flow.last_ns;
        pause_ns > self.idle_ns && (pause_ns > OPEN_IDLE_NS || !goes_on(flow, packet, from))
    }
}

/// True if a packet goes on where an open connection stood: a request, or numbers far off, are those of another one.
fn goes_on(flow: &Flow, packet: &Packet, from: usize) -> bool {
    let (Some(tcp), Some(sender)) = (packet.tcp(), flow.directions.get(from)) else { return false };
    let n_off = (tcp.sequence.wrapping_sub(sender.next_sequence) as i32).unsigned_abs();
    flow.state == TcpState::Established && !tcp.is_request() && n_off <= MOST_OFF
}

impl Default for Limits {
    fn default() -> Self {
        Limits { idle_ns: 120 * time::SECOND, active_ns: 1800 * time::SECOND, most: usize::MAX }
    }
}
