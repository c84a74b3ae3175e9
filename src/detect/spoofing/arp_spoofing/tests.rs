//! Tests of the detector of ARP spoofing.

use super::*;
use crate::detect::support::testing::{arp, finish, inside};
use crate::model::Severity;
use crate::model::packet::Packet;
use crate::settings::Settings;

#[test]
fn repeated_unasked_answers_for_anothers_address_are_spoofing() {
    let mut packets = Vec::new();
    for i in 0_u32..10 {
        let second = f64::from(i) * 2.0;
        packets.push(arp(u64::from(i) * 3, second, 2, 66, inside(1), inside(50)));
        packets.push(arp(u64::from(i) * 3 + 1, second + 0.5, 1, 50, inside(50), inside(1)));
        packets.push(arp(u64::from(i) * 3 + 2, second + 0.6, 2, 1, inside(1), inside(50)));
    }
    packets.push(arp(30, 1.0, 1, 66, inside(66), inside(50)));
    let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert!(found[0].severity >= Severity::High);
    assert_eq!(found[0].sources, [Endpoint::Ip(inside(66)), Endpoint::Mac([2, 0, 0, 0, 0, 66])]);
    assert!(found[0].targets.contains(&Endpoint::Ip(inside(1))));
    assert_eq!((found[0].n_packets, found[0].packet_indices[1]), (10, 3));
}

#[test]
fn questions_in_the_names_of_several_others_are_spoofing_and_a_proxy_that_answers_for_them_is_none() {
    // Owners answer who asks; every `gap` seconds the device speaks in the names of both.
    let found = |operation: u16, gap: f64| {
        let mut packets = vec![arp(0, 0.0, 1, 66, inside(66), inside(50))];
        for i in 0..6_u64 {
            let second = 5.0 + i as f64 * gap;
            for (k, (claimed, other)) in [(1, 7), (7, 1)].into_iter().enumerate() {
                let index = 1 + i * 4 + k as u64 * 2;
                let asked = arp(index, second, 1, other, inside(other), inside(claimed));
                let claims = arp(index + 1, second + 0.1, operation, 66, inside(claimed), inside(other));
                packets.extend([asked, claims]);
            }
        }
        finish(&ENTRY, &[], &packets, &Settings::default()).findings
    };
    let slow = found(1, 40.0);
    assert_eq!(slow.len(), 1, "{slow:?}");
    assert!(slow[0].severity >= Severity::High, "{:?}", slow[0].severity);
    assert_eq!(slow[0].sources, [Endpoint::Ip(inside(66)), Endpoint::Mac([2, 0, 0, 0, 0, 66])]);
    assert!(found(2, 40.0).iter().all(|finding| finding.severity < Severity::Medium), "proxy");
}

#[test]
fn a_device_that_takes_over_an_address_once_is_mild() {
    let mut packets = vec![arp(0, 0.0, 1, 1, inside(7), inside(50))];
    packets.extend((1..6).map(|i| arp(i, 100.0 + i as f64, 1, 2, inside(7), inside(7))));
    let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert!(found[0].severity <= Severity::Medium);
}

/// A device asks as itself, then asks and is answered as `claimed` this often, so many seconds apart.
fn asks_again_and_again(own: u8, claimed: u8, n: u32, gap: f64) -> Vec<Packet> {
    let mut packets = vec![arp(0, 0.0, 1, 66, inside(own), inside(50)), arp(1, 0.1, 2, 50, inside(50), inside(own))];
    for i in 0..n {
        let second = 5.0 + f64::from(i) * gap;
        packets.push(arp(2 + 2 * u64::from(i), second, 1, 66, inside(claimed), inside(50)));
        packets.push(arp(3 + 2 * u64::from(i), second + 0.1, 2, 50, inside(50), inside(claimed)));
    }
    packets
}

#[test]
fn a_second_address_told_to_who_just_answered_is_spoofing_though_its_owner_is_out_of_sight() {
    let found = |packets: &[Packet]| finish(&ENTRY, &[], packets, &Settings::default()).findings.into_iter().next();
    let lone = found(&asks_again_and_again(66, 1, 8, 4.0)).unwrap();
    assert_eq!(lone.severity, Severity::Medium);
    assert_eq!(lone.sources, [Endpoint::Ip(inside(66)), Endpoint::Mac([2, 0, 0, 0, 0, 66])]);
    assert_eq!(found(&asks_again_and_again(66, 1, 8, 40.0)), None, "its knowledge may be old");
    assert_eq!(found(&asks_again_and_again(66, 66, 8, 4.0)), None, "a device that polls by its own address");
    let mut polls = asks_again_and_again(66, 1, 8, 4.0);
    polls.extend(asks_again_and_again(66, 66, 8, 4.0));
    assert_eq!(found(&polls), None, "a router that polls by both addresses");
    let answers: Vec<Packet> =
        (0..16).map(|i| arp(i, i as f64, 2, 66, inside(1 + 65 * (i % 2) as u8), inside(50))).collect();
    assert_eq!(found(&answers), None, "the questions are not in the capture");
}

#[test]
fn forged_devices_that_appear_once_are_one_finding() {
    let forged = |i: u64| {
        let mut packet = arp(i, i as f64 / 50.0, 1, 1, inside((i % 90) as u8), inside(200));
        let mac = [2, 9, 0, 0, (i / 256) as u8, i as u8];
        packet.macs = Some((mac, [0xff; 6]));
        if let Some(arp) = &mut packet.arp {
            arp.sender_mac = mac;
        }
        packet
    };
    let packets: Vec<Packet> = (0..600).map(forged).collect();
    let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
    assert_eq!((found.len(), found[0].severity, found[0].n_packets), (1, Severity::Low, 600));
    assert!(found[0].title.starts_with("90 addresses are claimed by 600 devices"), "{}", found[0].title);
}

#[test]
fn one_device_with_one_address_is_fine() {
    let packets: Vec<Packet> = (0..50).map(|i| arp(i, i as f64, 1, 1, inside(7), inside(7))).collect();
    assert!(finish(&ENTRY, &[], &packets, &Settings::default()).findings.is_empty());
}
