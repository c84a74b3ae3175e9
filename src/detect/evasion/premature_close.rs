//! Connections that a server seems to refuse and then accepts all the same, to findings: somebody shows a firewall an
//! end that the client never sees.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::format::time::SECOND;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use foldhash::fast::FixedState;
use std::collections::BTreeSet;
use std::hash::BuildHasher;

const CARD: Card = Card {
    id: "premature_close",
    name: "Premature close",
    category: Category::ProtocolAbuse,
    technique: Some(("T1562", "Impair Defenses")),
    sees: "A server answers a connection request with a reset or FIN, and then accepts the very same request.",
    matters: "The first answer is made so that the client ignores it, but a firewall or monitor that believes it stops inspecting: what follows passes unseen.",
    otherwise: "A load balancer that refuses before it finds a server, or a third party that injects resets.",
    benign_causes: &[
        "A load balancer or firewall that refuses in the name of a server that then answers itself",
        "A third party that injects resets to block the connection",
    ],
    advice: &[
        "Compare TTL and TCP options of the two answers: do they come from one machine?",
        "Read what was exchanged after the false close",
        "Let the firewall check sequence numbers and timestamps before it accepts a close",
    ],
    part_of: &[],
    source: "Ptacek, Newsham: Insertion, Evasion, and Denial of Service: Eluding Network Intrusion Detection (1998); CVE-2019-18625 and CVE-2019-18792 (Suricata). The first answer to a request is SYN with ACK, or a reset that is final (RFC 9293, section 3.10.7.3).",
};

const CONNECTIONS: Descriptor = Descriptor::count("premature_close.connections", "Connections", 1.0)
    .range(1.0, 10_000.0)
    .unit("connections")
    .help("This many connections of one server began after a false close.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<PrematureClose>(CARD, &[CONNECTIONS], Interest::TCP_CONTROL);

/// A client waits no longer for an answer to its request before it asks again.
const WAIT_NS: i64 = 3 * SECOND;
/// Refusals remembered, by a hash that is the same in each run, as findings must be. A newer one takes the place of an
/// older one.
const MOST_REFUSALS: usize = 1 << 12;
/// Most servers kept.
const MOST_SERVERS: usize = 1 << 12;
/// Packets remembered of a server.
const MOST_PACKETS: usize = 100;

/// A refusal: of which connection, which request it acknowledges, and when.
#[derive(Clone, Copy, Default)]
struct Refusal {
    hash: u64,
    acknowledgment: u32,
    time_ns: i64,
    packet: u64,
}

struct PrematureClose {
    refusals: Vec<Refusal>,
    servers: Tally<(Addr, u16), Server, MOST_SERVERS>,
    hasher: FixedState,
}

impl Default for PrematureClose {
    fn default() -> Self {
        PrematureClose {
            refusals: vec![Refusal::default(); MOST_REFUSALS],
            servers: Tally::default(),
            hasher: FixedState::default(),
        }
    }
}

#[derive(Default)]
struct Server {
    n: u64,
    clients: BTreeSet<Addr>,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
}

impl Detector for PrematureClose {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Transport::Tcp(tcp), Some(ip)) = (&packet.transport, &packet.ip) else { return };
        let kind = tcp.flags & (SYN | FIN | RST | ACK);
        // Requests ask anew; all else that matters comes from the server and acknowledges.
        let (server, client) = match kind {
            SYN => ((ip.target, tcp.target_port), (ip.source, tcp.source_port)),
            _ if kind & ACK != 0 && tcp.payload_bytes == 0 => {
                ((ip.source, tcp.source_port), (ip.target, tcp.target_port))
            }
            _ => return,
        };
        let hash = self.hasher.hash_one((server, client));
        let Some(slot) = self.refusals.get_mut(hash as usize % MOST_REFUSALS) else { return };
        let is_known = slot.hash == hash;
        let is_refusal = kind == RST | ACK || kind == FIN | ACK;
        if is_refusal {
            if !is_known {
                *slot =
                    Refusal { hash, acknowledgment: tcp.acknowledgment, time_ns: packet.time_ns, packet: packet.index };
            }
            return;
        }
        if !is_known {
            return;
        }
        let refusal = std::mem::take(slot);
        let is_same = kind == SYN | ACK
            && refusal.acknowledgment == tcp.acknowledgment
            && packet.time_ns - refusal.time_ns <= WAIT_NS;
        if !is_same {
            return;
        }
        let Some(seen) = self.servers.of(server) else { return };
        if seen.n == 0 {
            seen.first_ns = refusal.time_ns;
        }
        seen.last_ns = seen.last_ns.max(packet.time_ns);
        seen.n += 1;
        if seen.packets.len() < MOST_PACKETS {
            seen.packets.extend([refusal.packet, packet.index]);
            seen.clients.insert(client.0);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CONNECTIONS);
        Report::of_table(&self.servers, |server| server.n as f64 >= least)
            .largest_first(|(_key, server)| server.n)
            .each(|(key, server)| server.finding(**key, least))
    }
}

impl Server {
    fn finding(&self, (host, port): (Addr, u16), least: f64) -> Finding {
        let n = self.n as f64;
        let confidence = Confidence::LIKELY;
        Finding::builder(&CARD)
            .title(format!(
                "{host} port {port} closes connections that then continue: {}",
                count(self.n as usize, "time")
            ))
            .rated(Impact::CONTROL, confidence, (n, least))
            .sources([host])
            .targets(self.clients.iter().copied())
            .ports([port])
            .protocol("TCP")
            .evidence([
                evidence("Connections accepted after a refusal", n, "connections", "0"),
                evidence("Clients", self.clients.len() as f64, "hosts", ""),
            ])
            .explanation(format!(
                "{host} answered a connection request with a reset or FIN, and within {} s accepted the same request, \
                 without a new one in between. A client that believed the first answer would have given up. Packets \
                 of this kind are made so that clients drop them, while a firewall that believes them stops \
                 inspecting.",
                WAIT_NS / SECOND
            ))
            .period((self.first_ns, self.last_ns))
            .n_packets(self.packets.len() as u64)
            .packet_indices(self.packets.clone())
            .filter(format!(
                "{} && tcp.srcport == {port} && (tcp.flags.reset == 1 || tcp.flags.fin == 1 || tcp.flags.syn == 1)",
                finding_builder::host_filter("src", host)
            ))
            .identity(Identity::ActorsAndPorts)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{finish, inside, outside, tcp};
    use crate::settings::Settings;

    fn found(from_client: &[bool], flags: &[u8]) -> usize {
        let (client, server) = ((inside(1), 4000), (outside(1), 80));
        let packet = |(i, (is_client, flags)): (usize, (&bool, &u8))| {
            let (from, to) = if *is_client { (client, server) } else { (server, client) };
            tcp(i as u64, i as f64 / 10.0, from, to, *flags)
        };
        let packets: Vec<Packet> = from_client.iter().zip(flags).enumerate().map(packet).collect();
        finish(&ENTRY, &[], &packets, &Settings::default()).findings.len()
    }

    #[test]
    fn a_refusal_that_is_taken_back_is_reported_and_a_second_request_is_not() {
        assert_eq!(found(&[true, false, false], &[SYN, RST | ACK, SYN | ACK]), 1);
        assert_eq!(found(&[true, false, true, false], &[SYN, RST | ACK, SYN, SYN | ACK]), 0);
        assert_eq!(found(&[true, false, true, false], &[SYN, SYN | ACK, ACK, RST | ACK]), 0);
    }
}
