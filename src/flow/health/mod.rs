//! Packets of a TCP connection to what they show of its health, by the rules of Wireshark's TCP analysis (its user guide,
//! section "TCP Analysis"), so that both count alike.

use super::loss::Order;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Flow;
use crate::model::flow::health::{RoundTrip, SenderTracking, TcpHealth, Tracking};
use crate::model::packet::Tcp;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
use segment::Segment;

mod segment;
mod turns;

/// A connection is worth remembering from this packet on: a request, even repeated, says nothing yet.
const FIRST_PACKET: u32 = 3;

/// Takes a packet after it was counted, with what its numbers are beside those before.
#[inline]
pub(super) fn update(flow: &mut Flow, tcp: &Tcp, from: usize, now: i64, order: Order) {
    let n_packets = flow.directions.iter().fold(0, |sum: u32, direction| sum.saturating_add(direction.packets));
    if n_packets >= FIRST_PACKET && !flow.is_over {
        take(flow, tcp, from, now, order);
    }
}

fn take(flow: &mut Flow, tcp: &Tcp, from: usize, now: i64, order: Order) {
    let Some(window) = tcp.window else { return };
    let (first_ns, is_asker) = (flow.first_ns, flow.is_low_originator == (from == 0));
    let is_tls = flow.app == Some(AppProto::Tls);
    if flow.health().is_none() {
        let begun = begin(flow, tcp, (from, now), order);
        flow.extra.get_or_insert_default().health = Some(Box::new(begun));
    }
    let Some(health) = flow.extra.as_mut().and_then(|extra| extra.health.as_deref_mut()) else { return };
    let TcpHealth { sides, responses, late, course, tracking } = health;
    let Some(tracking) = tracking.as_deref_mut() else { return };
    let fills_hole = order.fills_hole();
    let segment = Segment { tcp, window, from, is_asker, is_tls, now, first_ns, fills_hole };
    segment.take(sides, (responses, late), course, tracking);
}

/// The round trips to both ends that the handshake shows, where nothing of it was sent twice: neither is delayed.
fn handshake(flow: &Flow, from: usize, now: i64) -> impl Iterator<Item = RoundTrip> + use<> {
    let (asked, answered) = (flow.forward().first_ns, flow.backward().first_ns);
    let is_clean = flow.directions.iter().all(|direction| direction.flag(SYN) == 1 && direction.retransmissions == 0);
    let is_by_originator = flow.is_low_originator == (from == 0);
    let micros = |ns: i64| u32::try_from(ns.max(0) / 1000).unwrap_or(u32::MAX);
    let trips = [(answered - asked, flow.is_low_originator), (now - answered, !flow.is_low_originator)];
    let trip = move |(ns, is_to_high)| RoundTrip { at_millis: millis(now - asked), micros: micros(ns), is_to_high };
    trips.into_iter().filter(move |_| is_clean && is_by_originator).map(trip)
}

/// What the packets before this one, the third, leave to remember.
fn begin(flow: &Flow, tcp: &Tcp, (from, now): (usize, i64), order: Order) -> TcpHealth {
    let have_requested = flow.directions.iter().all(|direction| direction.flag(SYN) > 0);
    let are_scaled = !flow.window_scales.contains(&Flow::UNSCALED);
    let mut tracking = Tracking { stride: 1, ..Tracking::default() };
    let mut health = TcpHealth::default();
    let directions = flow.directions.iter().enumerate().zip(&flow.window_scales);
    for (((at, direction), scale), sender) in directions.zip(&mut tracking.senders) {
        let is_this = at == from;
        let other = flow.directions.get(1 - at);
        // The packet at hand was counted already: it stood where its own number begins.
        let is_ahead = is_this && !order.is_retransmission() && direction.next_sequence == end_of(tcp);
        let next_sequence = if is_ahead { tcp.sequence } else { direction.next_sequence };
        let has_sent = direction.packets > u32::from(is_this);
        let acknowledges = direction.flag(ACK) > u32::from(is_this && tcp.has(ACK));
        *sender = SenderTracking {
            has_sent,
            next_sequence,
            next_at_ns: direction.last_ns,
            unbroken_to: next_sequence,
            last_ack: other.filter(|_| has_sent && acknowledges).map(|other| other.next_sequence),
            window: direction.initial_window.unwrap_or(0),
            shows_bare: have_requested,
            // Both must offer it in their requests (RFC 7323, section 2.2); unknown where one was not seen.
            scale: have_requested.then_some(if are_scaled { *scale } else { 0 }),
            ..SenderTracking::default()
        };
        // What is sent again now is looked at after this.
        let n_before = direction.retransmissions.saturating_sub(u32::from(is_this && order.is_retransmission()));
        if let Some(side) = health.sides.get_mut(at) {
            side.retransmissions = n_before;
        }
    }
    if flow.saw_syn && have_requested && tcp.flags & (SYN | RST) == 0 {
        tracking.handshake_ns = Some(flow.last_ns - flow.first_ns);
        health.course.extend(handshake(flow, from, now));
    }
    health.tracking = Some(Box::new(tracking));
    health
}

#[inline]
fn end_of(tcp: &Tcp) -> u32 {
    let edges = u32::from(tcp.has(SYN)) + u32::from(tcp.has(FIN));
    tcp.sequence.wrapping_add(tcp.payload_bytes).wrapping_add(edges)
}

/// How far `a` lies behind `b` (RFC 9293, section 3.4: numbers are compared modulo 2^32).
#[inline]
fn past(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b) as i32
}

#[inline]
fn millis(ns: i64) -> u32 {
    u32::try_from(ns.max(0) / 1_000_000).unwrap_or(u32::MAX)
}

/// Forgets what only an open connection needs.
pub(super) fn settle(flow: &mut Flow) {
    let Some(health) = flow.extra.as_mut().and_then(|extra| extra.health.as_mut()) else { return };
    let Some(tracking) = health.tracking.take() else { return };
    let last_ns = flow.last_ns;
    let [low, high] = &tracking.senders;
    for (side, (sender, other)) in health.sides.iter_mut().zip([(low, high), (high, low)]) {
        // An acknowledgment beyond would mean that only the capture lacks them.
        let is_awaited = other.last_ack.is_some_and(|ack| past(ack, sender.unbroken_to) <= 0);
        if sender.has_sent && is_awaited && !sender.is_overtaken_by_ack {
            side.missing_bytes = u32::try_from(past(sender.next_sequence, sender.unbroken_to)).unwrap_or(0);
        }
        if let Some(since) = sender.closed_at_ns {
            side.closed_millis = side.closed_millis.saturating_add(millis(last_ns - since));
        }
    }
    health.course.shrink_to_fit();
}

/// Forgets the health of a flow.
pub(super) fn forget(flow: &mut Flow) {
    if let Some(extra) = &mut flow.extra {
        extra.health = None;
    }
}

#[cfg(test)]
mod tests;
