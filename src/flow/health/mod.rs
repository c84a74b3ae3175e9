//! Packets of a TCP connection to what they show of its health, by the rules of Wireshark's TCP analysis (its user guide,
//! section "TCP Analysis"), so that both count alike.

use super::loss::Order;
use crate::model::flow::Flow;
use crate::model::flow::health::{Delays, LateAnswer, RoundTrip, SenderHealth, SenderTracking, TcpHealth, Tracking};
use crate::model::packet::Tcp;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};

/// A segment sent again so soon after the third acknowledgment of the same is a fast retransmission (Wireshark's 20 ms).
const FAST_NS: i64 = 20_000_000;
/// A segment that comes so soon behind the next one was overtaken, where no round trip is known (Wireshark's 3 ms).
const OVERTAKEN_NS: i64 = 3_000_000;
/// Most segments that wait for their acknowledgment; of more the oldest are forgotten.
const MOST_WAITING: usize = 32;
/// Most round trips kept of a connection.
const MOST_COURSE: usize = 64;
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
    if flow.health().is_none() {
        let begun = begin(flow, tcp, (from, now), order);
        flow.extra.get_or_insert_default().health = Some(Box::new(begun));
    }
    let Some(health) = flow.extra.as_mut().and_then(|extra| extra.health.as_deref_mut()) else { return };
    let TcpHealth { sides, responses, late, course, tracking } = health;
    let Some(tracking) = tracking.as_deref_mut() else { return };
    let segment = Segment { tcp, window, from, is_asker, now, first_ns, fills_hole: order.fills_hole() };
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

fn end_of(tcp: &Tcp) -> u32 {
    let edges = u32::from(tcp.has(SYN)) + u32::from(tcp.has(FIN));
    tcp.sequence.wrapping_add(tcp.payload_bytes).wrapping_add(edges)
}

/// How far `a` lies behind `b` (RFC 9293, section 3.4: numbers are compared modulo 2^32).
fn past(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b) as i32
}

struct Segment<'a> {
    tcp: &'a Tcp,
    window: u16,
    from: usize,
    is_asker: bool,
    now: i64,
    first_ns: i64,
    /// It carries what had not passed the capture point before, although what follows it had.
    fills_hole: bool,
}

