//! Turns DHCP answers into findings: several servers assign addresses in one network.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, gather_all};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "rogue_dhcp",
    name: "Several DHCP servers",
    category: Category::Spoofing,
    technique: Some(("T1557.003", "DHCP Spoofing")),
    sees: "More than one device answers DHCP or DHCPv6 requests in the same network. Where answers were not captured, clients accept offers of different servers, as the server identifiers in their requests show.",
    matters: "A DHCP server also names the gateway and the name server, so it can send everybody's traffic through its own machine.",
    otherwise: "A redundant server, relay agents, a virtual machine host, a device in setup mode that is its own access point (left out once it joins), or a home router plugged in the wrong way.",
    benign_causes: &[
        "Two servers that share the work, with the same settings",
        "A home router or virtual machine host that was plugged in by mistake",
    ],
    advice: &[
        "Compare the servers with the list of those you run",
        "Compare the gateway and name server in their answers; a rogue server names itself",
        "Find the switch port of the Ethernet address, and enable DHCP snooping",
    ],
    part_of: &[],
    source: "RFC 2131, section 7 (unauthorised DHCP servers); DHCP snooping on switches blocks them.",
}
.explained_where_shown();

const ANSWERS: Descriptor = Descriptor::count("rogue_dhcp.answers", "Answers from each server", 2.0)
    .range(1.0, 1000.0)
    .unit("packets")
    .help("A device counts as a server once it has sent this many DHCP answers. A full exchange has two (offer and acknowledgment, RFC 2131).");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<RogueDhcp>(CARD, &[ANSWERS], Interest::UDP.union(Interest::MESSAGES));

/// Most findings, one for each VLAN.
const MOST_FINDINGS: usize = 20;
/// Most servers kept.
const MOST_SERVERS: usize = 1 << 12;
/// Most devices that ask for an address, kept.
const MOST_CLIENT_DEVICES: usize = 1 << 14;
/// Offers so close together answer one request: servers offer at once, or after they have looked whether the address is free
/// (RFC 2131, section 4.4.1: clients collect offers for a while).
const SAME_REQUEST_NS: i64 = 2 * SECOND;
/// Clients remembered for one server.
const MOST_CLIENTS: usize = 256;

type Mac = [u8; 6];

#[derive(Default)]
struct RogueDhcp {
    servers: Tally<(u32, Addr, Mac), Server, MOST_SERVERS>,
    /// When a device last asked for an address itself.
    asked: Tally<Mac, i64, MOST_CLIENT_DEVICES>,
    /// Servers whose offer clients accepted, by network and identifier.
    accepted: Tally<(u32, Addr), Accepted, MOST_SERVERS>,
    /// Who offered a client an address last, and when.
    offered: Tally<(u32, Mac), (Option<Addr>, i64), MOST_CLIENT_DEVICES>,
    /// Servers that offer the same client an address at the same time as another.
    competing: Tally<(u32, Addr), (), MOST_SERVERS>,
    /// Identifiers in answers.
    answering: Tally<(u32, Addr), (), MOST_SERVERS>,
}

/// Requests that accept a server's offer (RFC 2131, section 4.3.2: they name the server).
#[derive(Default)]
struct Accepted {
    seen: MessageEvidence,
    clients: BTreeSet<Mac>,
}

#[derive(Default)]
struct Server {
    n_answers: u64,
    first_ns: i64,
    last_ns: i64,
    clients: BTreeSet<Addr>,
}

impl Detector for RogueDhcp {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dhcp { FieldSet::of(&[FieldId::Server, FieldId::Mac]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let Some(server) = fields.addr(FieldId::Server).filter(|_| event.message.protocol == AppProto::Dhcp) else {
            return;
        };
        if fields.is(FieldId::Message, DhcpMessage::Offer) || fields.is(FieldId::Message, DhcpMessage::Ack) {
            self.answering.of((event.vlan_stack, server));
            if fields.is(FieldId::Message, DhcpMessage::Offer) {
                self.note_offer(event.vlan_stack, server, fields.mac(FieldId::Mac), event.message.time_ns);
            }
        } else if fields.is(FieldId::Message, DhcpMessage::Request)
            && let Some(accepted) = self.accepted.of((event.vlan_stack, server))
        {
            accepted.seen.add(event);
            if accepted.clients.len() < MOST_CLIENTS {
                accepted.clients.extend(fields.mac(FieldId::Mac));
            }
        }
    }

