//! A segment of a TCP connection to what it adds to the health of both sides, by the rules of Wireshark's TCP analysis.

use super::{end_of, millis, past, turns};
use crate::model::flow::health::{
    Delays, LateAnswer, RoundTrip, SenderHealth, SenderTracking, TcpHealth, Tracking, Turns,
};
use crate::model::packet::Tcp;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};

/// A segment sent again so soon after the third acknowledgment of the same is a fast retransmission (Wireshark's 20 ms).
const FAST_NS: i64 = 20_000_000;
/// A segment that comes so soon behind the next one was overtaken, where no round trip is known (Wireshark's 3 ms).
const OVERTAKEN_NS: i64 = 3_000_000;
/// So many acknowledgments that repeat the one before ask for a segment.
const ASKED: u32 = 3;
/// Most segments that wait for their acknowledgment; of more the oldest are forgotten.
const MOST_WAITING: usize = 32;
/// Most round trips kept of a connection.
const MOST_COURSE: usize = 64;

/// A segment on its way into the health of its connection.
pub(super) struct Segment<'a> {
    pub(super) tcp: &'a Tcp,
    pub(super) window: u16,
    pub(super) from: usize,
    pub(super) is_asker: bool,
    pub(super) is_tls: bool,
    pub(super) now: i64,
    pub(super) first_ns: i64,
    /// It carries what had not passed the capture point before, although what follows it had.
    pub(super) fills_hole: bool,
}

/// Both ends of a connection as a segment finds them: what was counted of each, and what is known of it now.
struct Ends<'a> {
    side: &'a mut SenderHealth,
    other_side: &'a mut SenderHealth,
    sender: &'a mut SenderTracking,
    other: &'a mut SenderTracking,
}

/// What a segment is after those that its sender sent before.
struct Role {
    /// How far its number lies beyond the next one.
    ahead: i32,
    /// It neither begins nor ends anything.
    is_plain: bool,
    /// It carries data, or begins or ends its direction.
    carries: bool,
    /// It acknowledges the same as the one before.
    acks_same: bool,
    is_probe: bool,
    is_keep_alive: bool,
    /// It lies before the next number: sent again, or overtaken.
    goes_back: bool,
}