impl Segment<'_> {
    fn take(
        &self,
        [low_side, high_side]: &mut [SenderHealth; 2],
        responses: (&mut Delays, &mut Vec<LateAnswer>),
        course: &mut Vec<RoundTrip>,
        tracking: &mut Tracking,
    ) {
        let Tracking { senders: [low, high], request_ns, handshake_ns, stride, n_skipped } = tracking;
        let (sender, other) = if self.from == 0 { (low, high) } else { (high, low) };
        let (side, other_side) = if self.from == 0 { (low_side, high_side) } else { (high_side, low_side) };
        let tcp = self.tcp;
        let (bytes, end) = (tcp.payload_bytes, end_of(tcp));
        let is_plain = tcp.flags & (SYN | FIN | RST) == 0;
        let ahead = if sender.has_sent { past(tcp.sequence, sender.next_sequence) } else { 0 };
        let acks_same = tcp.has(ACK) && sender.last_ack == Some(tcp.acknowledgment);

        let is_probe = sender.has_sent && bytes == 1 && ahead == 0 && other.window == 0 && is_plain;
        let is_keep_alive = sender.has_sent && bytes <= 1 && ahead == -1 && is_plain;
        let answers_keep_alive = other.last_was_keep_alive && bytes == 0 && ahead == 0 && acks_same && is_plain;
        let answers_probe = other.last_was_probe && bytes == 0 && self.window == 0 && ahead == 0 && acks_same;
        count_if(&mut side.probes, is_probe);
        count_if(&mut side.keep_alives, is_keep_alive);
        count_if(&mut side.zero_windows, self.window == 0 && is_plain);
        let is_gap = sender.has_sent && ahead > 0 && !tcp.has(RST);
        count_if(&mut side.gaps, is_gap);
        let is_empty_ack = bytes == 0 && ahead == 0 && acks_same && is_plain && sender.has_sent;
        let is_update = is_empty_ack && self.window != 0 && self.window != sender.window;
        count_if(&mut side.window_updates, is_update);
        let is_duplicate =
            is_empty_ack && self.window != 0 && self.window == sender.window && !answers_keep_alive && !answers_probe;
        count_if(&mut side.duplicate_acks, is_duplicate);
        if is_duplicate {
            sender.n_duplicates += 1;
        } else if !acks_same {
            sender.n_duplicates = 0;
        }
        if bytes > 0 && is_plain && other.window > 0 {
            let room = other.scale.and_then(|scale| u32::from(other.window).checked_shl(scale.into()));
            let is_full = room.zip(other.last_ack).is_some_and(|(room, ack)| end == ack.wrapping_add(room));
            count_if(&mut side.full_windows, is_full);
        }
        sender.shows_bare |= is_plain && bytes == 0 && tcp.has(ACK);
        count_if(&mut other_side.needless, tcp.says_came_twice && !other.last_was_keep_alive);
        let carries = bytes > 0 || tcp.flags & (SYN | FIN) != 0;
        let goes_back = carries && sender.has_sent && ahead < 0 && !is_keep_alive && !(bytes > 1 && ahead == -1);
        if goes_back {
            self.goes_back(side, sender, other, handshake_ns.unwrap_or(OVERTAKEN_NS));
        } else if carries && is_plain && !is_keep_alive {
            if sender.waiting.len() >= MOST_WAITING {
                sender.waiting.pop_front();
            }
            sender.waiting.push_back((end, bytes, Some(self.now)));
        }
        // A probe may be thrown away: the bytes after it begin where it did.
        if !sender.has_sent || !is_probe && past(end, sender.next_sequence) > 0 {
            (sender.next_sequence, sender.next_at_ns) = (end, self.now);
        }
        if (!sender.has_sent || tcp.sequence == sender.unbroken_to) && !is_probe {
            sender.unbroken_to = sender.next_sequence;
        }
        sender.has_sent = true;
        sender.is_overtaken_by_ack &= !carries;

        if tcp.has(ACK) {
            let is_unseen = other.has_sent && past(tcp.acknowledgment, other.unbroken_to) > 0;
            if is_unseen && !other.is_overtaken_by_ack {
                count_if(&mut side.acknowledged_unseen, true);
                (other.unbroken_to, other.is_overtaken_by_ack) = (other.next_sequence, true);
            }
            if !acks_same && let Some((n_segments, micros, bytes)) = acknowledge(other, tcp.acknowledgment, self.now) {
                other_side.largest_acknowledged = other_side.largest_acknowledged.max(bytes);
                let (at, stuck_bytes, _) = other.stuck;
                if past(tcp.acknowledgment, at) > 0 && bytes >= stuck_bytes {
                    (other.stuck, other_side.stuck_bytes, other_side.stuck_repeats) = ((0, 0, 0), 0, 0);
                }
                let micros = micros.filter(|_| sender.shows_bare);
                if let Some(micros) = micros {
                    other_side.round_trips.add(micros);
                }
                // A lone segment may be acknowledged late (RFC 1122, section 4.2.3.2: up to 0.5 s), every second one at once.
                if let Some(micros) = micros.filter(|_| n_segments >= 2) {
                    let at_millis = millis(self.now - self.first_ns);
                    let trip = RoundTrip { at_millis, micros, is_to_high: self.from == 1 };
                    keep(course, trip, stride, n_skipped);
                }
            }
            (sender.last_ack, sender.last_ack_ns) = (Some(tcp.acknowledgment), self.now);
        }
        if !tcp.has(RST) {
            self.note_window(side, sender);
        }
        (sender.last_was_keep_alive, sender.last_was_probe) = (is_keep_alive, is_probe);
        if bytes > 0 && !goes_back && !is_keep_alive && !is_probe {
            self.note_request(request_ns, responses);
        }
    }

    /// A segment that does not go on: sent again, or overtaken.
    fn goes_back(
        &self,
        side: &mut SenderHealth,
        sender: &mut SenderTracking,
        other: &SenderTracking,
        overtaken_ns: i64,
    ) {
        let (tcp, end) = (self.tcp, end_of(self.tcp));
        count_if(&mut side.filled, self.fills_hole);
        let is_acknowledged = other.last_ack.is_some_and(|ack| past(end, ack) <= 0);
        let was_asked = other.n_duplicates >= 2 && self.now - other.last_ack_ns < FAST_NS;
        if tcp.payload_bytes > 0 && is_acknowledged {
            count_if(&mut side.spurious_retransmissions, true);
        } else if was_asked && other.last_ack == Some(tcp.sequence) {
            count_if(&mut side.fast_retransmissions, true);
        } else if self.now - sender.next_at_ns < overtaken_ns && end != sender.next_sequence {
            count_if(&mut side.out_of_order, true);
            count_if(&mut side.overtaken, self.fills_hole);
        } else {
            count_if(&mut side.retransmissions, true);
            self.note_stuck(side, sender, other);
        }
        // The acknowledgment may be that of the first or of the second: no round trip (Karn and Partridge, 1987).
        for waiting in &mut sender.waiting {
            if past(waiting.0, tcp.sequence) > 0 {
                waiting.2 = None;
            }
        }
    }

    /// Large segments that are sent again and again from where the other side waits.
    fn note_stuck(&self, side: &mut SenderHealth, sender: &mut SenderTracking, other: &SenderTracking) {
        let tcp = self.tcp;
        if tcp.payload_bytes <= side.largest_acknowledged || other.last_ack != Some(tcp.sequence) {
            return;
        }
        let (at, bytes, repeats) = sender.stuck;
        let is_same = repeats > 0 && at == tcp.sequence;
        if is_same && tcp.payload_bytes < bytes {
            // It tries with less.
            return;
        }
        sender.stuck = (tcp.sequence, tcp.payload_bytes, if is_same { repeats.saturating_add(1) } else { 1 });
        if sender.stuck.2 >= side.stuck_repeats {
            (side.stuck_bytes, side.stuck_repeats) = (sender.stuck.1, sender.stuck.2);
        }
    }

    fn note_window(&self, side: &mut SenderHealth, sender: &mut SenderTracking) {
        sender.window = self.window;
        match sender.closed_at_ns {
            None if self.window == 0 && !self.tcp.has(SYN) => sender.closed_at_ns = Some(self.now),
            Some(since) if self.window > 0 => {
                side.closed_millis = side.closed_millis.saturating_add(millis(self.now - since));
                sender.closed_at_ns = None;
            }
            _ => {}
        }
    }

    /// What the originator says is a request; the first packet back is the answer.
    fn note_request(&self, request_ns: &mut Option<i64>, (responses, late): (&mut Delays, &mut Vec<LateAnswer>)) {
        if self.is_asker {
            *request_ns = Some(self.now);
        } else if let Some(at_ns) = request_ns.take() {
            let micros = u32::try_from((self.now - at_ns).max(0) / 1000).unwrap_or(u32::MAX);
            responses.add(micros);
            if micros >= TcpHealth::LATE_MICROS && late.len() < TcpHealth::MOST_LATE {
                late.push(LateAnswer { at_millis: millis(self.now - self.first_ns), micros });
            }
        }
    }
}

