//! Tests of changes of traffic.

use super::*;
use crate::detect::support::testing::{Made, finish_kept, inside, outside};
use crate::model::{Endpoint, Severity};
use crate::settings::Settings;

/// Connections per second, each in a bin of its own.
fn at_rates(rates: &[u32]) -> Vec<Made> {
    let mut flows = Vec::new();
    for (second, rate) in rates.iter().enumerate() {
        for i in 0..*rate {
            let start = second as f64 + f64::from(i) / f64::from(*rate);
            let from = (inside(1), (i % 60_000) as u16);
            flows.push(Made { from, seconds: 0.0, ..Made::tcp(inside(1), outside(1), 80, start) });
        }
    }
    flows
}

fn found(flows: &[Made]) -> Vec<Finding> {
    finish_kept(&ENTRY, flows, &Settings::default()).findings
}

#[test]
fn a_lasting_rise_is_told_and_swings_and_single_peaks_are_not() {
    let mut rates = vec![3; 60];
    rates[30..40].fill(200);
    let rise = found(&at_rates(&rates));
    assert_eq!(rise.len(), 1, "{rise:?}");
    assert!(rise[0].severity < Severity::Medium, "it is reported for information");
    assert_eq!((rise[0].start_ns / SECOND, rise[0].end_ns / SECOND), (30, 39));
    assert_eq!(
        (&rise[0].sources[..], &rise[0].targets[..]),
        (&[Endpoint::Ip(inside(1))][..], &[Endpoint::Ip(outside(1))][..])
    );
    assert_eq!(rise[0].series.as_ref().map(|series| series.changes.len()), Some(1));
    assert!(rise[0].title.contains("rose to 67 times the baseline for 10 s: mostly from"), "{}", rise[0].title);
    assert!(found(&at_rates(&(0..60).map(|i| 2 + i % 7).collect::<Vec<_>>())).is_empty());
    rates[30..40].fill(3);
    rates[30] = 900;
    assert!(found(&at_rates(&rates)).is_empty());
    rates.iter_mut().enumerate().for_each(|(second, rate)| *rate = if second % 10 < 4 { 200 } else { 3 });
    assert!(found(&at_rates(&rates)).is_empty(), "what comes again and again is usual");
}

/// Connections to a few services, ten a second, with others in between.
fn ordinary(seconds: u32, other: impl Fn(u32, u32) -> Option<Made>) -> Vec<Made> {
    let one = |second: u32, i: u32| {
        let start = f64::from(second) + f64::from(i) / 10.0;
        let (from, to) = (inside((i % 5) as u8), outside((second * 7 + i * 3) as u8 % 20));
        let usual = Made {
            from: (from, (second * 10 + i) as u16),
            ..Made::tcp(from, to, [80, 443, 53][i as usize % 3], start)
        };
        other(second, i).unwrap_or(usual)
    };
    (0..seconds).flat_map(|second| (0..10).map(move |i| (second, i))).map(|(second, i)| one(second, i)).collect()
}

#[test]
fn a_change_of_what_is_gone_to_is_told_though_the_volume_stays() {
    assert_eq!(found(&ordinary(300, |_, _| None)).len(), 0);
    let scan = |second: u32, i: u32| {
        let start = f64::from(second) + f64::from(i) / 10.0;
        let port = (1000 + second * 10 + i) as u16;
        (120..180).contains(&second).then(|| Made::tcp(inside(9), outside(99), port, start))
    };
    let changed = found(&ordinary(300, scan));
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].explanation.contains("as if many ports were tried on few hosts"), "{}", changed[0].explanation);
    assert!(
        (115..=125).contains(&(changed[0].start_ns / SECOND)) && (175..=190).contains(&(changed[0].end_ns / SECOND))
    );
    assert_eq!(changed[0].sources, [Endpoint::Ip(inside(9))]);
    assert_eq!(changed[0].series.as_ref().map(|series| series.kind), Some(SeriesKind::Values));
}

#[test]
fn a_host_that_leaves_its_own_usual_is_told_though_the_whole_hardly_changes() {
    // 200 connections a second of others hide the 20 of the one that usually has one.
    let mut flows = Vec::new();
    for second in 0..100_u32 {
        for i in 0..200_u32 {
            let from = inside(10 + (i % 100) as u8);
            flows.push(Made::tcp(from, outside((i % 50) as u8), 443, f64::from(second) + f64::from(i) / 200.0));
        }
        let n = if (40..60).contains(&second) { 20 } else { 1 };
        flows.extend((0..n).map(|i| Made::tcp(inside(1), outside(60), 443, f64::from(second) + f64::from(i) / 40.0)));
    }
    flows.sort_by(|a, b| a.start.total_cmp(&b.start));
    let changed = found(&flows);
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].sources, [Endpoint::Ip(inside(1))]);
    assert!(changed[0].title.starts_with("192.168.1.1: new connections rose to 20 times"), "{}", changed[0].title);
}
