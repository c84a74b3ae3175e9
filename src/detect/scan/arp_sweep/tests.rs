//! Who asks for many silent neighbours is found, or who made a router ask.

use super::*;
use crate::detect::support::testing::{Made, arp, finish, finish_with, icmp, inside, outside};
use crate::model::{Flow, Severity};
use crate::settings::Settings;

fn questions(n: u8, n_answered: u8) -> Vec<Packet> {
    let asked = (0..n).map(|i| arp(u64::from(i), f64::from(i) / 10.0, 1, 9, inside(200), inside(i)));
    let answered = (0..n_answered).map(|i| {
        let mut packet = arp(1000 + u64::from(i), 60.0, 2, i + 100, inside(i), inside(200));
        if let Some(arp) = &mut packet.arp {
            arp.target_mac = [2, 0, 0, 0, 0, 9];
        }
        packet
    });
    asked.chain(answered).collect()
}

#[test]
fn asking_for_addresses_that_nobody_has_is_a_sweep() {
    let found = finish(&ENTRY, &[], &questions(60, 5), &Settings::default()).findings;
    assert_eq!((found.len(), found[0].n_packets), (1, 60));
    assert_eq!(found[0].title, "192.168.1.200 sent ARP requests for 60 addresses of the local network");
}

#[test]
fn three_hosts_that_sweep_are_a_worm_and_one_is_not() {
    let techniques = |n_hosts: u8| {
        let of_host = |host: u8| {
            questions(60, 5).into_iter().map(move |mut packet| {
                let mac = [2, 0, 0, 0, 1, host];
                packet.arp.iter_mut().for_each(|arp| match arp.operation {
                    1 => (arp.sender_mac, arp.sender_ip) = (mac, inside(200 + host)),
                    _ => arp.target_mac = mac,
                });
                packet
            })
        };
        let packets: Vec<Packet> = (0..n_hosts).flat_map(of_host).collect();
        let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
        found.into_iter().filter_map(|finding| finding.technique).collect::<Vec<String>>()
    };
    assert_eq!(techniques(1), ["T1018"]);
    assert_eq!(techniques(3), ["T1210"; 3]);
}

#[test]
fn rounds_that_come_back_to_those_that_are_there_are_an_inventory() {
    let severities = |n_rounds: u8, again: u8| {
        let round = |k: u8| {
            questions(60, 5).into_iter().filter_map(move |packet| {
                let is_kept =
                    k == 0 || packet.arp.as_ref().is_none_or(|arp| arp.target_ip.0 & 0xff >= u128::from(again));
                is_kept.then(|| Packet { time_ns: packet.time_ns + i64::from(k) * 120 * SECOND, ..packet })
            })
        };
        let mut packets: Vec<Packet> = (0..n_rounds).flat_map(round).collect();
        packets.sort_by_key(|packet| packet.time_ns);
        let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
        found.iter().map(|finding| finding.severity).collect::<Vec<Severity>>()
    };
    assert_eq!(severities(3, 0), [Severity::Info]);
    assert_eq!(severities(1, 0), [Severity::Medium]);
    assert_eq!(severities(3, 5), [Severity::Medium], "only what was silent is asked for again");
}

#[test]
fn a_slow_walk_through_the_addresses_in_order_weighs_less_than_one_that_is_quick_or_shuffled() {
    let severity = |gap: f64, step: u8, is_pinged: bool| {
        let asked =
            |i: u8| arp(u64::from(i), f64::from(i) * gap, 1, 9, inside(200), inside(i.wrapping_mul(step) % 120));
        let answer = |mut packet: Packet| {
            packet.arp.iter_mut().for_each(|arp| arp.target_mac = [2, 0, 0, 0, 0, 9]);
            packet
        };
        let packets: Vec<Packet> =
            (0..110).map(asked).chain([answer(arp(999, 200.0, 2, 101, inside(1), inside(200)))]).collect();
        let state = crate::model::flow::TcpState::Unknown;
        let ping = Made { protocol: 1, from: (inside(200), 0), state, ..Made::tcp(inside(200), inside(1), 0, 1.0) };
        let ping = Flow { icmp: Some((8, 0)), ..ping.flow() };
        let flows: Vec<Flow> = is_pinged.then_some(ping).into_iter().collect();
        finish_with(&ENTRY, &flows, &packets, &Settings::default()).findings[0].severity
    };
    assert!(severity(0.4, 1, true) < Severity::Medium);
    assert!(severity(0.02, 1, true) >= Severity::Medium && severity(0.4, 7, true) >= Severity::Medium);
    assert!(severity(0.4, 1, false) >= Severity::Medium, "who only asks for Ethernet addresses");
}