#[inline]
fn count_if(count: &mut u32, is_so: bool) {
    *count = count.saturating_add(u32::from(is_so));
}

fn millis(ns: i64) -> u32 {
    u32::try_from(ns.max(0) / 1_000_000).unwrap_or(u32::MAX)
}

/// Takes the segments that an acknowledgment covers: how many, the round trip of the last in µs if it was sent once, and its
/// payload.
fn acknowledge(sender: &mut SenderTracking, ack: u32, now: i64) -> Option<(usize, Option<u32>, u32)> {
    let (mut n, mut last) = (0, None);
    while let Some(waiting) = sender.waiting.pop_front_if(|(end, ..)| past(ack, *end) >= 0) {
        (n, last) = (n + 1, Some(waiting));
    }
    let (_, bytes, sent_ns) = last?;
    let micros = sent_ns.map(|sent_ns| u32::try_from((now - sent_ns).max(0) / 1000).unwrap_or(u32::MAX));
    Some((n, micros, bytes))
}

/// Keeps a round trip, of ever fewer the longer the connection goes on.
fn keep(course: &mut Vec<RoundTrip>, trip: RoundTrip, stride: &mut u32, n_skipped: &mut u32) {
    *n_skipped += 1;
    if *n_skipped < *stride {
        return;
    }
    *n_skipped = 0;
    if course.len() >= MOST_COURSE {
        let mut is_kept = false;
        course.retain(|_| {
            is_kept = !is_kept;
            is_kept
        });
        *stride = stride.saturating_mul(2);
    }
    course.push(trip);
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
