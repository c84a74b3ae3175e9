//! Turns payload packets of encrypted connections into exchanges: bytes sent by one side, then bytes of the answer.

use crate::model::Flow;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Payload packets in which both sides agree on keys: a greeting each, certificates, and the ends of the handshake.
const HANDSHAKE_PACKETS: u32 = 6;

/// Takes a payload packet that repeats nothing.
#[inline]
pub(super) fn payload(flow: &mut Flow, from: usize, bytes: u32, now: i64) {
    if matches!(flow.app, Some(AppProto::Tls | AppProto::Quic)) {
        take(flow, from, bytes, now);
    }
}

fn take(flow: &mut Flow, from: usize, bytes: u32, now: i64) {
    let [low, high] = flow.directions.each_ref().map(|direction| direction.data_packets);
    if low.saturating_add(high) <= HANDSHAKE_PACKETS {
        return;
    }
    let direction =
        if (from == 0) == flow.is_low_originator { Direction::ToResponder } else { Direction::ToOriginator };
    let at_millis = u32::try_from((now - flow.first_ns).max(0) / 1_000_000).unwrap_or(u32::MAX);
    flow.extra.get_or_insert_default().exchanges.get_or_insert_default().take(direction, at_millis, bytes);
}
