//! Finds bytes of a TCP connection that are missing from the capture, from sequence numbers and acknowledgments.
//!
//! A byte that the receiver acknowledged and no captured packet carried was lost between network and capture, not
//! between sender and receiver: by a full buffer or an overloaded mirror port. What the network lost is retransmitted
//! and fills its hole.

use crate::model::flow::loss::{Hole, StreamLoss};
use crate::model::interface::CaptureLoss;
use crate::model::packet::{Packet, Tcp, tcp_flag};
use crate::model::{DirectionStats, Flow};

/// A segment that fills a hole so soon was overtaken; a sender repeats one after a round trip at least. Wireshark takes the
/// same time (its tcp.analysis.out_of_order).
const MOST_OVERTAKEN_NS: i64 = 3_000_000;
/// A larger step is no hole but a number that somebody made up.
const MOST_HOLE_BYTES: u32 = 1 << 30;
/// So many acknowledging packets of a direction that was joined in the middle show that the other side sends too: more than
/// a segment that is repeated, a keep-alive or a stray answer comes to.
const LEAST_GOING_ON: u32 = 8;

/// How the bytes of a segment lie to those that its side sent before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// They go on, or there are none.
    GoesOn,
    /// They were sent before.
    Repeats,
    /// They were sent before what had passed already, and pass for the first time, long behind it.
    Fills,
    /// The same, so soon that others only overtook them.
    Overtaken,
}

impl Order {
    /// True if the side sent them again. One that others overtook was sent once.
    pub fn is_retransmission(self) -> bool {
        matches!(self, Order::Repeats | Order::Fills)
    }

    /// True if they pass for the first time, behind what follows them.
    pub fn fills_hole(self) -> bool {
        matches!(self, Order::Fills | Order::Overtaken)
    }
}

/// Takes the acknowledgment of a segment of direction `from`: what it acknowledges and the other direction never carried is
/// a hole there.
#[inline]
pub(super) fn acknowledge(flow: &mut Flow, packet: &Packet, tcp: &Tcp, from: usize) {
    if tcp.flags & (tcp_flag::ACK | tcp_flag::RST) != tcp_flag::ACK {
        return;
    }
    let Some(sender) = flow.directions.get(1 - from) else { return };
    let is_ahead = sender.packets > 0 && (tcp.acknowledgment.wrapping_sub(sender.next_sequence) as i32) > 0;
    if is_ahead || flow.extra.as_ref().is_some_and(|extra| extra.loss.is_some()) {
        take_acknowledgment(flow, packet, tcp.acknowledgment, 1 - from);
    }
}

#[cold]
fn take_acknowledgment(flow: &mut Flow, packet: &Packet, acknowledgment: u32, sender: usize) {
    let Some(direction) = flow.directions.get_mut(sender) else { return };
    let next = direction.next_sequence;
    let n_ahead = acknowledgment.wrapping_sub(next) as i32;
    // A side that only reset has no sequence numbers of its own (RFC 9293, section 3.5.2).
    if n_ahead > 0 && direction.packets > direction.flag(tcp_flag::RST) {
        if n_ahead.unsigned_abs() > MOST_HOLE_BYTES {
            return;
        }
        direction.next_sequence = acknowledgment;
        open(flow, packet, (next, acknowledgment), sender);
    }
    if let Some(loss) = flow.loss_mut(sender).filter(|loss| !loss.holes.is_empty()) {
        let is_later = loss.acknowledged.is_none_or(|before| (acknowledgment.wrapping_sub(before) as i32) > 0);
        if is_later {
            loss.acknowledged = Some(acknowledgment);
        }
    }
}

/// A segment of direction `from` lies behind the next sequence number: what is between is a hole.
#[cold]
pub(super) fn open(flow: &mut Flow, packet: &Packet, (start, end): (u32, u32), from: usize) {
    if end.wrapping_sub(start) > MOST_HOLE_BYTES {
        return;
    }
    let loss = flow.extra.get_or_insert_default().loss.get_or_insert_default();
    let Some(loss) = loss.get_mut(from) else { return };
    while loss.holes.len() >= StreamLoss::MOST_HOLES {
        let oldest = loss.holes.remove(0);
        give_up(loss, &oldest);
    }
    loss.holes.push(Hole { start, end, time_ns: packet.time_ns, packet: packet.index });
}

