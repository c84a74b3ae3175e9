//! Tests of the detector of connection floods.

use super::*;
use crate::detect::support::testing::{Made, finish, finish_kept, inside, outside};
use crate::settings::Settings;

#[test]
fn a_hundred_connections_a_second_are_a_flood_and_ten_are_not() {
    let at = |a_second: f64| -> Vec<Made> {
        (0..600)
            .map(|i| Made {
                from: (outside(1), 2000 + i),
                ..Made::tcp(outside(1), inside(1), 80, f64::from(i) / a_second)
            })
            .collect()
    };
    assert_eq!(finish(&ENTRY, &at(100.0), &[], &Settings::default()).findings.len(), 1);
    let checks = at(2.0);
    assert!(finish(&ENTRY, &checks, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn a_few_connections_a_second_are_a_flood_if_they_are_alike_and_answered() {
    let at = |bytes: fn(u16) -> [u64; 2], port| -> usize {
        let made = |i: u16| Made {
            from: (outside(1), 2000 + i),
            bytes: bytes(i),
            ..Made::tcp(outside(1), inside(1), port, 10.0 + f64::from(i) / 8.0)
        };
        let mut flows: Vec<Made> = (0..300).map(made).collect();
        flows.push(Made::tcp(outside(3), inside(3), 25, 90.0));
        finish(&ENTRY, &flows, &[], &Settings::default()).findings.len()
    };
    assert_eq!(at(|_| [400, 900], 80), 1);
    assert_eq!(at(|i| [100 + u64::from(i) * 13 % 900, 900], 80), 0, "people");
    assert_eq!(at(|_| [400, 0], 80), 0, "thrown out each time");
    assert_eq!(at(|_| [400, 900], 5222), 0, "not the web");
}

#[test]
fn many_clients_together_are_one_flood_and_visitors_all_day_are_none() {
    let found = |from_second: f64| {
        let made = |i: u16| Made {
            from: (outside((i % 200) as u8), 2000 + i),
            ..Made::tcp(outside(1), inside(1), 80, from_second + f64::from(i) / 10.0)
        };
        let mut flows: Vec<Made> = (0..400).map(made).collect();
        flows.push(Made::tcp(outside(3), inside(3), 25, 0.0));
        finish_kept(&ENTRY, &flows, &Settings::default()).findings
    };
    let flood = found(10.0);
    assert_eq!((flood.len(), flood[0].sources.len()), (1, Finding::MOST_ADDRESSES.min(200)));
    assert!(found(0.0).is_empty(), "so all along");
}
