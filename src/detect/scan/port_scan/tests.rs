//! Many failed ports of one host are a scan, peers and retries are not.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_contacts, finish_with, inside, outside};
use crate::model::{Endpoint, Flow, Severity};
use crate::settings::Settings;

#[test]
fn who_comes_back_from_outside_to_the_ports_that_answered_means_this_machine() {
    use crate::model::flow::TcpState;
    let severity = |is_followed: bool| {
        let from_one = |port| Made { from: (outside(9), 53_211), ..Made::refused(outside(9), inside(1), port, 0.0) };
        let open = Made { state: TcpState::Reset, flags: [6, 18], packets: [2, 1], ..from_one(445) };
        let mut flows: Vec<Made> = vec![from_one(139), from_one(5900), open];
        flows.extend(is_followed.then(|| Made::tcp(outside(9), inside(1), 445, 1.0)));
        finish(&ENTRY, &flows, &[], &Settings::default()).findings[0].severity
    };
    assert_eq!((severity(false), severity(true)), (Severity::Low, Severity::Medium));
}

#[test]
fn failed_ports_make_a_scan_and_answered_ones_do_not() {
    let scan: Vec<Made> = (0..20).map(|i| Made::refused(inside(9), inside(1), 100 + i, f64::from(i))).collect();
    let found = finish(&ENTRY, &scan, &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title, "192.168.1.9 scanned 20 TCP ports of 192.168.1.1 (SYN)");
    assert_eq!(found[0].sources, [Endpoint::Ip(inside(9))]);
    assert!(found[0].severity >= Severity::Medium);

    let client: Vec<Made> = (0..20).map(|i| Made::tcp(inside(9), inside(1), 100 + i, f64::from(i))).collect();
    assert!(finish(&ENTRY, &client, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn a_client_that_retries_the_ports_of_a_named_service_outside_does_not_scan() {
    let found = |n_rounds: u32, target: Addr, name: u32| {
        let tries = (0..n_rounds).flat_map(|round| (0..8).map(move |port| (port, round)));
        let flow = |(port, round): (u16, u32)| {
            let flow = Made::refused(inside(9), target, 8000 + port, f64::from(round) * 30.0).flow();
            Flow { name, ..flow }
        };
        let flows: Vec<Flow> = tries.map(flow).collect();
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.len()
    };
    assert_eq!((found(4, outside(1), 7), found(1, outside(1), 7)), (0, 1));
    assert_eq!((found(4, outside(1), 0), found(4, inside(1), 7)), (1, 1));
}

#[test]
fn one_source_on_many_hosts_and_many_sources_on_one_host_are_one_finding_each() {
    let block: Vec<Made> = (0..5)
        .flat_map(|host| (0..20).map(move |i| Made::refused(inside(9), inside(20 + host), 100 + i, f64::from(i))))
        .collect();
    let found = finish(&ENTRY, &block, &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title, "192.168.1.9 scanned 20 TCP ports on 5 hosts");
    let decoys: Vec<Made> = (0..6)
        .flat_map(|source| (0..20).map(move |i| Made::refused(outside(source), inside(1), 100 + i, f64::from(i))))
        .collect();
    let found = finish(&ENTRY, &decoys, &[], &Settings::default()).findings;
    assert_eq!((found.len(), found[0].title.contains("decoys")), (1, true));
}

#[test]
fn a_scan_means_its_own_hour_and_not_what_the_two_did_days_before() {
    const DAYS: f64 = 3.0 * 86_400.0;
    let before = (0..50).map(|i| Made::refused(inside(9), inside(1), 110, f64::from(i)));
    let scan = (0..20).map(|i| Made::refused(inside(9), inside(1), 100 + i, DAYS + f64::from(i)));
    let all: Vec<Made> = before.chain(scan).collect();
    let found = finish(&ENTRY, &all, &[], &Settings::default()).findings;
    assert_eq!((found.len(), found[0].ports.len(), found[0].ports.contains(&110)), (1, 19, false));
}

#[test]
fn a_client_that_tries_five_dead_ports_is_no_scanner() {
    let client = |ports: u16| -> Vec<Made> {
        let own = |i: u16| (inside(9), 50_000 + i * ports);
        let refused = |i: u16| Made::refused(inside(9), inside(1), 100 + i, f64::from(i));
        (0..5).map(|i| Made { from: own(i), ..refused(i) }).collect()
    };
    assert!(finish(&ENTRY, &client(1), &[], &Settings::default()).findings.is_empty());
    let found = finish(&ENTRY, &client(0), &[], &Settings::default()).findings;
    assert_eq!((found.len(), found[0].severity), (1, Severity::Medium), "its own packets, from one port");
}

#[test]
fn a_monitor_is_told_for_information_and_one_that_asks_once_is_a_scanner() {
    let found = |n_rounds: u16| {
        let visit = |round: u16, host: u8, port: u16| {
            let second = f64::from(round) * 30.0 + f64::from(host);
            let make = if port == 100 { Made::tcp } else { Made::refused };
            let from = (inside(9), 50_000 + round * 100 + u16::from(host) * 10 + port % 10);
            Made { from, ..make(inside(9), inside(20 + host), port, second) }
        };
        let places = (0..4).flat_map(|host| (100..109).map(move |port| (host, port)));
        // The last host was not reached again.
        let is_seen = |round: u16, host: u8| round == 0 || host < 3;
        let rounds = (0..n_rounds).flat_map(|round| places.clone().map(move |(host, port)| (round, host, port)));
        let visits: Vec<Made> = rounds.filter(|(r, h, _)| is_seen(*r, *h)).map(|(r, h, p)| visit(r, h, p)).collect();
        finish(&ENTRY, &visits, &[], &Settings::default()).findings
    };
    let monitor = found(4);
    assert_eq!((monitor.len(), monitor[0].severity), (1, Severity::Info));
    assert!(monitor[0].explanation.contains("A monitoring system does so"));
    assert!(found(1)[0].severity >= Severity::Medium);
}

#[test]
fn a_scan_slower_than_the_window_is_slow_and_a_changed_threshold_hides_it() {
    let own = |i: u16| (outside(9), 50_000 + i);
    let refused = |i: u16| Made::refused(outside(9), inside(1), 100 + i, f64::from(i) * 100.0);
    let scan: Vec<Made> = (0..20).map(|i| Made { from: own(i), ..refused(i) }).collect();
    let mut settings = Settings::default();
    let found = finish(&ENTRY, &scan, &[], &settings).findings;
    assert!(found[0].title.contains("slowly"));
    assert_eq!(found[0].technique.as_deref(), Some("T1046"));
    settings.set(&PORTS, 30.0);
    settings.set(&LEAST, 30.0);
    assert!(finish(&ENTRY, &scan, &[], &settings).findings.is_empty());
}

#[test]
fn ports_that_several_draw_at_random_are_of_a_flood_and_those_that_they_share_of_a_scan() {
    let found = |port: &dyn Fn(u64) -> u16| {
        let tried = |i: u64| Made {
            from: (outside((i % 9) as u8), 1024 + i as u16),
            ..Made::refused(outside(1), inside(1), port(i), i as f64 / 100.0)
        };
        let made: Vec<Made> = (1..4000).map(tried).collect();
        finish_contacts(&ENTRY, &made, &Settings::default()).findings.len()
    };
    assert_eq!(found(&|i| (i as u16).wrapping_mul(16_381)), 1);
    assert_eq!(found(&|i| ((i * i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 47) as u16), 0);
}