fn give_up(loss: &mut StreamLoss, hole: &Hole) {
    let missing = hole.missing_bytes(loss.acknowledged);
    if missing == 0 {
        loss.n_unknown = loss.n_unknown.saturating_add(1);
        return;
    }
    loss.missing_bytes += u64::from(missing);
    loss.n_gaps = loss.n_gaps.saturating_add(1);
    loss.first_packet = Some(loss.first_packet.map_or(hole.packet, |first| first.min(hole.packet)));
}

/// A segment of direction `from` lies before the next sequence number: whether it fills a hole, and was overtaken.
#[inline]
pub(super) fn fill(flow: &mut Flow, packet: &Packet, numbers: (u32, u32), from: usize) -> Order {
    match flow.loss_mut(from) {
        Some(loss) if !loss.holes.is_empty() => fill_holes(loss, packet, numbers),
        _ => Order::Repeats,
    }
}

#[cold]
fn fill_holes(loss: &mut StreamLoss, packet: &Packet, (start, end): (u32, u32)) -> Order {
    let is_before = |a: u32, b: u32| (a.wrapping_sub(b) as i32) < 0;
    let mut order = Order::Repeats;
    let mut left = Vec::with_capacity(loss.holes.len());
    for hole in loss.holes.drain(..) {
        if !is_before(start, hole.end) || !is_before(hole.start, end) {
            left.push(hole);
            continue;
        }
        let is_overtaken = packet.time_ns.abs_diff(hole.time_ns) <= MOST_OVERTAKEN_NS.unsigned_abs();
        order = if is_overtaken || order == Order::Overtaken { Order::Overtaken } else { Order::Fills };
        if is_before(hole.start, start) {
            left.push(Hole { end: start, ..hole });
        }
        if is_before(end, hole.end) {
            left.push(Hole { start: end, ..hole });
        }
    }
    loss.holes = left;
    if loss.holes.is_empty() {
        loss.acknowledged = None;
    }
    loss.n_reordered = loss.n_reordered.saturating_add(u32::from(order == Order::Overtaken));
    order
}

/// What flows lack, by the interface that captured them, see [`crate::model::packet::Captured`].
#[derive(Clone, Debug, Default)]
pub struct Losses(Vec<CaptureLoss>);

impl Losses {
    /// What the interface at a place lacks.
    pub fn of(&self, interface: u8) -> CaptureLoss {
        self.0.get(usize::from(interface)).copied().unwrap_or_default()
    }

    /// What all interfaces lack together.
    pub fn sum(&self) -> CaptureLoss {
        let mut all = CaptureLoss::default();
        self.0.iter().for_each(|one| all.add(one));
        all
    }

    /// Adds a flow that nothing more comes to.
    pub(super) fn add(&mut self, flow: &Flow) {
        for (interface, loss) in of_directions(flow) {
            let place = usize::from(interface);
            if self.0.len() <= place {
                self.0.resize(place + 1, CaptureLoss::default());
            }
            if let Some(all) = self.0.get_mut(place) {
                all.add(&loss);
            }
        }
    }
}

/// What a flow lacks, in both directions together.
pub fn of_flow(flow: &Flow) -> CaptureLoss {
    let mut all = CaptureLoss::default();
    of_directions(flow).for_each(|(_, loss)| all.add(&loss));
    all
}

/// What each direction of a flow lacks, with the interface that captured it. Records of tables have no sequence numbers.
fn of_directions(flow: &Flow) -> impl Iterator<Item = (u8, CaptureLoss)> {
    let is_meant = flow.is_tcp() && flow.recorded.is_none();
    let directions = flow.directions.iter().enumerate().filter(move |(_, direction)| is_meant && direction.packets > 0);
    directions.map(|(from, direction)| {
        let has_other = flow.directions.get(1 - from).is_some_and(|other| other.packets > 0);
        (direction.interface, of_direction(flow, direction, from, has_other))
    })
}

