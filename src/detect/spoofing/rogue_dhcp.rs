//! DHCP answers to findings: several servers that hand out addresses in one network.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::visit;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::past;
use crate::detect::support::severity::severity;
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint};
use crate::settings::{Descriptor, OnChange};
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "rogue_dhcp",
    name: "Several DHCP servers",
    category: Category::Spoofing,
    technique: Some(("T1557.003", "DHCP Spoofing")),
    sees: "More than one device answers DHCP or DHCPv6 requests in the same network.",
    matters: "Who hands out addresses also names the gateway and the name server, and so can lead everybody's traffic through a machine of his own.",
    otherwise: "A second server for safety, relay agents, a virtual machine host, or a home router that somebody plugged in the wrong way.",
    source: "RFC 2131, section 7 (unauthorised DHCP servers); switches guard against them by DHCP snooping.",
};

const ANSWERS: Descriptor = Descriptor {
    id: "rogue_dhcp.answers",
    label: "Answers of each server",
    help: "A device counts as a server once it has sent this many DHCP answers. A full exchange has two (offer and acknowledgment, RFC 2131).",
    unit: "packets",
    min: 1.0,
    max: 1000.0,
    default: 2.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[ANSWERS];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, interest: Interest::UDP, make: || Box::new(RogueDhcp::default()) };

/// Most findings, one for each VLAN.
const MOST_FINDINGS: usize = 20;
/// Most servers kept.
const MOST_SERVERS: usize = 1 << 12;
/// Clients remembered for one server.
const MOST_CLIENTS: usize = 256;

#[derive(Default)]
struct RogueDhcp {
    servers: Tally<(u16, Addr, [u8; 6]), Server, MOST_SERVERS>,
}

#[derive(Default)]
struct Server {
    n_answers: u64,
    first_ns: i64,
    last_ns: i64,
    clients: BTreeSet<Addr>,
}