    fn observe_packet(&mut self, packet: &Packet) {
        let Transport::Udp(udp) = &packet.transport else { return };
        if let (68, 67) | (546, 547) = (udp.source_port, udp.target_port)
            && let Some((mac, _)) = packet.macs
            && let Some(last_ns) = self.asked.of(mac)
        {
            *last_ns = packet.time_ns;
            return;
        }
        // A server answers clients from its own port (RFC 2131, section 4.1; RFC 8415, section 7.2).
        if !matches!((udp.source_port, udp.target_port), (67, 68) | (547, 546)) {
            return;
        }
        let (Some(ip), Some((mac, receiver))) = (&packet.ip, packet.macs) else { return };
        let Some(server) = self.servers.of((packet.vlan_stack, ip.source, mac)) else { return };
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
        let mut servers = self.servers.sorted_where(|server| server.n_answers as f64 >= least);
        // What hands out addresses first and then asks for one is a device in set-up: an access point of its own that
        // joins the network. Where it is alone no other server answers the same requests.
        servers.retain(|((link, host, mac), server)| {
            let has_joined = self.asked.get(mac).is_some_and(|asked_ns| *asked_ns >= server.last_ns);
            !has_joined || self.competing.get(&(*link, *host)).is_some()
        });
        let of_a_network = servers.chunk_by(|a, b| a.0.0 == b.0.0 && a.0.1.is_v4() == b.0.1.is_v4());
        // Relayed answers come through one router, and one server may have several addresses: both are one device.
        let several = of_a_network.filter(|group| {
            let hosts: BTreeSet<Addr> = group.iter().map(|((_, host, _), _)| *host).gathered();
            let macs: BTreeSet<Mac> = group.iter().map(|((_, _, mac), _)| *mac).gathered();
            hosts.len() >= 2 && macs.len() >= 2
        });
        let report = Report::of(several).at_most(MOST_FINDINGS).not_evaluated(self.servers.n_refused);
        let answering = report.each(|group| finding(context, group));
        let unseen = Report::of(self.unseen(least)).at_most(MOST_FINDINGS);
        let unseen = unseen.each(|(server, accepted, others)| accepted.finding(*server, others));
        if answering.findings.is_empty() { answering.and(unseen) } else { answering }
    }
}

impl RogueDhcp {
    fn note_offer(&mut self, link: u32, server: Addr, client: Option<Mac>, now: i64) {
        let Some(last) = client.and_then(|client| self.offered.of((link, client))) else { return };
        let (before, before_ns) = std::mem::replace(last, (Some(server), now));
        if let Some(before) = before.filter(|before| *before != server && now - before_ns <= SAME_REQUEST_NS) {
            self.competing.of((link, before));
            self.competing.of((link, server));
        }
    }