fn of_direction(flow: &Flow, direction: &DirectionStats, from: usize, has_other: bool) -> CaptureLoss {
    let lacking = flow.loss(from).map(StreamLoss::lacking).unwrap_or_default();
    let n_reordered = flow.loss(from).map_or(0, |loss| loss.n_reordered);
    // A connection of two directions is counted once, with its originator.
    let is_originator = flow.is_low_originator == (from == 0);
    CaptureLoss {
        stream_bytes: if has_other { direction.payload_bytes() + lacking.missing_bytes } else { 0 },
        missing_bytes: lacking.missing_bytes,
        gaps: lacking.n_gaps,
        gaps_unknown: lacking.n_unknown,
        reordered: u64::from(n_reordered),
        connections: u64::from(
            has_other && is_originator && direction.flag(tcp_flag::ACK) > direction.flag(tcp_flag::RST),
        ),
        one_sided: u64::from(!has_other && goes_on(direction)),
        first_packet: lacking.first_packet.map(|packet| packet + 1),
    }
}

/// True if a direction sends what only one does that hears from the other: acknowledgments behind a handshake or, joined in
/// the middle, a good many packets that are not the same over and over.
fn goes_on(direction: &DirectionStats) -> bool {
    let (n_syn, n_reset) = (direction.flag(tcp_flag::SYN), direction.flag(tcp_flag::RST));
    let n_acknowledging = direction.flag(tcp_flag::ACK).saturating_sub(n_syn + n_reset);
    let least = if n_syn > 0 { 1 } else { LEAST_GOING_ON };
    n_acknowledging >= least && direction.retransmissions * 2 < n_acknowledging.max(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made;
    use crate::flow::names::Names;
    use crate::flow::table::{FlowKeyHash, FlowTable, Limits};
    use crate::model::packet::tcp_flag::{ACK, RST, SYN};
    use crate::model::packet::{Captured, Transport};

    /// A segment: milliseconds, whether it goes forward, flags, sequence number, acknowledgment, bytes.
    type Sent = (i64, bool, u8, u32, u32, u32);

    const OPEN: [Sent; 3] = [(0, true, SYN, 99, 0, 0), (1, false, SYN | ACK, 499, 100, 0), (2, true, ACK, 100, 500, 0)];

    /// What a connection lacks whose packets alternate between two interfaces by direction, and its retransmissions.
    fn of(sent: &[Sent]) -> (CaptureLoss, u32) {
        let (mut table, names) = (FlowTable::new(Limits::default()), Names::default());
        for (index, (millis, is_forward, flags, sequence, acknowledgment, n)) in (0..).zip(sent) {
            let mut packet = made::packet((millis * 1000, *is_forward, *n, *flags), 1000);
            (packet.index, packet.captured) = (index, Captured::by(u8::from(*is_forward), false));
            if let Transport::Tcp(tcp) = &mut packet.transport {
                (tcp.sequence, tcp.acknowledgment) = (*sequence, *acknowledgment);
            }
            let found = table.seek(&packet, table.begin(FlowKeyHash::of(&packet)));
            table.update(&packet, found, &names, &mut |_, _| {});
        }
        let losses = table.losses();
        let mut all = losses.of(0);
        all.add(&losses.of(1));
        (all, table.iter().map(|(_, flow)| flow.forward().retransmissions + flow.backward().retransmissions).sum())
    }

    fn opened(more: &[Sent]) -> (CaptureLoss, u32) {
        of(&[&OPEN, more].concat())
    }

    #[test]
    fn what_was_acknowledged_and_never_came_is_missing() {
        // The second of three segments, and the last one: it is acknowledged, and nothing comes behind it.
        let (loss, _) = opened(&[
            (3, true, ACK, 100, 500, 10),
            (4, true, ACK, 130, 500, 10),
            (5, false, ACK, 500, 140, 0),
            (6, false, ACK, 500, 145, 7),
        ]);
        assert_eq!((loss.missing_bytes, loss.gaps, loss.gaps_unknown), (25, 2, 0));
        assert_eq!((loss.stream_bytes, loss.connections, loss.first_packet), (52, 1, Some(5)));
    }

    #[test]
    fn what_was_lost_in_the_network_comes_again_or_is_not_acknowledged() {
        let gap: [Sent; 2] = [(3, true, ACK, 110, 500, 10), (4, false, ACK, 500, 100, 0)];
        let (loss, _) = opened(&gap);
        assert_eq!((loss.missing_bytes, loss.gaps, loss.gaps_unknown), (0, 0, 1));
        let again =
            |millis| opened(&[&gap[..], &[(millis, true, ACK, 100, 500, 10), (300, false, ACK, 500, 120, 0)]].concat());
        let (late, n_repeated) = again(250);
        assert_eq!((late.missing_bytes, late.gaps_unknown, late.reordered, n_repeated), (0, 0, 0, 1));
        // Overtaken, not sent again.
        let (soon, n_repeated) = again(5);
        assert_eq!((soon.missing_bytes, soon.gaps_unknown, soon.reordered, n_repeated), (0, 0, 1, 0));
    }

    #[test]
    fn an_acknowledgment_that_the_capture_has_too_early_lacks_nothing() {
        let (loss, n_repeated) = opened(&[(3, false, ACK, 500, 110, 0), (4, true, ACK, 100, 500, 10)]);
        assert_eq!((loss.missing_bytes, loss.reordered, n_repeated), (0, 1, 0));
        // Half of it comes.
        let (loss, _) =
            opened(&[(3, false, ACK, 500, 110, 0), (4, true, ACK, 103, 500, 2), (5, false, ACK, 500, 110, 0)]);
        assert_eq!((loss.missing_bytes, loss.gaps), (8, 2));
    }

    #[test]
    fn one_direction_alone_says_nothing_of_bytes() {
        let (loss, _) = of(&[OPEN[0], OPEN[2], (3, true, ACK, 100, 500, 10), (4, true, ACK, 130, 520, 10)]);
        assert_eq!((loss.one_sided, loss.connections, loss.share(), loss.gaps_unknown), (1, 0, None, 1));
        // Requests that nobody answers, also again and again, are of two sides that the capture may well have.
        let (loss, _) = of(&[OPEN[0], (1000, true, SYN, 99, 0, 0), (3000, true, SYN, 99, 0, 0)]);
        assert_eq!((loss.one_sided, loss.connections), (0, 0));
    }

    #[test]
    fn numbers_that_are_made_up_are_no_loss() {
        let (loss, _) = opened(&[(3, true, RST, 5000, 0, 0), (4, false, RST | ACK, 500, 9000, 0)]);
        assert_eq!((loss.missing_bytes, loss.gaps, loss.gaps_unknown), (0, 0, 0));
        let (loss, _) = opened(&[(3, true, ACK, 3_000_000_000, 500, 10), (4, false, ACK, 500, 1_900_000_000, 0)]);
        assert_eq!(loss.missing_bytes, 0);
    }

    #[test]
    fn holes_are_bounded_and_wrap_around() {
        let start = u32::MAX - 20;
        let mut sent = vec![(0, true, ACK, start, 1, 1), (0, false, ACK, 1, start, 0)];
        let n = 3 * StreamLoss::MOST_HOLES as u32;
        for i in 1..=n {
            let number = start.wrapping_add(i * 3);
            sent.push((i64::from(i) * 10, true, ACK, number, 1, 1));
            sent.push((i64::from(i) * 10 + 5, false, ACK, 1, number.wrapping_add(1), 0));
        }
        let (loss, _) = of(&sent);
        assert_eq!((loss.missing_bytes, loss.gaps), (u64::from(2 * n), u64::from(n)));
    }
}