impl Detector for RogueDhcp {
    fn observe_packet(&mut self, packet: &Packet) {
        let Transport::Udp(udp) = &packet.transport else { return };
        // A server answers clients from its own port (RFC 2131, section 4.1; RFC 8415, section 7.2).
        if !matches!((udp.source_port, udp.target_port), (67, 68) | (547, 546)) {
            return;
        }
        let (Some(ip), Some((mac, receiver))) = (&packet.ip, packet.macs) else { return };
        let Some(server) = self.servers.of((packet.vlan, ip.source, mac)) else { return };
        if server.n_answers == 0 {
            server.first_ns = packet.time_ns;
        }
        server.n_answers += 1;
        server.last_ns = server.last_ns.max(packet.time_ns);
        if server.clients.len() < MOST_CLIENTS
            && !ip.target.is_group()
            && !(receiver == [0xff; 6] && ip.target.may_be_broadcast())
        {
            server.clients.insert(ip.target);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ANSWERS);
        let mut servers = self.servers.sorted();
        servers.retain(|(_, server)| server.n_answers as f64 >= least);
        let mut findings = Vec::new();
        for group in servers.chunk_by(|a, b| a.0.0 == b.0.0 && a.0.1.is_v4() == b.0.1.is_v4()) {
            let hosts: BTreeSet<Addr> = group.iter().map(|((_, host, _), _)| *host).collect();
            let macs: BTreeSet<[u8; 6]> = group.iter().map(|((_, _, mac), _)| *mac).collect();
            // Relayed answers come through one router, and one server may have several addresses: both are one device.
            if hosts.len() < 2 || macs.len() < 2 || findings.len() >= MOST_FINDINGS {
                continue;
            }
            let is_v4 = hosts.iter().all(|host| host.is_v4());
            let (name, server_port, client_port) = if is_v4 { ("DHCP", 67, 68) } else { ("DHCPv6", 547, 546) };
            let names: Vec<String> = hosts.iter().take(4).map(Addr::to_string).collect();
            let n_answers: u64 = group.iter().map(|(_, server)| server.n_answers).sum();
            let clients: BTreeSet<Addr> = group.iter().flat_map(|(_, server)| server.clients.iter().copied()).collect();
            let mut finding = finding_builder::begin(&CARD);
            finding.title = format!("{} {name} servers hand out addresses: {}", hosts.len(), names.join(", "));
            finding.severity = severity(Impact::INTERCEPTION, 0.6, 0.0);
            finding.score = past(hosts.len() as f64, 2.0);
            finding.confidence = 0.6;
            finding.sources = hosts.iter().copied().map(Endpoint::Ip).collect();
            finding.targets = finding_builder::addresses(clients.iter().copied());
            finding.ports = vec![server_port, client_port];
            finding.protocol = name.to_owned();
            finding.start_ns = group.iter().map(|(_, server)| server.first_ns).min().unwrap_or(0);
            finding.end_ns = group.iter().map(|(_, server)| server.last_ns).max().unwrap_or(0);
            finding.evidence = vec![
                evidence("DHCP servers", hosts.len() as f64, "servers", "1, or 2 that work together"),
                evidence("Clients that got an address", clients.len() as f64, "clients", ""),
            ];
            finding.evidence.extend(group.iter().take(6).map(|((_, host, mac), server)| {
                evidence(&format!("Answers of {host} ({})", mac_text(*mac)), server.n_answers as f64, "packets", "")
            }));
            finding.explanation = format!(
                "{} devices answer {name} requests in this network: {}. Which of them a client obeys is decided by who answers \
                 first. A server that should not be there can name itself as gateway and name server and so read \
                 everybody's traffic.",
                hosts.len(),
                names.join(", ")
            );
            finding.benign_causes = lines(&[
                "Two servers that share the work, with the same settings",
                "A home router or virtual machine host that was plugged in by mistake",
            ]);
            finding.advice = lines(&[
                "Compare the servers with the list of those that you run",
                "Compare the gateway and name server in their answers; those of a rogue point to itself",
                "Find the switch port of the Ethernet address, and turn on DHCP snooping",
            ]);
            finding.n_packets = n_answers;
            let hosts: Vec<String> =
                hosts.iter().take(20).map(|host| finding_builder::host_filter("src", *host)).collect();
            finding.display_filter =
                format!("udp.srcport == {server_port} && udp.dstport == {client_port} && ({})", hosts.join(" || "));
            self.flows(context, &mut finding, (server_port, client_port));
            findings.push(finding_builder::finish(finding, false));
        }
        Conclusion { findings, n_not_evaluated: self.servers.n_refused, ..Conclusion::default() }
    }
}

impl RogueDhcp {
    /// The flows that the servers' answers belong to; the packets counted stay those of the servers.
    fn flows(&self, context: &Context<'_>, finding: &mut crate::model::Finding, (server, client): (u16, u16)) {
        let hosts: BTreeSet<Endpoint> = finding.sources.iter().copied().collect();
        let to = |port| Between { port: Some(port), protocol: Some(17), ..Between::default() };
        visit(context, &[to(server), to(client)], |_, serial, flow| {
            let ends = [(flow.key.low, flow.key.low_port), (flow.key.high, flow.key.high_port)];
            let is_answer = ends.iter().any(|(host, port)| *port == server && hosts.contains(&Endpoint::Ip(*host)));
            if is_answer && ends.iter().any(|(_, port)| *port == client) {
                finding.n_flows += 1;
                finding.flow_serials.push(serial);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::finish;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::udp;
    use crate::settings::Settings;

    #[test]
    fn two_servers_are_reported_and_one_is_not() {
        let answer = |index: u64, server: u8| udp(index, index as f64, server, (inside(server), 67), (inside(200), 68));
        let both: Vec<Packet> = (0..8).map(|i| answer(i, 1 + (i % 2) as u8)).collect();
        let found = finish(&ENTRY, &[], &both, &Settings::default()).findings;
        assert_eq!(found[0].sources, [Endpoint::Ip(inside(1)), Endpoint::Ip(inside(2))]);
        assert_eq!(found[0].n_packets, 8);
        let one: Vec<Packet> = (0..8).map(|i| answer(i, 1)).collect();
        assert!(finish(&ENTRY, &[], &one, &Settings::default()).findings.is_empty());
    }
}
