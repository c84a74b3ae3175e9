//! Loss, windows and round trips of TCP connections as Wireshark names them.

use super::*;
use crate::flow::features::made;
use crate::flow::limits::Limits;
use crate::flow::names::Names;
use crate::flow::table::{FlowKeyHash, FlowTable};
use crate::model::flow::health::{LateAnswer, SenderHealth};
use crate::model::packet::Transport;
use crate::model::packet::tcp_flag::PSH;

/// A packet: when (ms), whether the client sent it, its number and acknowledgment, payload, flags and window.
type Sent = (i64, bool, u32, u32, u32, u8, u16);

fn flow_of(sent: &[Sent]) -> Flow {
    let handshake =
        [(0, true, 0, 0, 0, SYN, 1000), (10, false, 0, 1, 0, SYN | ACK, 1000), (20, true, 1, 1, 0, ACK, 1000)];
    flow_of_all(&handshake.iter().chain(sent).copied().collect::<Vec<_>>())
}

fn flow_of_all(sent: &[Sent]) -> Flow {
    let names = Names::default();
    let mut table = FlowTable::new(Limits::default());
    for (millis, is_forward, sequence, acknowledgment, bytes, flags, window) in sent.iter().copied() {
        let mut packet = made::packet((millis * 1000, is_forward, bytes, flags), window);
        if let Transport::Tcp(tcp) = &mut packet.transport {
            (tcp.sequence, tcp.acknowledgment) = (sequence, acknowledgment);
        }
        let found = table.seek(&packet, table.begin(FlowKeyHash::of(&packet)));
        table.update(&packet, found, &names, &mut |_, _| {});
    }
    table.end_all();
    table.get(0).unwrap().clone()
}

/// Of what the client and of what the server sent.
fn sides(sent: &[Sent]) -> [SenderHealth; 2] {
    flow_of(sent).sender_health().unwrap().map(Clone::clone)
}

const DATA: u8 = ACK | PSH;

#[test]
fn a_segment_that_is_sent_again_is_counted_by_why() {
    let sent = (30, true, 1, 1, 100, DATA, 1000);
    let late = |millis| (millis, true, 1, 1, 100, DATA, 1000);
    let [client, _] = sides(&[sent, late(300), (310, false, 1, 101, 0, ACK, 1000)]);
    assert_eq!((client.retransmissions, client.filled, client.largest_acknowledged), (1, 0, 100));
    assert_eq!(client.round_trips.n(), 0, "it may be the answer to either");
    let [client, _] = sides(&[sent, (40, false, 1, 101, 0, ACK, 1000), late(300)]);
    assert_eq!((client.retransmissions, client.spurious_retransmissions), (0, 1));
    assert_eq!(client.round_trips.quantile(0.5), Some(10_000));
    // Three segments, the first of which is lost behind the capture point: three acknowledgments of the same ask for it.
    let ask = |millis| (millis, false, 1, 1, 0, ACK, 1000);
    let [client, server] = sides(&[
        sent,
        (31, true, 101, 1, 100, DATA, 1000),
        (32, true, 201, 1, 100, DATA, 1000),
        ask(41),
        ask(42),
        ask(43),
        late(50),
    ]);
    assert_eq!((client.fast_retransmissions, client.retransmissions), (1, 0));
    assert_eq!(server.duplicate_acks, 3, "the answer to the request acknowledged as much");
}

#[test]
fn what_was_asked_for_three_times_and_came_a_round_trip_later_was_lost_though_others_followed() {
    let data = |millis, number: u32| (millis, true, 1 + 100 * number, 1, 100, DATA, 1000);
    let ask = |millis| (millis, false, 1, 1, 0, ACK, 1000);
    // The handshake took 20 ms; the first segment is missing from 31 ms on, and others come till it does.
    let sides_of = |n_asked: i64| {
        let mut sent = vec![data(31, 1), data(36, 2), data(40, 3)];
        sent.extend((41..41 + n_asked).map(ask));
        sent.extend([data(50, 4), data(65, 0)]);
        let [client, _] = sides(&sent);
        (client.out_of_order, client.overtaken, client.lost())
    };
    assert_eq!(sides_of(3), (1, 0, 1));
    assert_eq!(sides_of(2), (1, 1, 0), "asked for less often");
}

#[test]
fn what_did_not_pass_before_was_lost_before_the_capture_or_overtaken() {
    let second = (31, true, 101, 1, 100, DATA, 1000);
    let first = |millis| (millis, true, 1, 1, 100, DATA, 1000);
    let [client, _] = sides(&[second, first(32)]);
    assert_eq!((client.gaps, client.out_of_order, client.filled), (1, 1, 1));
    let [client, _] = sides(&[second, first(300)]);
    assert_eq!((client.gaps, client.retransmissions, client.filled), (1, 1, 1));
    let [_, server] = sides(&[second, (40, false, 1, 301, 0, ACK, 1000)]);
    assert_eq!(server.acknowledged_unseen, 1);
}

