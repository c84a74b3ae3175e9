//! Turns connections that a server seems to refuse and then accepts nevertheless into findings: a firewall sees a close
//! that the client ignores.

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
    sees: "A server answers a connection request with a reset or FIN, and then accepts the very same request. Or it accepts and closes at once, long before the client's answer can have reached it.",
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
    source: "Ptacek, Newsham: Insertion, Evasion, and Denial of Service: Eluding Network Intrusion Detection (1998); CVE-2018-6794, CVE-2019-18625 and CVE-2019-18792 (Suricata). The first answer to a request is SYN with ACK, or a reset that is final (RFC 9293, section 3.10.7.3).",
}
.explained_where_shown();

const CONNECTIONS: Descriptor = Descriptor::count("premature_close.connections", "Connections", 1.0)
    .range(1.0, 10_000.0)
    .unit("connections")
    .help("This many connections of one server began after a false close.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<PrematureClose>(CARD, &[CONNECTIONS], Interest::TCP_CONTROL);

/// A server hears from the client no sooner after its answer than its answer took, at any place on the path; this share of it is
/// far too soon.
const TOO_SOON: i64 = 10;
/// And no round trip is as short, so that a server that took long to accept is not blamed.
const MOST_AT_ONCE_NS: i64 = SECOND / 10_000;
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

/// A connection that begins: which, when it was asked for, and when it was accepted.
#[derive(Clone, Copy, Default)]
struct Opening {
    hash: u64,
    asked_ns: i64,
    accepted_ns: Option<i64>,
    packet: u64,
}

impl Opening {
    /// True for a close at this moment that cannot be an answer to the client's.
    fn is_too_soon(&self, close_ns: i64) -> bool {
        self.accepted_ns.is_some_and(|accepted_ns| {
            let round_trip = accepted_ns - self.asked_ns;
            let after = close_ns - accepted_ns;
            round_trip > 0 && (0..=MOST_AT_ONCE_NS).contains(&after) && after * TOO_SOON < round_trip
        })
    }
}

struct PrematureClose {
    refusals: Vec<Refusal>,
    openings: Vec<Opening>,
    servers: Tally<(Addr, u16), Server, MOST_SERVERS>,
    hasher: FixedState,
}

impl Default for PrematureClose {
    fn default() -> Self {
        PrematureClose {
            refusals: vec![Refusal::default(); MOST_REFUSALS],
            openings: vec![Opening::default(); MOST_REFUSALS],
            servers: Tally::default(),
            hasher: FixedState::default(),
        }
    }
}

#[derive(Default)]
struct Server {
    /// False closes of both kinds, and those of them that came before the client could answer.
    n: u64,
    n_early: u64,
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
        self.observe_opening(packet, kind, hash, (server, client.0));
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
        if let Some(seen) = self.servers.of(server) {
            seen.add(client.0, (refusal.time_ns, packet.time_ns), [refusal.packet, packet.index]);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CONNECTIONS);
        Report::of_table(&self.servers, |server| server.n as f64 >= least)
            .largest_first(|(_key, server)| server.n)
            .each(|(key, server)| server.finding(**key, least))
    }
}

impl PrematureClose {
    /// Takes a packet for the connections that are accepted and closed at once.
    fn observe_opening(&mut self, packet: &Packet, kind: u8, hash: u64, (server, client): ((Addr, u16), Addr)) {
        let Some(slot) = self.openings.get_mut(hash as usize % MOST_REFUSALS) else { return };
        let time_ns = packet.time_ns;
        match kind {
            SYN => *slot = Opening { hash, asked_ns: time_ns, accepted_ns: None, packet: packet.index },
            _ if slot.hash != hash => {}
            _ if kind == SYN | ACK => slot.accepted_ns = slot.accepted_ns.or(Some(time_ns)),
            _ if kind == FIN | ACK => {
                let opening = std::mem::take(slot);
                if opening.is_too_soon(time_ns)
                    && let Some(seen) = self.servers.of(server)
                {
                    seen.n_early += 1;
                    seen.add(client, (opening.asked_ns, time_ns), [opening.packet, packet.index]);
                }
            }
            _ => {}
        }
    }
}

impl Server {
    fn add(&mut self, client: Addr, (first_ns, last_ns): (i64, i64), packets: [u64; 2]) {
        if self.n == 0 {
            self.first_ns = first_ns;
        }
        self.last_ns = self.last_ns.max(last_ns);
        self.n += 1;
        if self.packets.len() < MOST_PACKETS {
            self.packets.extend(packets);
            self.clients.insert(client);
        }
    }

    fn finding(&self, (host, port): (Addr, u16), least: f64) -> Finding {
        let n = self.n as f64;
        Finding::builder(&CARD)
            .title(format!(
                "{host} port {port} closes connections that then continue: {}",
                count(self.n as usize, "time")
            ))
            .rated(Impact::CONTROL, Confidence::LIKELY, (n, least))
            .sources([host])
            .targets(self.clients.iter().copied())
            .ports([port])
            .protocol("TCP")
            .evidence([
                evidence("Connections with a false close", n, "connections", "0"),
                evidence(
                    "Of these closed before the client could answer",
                    self.n_early as f64,
                    "connections",
                    "0: a server closes a round trip after it accepts, at the earliest",
                ),
                evidence("Clients", self.clients.len() as f64, "hosts", ""),
            ])
            .explanation(format!(
                "{} Packets of this kind are made so that clients drop them or go on, while a firewall that believes them \
                 stops inspecting.",
                if self.n_early == self.n {
                    format!(
                        "{host} accepted a connection and closed it in less than a tenth of the time that its own answer \
                         took: the client's answer cannot have been there yet."
                    )
                } else {
                    format!(
                        "{host} answered a connection request with a reset or FIN, and within {} s accepted the same \
                         request, without a new one in between. A client that believed the first answer would have \
                         given up.",
                        WAIT_NS / SECOND
                    )
                }
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

    #[test]
    fn a_close_before_the_client_can_have_answered_is_false_and_one_after_a_round_trip_is_not() {
        let closed_after = |seconds: f64| {
            let (client, server) = ((inside(1), 4000), (outside(1), 80));
            let packets = [
                tcp(0, 1.0, client, server, SYN),
                tcp(1, 1.01, server, client, SYN | ACK),
                tcp(2, 1.01 + seconds, server, client, FIN | ACK),
            ];
            finish(&ENTRY, &[], &packets, &Settings::default()).findings.len()
        };
        assert_eq!((closed_after(0.000_01), closed_after(0.011)), (1, 0));
    }
}
