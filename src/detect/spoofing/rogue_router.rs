//! Turns IPv6 router advertisements into findings: a device announces itself as a router beside the real one.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, gather_all};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::maths::sorting::Gather;
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "rogue_router",
    name: "Rogue IPv6 router",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "A device sends IPv6 router advertisements although another one already does, or already carries the external traffic. Or hosts send external IPv6 traffic through a device that sends its own traffic through the gateway and that no advertisement in the capture named.",
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
}
.explained_where_shown();

const ADVERTISEMENTS: Descriptor = Descriptor::count("rogue_router.advertisements", "Advertisements from a device", 1.0)
    .range(1.0, 1000.0)
    .unit("packets")
    .help("A device counts as a router once it has sent this many advertisements. A router sends one at start and then one every few seconds to half an hour (RFC 4861, section 6.2.1).");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<RogueRouter>(CARD, &[ADVERTISEMENTS], Interest::ICMP.union(Interest::ANY_FLOW)).asking_site();

/// Router advertisement (RFC 4861, section 4.2).
const ADVERTISEMENT: u8 = 134;
/// Most findings, one for each VLAN.
const MOST_FINDINGS: usize = 20;
/// Most devices, and most pairs of them, kept.
const MOST_DEVICES: usize = 1 << 12;
const MOST_WAYS: usize = 1 << 14;

type Mac = [u8; 6];

/// Targets kept of a host.
const MOST_TARGETS: usize = 32;
/// A host has few addresses of its own; behind a router there are many.
const MOST_OWN: usize = 6;

#[derive(Default)]
struct RogueRouter {
    routers: Tally<(u32, Mac), Router, MOST_DEVICES>,
    /// Flows to the outside by the Ethernet addresses that they leave from and go to first.
    ways: Tally<(Mac, Mac), u64, MOST_WAYS>,
    hops: Tally<Mac, Hop, MOST_DEVICES>,
}

/// An Ethernet address that flows to the outside leave from or go to first.
#[derive(Default)]
struct Hop {
    /// Inside addresses that it sends from.
    own: BTreeSet<Addr>,
    /// Flows of IPv6 that others send through it.
    n_through: u64,
    senders: BTreeSet<Addr>,
    /// Whom they mean.
    targets: BTreeSet<Addr>,
    span_ns: Option<(i64, i64)>,
}

/// A host that carries others' traffic although it uses the gateway itself.
struct Detour<'a> {
    mac: Mac,
    hop: &'a Hop,
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
        let (Some((from, to)), true) = (ended.flow.macs, is_outward(ended.site, ended.flow)) else { return };
        let source = ended.flow.originator().0;
        if let Some(n) = self.ways.of((from, to)) {
            *n += 1;
        }
        if let Some(hop) = self.hops.of(from).filter(|hop| hop.own.len() <= MOST_OWN) {
            hop.own.insert(source);
        }
        if !source.is_v4()
            && let Some(hop) = self.hops.of(to)
        {
            if hop.targets.len() < MOST_TARGETS {
                hop.targets.insert(ended.flow.responder().0);
            }
            hop.n_through += 1;
            if hop.senders.len() < Finding::MOST_ADDRESSES {
                hop.senders.insert(source);
            }
            let (first, last) = hop.span_ns.unwrap_or((i64::MAX, i64::MIN));
            hop.span_ns = Some((first.min(ended.flow.first_ns), last.max(ended.flow.last_ns)));
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ADVERTISEMENTS);
        let gateway = context.gateway.mac();
        let routers = self.routers.sorted_where(|router| router.n as f64 >= least);
        let of_a_vlan = routers.chunk_by(|a, b| a.0.0 == b.0.0).filter(|group| group.len() >= 2);
        let detours = Report::of(self.detours(gateway)).at_most(MOST_FINDINGS).each(|detour| detour.finding(context));
        let report = Report::of(of_a_vlan).at_most(MOST_FINDINGS).not_evaluated(self.routers.n_refused);
        let rivals = report.each(|group| {
            let is_known = |mac: &Mac| gateway == Some(*mac);
            // If the gateway is among them, the others are out of place; if not, all are named.
            let knows_gateway = group.iter().any(|((_, mac), _)| is_known(mac));
            let suspects: Vec<(&Mac, &Router)> = group
                .iter()
                .filter(|((_, mac), _)| !knows_gateway || !is_known(mac))
                .map(|((_, mac), router)| (mac, *router))
                .collect();
            finding(context, &suspects, group.len(), knows_gateway)
        });
        // Where the advertisements themselves are seen, that is the finding.
        if rivals.findings.is_empty() { rivals.and(detours) } else { rivals }
    }
}

