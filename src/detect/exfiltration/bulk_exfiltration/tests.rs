//! What leaves in bulk is found, and backups of the house are not.

use super::*;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::testing::{self, Made, finish, finish_kept, inside, outside};
use crate::flow::names::Names;
use crate::model::{Severity, Site};
use crate::settings::Settings;

#[test]
fn a_store_for_files_is_named_with_its_technique() {
    let mut detector = BulkExfiltration::default();
    let mut names = Names::default();
    let mut flow = Made { bytes: [700_000, 18_000], ..Made::tcp(inside(1), outside(1), 443, 0.0) }.flow();
    flow.name = names.intern("content.dropboxapi.com");
    detector.observe_flow(&EndedFlow { serial: 0, flow: &flow, name: names.text(flow.name), site: &Site::private() });
    let times = [0, 1].into_iter();
    let found = testing::finish_at(&mut detector, &names, &Contacts::default(), times, &Settings::default());
    assert_eq!(found.findings[0].technique.as_deref(), Some("T1567.002"));
    assert!(found.findings[0].explanation.contains("a file storage service"));
}

#[test]
fn much_data_to_a_place_of_its_own_is_reported_and_browsing_is_not() {
    let flow = |bytes: [u64; 2]| Made { bytes, packets: [500, 300], ..Made::tcp(inside(1), outside(1), 443, 0.0) };
    let others = || {
        [(1, 2), (1, 3), (2, 4)].map(|(from, to)| Made {
            bytes: [7_000, 90_000],
            packets: [50, 90],
            ..Made::tcp(inside(from), outside(to), 443, 0.0)
        })
    };
    let found = |bytes| {
        let flows: Vec<Made> = others().into_iter().chain([flow(bytes)]).collect();
        finish(&ENTRY, &flows, &[], &Settings::default()).findings
    };
    assert_eq!(found([700_000, 18_000])[0].severity, Severity::Medium);
    let alone = finish(&ENTRY, &[flow([700_000, 18_000])], &[], &Settings::default()).findings;
    assert_eq!(alone[0].severity, Severity::Low, "nothing to compare with");
    assert!(found([7_000, 1_000_000]).is_empty());
    assert!(found([700_000, 700_000]).is_empty());
}

#[test]
fn pictures_of_a_camera_over_udp_are_no_upload_and_a_lone_stream_is_one() {
    let udp = |to: u8, port: u16, bytes: u64| Made {
        protocol: 17,
        from: (inside(1), 40_000),
        bytes: [bytes, 18_000],
        packets: [(bytes / 1000) as u32 + 1, 30],
        ..Made::tcp(inside(1), outside(to), port, 0.0)
    };
    let others = || [(1, 12), (2, 13), (2, 14)].map(|(from, to)| Made::tcp(inside(from), outside(to), 443, 0.0));
    let found = |n_servers: u8| {
        let brokers = (0..n_servers).map(|i| udp(20 + i, 32_100, 2_000));
        let flows: Vec<Made> = others().into_iter().chain(brokers).chain([udp(1, 50_000, 2_000_000)]).collect();
        let found = finish(&ENTRY, &flows, &[], &Settings::default()).findings;
        (found[0].severity, found[0].protocol.clone())
    };
    assert_eq!(found(0), (Severity::Medium, "UDP".to_owned()));
    assert_eq!(found(2).0, Severity::Info);
}

#[test]
fn a_small_upload_counts_where_nothing_else_comes_near_to_it() {
    let others = |bytes: u64| {
        [(1, 2), (1, 3), (2, 4)].map(|(from, to)| Made {
            bytes: [bytes, 90_000],
            packets: [5, 90],
            ..Made::tcp(inside(from), outside(to), 443, 0.0)
        })
    };
    let found = |usual: u64, packets: u32, port: u16| {
        let upload =
            Made { bytes: [60_000, 2_000], packets: [packets, 30], ..Made::tcp(inside(1), outside(1), port, 0.0) };
        let flows: Vec<Made> = others(usual).into_iter().chain([upload]).collect();
        finish(&ENTRY, &flows, &[], &Settings::default()).findings
    };
    assert_eq!(found(2_000, 60, 443)[0].severity, Severity::Medium);
    assert!(found(20_000, 60, 443).is_empty(), "the host sends as much elsewhere");
    assert!(found(2_000, 600, 443).is_empty(), "measurements");
    assert!(found(2_000, 60, 587).is_empty(), "a letter");
}

#[test]
fn letters_straight_to_a_server_of_ones_own_count_and_those_of_a_mail_server_do_not() {
    let others = || (2..6).map(|host| Made::tcp(inside(host), outside(20 + host), 443, 0.0));
    let letter = |to: u8| Made {
        bytes: [60_000, 1_500],
        packets: [50, 30],
        ..Made::tcp(inside(1), outside(to), 25, f64::from(to))
    };
    let found = |letters: u8, takes: bool| {
        let taken = takes.then(|| Made::tcp(inside(2), inside(1), 25, 0.0));
        let flows: Vec<Made> = others().chain(taken).chain((0..letters).map(letter)).collect();
        let all = finish_kept(&ENTRY, &flows, &Settings::default()).findings;
        all.iter().filter(|finding| finding.severity >= Severity::Medium).count()
    };
    assert_eq!((found(1, false), found(1, true), found(4, false)), (1, 0, 0));
}

#[test]
fn a_name_that_is_the_address_is_not_said_twice() {
    let host = Addr::v4([198, 51, 100, 7]);
    assert_eq!(super::place(host, "198.51.100.7"), "198.51.100.7");
    assert_eq!(super::place(host, "files.example"), "198.51.100.7 (files.example)");
}
