//! Finds TCP segments of a direction whose TTL or hop limit is far lower than that of the others, and whether later
//! segments contradict them.

use crate::model::Flow;
use crate::model::flow::tcp_anomalies::TtlAnomaly;
use crate::model::packet::{Packet, Tcp, tcp_flag};

/// With more hops left a segment arrives: nearly all hosts of the Internet are within 30 hops of each other (Wang, Jin,
/// Shin: Defense Against Spoofed IP Traffic Using Hop-Count Filtering, 2007), and a monitor sees it on the way.
const MOST_LEFT: u8 = 20;
/// Paths that share a load seldom differ in length, and then by few hops (Augustin, Friedman, Teixeira: Measuring
/// Load-balanced Paths in the Internet, IMC 2007).
const LEAST_FEWER: u8 = 5;
/// So many in a row are no game but another way through the network.
const LASTING: u8 = 8;

/// Looks at a segment that was counted, but whose sequence number was not taken yet, if it has few hops left.
#[inline]
pub(super) fn count(flow: &mut Flow, packet: &Packet, tcp: &Tcp, from: usize) {
    if let (Some(ip), Some(direction)) = (&packet.ip, flow.directions.get(from))
        && ip.ttl <= direction.low_ttl
    {
        look(flow, packet, ip.ttl, tcp, from);
    }
}

/// With so many hops left or fewer a segment of a direction that usually has `usual` left is no ordinary one.
fn low_mark(usual: u8) -> u8 {
    usual.saturating_sub(LEAST_FEWER).min(MOST_LEFT)
}

#[cold]
fn look(flow: &mut Flow, packet: &Packet, left: u8, tcp: &Tcp, from: usize) {
    let Some(direction) = flow.directions.get_mut(from) else { return };
    if direction.packets == 1 {
        (direction.ttl, direction.low_ttl) = (left, low_mark(left));
        return;
    }
    let (usual, next_sequence) = (direction.ttl, direction.next_sequence);
    let mark = low_mark(usual);
    // Too few are usual to tell fewer apart, or they are not known.
    if mark == 0 {
        return;
    }
    let is_low = left <= mark;
    let Some(anomalies) = flow.anomalies_mut(from) else { return };
    let low = &mut anomalies.low;
    if is_low {
        low.n_in_a_row = low.n_in_a_row.saturating_add(1);
        record(low, packet, (left, usual), tcp, next_sequence);
    } else {
        low.n_in_a_row = 0;
        answer(low, tcp);
    }
    let is_lasting = low.n_in_a_row >= LASTING;
    if is_lasting {
        (low.open, low.end, low.n_in_a_row) = ([None; TtlAnomaly::MOST_OPEN], None, 0);
    }
    let is_waiting = low.n_in_a_row > 0 || low.end.is_some() || low.open.iter().any(Option::is_some);
    if let Some(direction) = flow.directions.get_mut(from) {
        direction.ttl = if is_lasting { left } else { usual };
        // While something waits, every segment of the direction is looked at.
        direction.low_ttl = if is_waiting { u8::MAX } else { low_mark(direction.ttl) };
    }
}

/// Takes a segment with few hops left. Requests are left out, because tools that find out a path send them; so is what
/// was said before, because packets that run in a circle lose hops too.
fn record(low: &mut TtlAnomaly, packet: &Packet, (left, usual): (u8, u8), tcp: &Tcp, next_sequence: u32) {
    let is_end = tcp.flags & (tcp_flag::RST | tcp_flag::FIN) != 0;
    let is_new = (tcp.sequence.wrapping_sub(next_sequence) as i32) >= 0;
    if tcp.has(tcp_flag::SYN) || tcp.payload_bytes == 0 && !is_end {
        return;
    }
    (low.usual, low.most_left) = (usual, low.most_left.max(left));
    low.seen.add(packet.index, packet.time_ns);
    let end = tcp.sequence.wrapping_add(tcp.payload_bytes);
    if tcp.payload_bytes > 0 && is_new {
        let place = low.seen.n as usize % TtlAnomaly::MOST_OPEN;
        if let Some(slot) = low.open.get_mut(place) {
            *slot = Some((tcp.sequence, end));
        }
    }
    if is_end {
        low.end = Some(end);
    }
}

