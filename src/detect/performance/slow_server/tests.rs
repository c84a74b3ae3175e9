//! Slow answers of servers over a quick network are found, and news and slow ways are not.

use super::*;
use crate::detect::support::service_answers::ServiceAnswers;
use crate::detect::support::testing::{Line, Made, finish_flows, finish_with, inside, observe_in_one, outside};
use crate::flow::table::FlowUpdate;
use crate::model::Severity;
use crate::model::app::field::{FieldBuffer, FieldId, Message};
use crate::model::flow::Direction;
use crate::model::flow::health::LateAnswer;
use crate::model::packet::tcp_flag::FIN;
use crate::settings::Settings;

#[test]
fn slow_answers_over_a_quick_network_are_the_servers() {
    let found = |response: u32, trip: u32| {
        let flow = |client| {
            let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(client), inside(9), 443, 10.0) }.flow();
            let mut health = TcpHealth::default();
            (0..10).for_each(|_| health.responses.add(response));
            health.sides.iter_mut().for_each(|side| side.round_trips.add(trip));
            flow.extra.get_or_insert_default().health = Some(Box::new(health));
            flow
        };
        finish_with(&ENTRY, &[flow(1), flow(2)], &[], &Settings::default()).findings
    };
    let findings = found(600_000, 1000);
    assert_eq!(findings.len(), 1);
    assert!(found(20_000, 1000).is_empty(), "quick");
    assert!(found(600_000, 500_000).is_empty(), "the network takes as long");
    // For a while the way is long, and quick at most times.
    let made = |trip: u32, start: f64| {
        let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(1), inside(9), 443, start) }.flow();
        let mut health = TcpHealth::default();
        (0..10).for_each(|_| health.responses.add(trip + 20_000));
        health.sides.iter_mut().for_each(|side| side.round_trips.add(trip));
        flow.extra.get_or_insert_default().health = Some(Box::new(health));
        flow
    };
    let flows: Vec<Flow> = (0..9).map(|i| made(if i < 4 { 560_000 } else { 1000 }, f64::from(i))).collect();
    assert!(finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.is_empty(), "the way was long then");
    assert!(found(30_000_000, 1000).is_empty(), "long polling");
}

#[test]
fn a_server_beyond_is_slow_if_nearly_all_answers_are_and_clients_pause_or_it_says_so() {
    let found = |pause: &dyn Fn(u32) -> f64, n_overloaded: u32| {
        let mut start = 0.0;
        let mut flows = Vec::new();
        for i in 0..12 {
            let made = Made { seconds: 2.1, ..Made::tcp(inside(1), outside(9), 80, start) };
            let mut flow = Flow { app: Some(AppProto::Http), ..made.flow() };
            let mut health = TcpHealth::default();
            health.responses.add(2_000_000);
            health.sides.iter_mut().for_each(|side| side.round_trips.add(20_000));
            flow.extra.get_or_insert_default().health = Some(Box::new(health));
            flows.push(flow);
            start += 2.1 + pause(i);
        }
        let status = |i: u32| if i < n_overloaded { 503_u64 } else { 200 };
        let mut answers = ServiceAnswers::default();
        for (i, flow) in (0..).zip(&flows) {
            let mut facts = FieldBuffer::default();
            facts.number(FieldId::HttpStatus, status(i));
            let fields = facts.messages().next().unwrap();
            let message = Message { protocol: AppProto::Http, time_ns: flow.last_ns, packet: 0, fields };
            let update = FlowUpdate { serial: i, direction: Direction::ToOriginator, is_retransmission: false };
            answers.observe(&message, flow, update);
        }
        finish_flows(&ENTRY, flows, &answers, &Settings::default()).findings[0].severity
    };
    let varied = |i: u32| 0.2 + f64::from(i * 7 % 5);
    assert_eq!((found(&varied, 0), found(&|_| 0.0, 0)), (Severity::Medium, Severity::Low));
    let quick = |i: u32| 0.01 * f64::from(i % 2);
    assert_eq!(found(&quick, 6), Severity::Medium, "overloaded, as it says");
}

#[test]
fn very_late_answers_are_slow_where_clients_do_not_wait_for_news() {
    let found = |pause: &dyn Fn(u32) -> f64| {
        let mut flows = Vec::new();
        for client in [1, 2] {
            let mut start = 0.0;
            for i in 0..5 {
                let made =
                    Made { packets: [5, 5], flags: [FIN, FIN], ..Made::tcp(inside(client), inside(9), 443, start) };
                let mut flow = Made { seconds: 10.1, ..made }.flow();
                let mut health = TcpHealth {
                    late: vec![LateAnswer { at_millis: 10_050, micros: 10_000_000 }],
                    ..TcpHealth::default()
                };
                health.responses.add(10_000_000);
                health.sides.iter_mut().for_each(|side| side.round_trips.add(1000));
                flow.extra.get_or_insert_default().health = Some(Box::new(health));
                flows.push(flow);
                start += 10.1 + pause(i);
            }
        }
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings
    };
    let slow = found(&|i| 0.1 + f64::from(i * 7 % 5));
    assert!(slow.len() == 1 && slow[0].title.contains("takes 10.00 s"), "{slow:?}");
    assert!(found(&|_| 0.0).is_empty(), "long polling");
}

#[test]
fn datagrams_count_too_with_the_quickest_answer_in_place_of_a_round_trip() {
    let found = |wait: f64| {
        let mut lines = Vec::new();
        for i in 0..40 {
            let (second, client) = (f64::from(i) * 3.0, inside(1 + (i % 3) as u8));
            let facts = vec![(FieldId::Identifier, u64::from(i as u8).into())];
            let asked = || Line::request(AppProto::Radius, second, client, (inside(9), 1812), facts.clone());
            let answer = asked().answered();
            lines.push(asked());
            lines.push(Line { second: second + if i % 2 == 0 { 0.01 } else { wait }, ..answer });
        }
        observe_in_one(&ENTRY, &lines, &Settings::default()).findings
    };
    let slow = found(1.5);
    assert!(slow.len() == 1 && slow[0].display_filter.contains("udp.port == 1812"), "{slow:?}");
    assert!(found(0.05).is_empty());
}