#[test]
fn a_closed_window_is_timed_and_answers_are_too() {
    let request = (30, true, 1, 1, 100, DATA, 1000);
    let [client, server] = sides(&[
        request,
        (40, false, 1, 101, 0, ACK, 0),
        (240, true, 101, 1, 1, ACK, 1000),
        (250, false, 1, 101, 0, ACK, 0),
        (540, false, 1, 101, 0, ACK, 1000),
        (1000, true, 100, 1, 0, ACK, 1000),
    ]);
    assert_eq!((server.zero_windows, server.window_updates, server.closed_millis), (2, 1, 500));
    assert_eq!((client.probes, client.keep_alives), (1, 1));
    let flow = flow_of(&[request, (230, false, 1, 101, 500, DATA, 1000), (231, false, 501, 101, 500, DATA, 1000)]);
    let health = flow.health().unwrap();
    assert_eq!((health.responses.n(), health.responses.most()), (1, Some(200_000)));
    assert!(health.tracking.is_none() && health.late.is_empty());
    let late = flow_of(&[request, (9030, false, 1, 101, 500, DATA, 1000)]).health().unwrap().late.clone();
    assert_eq!(late, [LateAnswer { at_millis: 9030, micros: 9_000_000 }]);
}

#[test]
fn large_segments_that_never_arrive_stand_still() {
    let small = (30, true, 1, 1, 100, DATA, 1000);
    let large = |millis| (millis, true, 101, 1, 1400, DATA, 1000);
    let known = (40, false, 1, 101, 0, ACK, 1000);
    let [client, _] = sides(&[small, known, large(50), large(300), large(800), large(1800)]);
    assert_eq!((client.stuck_bytes, client.stuck_repeats, client.largest_acknowledged), (1400, 3, 100));
    let [client, _] = sides(&[small, known, large(50), large(300), large(800), (810, false, 1, 1501, 0, ACK, 1000)]);
    assert_eq!((client.stuck_bytes, client.stuck_repeats), (0, 0), "it arrived");
    let fitting = (1900, true, 101, 1, 1000, DATA, 1000);
    let passed = (1910, false, 1, 1101, 0, ACK, 1000);
    let [client, _] = sides(&[small, known, large(50), large(300), large(800), large(1800), fitting, passed]);
    assert_eq!((client.stuck_bytes, client.stuck_repeats), (1400, 3), "only smaller ones arrive");
}

#[test]
fn acknowledgments_that_wait_for_data_give_no_round_trip() {
    // Two segments each, which only the next data of the other side acknowledge, and no handshake.
    let mut flow = flow_of_all(&[
        (0, true, 1, 1, 100, DATA, 1000),
        (1, true, 101, 1, 100, DATA, 1000),
        (2000, false, 1, 201, 100, DATA, 1000),
        (2010, true, 201, 101, 100, DATA, 1000),
        (2011, true, 301, 101, 100, DATA, 1000),
        (4000, false, 101, 401, 100, DATA, 1000),
    ]);
    assert!(flow.health().unwrap().course.is_empty());
    // Bare acknowledgments of that side are seen: it acknowledges at once.
    flow = flow_of_all(&[
        (0, true, 1, 1, 100, DATA, 1000),
        (1, true, 101, 1, 100, DATA, 1000),
        (10, false, 1, 201, 0, ACK, 1000),
        (20, true, 201, 1, 100, DATA, 1000),
        (21, true, 301, 1, 100, DATA, 1000),
        (40, false, 1, 401, 100, DATA, 1000),
    ]);
    assert_eq!(flow.health().unwrap().course.len(), 1);
}

#[test]
fn what_came_twice_was_not_lost() {
    let again = SenderHealth { retransmissions: 3, fast_retransmissions: 1, needless: 2, ..SenderHealth::default() };
    assert_eq!(again.lost(), 2);
    let known =
        SenderHealth { retransmissions: 3, spurious_retransmissions: 2, needless: 2, ..SenderHealth::default() };
    assert_eq!(known.lost(), 3, "what was acknowledged before does not count as lost in the first place");
}

#[test]
fn a_reset_ahead_of_the_stream_makes_no_loss_of_what_comes_after() {
    // As devices on the path forge them: at the place of the stream, a segment on, and three; the true answer comes all the same.
    let request = (30, true, 1, 1, 100, DATA, 1000);
    let resets = [1, 1461, 4381].map(|sequence| (40, false, sequence, 101, 0, RST | ACK, 0));
    let answers = [(50, false, 1, 101, 1400, DATA, 1000), (51, false, 1401, 101, 1400, DATA, 1000)];
    let sent: Vec<Sent> = [request].into_iter().chain(resets).chain(answers).collect();
    let flow = flow_of(&sent);
    let [_, server] = flow.sender_health().unwrap();
    assert!(server.has_reset_ahead);
    assert_eq!(flow.directions.iter().map(|direction| direction.retransmissions).sum::<u32>(), 0);
}
