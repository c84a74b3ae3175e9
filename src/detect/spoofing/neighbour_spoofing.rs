//! Turns claims of IPv6 addresses by neighbour advertisements into findings: several devices claim an address in turn.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::address_claims::{Claim, Mac, Place};
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence};
use crate::detect::support::layer2;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::net::addr::mac_text;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "neighbour_spoofing",
    name: "IPv6 neighbour spoofing",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "Two devices claim an IPv6 address in turn, or one device claims the addresses of several others.",
    matters: "Hosts believe the latest claim and send their traffic there, where it can be read or changed: ARP spoofing for IPv6.",
    otherwise: "Two redundant routers that share one address (VRRP, HSRP), a computer that changes from cable to wireless, a virtual machine that moves.",
    benign_causes: &[
        "Two redundant routers that share one address",
        "A computer that changes from cable to wireless, or a virtual machine that moves",
    ],
    advice: &[
        "Find the switch port of the device that claimed the address last",
        "Compare with the neighbour table of the router",
        "Enable RA guard and ND inspection on the switches (RFC 6105, RFC 6620)",
    ],
    part_of: &[],
    source: "RFC 4861, section 7.2; RFC 6583 and RFC 3756, section 4.1.1 (forged advertisements); the tools parasite6 and fake_advertise6 of THC-IPv6.",
}
.explained_where_shown();

const CHANGES: Descriptor = Descriptor::count("neighbour_spoofing.changes", "Changes of the owner", 3.0)
    .range(1.0, 10_000.0)
    .unit("changes")
    .help("How often the device that claims an address changed. A replaced device changes it once.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<NeighbourSpoofing>(CARD, &[CHANGES], Interest::ICMP);

/// A device that takes over so many addresses of others is no router that shares one.
const MANY_ADDRESSES: usize = 3;
/// Addresses listed in a filter.
const MOST_IN_FILTER: usize = 20;

#[derive(Default)]
struct NeighbourSpoofing;

/// An address with all claims to it.
struct Contested<'a> {
    address: Addr,
    /// The device that was there before.
    first: Mac,
    claims: &'a [(&'a (Place, Mac), &'a Claim)],
    n_changes: u64,
}

/// Addresses that a device claims after another one.
type Taken<'a> = Vec<&'a Contested<'a>>;

impl Detector for NeighbourSpoofing {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CHANGES);
        let all = context.claims;
        // Two honest hosts with one address are no attack.
        let duplicates: BTreeSet<Place> = all.duplicates().iter().map(|duplicate| duplicate.place).gathered();
        let sorted = all.sorted(false);
        let of_address = sorted.chunk_by(|a, b| a.0.0 == b.0.0);
        let contested = of_address.filter_map(|claims| {
            let (place, _) = claims.first()?.0;
            let n_changes = all.n_changes(place);
            let is_contested = n_changes > 0 && !duplicates.contains(place);
            is_contested
                .then_some((place.0, Contested { address: place.1, first: all.first(place)?, claims, n_changes }))
        });
        let contested: Vec<(u32, Contested<'_>)> = contested.collect();
        // A device that comes second to several addresses is one cause.
        let mut late: BTreeMap<(u32, Mac), Taken<'_>> = BTreeMap::new();
        for (link, address) in &contested {
            for ((_, device), _) in address.claims.iter().filter(|((_, device), _)| *device != address.first) {
                late.entry((*link, *device)).or_default().push(address);
            }
        }
        let is_case = |taken: &[&Contested<'_>]| {
            taken.len() >= MANY_ADDRESSES || taken.iter().any(|address| address.n_changes as f64 >= least)
        };
        Report::of(late.into_iter().filter(|(_, taken)| is_case(taken)))
            .largest_first(|(_, taken)| taken.len())
            .not_evaluated(all.n_refused())
            .each(|((link, device), taken)| {
                let device = mac_text(*device);
                layer2::within(finding(&device, taken, least), *link, &device).build()
            })
    }
}

