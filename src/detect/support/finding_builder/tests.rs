//! Ids, filters and words of findings are what they were.

use super::*;
use crate::detect::scan::port_scan;
use crate::detect::spoofing::arp_spoofing;

#[test]
fn a_port_that_is_not_known_is_not_named() {
    assert_eq!((at_port(443).as_str(), at_port(0).as_str()), (" port 443", ""));
}

#[test]
fn an_id_is_made_of_what_was_chosen_and_never_changes() {
    let scan = |identity| {
        let actors = (Addr::v4([10, 0, 0, 1]), Addr::v6([0xfe; 16]));
        let found = Finding::builder(&port_scan::ENTRY.card).sources([actors.0]).targets([actors.1]);
        found.ports([443, 22]).protocol("TCP").identity(identity).build().id
    };
    assert_eq!(scan(Identity::Actors), "port_scan-94fa9b5f");
    assert_eq!(scan(Identity::ActorsAndPorts), "port_scan-befa3bbc");
    assert_eq!(scan(Identity::Word("TCP".to_owned())), "port_scan-f57ab38d");
    assert_eq!(scan(Identity::WordOfParts("TCP".to_owned(), 2)), "port_scan-91ccbefb");
    assert_eq!(scan(Identity::WordAlone("TCP".to_owned())), "port_scan-a6cf9f6f");
    let spoof = Finding::builder(&arp_spoofing::ENTRY.card).sources([Endpoint::Mac([2, 0, 0, 0, 0, 255])]);
    assert_eq!(spoof.protocol("ARP").build().id, "arp_spoofing-223ab9b5");
}

#[test]
fn lists_are_sorted_and_cut_and_numbers_rounded() {
    let many = (0..100).rev().map(|i| Addr::v4([10, 0, 0, i])).chain([Addr::v4([10, 0, 0, 7])]);
    let confidence = Confidence::EVEN.towards(Confidence::LIKELY, 1.0 / 3.0);
    let rated = Finding::builder(&port_scan::ENTRY.card).rated(Impact::INSIDE_LOOK, confidence, (30.0, 15.0));
    let found = rated.sources(many).ports([5, 3, 5]).build();
    assert_eq!((found.sources.len(), found.sources[1]), (Finding::MOST_ADDRESSES, Addr::v4([10, 0, 0, 1]).into()));
    assert_eq!((found.ports, found.confidence, found.score), (vec![3, 5], 0.567, 0.667));
    assert_eq!(found.severity, severity(Impact::INSIDE_LOOK, confidence, extent(30.0, 15.0)));
}

#[test]
fn words_that_end_in_a_hiss_have_their_plural() {
    let of_two = ["port", "address", "search", "push", "box"].map(|noun| count(2, noun));
    assert_eq!(of_two, ["2 ports", "2 addresses", "2 searches", "2 pushes", "2 boxes"]);
    assert_eq!((count(1, "address"), count(0, "search")), ("1 address".to_owned(), "0 searches".to_owned()));
}

#[test]
fn what_the_card_says_stands_unless_a_case_has_its_own() {
    let card = &port_scan::ENTRY.card;
    let found = Finding::builder(card).technique(None).build();
    assert_eq!(found.technique.as_deref(), card.technique.map(|(id, _)| id));
    assert_eq!((found.benign_causes, found.advice), (lines(card.benign_causes), lines(card.advice)));
    let found = Finding::builder(card).technique(("T1595", "Active Scanning")).benign_causes(&["A test"]).build();
    assert_eq!(found.technique_name.as_deref(), Some("Active Scanning"));
    assert_eq!((found.benign_causes, found.advice), (lines(&["A test"]), lines(card.advice)));
}

#[test]
fn a_filter_in_time_has_the_times_of_the_finding() {
    let found = Finding::builder(&port_scan::ENTRY.card).period((0, 5 * SECOND)).filter_in_time("tcp").build();
    assert_eq!(found.display_filter, "tcp && frame.time_epoch >= 0.000000 && frame.time_epoch <= 5.000000");
}

#[test]
fn filter_words_are_wiresharks() {
    assert_eq!(ports_filter("tcp.port", &[22, 80], 5).as_deref(), Some("tcp.port in {22, 80}"));
    assert_eq!(ports_filter("tcp.port", &[22, 80], 1), None);
    assert_eq!(host_filter("src", Addr::v6([0; 16])), "ipv6.src == ::");
    assert_eq!(
        time_filter(1_500_000_000_123_456_789, 1_500_000_001_000_000_001),
        "frame.time_epoch >= 1500000000.123456 && frame.time_epoch <= 1500000001.000001"
    );
}
