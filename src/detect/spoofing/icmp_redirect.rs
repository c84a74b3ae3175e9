//! Turns ICMP redirects into findings: which device redirects hosts, and whether it is the router it claims to be.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::{Between, gather_all};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "icmp_redirect",
    name: "ICMP redirects",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "ICMP redirects tell hosts to send their traffic through another router. They are suspicious if they come in the gateway's name from another device, or from a device that is not the router of the traffic.",
    matters: "A forged redirect sends a host's traffic through the attacker's machine, which can read or change it.",
    otherwise: "A router that knows a shorter path, where two routers share a network.",
    benign_causes: &[
        "Two routers in the same network, one of which knows the shorter path",
        "A host with a wrong gateway or netmask",
    ],
    advice: &[
        "Find the device that has the address of the new gateway named in the messages",
        "Configure hosts to ignore redirects (net.ipv4.conf.all.accept_redirects = 0); they are hardly ever needed",
    ],
    part_of: &[],
    source: "RFC 792, RFC 1812, section 5.2.7.2 (when a router may send redirects), and RFC 1122, section 3.2.2.2 (only the router that was used may). A forged sender is recognised by its Ethernet address, compared with ARP and with the address that external traffic goes to.",
}
.explained_where_shown();

const REDIRECTS: Descriptor = Descriptor::count("icmp_redirect.redirects", "Redirects from one sender", 2.0)
    .range(1.0, 100_000.0)
    .unit("packets")
    .help(
        "This many redirects from one sender are reported. Even one is rare: a host takes it once and then knows the \
         path.",
    );

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<IcmpRedirect>(CARD, &[REDIRECTS], Interest::ICMP.union(Interest::ARP));

/// Most senders, and most ARP claims, kept.
const MOST_SENDERS: usize = 1 << 14;

type Mac = [u8; 6];

#[derive(Default)]
struct IcmpRedirect {
    senders: Tally<(Addr, Mac), Sender, MOST_SENDERS>,
    claims: Tally<(Addr, Mac), u64, MOST_SENDERS>,
}

#[derive(Default)]
struct Sender {
    n: u64,
    first_ns: i64,
    last_ns: i64,
    victims: BTreeSet<Addr>,
}

fn is_redirect(is_v6: bool, kind: u8) -> bool {
    kind == if is_v6 { 137 } else { 5 }
}

