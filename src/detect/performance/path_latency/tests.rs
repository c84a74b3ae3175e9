//! Paths that became slow are found with the reason, and what a server lets wait is not.

use super::jump::median_of_others;
use super::*;
use crate::detect::support::testing::{Made, finish_with, inside, outside};
use crate::maths::order::upper_quantile;
use crate::model::Flow;
use crate::model::flow::health::{RoundTrip, TcpHealth};
use crate::settings::Settings;

#[test]
fn the_median_of_the_others_leaves_one_out() {
    let sorted = [1.0, 2.0, 2.0, 5.0, 9.0];
    let of_others = |one| median_of_others(&sorted, one);
    for one in sorted {
        let mut others = sorted.to_vec();
        others.remove(sorted.iter().position(|value| *value == one).unwrap());
        assert_eq!(of_others(one), Some(upper_quantile(others, 0.5, f64::total_cmp)), "{one}");
    }
    assert_eq!(median_of_others(&sorted[..3], 1.0), None);
}

#[test]
fn a_path_that_becomes_long_or_varies_is_found_and_a_late_packet_is_not() {
    let found = |micros: &dyn Fn(u32) -> u32| {
        let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(1), outside(1), 443, 60.0) }.flow();
        let course = (0..60).map(|i| RoundTrip { at_millis: i * 1000, micros: micros(i), is_to_high: true }).collect();
        flow.extra.get_or_insert_default().health = Some(Box::new(TcpHealth { course, ..TcpHealth::default() }));
        finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
    };
    let jumps = found(&|i| if i < 30 { 5000 } else { 200_000 });
    assert_eq!(jumps.len(), 1);
    assert!(jumps[0].title.contains("200 ms instead of 5 ms"), "{}", jumps[0].title);
    let varying = found(&|i| if i % 2 == 0 { 200_000 } else { 5000 });
    assert!(varying.len() == 1 && varying[0].title.contains("wait in queues"), "{}", varying[0].title);
    let flapping = found(&|i| if i / 10 % 2 == 0 { 200_000 } else { 5000 });
    assert!(flapping[0].title.contains("jump between 5 and 200 ms, 5 times"), "{}", flapping[0].title);
    assert!(found(&|i| if i % 8 == 0 { 200_000 } else { 5000 }).is_empty(), "now and then");
    assert!(found(&|_| 200_000).is_empty(), "a long way");
    let of = |client, micros| {
        let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(client), outside(1), 443, 60.0) }.flow();
        let is_to_high = flow.key.high == inside(client);
        let course = (0..10).map(|i| RoundTrip { at_millis: i * 1000, micros, is_to_high }).collect();
        flow.extra.get_or_insert_default().health = Some(Box::new(TcpHealth { course, ..TcpHealth::default() }));
        flow
    };
    let neighbours: Vec<Flow> = (1..6).map(|i| of(i, if i == 5 { 200_000 } else { 300 })).collect();
    let far = finish_with(&ENTRY, &neighbours, &[], &Settings::default()).findings;
    assert_eq!(far.len(), 1);
    assert!(far[0].title.contains("those to its neighbours 0.3 ms"), "{}", far[0].title);
    let with_late = |mut flow: Flow| {
        let course = flow.extra.as_mut().unwrap().health.as_mut().unwrap().course.iter_mut();
        course.skip(2).take(4).for_each(|trip| trip.micros *= 5);
        flow
    };
    let late: Vec<Flow> = (1..6).map(|i| of(i, if i == 5 { 200_000 } else { 300 })).map(with_late).collect();
    let far = finish_with(&ENTRY, &late, &[], &Settings::default()).findings;
    assert!(far.len() == 1 && far[0].title.contains("those to its neighbours"), "a few late packets hide nothing");
    let announced =
        |host: u8| crate::detect::support::testing::arp(u64::from(host), 0.0, 1, host, inside(host), inside(99));
    let alone = [of(5, 200_000), of(6, 300)];
    assert!(finish_with(&ENTRY, &alone, &[], &Settings::default()).findings.is_empty(), "where it is is unknown");
    let near = finish_with(&ENTRY, &alone, &[announced(5), announced(6)], &Settings::default()).findings;
    assert_eq!(near.len(), 1);
    assert!(near[0].title.contains("though it is on this very link"), "{}", near[0].title);
    let elsewhere = |flow: Flow| {
        let other = Addr::v4([192, 168, 77, 5]);
        let swap = |host| if host == inside(5) { other } else { host };
        let key = crate::model::flow::FlowKey { low: swap(flow.key.low), high: swap(flow.key.high), ..flow.key };
        Flow { key, ..flow }
    };
    let branch: Vec<Flow> = neighbours.into_iter().map(elsewhere).collect();
    assert!(finish_with(&ENTRY, &branch, &[], &Settings::default()).findings.is_empty(), "another network inside");
    assert_eq!(found(&|i| if (20..40).contains(&i) { 200_000 } else { 5000 }).len(), 1, "for a while");
}
