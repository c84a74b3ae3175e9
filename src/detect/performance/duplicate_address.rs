//! Turns addresses that several honest hosts use at the same time into findings.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::address_claims::{CHANGES, Duplicate, Mac};
use crate::detect::support::finding_builder::{Identity, evidence};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::format::time::SECOND;
use crate::model::net::addr::mac_text;
use crate::model::{Category, Endpoint, Finding, Site};

const CARD: Card = Card {
    id: "duplicate_address",
    name: "Duplicate IP address",
    category: Category::Performance,
    technique: None,
    sees: "Two devices use the same IP address at the same time: each claims it by ARP or neighbour advertisements and sends its own packets from it.",
    matters: "Neighbours and the router send the answers sometimes to one device, sometimes to the other. Connections of both hang, break off or are reset without a visible reason.",
    otherwise: "One device with two network cards, or a cluster in which each half takes the other for dead. A device that impersonates another on purpose forwards its packets; here both send their own.",
    benign_causes: &[
        "A fixed address within the range that the DHCP server hands out",
        "A machine that was cloned together with its address",
        "One device with two network cards in the same network",
    ],
    advice: &[
        "Find both devices by their Ethernet addresses in the MAC address tables of the switches",
        "Give one of them a different address; reserve fixed addresses in the DHCP server",
        "Clear the ARP tables of router and neighbours afterwards (or wait a few minutes)",
    ],
    part_of: &[],
    source: "RFC 5227 (IPv4 address conflict detection) and RFC 4862, section 5.4 (duplicate address detection); Wireshark's expert note \"duplicate IP address\".",
}
.explained_where_shown();

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<DuplicateAddress>(CARD, &[CHANGES], Interest::ARP).blaming("two devices with one address");

#[derive(Default)]
struct DuplicateAddress;

impl Detector for DuplicateAddress {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CHANGES);
        let gateway = context.gateway.mac();
        let duplicates = context.claims.duplicates().into_iter().filter(|one| one.n_changes as f64 >= least);
        Report::of(duplicates)
            .largest_first(|duplicate| duplicate.n_changes)
            .not_evaluated(context.claims.n_refused())
            .each(|duplicate| finding(context.site, duplicate, gateway, least))
    }
}

/// Ethernet addresses of one maker's batch, as the cards of one machine have them.
fn are_of_one_machine(users: &[Mac]) -> bool {
    users.windows(2).all(|pair| matches!(pair, [[a @ .., _], [b @ .., _]] if a == b))
}

