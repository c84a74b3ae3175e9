//! Rows of one-way tables, joined to flows with the right initiator.

use super::*;
use crate::flow::features::made::tcp;
use crate::flow::table::FlowTable;

/// One direction of a connection from 10.0.0.9:50000 to 10.0.0.2:443, from its side's own view.
fn half(is_question: bool, flags: u8) -> Flow {
    let mut flow = tcp(&[(0, true, 100, flags), (10, true, 0, flags)]);
    flow.known = Known::ALL.without(Known::BACKWARD.with(Known::DIRECTION));
    if !is_question {
        flow.is_low_originator = true;
        flow.directions.swap(0, 1);
        flow.first_ns += 1_000;
        flow.last_ns += 1_000;
    }
    flow
}

/// The same without flags and data.
fn bare(is_question: bool) -> Flow {
    let mut flow = tcp(&[(0, true, 0, 0)]);
    flow.known = Known::ALL.without(Known::BACKWARD.with(Known::DIRECTION).with(Known::FLAGS));
    if !is_question {
        flow.is_low_originator = true;
        flow.directions.swap(0, 1);
    }
    flow
}

#[test]
fn both_directions_become_one_flow_and_a_later_question_another() {
    let mut table = FlowTable::new(Limits::default());
    let mut n_ended = 0;
    let mut push = |flow: Flow| table.push(flow, true, &mut |_, _| n_ended += 1);
    let later = |mut flow: Flow| {
        flow.first_ns += 60_000_000_000;
        flow.last_ns += 60_000_000_000;
        flow
    };
    let serials = [
        push(half(true, 0x1b)),
        push(half(false, 0x1b)),
        push(later(half(true, 0x02))),
        push(later(half(false, 0x14))),
    ];
    assert_eq!(serials, [0, 0, 1, 1]);
    let first = table.get(0).unwrap();
    assert_eq!((first.forward().packets, first.backward().packets, first.state), (2, 2, TcpState::Closed));
    assert_eq!(first.originator().1, 50_000);
    assert_eq!(n_ended, 0, "more rows of them may come");
    let serial = table.push(half(true, 0x18), true, &mut |_, _| ());
    let flags = table.get(serial).unwrap().forward().flags;
    assert_eq!(flags, [2, 2, 0, 4, 4, 0, 0, 0], "those of both parts");
}

#[test]
fn parts_of_a_long_connection_are_one_flow_whatever_their_order() {
    let part = |is_question: bool, minute: i64| {
        let mut flow = bare(is_question);
        flow.first_ns += minute * 60_000_000_000;
        flow.last_ns = flow.first_ns;
        flow
    };
    for order in [
        [(true, 0), (true, 1), (false, 0), (true, 2), (false, 1)],
        [(false, 0), (false, 1), (true, 2), (true, 1), (true, 0)],
    ] {
        let mut table = FlowTable::new(Limits::default());
        order.into_iter().for_each(|(is_question, at)| {
            table.push(part(is_question, at), true, &mut |_, _| ());
        });
        table.push(part(true, 10), true, &mut |_, _| ());
        let [first, later] = [table.get(0).unwrap(), table.get(1).unwrap()];
        assert_eq!((table.len(), first.packets(), later.packets()), (2, 5, 1));
        assert_eq!((first.outcome(), first.originator().1), (Outcome::Bare, 50_000));
    }
}

#[test]
fn rows_that_wait_too_long_are_counted_with_those_that_wait_to_the_end() {
    let mut table = FlowTable::new(Limits::default());
    let n = 20;
    for hour in 0..n {
        let mut flow = half(true, 0x02);
        flow.first_ns += hour * 3_600_000_000_000;
        flow.last_ns = flow.first_ns;
        table.push(flow, true, &mut |_, flow| assert_eq!(flow.outcome(), Outcome::Unknown));
    }
    assert_eq!((table.len() as i64, table.end_all()), (n, n as u64));
}

#[test]
fn the_originator_is_the_client_by_flags_then_by_ports_then_by_time() {
    assert_eq!(initiator(&half(false, 0x12), &half(true, 0x02)), (Begins::Answer, true));
    assert_eq!(initiator(&half(false, 0x1b), &half(true, 0x1b)), (Begins::Answer, true), "443 is a service");
    let unknown = |mut flow: Flow| {
        (flow.key.low_port, flow.key.high_port) = (40_001, 50_000);
        flow
    };
    assert_eq!(initiator(&unknown(half(false, 0x1b)), &unknown(half(true, 0x1b))), (Begins::Answer, true));
    assert_eq!(initiator(&unknown(bare(false)), &unknown(bare(true))), (Begins::Kept, false));
}

#[test]
fn a_row_without_partner_is_unknown_unless_answers_to_its_hosts_are_recorded() {
    let settled = |exporter: &Exporter, mut flow: Flow| {
        let is_unknown = exporter.settle(&mut flow);
        (flow.outcome(), flow.originator().1, is_unknown)
    };
    let mut blind = Exporter::default();
    (blind.n_flags, blind.n_requests) = (10, 1);
    assert_eq!(settled(&blind, bare(true)), (Outcome::Unknown, 50_000, true));
    assert_eq!(settled(&blind, bare(false)), (Outcome::Unknown, 50_000, true), "an answer to who asked");
    let request = Flow { known: Known::ALL.without(Known::BACKWARD), ..tcp(&[(0, true, 0, 0x02)]) };
    assert_eq!(settled(&Exporter::default(), request).0, Outcome::Unknown, "nothing is known of the others");
    let mut seeing = Exporter::default();
    let mut pair = half(true, 0x1b);
    join(&mut pair, &half(false, 0x1b));
    seeing.add(&pair);
    assert_eq!(settled(&seeing, bare(true)), (Outcome::Unanswered, 50_000, false));
    let rest = Flow { known: Known::ALL.without(Known::BACKWARD), ..tcp(&[(0, true, 0, 0x11)]) };
    assert_eq!(settled(&seeing, rest).0, Outcome::Unknown);
}