#[test]
fn a_dhcp_server_that_checks_what_it_offers_is_for_information_only() {
    use crate::detect::support::testing::{Line, observe_with};
    use crate::model::app::kinds::infra::DhcpMessage;
    let offers = |n: u8| -> Vec<Line> {
        let offer = |i: u8| {
            let facts = vec![(FieldId::Message, DhcpMessage::Offer.into()), (FieldId::Address, inside(i).into())];
            Line::request(AppProto::Dhcp, f64::from(i), inside(200), (inside(i), 68), facts)
        };
        (0..n).map(offer).collect()
    };
    let severity = |n: u8| {
        let found = observe_with(&ENTRY, &offers(n), |_| 0, &questions(60, 5), &Settings::default()).findings;
        found.into_iter().map(|finding| finding.severity).collect::<Vec<Severity>>()
    };
    assert_eq!(severity(50), [Severity::Info]);
    assert_eq!(severity(12), [Severity::Medium], "a scan by a host that also serves DHCP");
}

#[test]
fn a_server_that_talks_to_many_neighbours_is_none() {
    assert!(finish(&ENTRY, &[], &questions(60, 60), &Settings::default()).findings.is_empty());
}

#[test]
fn without_any_answer_in_the_capture_more_is_asked_for() {
    assert!(finish(&ENTRY, &[], &questions(60, 0), &Settings::default()).findings.is_empty());
    assert_eq!(finish(&ENTRY, &[], &questions(120, 0), &Settings::default()).findings.len(), 1);
    let again = |after: f64| {
        let later = |packet: Packet| Packet { time_ns: packet.time_ns + (after * SECOND as f64) as i64, ..packet };
        let mut packets: Vec<Packet> = questions(60, 0).into_iter().flat_map(|one| [one.clone(), later(one)]).collect();
        packets.sort_by_key(|packet| packet.time_ns);
        finish(&ENTRY, &[], &packets, &Settings::default()).findings.len()
    };
    assert_eq!(again(1.0), 1, "who asks again had no answer");
    assert_eq!(again(0.001), 0, "each packet was captured twice");
}

#[test]
fn a_few_addresses_over_any_time_are_enough_where_hardly_any_is_answered() {
    let slow = |n: u8, n_answered: u8| {
        let packets = questions(n, n_answered).into_iter();
        let spread = packets.map(|packet| Packet { time_ns: packet.time_ns * 1000, ..packet });
        finish(&ENTRY, &[], &spread.collect::<Vec<Packet>>(), &Settings::default()).findings
    };
    assert_eq!(slow(14, 2)[0].severity, Severity::Medium);
    assert!(slow(9, 2).is_empty() && slow(14, 7).is_empty());
}

#[test]
fn solicitations_of_ipv6_are_a_sweep_too() {
    let own = Addr::v6([0x20; 16]);
    let target = |last: u8| solicited_node(Addr::v6([last; 16]));
    let asked = (0..30).map(|i| icmp(u64::from(i), f64::from(i), 9, own, target(i), true, SOLICITATION));
    let answer = Packet {
        macs: Some(([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 9])),
        ..icmp(40, 40.0, 1, Addr::v6([1; 16]), own, true, ADVERTISEMENT)
    };
    let found = finish(&ENTRY, &[], &asked.chain([answer]).collect::<Vec<Packet>>(), &Settings::default()).findings;
    assert_eq!(found[0].title, format!("{own} sent neighbour solicitations for 30 addresses of the local network"));
    assert!(found[0].evidence.iter().any(|e| e.name.contains("without an answer") && e.value == 29.0));
}

#[test]
fn a_sweep_that_only_the_routers_questions_show_is_named_after_who_caused_it() {
    let mut flows = vec![Made::tcp(inside(5), outside(1), 443, 0.0).flow()];
    flows[0].macs = Some(([2, 0, 0, 0, 0, 5], [2, 0, 0, 0, 0, 9]));
    flows.extend((0..5).map(|i| Made::refused(outside(7), inside(i), 22, f64::from(i)).flow()));
    let found = finish_with(&ENTRY, &flows, &questions(60, 5), &Settings::default()).findings;
    assert_eq!(found[0].sources, [Endpoint::Ip(outside(7))]);
}
