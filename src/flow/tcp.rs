//! TCP state of a flow, its originator, and repeated sequence numbers (RFC 9293, section 3.3).

use super::loss::{self, Order};
use crate::model::Flow;
use crate::model::flow::evidence;
use crate::model::flow::{Known, TcpState};
use crate::model::packet::{Packet, Tcp, tcp_flag};

/// True if this request begins a new connection on the five-tuple of an old one, rather than repeating its request.
pub(super) fn is_restart(flow: &Flow, request: &Tcp, from: usize) -> bool {
    let is_over = !matches!(flow.state, TcpState::Requested | TcpState::Answered | TcpState::Established);
    let sent = flow.directions.get(from).filter(|direction| direction.packets > 0);
    let repeats =
        sent.is_some_and(|sent| sent.flag(tcp_flag::SYN) > 0 && sent.next_sequence == request.sequence.wrapping_add(1));
    is_over && !repeats && flow.packets() > 0
}

/// Takes flags, window, sequence number and acknowledgment. A copy of a packet repeats, but its sender sent it once.
#[inline]
pub(super) fn count(flow: &mut Flow, packet: &Packet, tcp: &Tcp, from: usize) -> Order {
    if !tcp.has_flags {
        no_flags(flow);
    } else if flow.recorded.is_some() {
        (flow.recorded, flow.known) = (None, flow.known.with(Known::FLAGS));
    }
    if tcp.is_request() && flow.is_low_originator != (from == 0) && !flow.saw_syn {
        flow.is_low_originator = from == 0;
    }
    let is_from_initiator = flow.is_low_originator == (from == 0);
    flow.state = next(flow, tcp, is_from_initiator);
    flow.saw_syn |= tcp.is_request();
    loss::acknowledge(flow, packet, tcp, from);
    if tcp.has(tcp_flag::SYN)
        && let Some(scale) = flow.window_scales.get_mut(from)
    {
        *scale = tcp.window_scale.unwrap_or(Flow::UNSCALED);
    }
    let Some(direction) = flow.directions.get_mut(from) else { return Order::GoesOn };
    if direction.packets == 1 {
        direction.initial_window = tcp.window;
        if tcp.window.is_none() {
            flow.known = flow.known.without(Known::WINDOWS);
        }
    }
    // Most packets have one or two flags: only those are walked.
    let mut left = tcp.flags;
    while left != 0 {
        if let Some(count) = direction.flags.get_mut(left.trailing_zeros() as usize) {
            *count = count.saturating_add(1);
        }
        left &= left - 1;
    }
    let edges = u32::from(tcp.has(tcp_flag::SYN)) + u32::from(tcp.has(tcp_flag::FIN));
    let end = tcp.sequence.wrapping_add(tcp.payload_bytes).wrapping_add(edges);
    let is_first = direction.packets == 1;
    let next = direction.next_sequence;
    let n_ahead = tcp.sequence.wrapping_sub(next) as i32;
    // A reset says where a stream ends, not what was sent: a forged one may lie anywhere within the window.
    let is_reset = tcp.flags & (tcp_flag::RST | tcp_flag::SYN) == tcp_flag::RST;
    if is_first || !is_reset && (end.wrapping_sub(next) as i32) > 0 {
        direction.next_sequence = end;
    }
    if is_first || is_reset || n_ahead == 0 {
        return Order::GoesOn;
    }
    if n_ahead > 0 {
        // A request with another number begins another connection.
        if !tcp.has(tcp_flag::SYN) {
            loss::open(flow, packet, (next, tcp.sequence), from);
        }
        return Order::GoesOn;
    }
    if tcp.payload_bytes + edges == 0 {
        return Order::GoesOn;
    }
    let order = loss::fill(flow, packet, (tcp.sequence, end), from);
    if order == Order::Overtaken {
        return order;
    }
    if let Some(direction) = flow.directions.get_mut(from).filter(|_| !packet.captured.is_copy()) {
        direction.retransmissions = direction.retransmissions.saturating_add(1);
    }
    order
}

/// A list of packets does not say which flags one of them has: how often each was set is not known. Of a flow without any, only
/// what went both ways shows what became of it; and what its segments carried cannot be told from options of their headers.
#[cold]
fn no_flags(flow: &mut Flow) {
    const OF_SEGMENTS: Known =
        Known::PAYLOAD.with(Known::SIZES).with(Known::DATA_PACKETS).with(Known::HEADERS).with(Known::WINDOWS);
    flow.known = flow.known.without(Known::FLAG_COUNTS);
    if flow.directions.iter().all(|side| evidence::flags(side) == 0) {
        flow.known = flow.known.without(Known::FLAGS.with(OF_SEGMENTS));
        flow.recorded = Some(flow.outcome_by_volume());
    }
}

fn next(flow: &Flow, tcp: &Tcp, is_from_initiator: bool) -> TcpState {
    use TcpState::*;
    if tcp.has(tcp_flag::RST) {
        return match flow.state {
            Requested if !is_from_initiator => Refused,
            // The originator gives up, or a stray reset follows a refusal.
            Requested | Refused | Closed => flow.state,
            _ => Reset,
        };
    }
    if tcp.has(tcp_flag::SYN | tcp_flag::ACK) {
        return if matches!(flow.state, Unknown | Requested) { Answered } else { flow.state };
    }
    if tcp.is_request() {
        return if flow.state == Unknown { Requested } else { flow.state };
    }
    if tcp.has(tcp_flag::FIN) {
        return match flow.state {
            Established | Answered => Closing,
            // The FIN of this packet is not counted yet: the other side's must have been.
            Closing => {
                let other = if is_from_initiator { flow.backward() } else { flow.forward() };
                if other.flag(tcp_flag::FIN) > 0 { Closed } else { Closing }
            }
            state => state,
        };
    }
    if flow.state == Answered && is_from_initiator && tcp.has(tcp_flag::ACK) { Established } else { flow.state }
}
