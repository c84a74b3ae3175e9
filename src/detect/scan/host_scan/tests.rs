//! Who tries one service of many hosts in vain is found, a client of many servers is not.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_with, inside, outside};
use crate::model::Flow;
use crate::settings::Settings;

#[test]
fn one_port_on_many_silent_hosts_is_a_sweep() {
    let scan: Vec<Made> = (0..30).map(|i| Made::refused(inside(99), inside(i), 22, f64::from(i))).collect();
    let found = finish(&ENTRY, &scan, &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title, "192.168.1.99 scanned 30 hosts on TCP port 22");
    assert_eq!(found[0].ports, [22]);
}

#[test]
fn pings_in_a_row_are_a_sweep_and_those_of_a_monitor_over_minutes_are_not() {
    let ping = |i: u8, second: f64| Made {
        protocol: 1,
        from: (inside(99), 0),
        packets: [1, 1],
        bytes: [56, 56],
        seconds: 0.1,
        state: crate::model::flow::TcpState::Unknown,
        ..Made::tcp(inside(99), inside(i), 0, second)
    };
    let found = |gap: f64| {
        let request = |i: u8| Flow { icmp: Some((8, 0)), ..ping(i, f64::from(i) * gap).flow() };
        let pings: Vec<Flow> = (0..16).map(request).collect();
        finish_with(&ENTRY, &pings, &[], &Settings::default()).findings.len()
    };
    assert_eq!((found(0.1), found(20.0)), (1, 0));
}

#[test]
fn pings_of_scattered_servers_that_answer_are_those_of_a_game() {
    let ping = |target: Addr, n_answers: u32| Made {
        protocol: 1,
        from: (inside(99), 0),
        packets: [1, n_answers],
        bytes: [56, 56 * u64::from(n_answers)],
        state: crate::model::flow::TcpState::Unknown,
        ..Made::tcp(inside(99), target, 0, 0.0)
    };
    let found = |target: &dyn Fn(u8) -> Addr, n_gone: u8| {
        let request = |i: u8| Flow { icmp: Some((8, 0)), ..ping(target(i), u32::from(i >= n_gone)).flow() };
        let pings: Vec<Flow> = (0..20).map(request).collect();
        finish_with(&ENTRY, &pings, &[], &Settings::default()).findings.len()
    };
    let scattered = |i: u8| Addr::v4([50 + i, 4, 9, i]);
    assert_eq!((found(&scattered, 2), found(&scattered, 15), found(&outside, 2)), (0, 1, 1));
}

#[test]
fn questions_from_outside_for_what_is_inside_are_a_sweep() {
    let ask = |source| {
        move |i: u8| Made {
            protocol: 17,
            from: (source, 600),
            packets: [1, u32::from(i % 2)],
            bytes: [56, 28 * u64::from(i % 2)],
            ..Made::tcp(source, inside(i), 111, f64::from(i) * 60.0)
        }
    };
    let found = |source| {
        let asked: Vec<Made> = (0..8).map(ask(source)).collect();
        finish(&ENTRY, &asked, &[], &Settings::default()).findings.len()
    };
    assert_eq!((found(outside(7)), found(inside(77))), (1, 0));
}

#[test]
fn a_browser_with_some_dead_servers_is_no_scanner() {
    let browser: Vec<Made> = (0..60)
        .map(|i| {
            let make = if i % 3 == 0 { Made::refused } else { Made::tcp };
            make(inside(99), outside(i), 443, f64::from(i))
        })
        .collect();
    assert!(finish(&ENTRY, &browser, &[], &Settings::default()).findings.is_empty());
}