fn finding(site: &Site, duplicate: &Duplicate<'_>, gateway: Option<Mac>, least: f64) -> Finding {
    let (ip, users) = (duplicate.place.1, &duplicate.users);
    let macs: Vec<Mac> = users.iter().map(|(mac, _)| *mac).collect();
    let names: Vec<String> = macs.iter().take(4).copied().map(mac_text).collect();
    let names = names.join(" and ");
    // A server outside gets what goes outside too, where the capture is on its side of the router.
    let is_gateway = site.is_inside(ip) && gateway.is_some_and(|gateway| macs.contains(&gateway));
    let n_claims: u64 = users.iter().map(|(_, claim)| claim.n_claims).sum();
    let period = (
        users.iter().map(|(_, claim)| claim.first_ns).min().unwrap_or(0),
        users.iter().map(|(_, claim)| claim.last_ns).max().unwrap_or(0),
    );
    // It lasts until it is corrected. It affects at least two hosts; if it is the gateway's address, all.
    let extent = if is_gateway { 1.0 } else { 0.0 };
    let confidence = if are_of_one_machine(&macs) { Confidence::EVEN } else { Confidence::VERY_LIKELY };
    let (protocol, field, what) = if ip.is_v4() {
        ("ARP", "arp.src.proto_ipv4", "ARP")
    } else {
        ("ICMPv6", "icmpv6.nd.na.target_address", "neighbour advertisements")
    };
    Finding::builder(&CARD)
        .title(format!("{ip} is used by {} devices at the same time: {names}", macs.len()))
        .weighed(Impact::OUTAGE, confidence, extent)
        .score(past(duplicate.n_changes as f64, least))
        .sources(macs.iter().copied().map(Endpoint::Mac))
        .targets([ip])
        .protocol(protocol)
        .period(period)
        .evidence([
            evidence("Devices that use it", macs.len() as f64, "devices", "1"),
            evidence("Times that the claimant of the address changed", duplicate.n_changes as f64, "", format!("below {least}")),
            evidence("Claims", n_claims as f64, "packets", ""),
        ])
        .evidence(users.iter().take(4).map(|(mac, claim)| {
            evidence(&format!("Packets of its own that {} sent from it", mac_text(*mac)), claim.n_uses as f64, "packets", "")
        }))
        .explanation(format!(
            "{names} both say in {what} that {ip} is theirs, {} times in turn within {} s, and both send packets of their \
             own from it. Neither passes on packets of the other or claims a second address, as an attacker in between \
             would: it is a mistake in the settings. Answers go to whichever of them was believed last, so connections of \
             both stall and break off{}.",
            duplicate.n_changes,
            (period.1 - period.0) / SECOND,
            if is_gateway { "; it is the gateway's address, so everybody's way to the outside is hit" } else { "" }
        ))
        .n_packets(n_claims)
        .packet_indices(users.iter().flat_map(|(_, claim)| claim.indices.iter().copied()).collect())
        .filter(format!("{field} == {ip}"))
        .identity(Identity::WordAlone(ip.to_string()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::spoofing::arp_spoofing;
    use crate::detect::support::testing::{arp, finish, inside, udp};
    use crate::model::Severity;
    use crate::model::packet::Packet;
    use crate::settings::Settings;

    /// Devices 1 and 2 claim the address 7 in turn and send from it with so many hops left.
    fn packets(hops: [u8; 2], operation: u16) -> Vec<Packet> {
        let mut packets = Vec::new();
        for round in 0..12_u64 {
            for (mac, hops) in [1, 2].into_iter().zip(hops) {
                let (index, second) = (packets.len() as u64, (round * 2 + u64::from(mac)) as f64);
                let to = if operation == 1 { inside(7) } else { inside(50) };
                packets.push(arp(index, second, operation, mac, inside(7), to));
                let mut sent = udp(index + 1, second + 0.2, mac, (inside(7), 40_000), (inside(1), 53));
                sent.ip.iter_mut().for_each(|ip| ip.ttl = hops);
                packets.push(sent);
            }
        }
        // Cards of two makers.
        for packet in packets.iter_mut().filter(|packet| packet.macs.is_some_and(|(mac, _)| mac[5] == 2)) {
            packet.macs.iter_mut().for_each(|(mac, _)| mac[1] = 0x1b);
            packet.arp.iter_mut().for_each(|arp| arp.sender_mac[1] = 0x1b);
        }
        packets
    }

    #[test]
    fn two_hosts_that_both_use_an_address_are_told_and_not_accused() {
        let both = packets([64, 128], 1);
        let found = finish(&ENTRY, &[], &both, &Settings::default()).findings;
        assert_eq!((found.len(), found[0].severity), (1, Severity::Medium));
        assert!(finish(&arp_spoofing::ENTRY, &[], &both, &Settings::default()).findings.is_empty());
    }

    #[test]
    fn a_conflict_that_is_soon_over_is_told_once_and_mildly() {
        let all = packets([64, 128], 1).into_iter().enumerate();
        let short: Vec<Packet> = all.filter(|(i, packet)| *i < 6 || packet.arp.is_none()).map(|(_, one)| one).collect();
        assert!(finish(&ENTRY, &[], &short, &Settings::default()).findings.is_empty());
        let told = finish(&arp_spoofing::ENTRY, &[], &short, &Settings::default()).findings;
        assert_eq!(told.len(), 1);
        assert!(told[0].title.contains("is used by 2 devices") && told[0].severity <= Severity::Low);
    }

    #[test]
    fn one_that_passes_packets_on_or_pushes_its_claim_is_accused_and_no_duplicate() {
        for packets in [packets([64, 63], 1), packets([64, 64], 2)] {
            assert!(finish(&ENTRY, &[], &packets, &Settings::default()).findings.is_empty());
            let accused = finish(&arp_spoofing::ENTRY, &[], &packets, &Settings::default()).findings;
            assert_eq!(accused.len(), 1);
        }
    }
}
