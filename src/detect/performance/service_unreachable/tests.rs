//! Services that refuse or stay silent are found with the others ruled out.

use super::*;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::testing::{Made, finish_at, finish_with, inside, outside};
use crate::flow::names::Names;
use crate::model::flow::TcpState;
use crate::model::{Finding, Severity};
use crate::settings::Settings;

/// A request that is repeated twice, after a second and after two more, without an answer.
fn silent(client: u8, port: u16, start: f64) -> Flow {
    let made = Made {
        packets: [3, 0],
        bytes: [0, 0],
        flags: [SYN, 0],
        seconds: 3.0,
        state: TcpState::Requested,
        ..Made::tcp(inside(client), outside(9), port, start)
    };
    let mut flow = made.flow();
    for side in &mut flow.directions {
        [1e6, 2e6].iter().for_each(|gap| side.gap.add(*gap));
    }
    flow
}

fn found(flows: &[Flow]) -> Vec<Finding> {
    finish_with(&ENTRY, flows, &[], &Settings::default()).findings
}

fn online(client: u8) -> Flow {
    Made::tcp(inside(client), outside(80), 443, 1.0).flow()
}

#[test]
fn attempts_that_time_out_again_and_again_are_told() {
    let dead: Vec<Flow> = (0..8).map(|i| silent(1, 587, f64::from(i) * 10.0)).chain([online(1), online(2)]).collect();
    let told = found(&dead);
    assert_eq!((told.len(), told[0].severity), (1, Severity::Medium));
    assert!(found(&dead[..2]).is_empty(), "twice");
    assert!(found(&dead[..8])[0].severity < Severity::Medium, "the client may be cut off");
    let two: Vec<Flow> = (0..16).map(|i| silent(1 + (i % 2) as u8, 587, f64::from(i) * 5.0)).collect();
    assert!(found(&two)[0].severity < Severity::Medium, "both may be cut off");
    let beside: Vec<Flow> = two.into_iter().chain([online(3)]).collect();
    assert!(found(&beside)[0].severity >= Severity::Medium, "others of their network get out");
}

#[test]
fn a_service_that_may_have_found_no_room_among_those_that_work_is_not_called_dead() {
    let concluded = |n_working: u32| {
        let mut detector = ServiceUnreachable::default();
        for host in 0..n_working {
            detector.working.of((Addr::v4(host.to_be_bytes()), 443));
        }
        for i in 0..8 {
            detector.fail((outside(9), 587), inside(1), Fate::Silent, i * 10 * SECOND);
        }
        finish_at(&mut detector, &Names::default(), &Contacts::default(), [0].into_iter(), &Settings::default())
    };
    let (room, full) = (concluded(1000), concluded(MOST_WORKING as u32 + 1));
    assert_eq!((room.findings.len(), room.n_not_evaluated), (1, 0));
    assert_eq!((full.findings.len(), full.n_not_evaluated), (0, 1));
}

#[test]
fn a_scan_and_a_flood_are_none() {
    let scan: Vec<Flow> = (0..60).map(|i| silent(1, 1000 + i / 5, f64::from(i) * 3.0)).chain([online(1)]).collect();
    assert!(found(&scan).is_empty());
    let flood: Vec<Flow> = (0..200).map(|i| silent(i, 80, f64::from(i) * 0.1)).collect();
    assert!(found(&flood).is_empty());
    // Each of many comes back now and then, and none does anything else.
    let refused = |i: u8| Made::refused(outside(i % 40), inside(9), 80, f64::from(i) * 0.05).flow();
    let mut flood: Vec<Flow> = (0..240).map(refused).collect();
    assert!(found(&flood).is_empty());
    flood.extend((0..40).map(|i| Made::tcp(outside(i), inside(8), 443, 1.0).flow()));
    assert_eq!(found(&flood).len(), 1, "clients that are there");
}

#[test]
fn refusals_are_told_and_those_of_a_service_that_mostly_works_are_not() {
    let refused = (0..6).map(|i| Made::refused(inside(1 + i % 2), outside(9), 5432, f64::from(i) * 20.0).flow());
    let mut flows: Vec<Flow> = refused.chain([online(1)]).collect();
    assert!(found(&flows)[0].title.contains("refuses connections"));
    flows.extend((0..6).map(|i| Made::tcp(inside(1), outside(9), 5432, f64::from(i) * 9.0).flow()));
    assert!(found(&flows)[0].title.contains("50 % of 12 attempts fail"));
    flows.extend((0..60).map(|i| Made::tcp(inside(1), outside(9), 5432, f64::from(i) * 9.0).flow()));
    assert!(found(&flows).is_empty());
}
