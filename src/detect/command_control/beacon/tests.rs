//! Calls made here to findings of beacons.

use super::*;
use crate::detect::support::testing::{Made, finish, inside, outside};
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