    /// Servers whose answers are not in the capture but whose offers were accepted, by clients that accept another server's
    /// too; with those others.
    fn unseen(&self, least: f64) -> Vec<(Addr, &Accepted, Vec<Addr>)> {
        let all = self.accepted.sorted_where(|accepted| accepted.seen.n as f64 >= least);
        let of_a_network = all.chunk_by(|a, b| a.0.0 == b.0.0);
        of_a_network
            .flat_map(|group| {
                group.iter().filter_map(|((link, server), accepted)| {
                    let is_other = |other: &&(&(u32, Addr), &Accepted)| {
                        other.0.1 != *server && !other.1.clients.is_disjoint(&accepted.clients)
                    };
                    let others: Vec<Addr> = group.iter().filter(is_other).map(|((_, other), _)| *other).collect();
                    let is_silent = self.answering.get(&(*link, *server)).is_none();
                    (is_silent && !others.is_empty()).then_some((*server, *accepted, others))
                })
            })
            .collect()
    }
}

impl Accepted {
    fn finding(&self, server: Addr, others: &[Addr]) -> Finding {
        let clients = finding_builder::count(self.clients.len(), "client");
        Finding::builder(&CARD)
            .title(format!(
                "{clients} accept offers of the DHCP server {server} beside those of {}",
                others.iter().map(Addr::to_string).collect::<Vec<_>>().join(", ")
            ))
            .weighed(Impact::INTERCEPTION, Confidence::LIKELY, 0.0)
            .score(past(others.len() as f64 + 1.0, 2.0))
            .sources([server])
            .targets(self.clients.iter().copied().map(Endpoint::Mac))
            .ports([67, 68])
            .protocol("DHCP")
            .evidence([
                evidence("DHCP servers that the same clients accept", others.len() as f64 + 1.0, "servers", "1"),
                evidence("Requests that accept it", self.seen.n as f64, "messages", ""),
                evidence("Its offers and acknowledgments in the capture", 0.0, "messages", "as many"),
            ])
            .explanation(format!(
                "{clients} asked {server} for the address that it had offered, and at other times another server. Two \
                 servers that share the work stay with their clients; a client that changes takes whoever answers \
                 first. The answers of {server} were not captured, so what it names as gateway and name server is not \
                 known."
            ))
            .messages(&self.seen)
            .filter(format!("dhcp.option.dhcp == 3 && dhcp.option.dhcp_server_id == {server}"))
            .build()
    }
}

fn finding(context: &Context<'_>, group: &[(&(u32, Addr, Mac), &Server)]) -> Finding {
    let hosts: BTreeSet<Addr> = group.iter().map(|((_, host, _), _)| *host).gathered();
    let is_v4 = hosts.iter().all(|host| host.is_v4());
    let (name, server_port, client_port) = if is_v4 { ("DHCP", 67, 68) } else { ("DHCPv6", 547, 546) };
    let names: Vec<String> = hosts.iter().take(4).map(Addr::to_string).collect();
    let clients: BTreeSet<Addr> = group.iter().flat_map(|(_, server)| server.clients.iter().copied()).gathered();
    let words: Vec<String> = hosts.iter().take(20).map(|host| finding_builder::host_filter("src", *host)).collect();
    let to = |port| Between { port: Some(port), protocol: Some(17), ..Between::default() };
    let flows = gather_all(context, &[to(server_port), to(client_port)], |flow| {
        let ends = [(flow.key.low, flow.key.low_port), (flow.key.high, flow.key.high_port)];
        ends.iter().any(|(host, port)| *port == server_port && hosts.contains(host))
            && ends.iter().any(|(_, port)| *port == client_port)
    });
    Finding::builder(&CARD)
        .title(format!("{} {name} servers assign addresses: {}", hosts.len(), names.join(", ")))
        .weighed(Impact::INTERCEPTION, Confidence::LIKELY, 0.0)
        .score(past(hosts.len() as f64, 2.0))
        .sources(hosts.iter().copied())
        .targets(clients.iter().copied())
        .ports([server_port, client_port])
        .protocol(name)
        .evidence([
            evidence("DHCP servers", hosts.len() as f64, "servers", "1, or 2 that work together"),
            evidence("Clients that got an address", clients.len() as f64, "clients", ""),
        ])
        .evidence(group.iter().take(6).map(|((_, host, mac), server)| {
            evidence(&format!("Answers of {host} ({})", mac_text(*mac)), server.n_answers as f64, "packets", "")
        }))
        .explanation(format!(
            "{} devices answer {name} requests in this network: {}. A client obeys whichever answers first. An \
             unauthorised server can name itself as gateway and name server and so read everybody's traffic.",
            hosts.len(),
            names.join(", ")
        ))
        .flows(flows)
        .period((
            group.iter().map(|(_, server)| server.first_ns).min().unwrap_or(0),
            group.iter().map(|(_, server)| server.last_ns).max().unwrap_or(0),
        ))
        // The packets counted are those of the servers.
        .n_packets(group.iter().map(|(_, server)| server.n_answers).sum())
        .filter(format!("udp.srcport == {server_port} && udp.dstport == {client_port} && ({})", words.join(" || ")))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, finish, inside, observe_messages, udp};
    use crate::model::Severity;
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    #[test]
    fn two_servers_are_reported_and_one_is_not() {
        let answer = |index: u64, server: u8| udp(index, index as f64, server, (inside(server), 67), (inside(200), 68));
        let both: Vec<Packet> = (0..8).map(|i| answer(i, 1 + (i % 2) as u8)).collect();
        let found = finish(&ENTRY, &[], &both, &Settings::default()).findings;
        assert_eq!(found[0].sources, [Endpoint::Ip(inside(1)), Endpoint::Ip(inside(2))]);
        assert_eq!(found[0].n_packets, 8);
        let joins = udp(8, 9.0, 2, (Addr::v4([0; 4]), 68), (Addr::v4([255; 4]), 67));
        let set_up: Vec<Packet> = both.into_iter().chain([joins]).collect();
        assert!(finish(&ENTRY, &[], &set_up, &Settings::default()).findings.is_empty());
        let one: Vec<Packet> = (0..8).map(|i| answer(i, 1)).collect();
        assert!(finish(&ENTRY, &[], &one, &Settings::default()).findings.is_empty());
    }

