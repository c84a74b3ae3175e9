//! Who claims which IPv6 address, by neighbour advertisements, to findings of addresses that several devices claim in turn.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::address_claims::{AddressClaims, Place};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence};
use crate::detect::support::layer2;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::link::Icmpv6Message;
use crate::model::app::protocol::AppProto;
use crate::model::net::addr::mac_text;
use crate::model::packet::Packet;
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
};

const CHANGES: Descriptor = Descriptor::count("neighbour_spoofing.changes", "Changes of the owner", 3.0)
    .range(1.0, 10_000.0)
    .unit("changes")
    .help("How often the device that claims an address changed. A replaced device changes it once.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<NeighbourSpoofing>(
    CARD,
    &[CHANGES],
    Interest::MESSAGES.union(Interest::UDP).union(Interest::ICMP).union(Interest::TCP_CONTROL),
);

/// Most addresses kept.
const MOST_ADDRESSES: usize = 1 << 14;
/// Devices told apart for an address.
const MOST_DEVICES: usize = 16;
/// A device that takes over so many addresses of others is no router that shares one.
const MANY_ADDRESSES: usize = 3;
/// Addresses listed in a filter.
const MOST_IN_FILTER: usize = 20;

#[derive(Default)]
struct NeighbourSpoofing {
    addresses: Tally<Place, Claims, MOST_ADDRESSES>,
    /// The same, with who uses the address.
    uses: AddressClaims,
}

#[derive(Default)]
struct Claims {
    /// Claims by device; the first is the one that was there before.
    devices: Vec<([u8; 6], u64)>,
    last: usize,
    n_changes: u64,
    seen: MessageEvidence,
}

/// Addresses that a device claims after another one, with all their claims.
type Taken<'a> = Vec<(Addr, &'a Claims)>;

impl Detector for NeighbourSpoofing {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Icmpv6 { FieldSet::of(&[FieldId::Mac]) } else { FieldSet::NONE }
    }

    fn observe_packet(&mut self, packet: &Packet) {
        self.uses.observe(packet);
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let said = &event.message.fields;
        if event.message.protocol != AppProto::Icmpv6
            || !said.is(FieldId::Message, Icmpv6Message::NeighbourAdvertisement)
        {
            return;
        }
        let (Some(address), Some(mac)) = (said.addr(FieldId::Address), said.mac(FieldId::Mac)) else { return };
        self.uses.observe_neighbour((event.vlan_stack, address), mac, event.message.time_ns, event.message.packet);
        let Some(claims) = self.addresses.of((event.vlan_stack, address)) else { return };
        let place = match claims.devices.iter().position(|(device, _)| *device == mac) {
            Some(place) => place,
            None if claims.devices.len() < MOST_DEVICES => {
                claims.devices.push((mac, 0));
                claims.devices.len() - 1
            }
            None => return,
        };
        if let Some((_, n)) = claims.devices.get_mut(place) {
            *n += 1;
        }
        claims.n_changes += u64::from(claims.seen.n > 0 && place != claims.last);
        claims.last = place;
        claims.seen.add(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CHANGES);
        // A device that comes second to several addresses is one cause.
        let mut late: BTreeMap<(u32, [u8; 6]), Taken<'_>> = BTreeMap::new();
        // Two honest hosts with one address are no attack.
        let duplicates: BTreeSet<Place> = self.uses.duplicates().iter().map(|duplicate| duplicate.place).collect();
        for (place, claims) in self.addresses.sorted_where(|claims| claims.n_changes > 0) {
            if duplicates.contains(place) {
                continue;
            }
            let (link, address) = place;
            for (device, _) in claims.devices.iter().skip(1) {
                late.entry((*link, *device)).or_default().push((*address, claims));
            }
        }
        let is_case = |taken: &[(Addr, &Claims)]| {
            taken.len() >= MANY_ADDRESSES || taken.iter().any(|(_, claims)| claims.n_changes as f64 >= least)
        };
        Report::of(late.into_iter().filter(|(_, taken)| is_case(taken)))
            .largest_first(|(_, taken)| taken.len())
            .not_evaluated(self.addresses.n_refused)
            .each(|((link, device), taken)| {
                let device = mac_text(*device);
                layer2::within(finding(&device, taken, least), *link, &device).build()
            })
    }
}

fn finding(device: &str, taken: &[(Addr, &Claims)], least: f64) -> FindingBuilder {
    let n_changes: u64 = taken.iter().map(|(_, claims)| claims.n_changes).sum();
    let others: BTreeSet<[u8; 6]> =
        taken.iter().filter_map(|(_, claims)| claims.devices.first()).map(|(device, _)| *device).collect();
    let others: Vec<String> = others.into_iter().take(5).map(mac_text).collect();
    let confidence = if taken.len() >= 2 { Confidence::VERY_LIKELY } else { Confidence::EVEN };
    let mut seen = MessageEvidence::default();
    taken.iter().for_each(|(_, claims)| seen.merge(&claims.seen));
    let addresses: Vec<String> = taken
        .iter()
        .take(MOST_IN_FILTER)
        .map(|(address, _)| format!("icmpv6.nd.na.target_address == {address}"))
        .collect();
    Finding::builder(&CARD)
        .title(match taken {
            [(address, _)] => format!("{device} and another device both claim {address}"),
            _ => format!("{device} claims {} IPv6 addresses of other devices", taken.len()),
        })
        .rated(Impact::INTERCEPTION, confidence, (n_changes as f64, least))
        .sources(taken.iter().map(|(address, _)| *address))
        .targets(taken.iter().map(|(address, _)| *address))
        .protocol("ICMPv6")
        .evidence([
            evidence("Addresses of other devices", taken.len() as f64, "addresses", "0"),
            evidence("Changes of the owner", n_changes as f64, "changes", "0"),
        ])
        .explanation(format!(
            "The device {device} sent neighbour advertisements that {} is at its own Ethernet address, after {} had \
                 claimed it. Neighbours believe the latest advertisement and send their traffic there.",
            taken.iter().take(5).map(|(address, _)| address.to_string()).collect::<Vec<_>>().join(", "),
            others.join(", ")
        ))
        .messages(&seen)
        .filter(format!("icmpv6.type == 136 && ({})", addresses.join(" || ")))
        .identity(Identity::WordAlone(device.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_on_links};
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    fn found(devices: &[u8]) -> usize {
        found_on(devices, |_| 0)
    }

    fn found_on(devices: &[u8], link: impl Fn(usize) -> u32) -> usize {
        let line = |(i, device): (usize, &u8)| Line {
            protocol: AppProto::Icmpv6,
            second: i as f64,
            from: (inside(1), 0),
            to: (inside(2), 0),
            direction: Direction::ToResponder,
            facts: vec![
                (FieldId::Message, Icmpv6Message::NeighbourAdvertisement.into()),
                (FieldId::Address, inside(9).into()),
                (FieldId::Mac, [2, 0, 0, 0, 0, *device].into()),
            ],
        };
        let lines: Vec<Line> = devices.iter().enumerate().map(line).collect();
        observe_on_links(&ENTRY, &lines, link, &Settings::default()).findings.len()
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
}