impl RogueRouter {
    /// Hosts that get IPv6 traffic to the outside, although the gateway, which they use themselves, gets some too, and although
    /// they advertise nothing in the capture.
    fn detours(&self, gateway: Option<Mac>) -> Vec<Detour<'_>> {
        let is_used = |mac: Mac| self.hops.get(&mac).is_some_and(|hop| hop.n_through > 0);
        let Some(gateway) = gateway.filter(|gateway| is_used(*gateway)) else { return Vec::new() };
        // By who sends: the device that gets most of it.
        let mut next: BTreeMap<Mac, (u64, Reverse<Mac>)> = BTreeMap::new();
        for ((from, to), n) in self.ways.iter() {
            let most = next.entry(*from).or_insert((0, Reverse(*to)));
            *most = (*most).max((*n, Reverse(*to)));
        }
        let advertisers: BTreeSet<Mac> = self.routers.iter().map(|((_, mac), _)| *mac).gathered();
        let is_detour = |mac: &Mac, hop: &Hop| {
            let is_host = !hop.own.is_empty()
                && hop.own.len() <= MOST_OWN
                && next.get(mac).is_some_and(|(_, Reverse(to))| *to == gateway);
            // With a prefix that is not known to be inside, neighbours look as if they were outside.
            let is_own = |target: &Addr| hop.own.iter().any(|own| !own.is_v4() && own.0 as u64 == target.0 as u64);
            *mac != gateway && hop.targets.iter().any(|target| !is_own(target)) && is_host && !advertisers.contains(mac)
        };
        let hops = self.hops.sorted().into_iter().filter(|(mac, hop)| is_detour(mac, hop));
        hops.map(|(mac, hop)| Detour { mac: *mac, hop }).collect()
    }
}

impl Detour<'_> {
    fn finding(&self, context: &Context<'_>) -> Finding {
        let (mac, hop) = (mac_text(self.mac), self.hop);
        let who = hop.own.first().map_or_else(|| mac.clone(), Addr::to_string);
        let hosts = finding_builder::count(hop.senders.len(), "host");
        let from = |host: &Addr| Between { source: Some(*host), ..Between::default() };
        let between: Vec<Between> = hop.senders.iter().map(from).collect();
        Finding::builder(&CARD)
            .title(format!("{who} gets the IPv6 traffic of {hosts} to the outside beside the gateway"))
            .weighed(Impact::INTERCEPTION, Confidence::LIKELY, 0.0)
            .score(past(hop.n_through as f64, 1.0))
            .sources(hop.own.iter().copied().map(Endpoint::Ip).chain([Endpoint::Mac(self.mac)]))
            .targets(hop.senders.iter().copied())
            .protocol("IPv6")
            .evidence([
                evidence("Flows to the outside through it", hop.n_through as f64, "flows", "0, for a host"),
                evidence("Hosts that send through it", hop.senders.len() as f64, "hosts", "0"),
                evidence("Its router advertisements", 0.0, "packets", "some, for a router (RFC 4861)"),
            ])
            .explanation(format!(
                "{hosts} sent IPv6 traffic for the outside to the Ethernet address {mac}. That device is an ordinary \
                 host: it sends its own traffic through the gateway, and it advertised no router in this capture. Hosts \
                 take another router because an advertisement told them so, here one that the capture does not show, or \
                 because a redirect or a forged neighbour advertisement did.",
            ))
            .flows(gather_all(context, &between, |flow| flow.macs.is_some_and(|(_, to)| to == self.mac)))
            .period(hop.span_ns.unwrap_or(context.span_ns))
            .filter(format!("ipv6 && eth.dst == {mac}"))
            .build()
    }
}

fn finding(context: &Context<'_>, suspects: &[(&Mac, &Router)], n_routers: usize, knows_gateway: bool) -> Finding {
    let names: Vec<String> = suspects
        .iter()
        .take(4)
        .map(|(mac, router)| router.addresses.first().map_or_else(|| mac_text(**mac), Addr::to_string))
        .collect();
    let names = names.join(", ");
    let addresses: BTreeSet<Addr> = suspects.iter().flat_map(|(_, router)| router.addresses.iter().copied()).gathered();
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
    use crate::model::{Flow, Severity};
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

    #[test]
    fn a_host_that_carries_the_traffic_of_others_past_the_gateway_is_reported() {
        let flow = |from: u8, to: u8| {
            let [source, target] = [[0xfd, from], [0x20, 1]].map(|[first, last]| {
                let mut bytes = [0; 16];
                (bytes[0], bytes[15]) = (first, last);
                Addr::v6(bytes)
            });
            let mut flow = Made::tcp(source, target, 443, f64::from(from)).flow();
            flow.macs = Some(([2, 0, 0, 0, 0, from], [2, 0, 0, 0, 0, to]));
            flow
        };
        let found = |flows: &[Flow]| finish_with(&ENTRY, flows, &[], &Settings::default()).findings;
        let detour = found(&[flow(9, 1), flow(5, 1), flow(6, 1), flow(5, 9)]);
        assert_eq!((detour.len(), detour[0].severity), (1, Severity::Medium));
        assert!(detour[0].sources.contains(&Endpoint::Mac([2, 0, 0, 0, 0, 9])));
        assert!(found(&[flow(5, 1), flow(6, 1), flow(7, 9)]).is_empty(), "a second router");
        assert!(found(&[flow(9, 1), flow(5, 1), flow(6, 1)]).is_empty());
    }
}