    #[test]
    fn a_server_that_competes_for_the_same_requests_is_none_in_set_up_though_it_asks_for_an_address_itself() {
        use crate::detect::support::testing::observe_with;
        let offer = |second: f64, server: u8| Line {
            second,
            from: (inside(server), 67),
            to: (inside(200), 68),
            protocol: AppProto::Dhcp,
            direction: Direction::ToResponder,
            facts: vec![
                (FieldId::Message, DhcpMessage::Offer.into()),
                (FieldId::Server, inside(server).into()),
                (FieldId::Mac, [2, 0, 0, 0, 0, 200].into()),
            ],
        };
        let found = |apart: f64| {
            let lines: Vec<Line> = (0..8).map(|i| offer(apart * f64::from(i), 1 + (i % 2) as u8)).collect();
            let answer = |i: u64| {
                udp(i, apart * i as f64, 1 + (i % 2) as u8, (inside(1 + (i % 2) as u8), 67), (inside(200), 68))
            };
            let joins = udp(8, 99.0, 2, (Addr::v4([0; 4]), 68), (Addr::v4([255; 4]), 67));
            let packets: Vec<Packet> = (0..8).map(answer).chain([joins]).collect();
            observe_with(&ENTRY, &lines, |_| 0, &packets, &Settings::default()).findings.len()
        };
        assert_eq!((found(0.1), found(5.0)), (1, 0));
    }

    #[test]
    fn clients_that_accept_a_server_whose_answers_are_not_seen_are_reported_and_those_that_stay_with_one_are_not() {
        let line = |second: u8, client: u8, server: u8, message: DhcpMessage| Line {
            protocol: AppProto::Dhcp,
            second: f64::from(second),
            from: (Addr::v4([0; 4]), 68),
            to: (Addr::v4([255; 4]), 67),
            direction: Direction::ToResponder,
            facts: vec![
                (FieldId::Message, message.into()),
                (FieldId::Server, inside(server).into()),
                (FieldId::Mac, [2, 0, 0, 0, 0, client].into()),
            ],
        };
        let found = |servers: [u8; 4]| {
            let requests = servers
                .iter()
                .enumerate()
                .map(|(i, server)| line(i as u8, 50 + (i / 2) as u8, *server, DhcpMessage::Request));
            let lines: Vec<Line> = requests.chain([line(9, 50, 1, DhcpMessage::Ack)]).collect();
            observe_messages(&ENTRY, &lines, &Settings::default()).findings
        };
        let rogue = found([1, 66, 1, 66]);
        assert_eq!((rogue.len(), rogue[0].severity), (1, Severity::Medium));
        assert_eq!(rogue[0].sources, [Endpoint::Ip(inside(66))]);
        assert!(found([1, 1, 66, 66]).is_empty());
    }
}