impl Segment<'_> {
    /// Adds it to what was counted of both sides, and to what is known of them.
    #[inline]
    pub(super) fn take(
        &self,
        [low_side, high_side]: &mut [SenderHealth; 2],
        responses: (&mut Delays, &mut Vec<LateAnswer>),
        course: &mut Vec<RoundTrip>,
        tracking: &mut Tracking,
    ) {
        let Tracking { senders: [low, high], turns, handshake_ns, stride, n_skipped } = tracking;
        let (sender, other) = if self.from == 0 { (low, high) } else { (high, low) };
        let (side, other_side) = if self.from == 0 { (low_side, high_side) } else { (high_side, low_side) };
        let mut ends = Ends { side, other_side, sender, other };
        let role = self.role(&ends);
        self.count(&role, &mut ends);
        if role.goes_back {
            self.goes_back(ends.side, ends.sender, ends.other, handshake_ns.unwrap_or(OVERTAKEN_NS));
        }
        self.advance(&role, ends.sender);
        if self.tcp.has(ACK)
            && let Some(trip) = self.acknowledge(&role, &mut ends)
        {
            keep(course, trip, stride, n_skipped);
        }
        let Ends { side, sender, .. } = ends;
        if !self.tcp.has(RST) {
            self.note_window(side, sender);
        }
        (sender.last_was_keep_alive, sender.last_was_probe) = (role.is_keep_alive, role.is_probe);
        if self.tcp.payload_bytes > 0 && !role.goes_back && !role.is_keep_alive && !role.is_probe {
            self.note_request(turns, responses);
        }
    }

    #[inline]
    fn role(&self, Ends { sender, other, .. }: &Ends<'_>) -> Role {
        let tcp = self.tcp;
        let bytes = tcp.payload_bytes;
        let is_plain = tcp.flags & (SYN | FIN | RST) == 0;
        let ahead = if sender.has_sent { past(tcp.sequence, sender.next_sequence) } else { 0 };
        let is_keep_alive = sender.has_sent && bytes <= 1 && ahead == -1 && is_plain;
        let carries = bytes > 0 || tcp.flags & (SYN | FIN) != 0;
        Role {
            ahead,
            is_plain,
            carries,
            acks_same: tcp.has(ACK) && sender.last_ack == Some(tcp.acknowledgment),
            is_probe: sender.has_sent && bytes == 1 && ahead == 0 && other.window == 0 && is_plain,
            is_keep_alive,
            goes_back: carries && sender.has_sent && ahead < 0 && !is_keep_alive && !(bytes > 1 && ahead == -1),
        }
    }

    /// Counts what needs no more than the segment itself and the state of both ends.
    #[inline]
    fn count(&self, role: &Role, Ends { side, other_side, sender, other }: &mut Ends<'_>) {
        let Role { ahead, is_plain, acks_same, .. } = *role;
        let tcp = self.tcp;
        let bytes = tcp.payload_bytes;
        let answers_keep_alive = other.last_was_keep_alive && bytes == 0 && ahead == 0 && acks_same && is_plain;
        let answers_probe = other.last_was_probe && bytes == 0 && self.window == 0 && ahead == 0 && acks_same;
        count_if(&mut side.probes, role.is_probe);
        count_if(&mut side.keep_alives, role.is_keep_alive);
        count_if(&mut side.zero_windows, self.window == 0 && is_plain);
        let is_gap = sender.has_sent && ahead > 0 && !tcp.has(RST);
        count_if(&mut side.gaps, is_gap);
        sender.is_reset_ahead |= sender.has_sent && ahead > 0 && tcp.has(RST);
        side.has_reset_ahead |= sender.is_reset_ahead && bytes > 0;
        if is_gap && sender.unbroken_to == sender.next_sequence {
            sender.hole_ns = Some(self.now);
        }
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
            let is_full = room.zip(other.last_ack).is_some_and(|(room, ack)| end_of(tcp) == ack.wrapping_add(room));
            count_if(&mut side.full_windows, is_full);
            if is_full {
                side.full_room = side.full_room.max(room.unwrap_or(0));
            }
        }
        sender.shows_bare |= is_plain && bytes == 0 && tcp.has(ACK);
        count_if(&mut other_side.needless, tcp.says_came_twice && !other.last_was_keep_alive);
    }

    /// Moves on the numbers of the sender; what carries something new waits for its acknowledgment.
    #[inline]
    fn advance(&self, role: &Role, sender: &mut SenderTracking) {
        let (tcp, end) = (self.tcp, end_of(self.tcp));
        if role.carries && !role.goes_back && role.is_plain && !role.is_keep_alive {
            if sender.waiting.len() >= MOST_WAITING {
                sender.waiting.pop_front();
            }
            sender.waiting.push_back((end, tcp.payload_bytes, Some(self.now)));
        }
        // A probe may be thrown away: the bytes after it begin where it did.
        if !sender.has_sent || !role.is_probe && past(end, sender.next_sequence) > 0 {
            (sender.next_sequence, sender.next_at_ns) = (end, self.now);
        }
        if (!sender.has_sent || tcp.sequence == sender.unbroken_to) && !role.is_probe {
            sender.unbroken_to = sender.next_sequence;
        }
        sender.has_sent = true;
        sender.is_overtaken_by_ack &= !role.carries;
    }

    /// Takes what the segment acknowledges; gives the round trip that it shows, where that is no later than it must be.
    #[inline]
    fn acknowledge(&self, role: &Role, ends: &mut Ends<'_>) -> Option<RoundTrip> {
        let Ends { side, other_side, sender, other } = ends;
        let ack = self.tcp.acknowledgment;
        let is_unseen = other.has_sent && past(ack, other.unbroken_to) > 0;
        if is_unseen && !other.is_overtaken_by_ack {
            count_if(&mut side.acknowledged_unseen, true);
            (other.unbroken_to, other.is_overtaken_by_ack) = (other.next_sequence, true);
        }
        let taken = if role.acks_same { None } else { acknowledged(other, ack, self.now) };
        (sender.last_ack, sender.last_ack_ns) = (Some(ack), self.now);
        let (n_segments, micros, bytes) = taken?;
        other_side.largest_acknowledged = other_side.largest_acknowledged.max(bytes);
        let (at, stuck_bytes, _) = other.stuck;
        if past(ack, at) > 0 && bytes >= stuck_bytes {
            (other.stuck, other_side.stuck_bytes, other_side.stuck_repeats) = ((0, 0, 0), 0, 0);
        }
        let micros = micros.filter(|_| sender.shows_bare)?;
        other_side.round_trips.add(micros);
        // A lone segment may be acknowledged late (RFC 1122, section 4.2.3.2: up to 0.5 s), every second one at once.
        let at_millis = millis(self.now - self.first_ns);
        (n_segments >= 2).then_some(RoundTrip { at_millis, micros, is_to_high: self.from == 1 })
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
            count_if(&mut side.overtaken, self.fills_hole && !self.was_sent_again(sender, other, overtaken_ns));
        } else {
            count_if(&mut side.retransmissions, true);
            self.note_stuck(side, sender, other);
        }
        if self.fills_hole {
            sender.hole_ns = None;
        }
        // The acknowledgment may be that of the first or of the second: no round trip (Karn and Partridge, 1987).
        for waiting in &mut sender.waiting {
            if past(waiting.0, tcp.sequence) > 0 {
                waiting.2 = None;
            }
        }
    }

    /// True for a segment that fills a hole after the other side asked for it three times, by which it is sent again (RFC 5681,
    /// section 3.2), and so long after it went missing that this can have been done: other segments may follow all the while.
    fn was_sent_again(&self, sender: &SenderTracking, other: &SenderTracking, round_trip_ns: i64) -> bool {
        let is_asked_for = other.n_duplicates >= ASKED && other.last_ack == Some(self.tcp.sequence);
        is_asked_for && sender.hole_ns.is_some_and(|since| self.now - since >= round_trip_ns / 2)
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

    fn note_request(&self, turns: &mut Turns, (responses, late): (&mut Delays, &mut Vec<LateAnswer>)) {
        let bytes = self.tcp.payload_bytes;
        if self.is_asker {
            turns::ask(turns, self.now);
        } else if let Some(took_ns) = turns::answer(turns, (bytes, self.is_tls), self.now) {
            let micros = u32::try_from(took_ns.max(0) / 1000).unwrap_or(u32::MAX);
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

/// Takes the segments that an acknowledgment covers: how many, the round trip of the last in µs if it was sent once, and its
/// payload.
fn acknowledged(sender: &mut SenderTracking, ack: u32, now: i64) -> Option<(usize, Option<u32>, u32)> {
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