impl Detector for IcmpRedirect {
    fn observe_packet(&mut self, packet: &Packet) {
        if let Some(arp) = &packet.arp {
            if let Some(n) = self.claims.of((arp.sender_ip, arp.sender_mac)) {
                *n += 1;
            }
            return;
        }
        let (Transport::Icmp(icmp), Some(ip)) = (&packet.transport, &packet.ip) else { return };
        if !is_redirect(icmp.is_v6, icmp.kind) {
            return;
        }
        let mac = packet.macs.map_or([0; 6], |(sender, _)| sender);
        let Some(sender) = self.senders.of((ip.source, mac)) else { return };
        if sender.n == 0 {
            sender.first_ns = packet.time_ns;
        }
        sender.n += 1;
        sender.last_ns = sender.last_ns.max(packet.time_ns);
        if sender.victims.len() < Finding::MOST_ADDRESSES {
            sender.victims.insert(ip.target);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let gateway = context.gateway.mac();
        let least = context.settings.get(&REDIRECTS);
        let claims: Vec<(Addr, Mac)> = self.claims.sorted().into_iter().map(|(claim, _)| *claim).collect();
        Report::of_table(&self.senders, |sender| sender.n as f64 >= least)
            .each(|((ip, mac), sender)| sender.finding(context, (*ip, *mac), &claims, gateway, least))
    }
}

impl Sender {
    fn finding(
        &self,
        context: &Context<'_>,
        (ip, mac): (Addr, Mac),
        claims: &[(Addr, Mac)],
        gateway: Option<Mac>,
        least: f64,
    ) -> Finding {
        // The device that ARP knows under the sender's address is another one, and the real sender has an own address.
        let owners: Vec<Mac> = claims.iter().filter(|(host, _)| *host == ip).map(|(_, mac)| *mac).collect();
        let is_forged = !owners.is_empty() && mac != [0; 6] && !owners.contains(&mac);
        let is_own = |(host, claimant): &&(Addr, Mac)| is_forged && *claimant == mac && *host != ip;
        let own: Vec<Addr> = claims.iter().filter(is_own).map(|(host, _)| *host).take(4).collect();
        // The router of the traffic knows the shorter path; nobody else is asked.
        let confidence = match (is_forged, gateway) {
            (true, _) => Confidence::ALMOST_CERTAIN,
            (false, Some(gateway)) if gateway == mac => Confidence::UNLIKELY,
            (false, Some(_)) if mac != [0; 6] => Confidence::LIKELY,
            (false, _) => Confidence::EVEN,
        };
        let is_gateway = gateway == Some(mac);
        let protocol = if ip.is_v4() { 1 } else { 58 };
        let between = Between { source: Some(ip), protocol: Some(protocol), ..Between::default() };
        let kind = if ip.is_v4() { "icmp.type == 5" } else { "icmpv6.type == 137" };
        Finding::builder(&CARD)
            .title(match (is_forged, own.as_slice()) {
                (true, [one]) => format!("{one} sends ICMP redirects in the name of {ip}"),
                (true, _) => format!("{} sends ICMP redirects in the name of {ip}", mac_text(mac)),
                (false, _) => format!("{ip} redirects the traffic of {}", count(self.victims.len(), "host")),
            })
            .rated(Impact::INTERCEPTION, confidence, (self.n as f64, least))
            .sources(if is_forged {
                own.iter().copied().map(Endpoint::Ip).chain([Endpoint::Mac(mac)]).collect()
            } else {
                vec![Endpoint::Ip(ip)]
            })
            .targets(self.victims.iter().copied())
            .protocol(if ip.is_v4() { "ICMP" } else { "ICMPv6" })
            .evidence([
                evidence("Redirects", self.n as f64, "packets", "0, or a few where two routers share a network"),
                evidence("Hosts redirected", self.victims.len() as f64, "hosts", "0"),
                evidence(
                    "Devices that use the sender's address in ARP",
                    owners.len() as f64,
                    "devices",
                    if is_forged { "none of them sent the redirects" } else { "1" },
                ),
            ])
            .explanation(if is_forged {
                format!(
                    "{} ICMP redirects came in the name of {ip}, but from the Ethernet address {}, while ARP knows \
                     {ip} under {}. They are therefore forged: somebody tries to send the traffic of {} hosts through \
                     another machine.",
                    self.n,
                    mac_text(mac),
                    owners.iter().take(3).copied().map(mac_text).collect::<Vec<_>>().join(", "),
                    self.victims.len()
                )
            } else {
                format!(
                    "{ip} sent redirects to {} hosts, in {} messages, to change the path of their traffic. A router \
                     does this when it knows a shorter path; an attacker does it to receive the traffic.{}",
                    self.victims.len(),
                    self.n,
                    match gateway {
                        Some(_) if is_gateway => " It is the device that the traffic to the outside goes to anyway.",
                        Some(_) => " But the traffic to the outside goes to another device, which alone has reason to.",
                        None => "",
                    }
                )
            })
            .flows(gather_all(context, &[between], |flow| {
                flow.icmp.is_some_and(|(kind, _)| is_redirect(flow.key.protocol == 58, kind))
                    && flow.macs.is_none_or(|(from, _)| from == mac)
            }))
            .period((self.first_ns, self.last_ns))
            .n_packets(self.n)
            .filter(if mac == [0; 6] {
                format!("{kind} && {}", finding_builder::host_filter("src", ip))
            } else {
                format!("{kind} && {} && eth.src == {}", finding_builder::host_filter("src", ip), mac_text(mac))
            })
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, arp, finish, finish_with, icmp, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    #[test]
    fn redirects_in_the_gateways_name_from_another_device_are_forged() {
        let claims = [arp(0, 0.0, 2, 1, inside(1), inside(50)), arp(1, 0.1, 1, 66, inside(66), inside(50))];
        let redirects = (2..12).map(|i| icmp(i, i as f64, 66, inside(1), inside(50), false, 5));
        let packets: Vec<Packet> = claims.into_iter().chain(redirects).collect();
        let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
        assert_eq!(found[0].title, "192.168.1.66 sends ICMP redirects in the name of 192.168.1.1");
        assert!(found[0].severity >= Severity::High);
    }

    #[test]
    fn redirects_of_the_real_router_are_mild() {
        let claims = [arp(0, 0.0, 2, 1, inside(1), inside(50))];
        let redirects = (2..12).map(|i| icmp(i, i as f64, 1, inside(1), inside(50), false, 5));
        let packets: Vec<Packet> = claims.into_iter().chain(redirects).collect();
        let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
        assert!(found[0].severity <= Severity::Medium);
    }

    #[test]
    fn redirects_of_the_router_that_the_traffic_goes_to_are_ordinary_and_those_of_another_device_are_not() {
        let mut web = Made::tcp(inside(50), outside(1), 443, 0.0).flow();
        web.macs = Some(([2, 0, 0, 0, 0, 50], [2, 0, 0, 0, 0, 1]));
        let severity = |mac: u8| {
            let redirects = (2..40).map(|i| icmp(i, i as f64, mac, inside(1), inside(50), false, 5));
            let packets: Vec<Packet> = redirects.collect();
            finish_with(&ENTRY, std::slice::from_ref(&web), &packets, &Settings::default()).findings[0].severity
        };
        assert!(severity(1) < Severity::Medium);
        assert!(severity(9) >= Severity::Medium);
    }
}
