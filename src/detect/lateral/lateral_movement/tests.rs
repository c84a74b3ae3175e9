//! A host that goes on from where it was reached is found.

use super::*;
use crate::detect::support::testing::{Made, arp, finish, inside};
use crate::settings::Settings;

#[test]
fn refusing_neighbours_one_after_another_are_reported_and_answering_ones_are_not() {
    let tries: Vec<Made> = (0..7).map(|i| Made::refused(inside(99), inside(i), 445, f64::from(i))).collect();
    let found = finish(&ENTRY, &tries, &[], &Settings::default()).findings;
    assert_eq!(found[0].technique.as_deref(), Some("T1021.002"));
    let admin: Vec<Made> = (0..40).map(|i| Made::tcp(inside(99), inside(i), 445, f64::from(i))).collect();
    assert!(finish(&ENTRY, &admin, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn neighbours_that_are_not_there_count_with_the_port_that_is_tried_on_those_that_are() {
    let mut packets: Vec<Packet> =
        (0..30).map(|i| arp(u64::from(i), f64::from(i), 1, 99, inside(99), inside(i))).collect();
    packets.push(arp(40, 1.5, 2, 1, inside(1), inside(99)));
    let found = |ports: [u16; 3]| {
        let tries = ports.iter().zip([1, 2, 3]);
        let tries: Vec<Made> =
            tries.map(|(port, i)| Made::tcp(inside(99), inside(i), *port, f64::from(i) + 0.1)).collect();
        finish(&ENTRY, &tries, &packets, &Settings::default()).findings
    };
    let moved = found([445, 445, 80]);
    assert_eq!(moved[0].technique.as_deref(), Some("T1021.002"));
    assert!(moved[0].severity >= crate::model::Severity::Medium);
    assert!(found([445, 80, 80]).is_empty());
    assert!(found([80, 80, 443]).is_empty());
}

#[test]
fn a_host_that_was_tried_and_then_does_the_same_is_a_link_of_a_chain() {
    let tries = |source: u8, from: u8, begin: f64| {
        (from..from + 7).map(move |i| Made::refused(inside(source), inside(i), 22, begin + f64::from(i)))
    };
    let technique = |second: u8| -> Vec<Option<String>> {
        let all: Vec<Made> = tries(99, 10, 0.0).chain(tries(second, 30, 60.0)).collect();
        let found = finish(&ENTRY, &all, &[], &Settings::default()).findings;
        found.iter().map(|finding| finding.technique.clone()).collect()
    };
    assert_eq!(technique(12), [Some("T1210".to_owned()), Some("T1210".to_owned())]);
    assert_eq!(technique(98), [Some("T1021.004".to_owned()), Some("T1021.004".to_owned())]);
}
