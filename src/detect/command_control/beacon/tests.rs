//! Tests of beacons, with generated calls.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_kept, finish_named, finish_with, inside, outside};
use crate::model::{Finding, Flow, Severity};
use crate::settings::Settings;

/// Calls every `period` s from `start` on.
fn calls(server: u8, start: f64, period: f64, n: u32) -> impl Iterator<Item = Made> {
    (0..n).map(move |i| Made::tcp(inside(9), outside(server), 8080, start + f64::from(i) * period))
}

/// Three days of visits to other servers, so that the capture is long.
fn visits() -> impl Iterator<Item = Made> {
    (0..150).map(|i| Made::tcp(inside(9), outside(100 + i), 443, f64::from(i) * 1700.0))
}

#[test]
fn an_hour_of_calls_within_days_is_judged_by_its_own_span() {
    let all: Vec<Made> = calls(7, 100_000.0, 30.0, 120).chain(visits()).collect();
    let found = finish(&ENTRY, &all, &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title, format!("192.168.1.9 connects to {} port 8080 every 30 s: 120 connections", outside(7)));
    assert!(found[0].display_filter.contains("frame.time_epoch >= 100000.0"), "{}", found[0].display_filter);
    let whole: Vec<Made> = calls(7, 100_000.0, 30.0, 120).collect();
    assert!(!finish(&ENTRY, &whole, &[], &Settings::default()).findings[0].display_filter.contains("time"));
}

#[test]
fn a_short_transfer_in_even_pieces_is_no_beacon() {
    let all: Vec<Made> = calls(7, 100_000.0, 2.0, 120).chain(visits()).collect();
    assert!(finish(&ENTRY, &all, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn the_finding_says_of_how_many_connections_the_outcome_is_known() {
    let all: Vec<Flow> = calls(7, 0.0, 30.0, 120).map(|made| made.flow()).collect();
    let found = |all: &[Flow]| finish_with(&ENTRY, all, &[], &Settings::default()).findings;
    assert!(!found(&all)[0].explanation.contains("The outcome is known"));
    let unknown =
        |(i, flow): (usize, Flow)| if i % 4 == 0 { flow } else { Flow { recorded: Some(Outcome::Unknown), ..flow } };
    let some: Vec<Flow> = all.into_iter().enumerate().map(unknown).collect();
    assert!(found(&some)[0].explanation.ends_with(" The outcome is known for 30 of 120 connections."));
}

/// What is found of calls of one host to a server within minutes, with what each of nine other hosts does elsewhere; `is_shared`
/// if one of them uses the server too.
fn within_minutes(gaps: &[f64], got: u64, is_shared: bool) -> Vec<Finding> {
    let others = (20..29).map(|i| Made::tcp(inside(i), outside(100 + i), 443, f64::from(i)));
    let also = is_shared.then(|| Made::tcp(inside(20), outside(7), 8443, 30.0));
    let starts = gaps.iter().scan(10.0, |at, gap| {
        *at += gap;
        Some(*at)
    });
    let calls = starts.map(|at| Made { bytes: [400, got], ..Made::tcp(inside(9), outside(7), 8443, at) });
    let all: Vec<Made> = others.chain(also).chain(calls).collect();
    let mut found = finish_kept(&ENTRY, &all, &Settings::default()).findings;
    found.retain(|finding| finding.severity >= Severity::Medium);
    found
}

#[test]
fn few_calls_within_minutes_count_where_the_server_is_odd() {
    let even = [17.0, 16.9, 17.1, 17.0, 17.2, 16.8, 17.0];
    let missed = [10.0, 20.1, 10.1, 9.9, 30.0, 10.0, 10.1, 19.9, 10.0];
    let changed = [6.0, 6.1, 5.9, 6.0, 6.1, 15.0, 15.1, 14.9, 15.0, 15.1];
    for gaps in [&even[..], &missed, &changed] {
        let found = within_minutes(gaps, 900, false);
        assert_eq!(found.len(), 1, "{gaps:?}");
        assert!(
            found[0].explanation.contains("without a name; no other internal host uses it"),
            "{}",
            found[0].explanation
        );
    }
    assert!(within_minutes(&even, 900, true).is_empty(), "others use the server too");
    assert!(within_minutes(&even, 0, false).is_empty(), "nothing comes back");
    let reading = [0.4, 1.3, 0.7, 35.0, 1.1, 2.0, 0.5, 70.0, 0.9, 1.2, 12.0];
    assert!(within_minutes(&reading, 900, false).is_empty(), "someone reads");
}

#[test]
fn polls_of_a_server_that_most_hosts_use_or_of_many_servers_alike_matter_little() {
    const PAPERS: [&str; 5] = ["morningpaper", "rivernews", "gardenpost", "marketherald", "windowtimes"];
    let severities = |hosts: u8, servers: u8| {
        let pairs = (0..hosts).flat_map(|host| (0..servers).map(move |server| (host, server)));
        let calls = pairs.flat_map(|(host, server)| {
            (0..120).map(move |i| {
                let at = f64::from(i) * 60.0 + f64::from(host) * 7.0 + f64::from(server) * 5.0;
                (
                    Made::tcp(inside(20 + host), outside(7 + server), 443, at),
                    format!("feed.{}.example", PAPERS[usize::from(server)]),
                )
            })
        });
        let found = finish_named(&ENTRY, &calls.collect::<Vec<_>>(), &Settings::default()).findings;
        found.iter().map(|finding| finding.severity).max()
    };
    assert!(severities(1, 1) >= Some(Severity::Medium), "one host and its server");
    assert!(severities(4, 1) < Some(Severity::Medium), "all hosts use it");
    assert!(severities(1, 5) < Some(Severity::Medium), "one host reads many papers");
}

#[test]
fn parts_of_one_service_are_an_ordinary_server() {
    let severity = |n_names: u8| {
        let others =
            (0..n_names).map(|i| (Made::tcp(inside(20), outside(50 + i), 443, 5.0), format!("part{i}.home.example")));
        let polls = (0..120)
            .map(|i| (Made::tcp(inside(20), outside(7), 443, f64::from(i) * 60.0), "mqtt.home.example".to_owned()));
        let all: Vec<_> = others.chain(polls).collect();
        finish_named(&ENTRY, &all, &Settings::default()).findings.iter().map(|finding| finding.severity).max()
    };
    assert!(severity(0) >= Some(Severity::Medium) && severity(4) < Some(Severity::Medium));
}
