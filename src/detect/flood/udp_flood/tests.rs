//! One flood is one finding, whatever its ports and senders.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_kept, finish_with, inside, outside};
use crate::model::Severity;
use crate::model::flow::TcpState;
use crate::settings::Settings;

fn datagrams(n: u16, a_second: f64, answers: u32) -> Vec<Made> {
    (0..n)
        .map(|i| Made {
            protocol: 17,
            from: (outside(1), 1024 + i),
            packets: [1, answers],
            bytes: [90, 90],
            seconds: 0.0,
            state: TcpState::Unknown,
            flags: [0, 0],
            ..Made::tcp(outside(1), inside(1), 53, f64::from(i) / a_second)
        })
        .collect()
}

#[test]
fn unanswered_packets_from_fresh_ports_are_a_flood_and_a_busy_resolver_is_not() {
    let found = finish(&ENTRY, &datagrams(2000, 200.0, 0), &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert!(finish(&ENTRY, &datagrams(2000, 200.0, 1), &[], &Settings::default()).findings.is_empty());
}

#[test]
fn single_packets_to_ever_new_ports_are_a_flood_if_many_send_them_and_no_server() {
    let n_found = |n_sources: u16, port: u16| {
        let sprayed: Vec<Made> = datagrams(20_000, 2000.0, 0)
            .into_iter()
            .zip(0_u16..)
            .map(|(made, i)| Made {
                from: (outside((i % n_sources) as u8), port.max(made.from.1 * u16::from(port == 0))),
                to: (inside(1), 1 + i.wrapping_mul(7919) % 60_000),
                ..made
            })
            .collect();
        finish_kept(&ENTRY, &sprayed, &Settings::default()).findings
    };
    let found = n_found(200, 0);
    assert_eq!(found.len(), 1);
    assert!(found[0].title.contains("many ports") && found[0].ports.is_empty(), "{}", found[0].title);
    assert!(n_found(1, 0).is_empty(), "a scan");
    assert!(n_found(200, 443).is_empty(), "answers without their questions");
    assert!(n_found(200, 4500).is_empty(), "answers that nobody asked for");
}

#[test]
fn a_few_a_second_are_a_flood_if_they_last_unless_they_are_requests_to_a_dead_server() {
    let found = |n, a_second| finish(&ENTRY, &datagrams(n, a_second, 0), &[], &Settings::default()).findings;
    let slow = found(480, 12.0);
    assert_eq!(slow.len(), 1);
    assert!(slow[0].severity >= Severity::Medium);
    assert!(found(300, 2.0).is_empty() && found(60, 12.0).is_empty());
    let questions =
        datagrams(480, 12.0, 0).iter().map(|made| Flow { is_app_certain: true, ..made.flow() }).collect::<Vec<_>>();
    assert!(finish_with(&ENTRY, &questions, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn data_for_every_port_is_a_flood_and_empty_probes_are_a_scan() {
    let n_found = |bytes: u64| {
        let sprayed: Vec<Made> = datagrams(1500, 30.0, 0)
            .into_iter()
            .zip(1_u16..)
            .map(|(made, i)| Made { to: (inside(1), i), bytes: [bytes, 0], ..made })
            .collect();
        finish_kept(&ENTRY, &sprayed, &Settings::default()).findings.len()
    };
    assert_eq!((n_found(120), n_found(6)), (1, 0));
}

#[test]
fn a_call_of_fifty_packets_a_second_is_no_flood() {
    let call = Made { seconds: 60.0, packets: [3000, 0], ..datagrams(1, 1.0, 0).remove(0) };
    assert!(finish(&ENTRY, &[call], &[], &Settings::default()).findings.is_empty());
}