/// Takes a segment with the usual hops: does it take the place of one that had few, or go on where one said the end?
fn answer(low: &mut TtlAnomaly, tcp: &Tcp) {
    if tcp.payload_bytes == 0 {
        return;
    }
    let (from, to) = (tcp.sequence, tcp.sequence.wrapping_add(tcp.payload_bytes));
    let is_before = |a: u32, b: u32| (a.wrapping_sub(b) as i32) < 0;
    for slot in &mut low.open {
        if slot.is_some_and(|(first, last)| is_before(first, to) && is_before(from, last)) {
            *slot = None;
            low.n_replaced = low.n_replaced.saturating_add(1);
        }
    }
    if low.end.is_some_and(|end| is_before(end, to)) {
        low.end = None;
        low.n_ignored = low.n_ignored.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::names::Names;
    use crate::flow::table::{FlowKeyHash, FlowTable, Limits};
    use crate::model::net::addr::Addr;
    use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
    use crate::model::packet::{Captured, Ip, Layers, Transport};

    /// A segment of one direction: hops left, flags, sequence number, bytes.
    type Sent = (u8, u8, u32, u32);

    fn packet(index: u64, (ttl, flags, sequence, payload_bytes): Sent) -> Packet {
        let ip = Ip {
            source: Addr::v4([192, 168, 1, 1]),
            target: Addr::v4([203, 0, 113, 1]),
            protocol: 6,
            ttl,
            is_fragment: false,
            payload_bytes: 20 + payload_bytes,
        };
        let tcp = Tcp {
            source_port: 40_000,
            target_port: 80,
            sequence,
            acknowledgment: 1,
            flags,
            has_flags: true,
            window: Some(1024),
            window_scale: None,
            says_came_twice: false,
            header_bytes: 20,
            payload_bytes,
        };
        Packet {
            index,
            time_ns: index as i64,
            is_timed: true,
            wire_bytes: 60,
            captured_bytes: 60,
            macs: None,
            vlan: 0,
            vlan_stack: 0,
            layers: Layers::default(),
            arp: None,
            ip: Some(ip),
            transport: Transport::Tcp(tcp),
            is_damaged: false,
            captured: Captured::default(),
            net_at: 0,
            transport_at: 0,
            payload: 0..0,
            extras: None,
        }
    }

    /// Segments with few hops left, those replaced, and those ignored.
    fn counts(sent: &[Sent]) -> (u32, u32, u32) {
        let (mut table, names) = (FlowTable::new(Limits::default()), Names::default());
        for (index, one) in (0..).zip(sent) {
            let packet = packet(index, *one);
            let found = table.seek(&packet, table.begin(FlowKeyHash::of(&packet)));
            table.update(&packet, found, &names, &mut |_, _| {});
        }
        let (_, flow) = table.iter().next().expect("one flow");
        flow.anomalies()
            .map_or((0, 0, 0), |[forward, _]| (forward.low.seen.n, forward.low.n_replaced, forward.low.n_ignored))
    }

    #[test]
    fn what_dies_on_the_way_and_is_then_said_otherwise_is_told() {
        let open = [(64, SYN, 0, 0), (64, ACK, 1, 0)];
        let with = |more: &[Sent]| counts(&[&open, more].concat());
        assert_eq!(with(&[(3, ACK, 1, 100), (64, ACK, 1, 300)]), (1, 1, 0));
        assert_eq!(with(&[(3, ACK | RST, 1, 0), (64, ACK, 1, 300)]), (1, 0, 1));
        assert_eq!(with(&[(64, ACK, 1, 10), (3, ACK | FIN, 11, 0), (64, ACK, 11, 300)]), (1, 0, 1));
    }

    #[test]
    fn other_ways_circles_and_ends_that_hold_are_not() {
        let open = [(64, SYN, 0, 0), (64, ACK, 1, 0)];
        let with = |more: &[Sent]| counts(&[&open, more].concat());
        assert_eq!(with(&[(61, ACK, 1, 100), (64, ACK, 1, 100)]), (0, 0, 0), "a path a few hops longer");
        assert_eq!(with(&[(64, ACK, 1, 100), (32, ACK, 1, 100), (2, ACK, 1, 100), (64, ACK, 1, 100)]).1, 0, "a circle");
        assert_eq!(with(&[(64, ACK, 1, 100), (3, RST, 101, 0)]), (1, 0, 0), "an end that holds");
        let unknown: Vec<Sent> = (0..20).map(|i| (0, ACK, 1 + i * 100, 100)).collect();
        assert_eq!(counts(&unknown), (0, 0, 0));
        let lasting: Vec<Sent> = (0..20).map(|i| (12, ACK, 1 + i * 100, 100)).collect();
        let (_, replaced, _) = with(&[&lasting[..], &[(12, ACK, 1, 100), (64, ACK, 1901, 100)]].concat());
        assert_eq!(replaced, 0, "a lasting change");
        assert_eq!(
            counts(&[(3, SYN, 0, 0), (64, SYN, 0, 0), (64, ACK, 1, 5)]),
            (0, 0, 0),
            "a request that looks for the path"
        );
    }
}
