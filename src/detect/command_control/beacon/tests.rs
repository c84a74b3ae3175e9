//! Calls made here to findings of beacons.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_with, inside, outside};
use crate::model::Flow;
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
