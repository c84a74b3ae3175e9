//! IPv6 router advertisements to findings: a device that offers itself as a router beside the real one.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, gather_all};
use crate::detect::support::gateway::Gateway;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "rogue_router",
    name: "Rogue IPv6 router",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "A device sends IPv6 router advertisements although another one already does, or already carries the external traffic.",
    matters: "Hosts trust every router advertisement. The sender becomes gateway, and often name server, for all IPv6 traffic and can read or change it.",
    otherwise: "Two routers that share the work, a phone or computer that shares its connection, or a new router.",
    benign_causes: &[
        "Two redundant routers that share the work",
        "A computer or phone that shares its connection with the network by mistake",
    ],
    advice: &[
        "Compare the senders with the routers you run",
        "Check the prefix, lifetime and name servers in the advertisements",
        "Find the switch port of the Ethernet address, and enable RA guard",
    ],
    part_of: &[],
    source: "RFC 6104 (Rogue IPv6 Router Advertisement Problem Statement) and RFC 6105 (RA Guard).",
};

const ADVERTISEMENTS: Descriptor = Descriptor::count("rogue_router.advertisements", "Advertisements from a device", 1.0)
    .range(1.0, 1000.0)
    .unit("packets")
    .help("A device counts as a router once it has sent this many advertisements. A router sends one at start and then one every few seconds to half an hour (RFC 4861, section 6.2.1).");

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry::of::<RogueRouter>(CARD, &[ADVERTISEMENTS], Interest::ICMP.union(Interest::ANY_FLOW)).asking_site();

/// Router advertisement (RFC 4861, section 4.2).
const ADVERTISEMENT: u8 = 134;
/// Most findings, one for each VLAN.
const MOST_FINDINGS: usize = 20;
/// Most devices kept.
const MOST_DEVICES: usize = 1 << 12;

type Mac = [u8; 6];

#[derive(Default)]
struct RogueRouter {
    routers: Tally<(u32, Mac), Router, MOST_DEVICES>,
    gateway: Gateway,
}

#[derive(Default)]
struct Router {
    n: u64,
    addresses: BTreeSet<Addr>,
    first_ns: i64,
    last_ns: i64,
}

impl Detector for RogueRouter {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Transport::Icmp(icmp), Some(ip), Some((mac, _))) = (&packet.transport, &packet.ip, packet.macs) else {
            return;
        };
        if !icmp.is_v6 || icmp.kind != ADVERTISEMENT {
            return;
        }
        let Some(router) = self.routers.of((packet.vlan_stack, mac)) else { return };
        if router.n == 0 {
            router.first_ns = packet.time_ns;
        }
        router.n += 1;
        router.last_ns = router.last_ns.max(packet.time_ns);
        if router.addresses.len() < Finding::MOST_ADDRESSES {
            router.addresses.insert(ip.source);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.gateway.add(ended.site, ended.flow);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ADVERTISEMENTS);
        let gateway = self.gateway.mac();
        let routers = self.routers.sorted_where(|router| router.n as f64 >= least);
        let of_a_vlan = routers.chunk_by(|a, b| a.0.0 == b.0.0).filter(|group| group.len() >= 2);
        Report::of(of_a_vlan).at_most(MOST_FINDINGS).not_evaluated(self.routers.n_refused).each(|group| {
            let is_known = |mac: &Mac| gateway == Some(*mac);
            // If the gateway is among them, the others are out of place; if not, all are named.
            let knows_gateway = group.iter().any(|((_, mac), _)| is_known(mac));
            let suspects: Vec<(&Mac, &Router)> = group
                .iter()
                .filter(|((_, mac), _)| !knows_gateway || !is_known(mac))
                .map(|((_, mac), router)| (mac, *router))
                .collect();
            finding(context, &suspects, group.len(), knows_gateway)
        })
    }
}

fn finding(context: &Context<'_>, suspects: &[(&Mac, &Router)], n_routers: usize, knows_gateway: bool) -> Finding {
    let names: Vec<String> = suspects
        .iter()
        .take(4)
        .map(|(mac, router)| router.addresses.first().map_or_else(|| mac_text(**mac), Addr::to_string))
        .collect();
    let names = names.join(", ");
    let addresses: BTreeSet<Addr> = suspects.iter().flat_map(|(_, router)| router.addresses.iter().copied()).collect();
    let confidence = if knows_gateway { Confidence::VERY_LIKELY } else { Confidence::EVEN };
    let from = |host: &Addr| Between { source: Some(*host), protocol: Some(58), ..Between::default() };
    let between: Vec<Between> = addresses.iter().map(from).collect();
    let macs: Vec<String> =
        suspects.iter().take(20).map(|(mac, _)| format!("eth.src == {}", mac_text(**mac))).collect();
    let n: u64 = suspects.iter().map(|(_, router)| router.n).sum();
    Finding::builder(&CARD)
        .title(if knows_gateway {
            format!("{names} advertises itself as an IPv6 router beside the gateway")
        } else {
            format!("{n_routers} devices advertise themselves as IPv6 routers: {names}")
        })
        .weighed(Impact::INTERCEPTION, confidence, 0.5)
        .score(past(n_routers as f64, 2.0))
        .sources(
            addresses.iter().copied().map(Endpoint::Ip).chain(suspects.iter().map(|(mac, _)| Endpoint::Mac(**mac))),
        )
        .protocol("ICMPv6")
        .evidence([
            evidence(
                "Devices that advertise themselves as a router",
                n_routers as f64,
                "devices",
                "1, or 2 that work together",
            ),
            evidence("Their advertisements", n as f64, "packets", "one every few seconds to half an hour (RFC 4861)"),
        ])
        .explanation(format!(
            "{names} sent {} IPv6 router advertisements{}. Hosts trust such a message and send their IPv6 traffic to \
             its sender, which can read, change or drop it.",
            finding_builder::thousands(n as usize),
            if knows_gateway {
                ", although another device is the default gateway and advertises itself too"
            } else {
                ", and several devices do so in this network"
            }
        ))
        .flows(gather_all(context, &between, |flow| flow.icmp.is_some_and(|(kind, _)| kind == ADVERTISEMENT)))
        .period((
            suspects.iter().map(|(_, router)| router.first_ns).min().unwrap_or(0),
            suspects.iter().map(|(_, router)| router.last_ns).max().unwrap_or(0),
        ))
        .n_packets(n)
        .filter(format!("icmpv6.type == 134 && ({})", macs.join(" || ")))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, icmp, inside, outside};
    use crate::settings::Settings;

    fn advertisement(index: u64, mac: u8) -> Packet {
        icmp(index, index as f64, mac, Addr::v6([0xfe; 16]), Addr::v6([0xff; 16]), true, ADVERTISEMENT)
    }

    #[test]
    fn a_second_router_beside_the_gateway_is_named_and_the_gateway_is_not() {
        let mut web = Made::tcp(inside(5), outside(1), 443, 0.0).flow();
        web.macs = Some(([2, 0, 0, 0, 0, 5], [2, 0, 0, 0, 0, 1]));
        let packets = [advertisement(0, 1), advertisement(1, 9)];
        let found = finish_with(&ENTRY, &[web], &packets, &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert!(found[0].sources.contains(&Endpoint::Mac([2, 0, 0, 0, 0, 9])));
        assert!(!found[0].sources.contains(&Endpoint::Mac([2, 0, 0, 0, 0, 1])));
        assert!(finish_with(&ENTRY, &[], &packets[..1], &Settings::default()).findings.is_empty());
    }
}