fn finding(device: &str, taken: &[&Contested<'_>], least: f64) -> FindingBuilder {
    let n_changes: u64 = taken.iter().map(|address| address.n_changes).sum();
    let others: BTreeSet<Mac> = taken.iter().map(|address| address.first).gathered();
    let others: Vec<String> = others.into_iter().take(5).map(mac_text).collect();
    let confidence = if taken.len() >= 2 { Confidence::VERY_LIKELY } else { Confidence::EVEN };
    let claims = || taken.iter().flat_map(|address| address.claims.iter().map(|(_, claim)| *claim));
    let flows: BTreeSet<u32> = claims().flat_map(|claim| claim.flows.iter().copied()).gathered();
    let addresses: Vec<String> = taken
        .iter()
        .take(MOST_IN_FILTER)
        .map(|address| format!("icmpv6.nd.na.target_address == {}", address.address))
        .collect();
    Finding::builder(&CARD)
        .title(match taken {
            [one] => format!("{device} and another device both claim {}", one.address),
            _ => format!("{device} claims {} IPv6 addresses of other devices", taken.len()),
        })
        .rated(Impact::INTERCEPTION, confidence, (n_changes as f64, least))
        .sources(taken.iter().map(|one| one.address))
        .targets(taken.iter().map(|one| one.address))
        .protocol("ICMPv6")
        .evidence([
            evidence("Addresses of other devices", taken.len() as f64, "addresses", "0"),
            evidence("Changes of the owner", n_changes as f64, "changes", "0"),
        ])
        .explanation(format!(
            "The device {device} sent neighbour advertisements that {} is at its own Ethernet address, after {} had \
                 claimed it. Neighbours believe the latest advertisement and send their traffic there.",
            taken.iter().take(5).map(|one| one.address.to_string()).collect::<Vec<_>>().join(", "),
            others.join(", ")
        ))
        .period((
            claims().map(|claim| claim.first_ns).min().unwrap_or(0),
            claims().map(|claim| claim.last_ns).max().unwrap_or(0),
        ))
        .n_packets(claims().map(|claim| claim.n_claims).sum())
        .packet_indices(claims().flat_map(|claim| claim.indices.iter().copied()).collect())
        .n_flows(flows.len() as u64)
        .flow_serials(flows.into_iter().collect())
        .filter(format!("icmpv6.type == 136 && ({})", addresses.join(" || ")))
        .identity(Identity::WordAlone(device.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, icmp, inside, observe_on_links, observe_with};
    use crate::model::app::field::FieldId;
    use crate::model::app::kinds::link::Icmpv6Message;
    use crate::model::app::protocol::AppProto;
    use crate::model::flow::Direction;
    use crate::model::packet::Packet;
    use crate::settings::Settings;

    const ADDRESS: [u8; 16] = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

    /// Advertisements of these devices, one a second.
    fn lines(devices: &[u8]) -> Vec<Line> {
        let line = |(i, device): (usize, &u8)| Line {
            protocol: AppProto::Icmpv6,
            second: i as f64,
            from: (inside(1), 0),
            to: (inside(2), 0),
            direction: Direction::ToResponder,
            facts: vec![
                (FieldId::Message, Icmpv6Message::NeighbourAdvertisement.into()),
                (FieldId::Address, Addr::v6(ADDRESS).into()),
                (FieldId::Mac, [2, 0, 0, 0, 0, *device].into()),
            ],
        };
        devices.iter().enumerate().map(line).collect()
    }

    fn found(devices: &[u8]) -> usize {
        found_on(devices, |_| 0)
    }

    fn found_on(devices: &[u8], link: impl Fn(usize) -> u32) -> usize {
        observe_on_links(&ENTRY, &lines(devices), link, &Settings::default()).findings.len()
    }

    #[test]
    fn an_address_that_two_devices_claim_in_turn_is_reported_and_a_new_device_is_not() {
        assert_eq!((found(&[1, 6, 1, 6, 1, 6]), found(&[1, 1, 1, 6, 6, 6]), found(&[1; 9])), (1, 0, 0));
    }

    #[test]
    fn the_same_address_in_another_stack_of_tags_is_another_device_s() {
        let devices = [1, 6, 1, 6, 1, 6];
        assert_eq!(found_on(&devices, |i| if i % 2 == 0 { 100 << 12 | 7 } else { 200 << 12 | 7 }), 0);
        assert_eq!(found_on(&devices, |_| 100 << 12 | 7), 1);
    }

    #[test]
    fn two_honest_hosts_in_one_network_hide_nothing_in_another() {
        // Devices 1 and 6 both use the address in network 7; in network 8 devices 2 and 3 only claim it.
        let sent = |i: u8| Packet {
            vlan_stack: 7,
            ..icmp(u64::from(i), 10.0, [1, 6][usize::from(i) % 2], Addr::v6(ADDRESS), inside(2), true, 128)
        };
        let packets: Vec<Packet> = (0..8).map(sent).collect();
        let told = |devices: &[u8]| {
            let link = |i: usize| if i < 6 { 7 } else { 8 };
            observe_with(&ENTRY, &lines(devices), link, &packets, &Settings::default()).findings
        };
        assert!(told(&[1, 6, 1, 6, 1, 6]).is_empty());
        let found = told(&[1, 6, 1, 6, 1, 6, 2, 3, 2, 3, 2, 3]);
        assert_eq!(found.len(), 1);
        assert!(found[0].explanation.contains("VLAN 8"));
    }
}
