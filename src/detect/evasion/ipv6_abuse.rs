//! Turns abused IPv6 extension headers into findings, per pair of hosts: data hidden in options, header chains that are
//! too long, source routes.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence, thousands};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::format::quantity;
use crate::model::{Addr, Category, Finding, Packet};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "ipv6_abuse",
    name: "IPv6 extension header abuse",
    category: Category::CovertChannel,
    technique: Some(("T1095", "Non-Application Layer Protocol")),
    sees: "IPv6 packets carry bytes in unassigned options or in padding, have more extension headers than any use needs, or contain a routing header of the sender's choice.",
    matters: "Few programs inspect these headers: data passes unseen in them, and long chains bypass firewalls or slow routers down.",
    otherwise: "An experiment with a new option, or a test of a firewall.",
    benign_causes: &["An experiment with a new option", "A test of a firewall or protocol stack"],
    advice: &[
        "Check the bytes in the options: text, or encrypted data",
        "Let the firewall drop packets with extension headers that the network does not use (RFC 9288)",
        "Find the program on the source that sends them",
    ],
    part_of: &[],
    source: "RFC 8200, sections 4.1 (order and number of headers) and 4.2 (options); RFC 5095 (source routes are forbidden); RFC 9098 (what extension headers do to networks); the tools of THC-IPv6 (covert_send6, denial6).",
}
.explained_where_shown();

const BYTES: Descriptor = Descriptor::bytes("ipv6_abuse.bytes", "Hidden bytes", 64.0)
    .range(1.0, 1_000_000.0)
    .help("This many bytes in unassigned options or in padding, from one host to another.");
const PACKETS: Descriptor = Descriptor::count("ipv6_abuse.packets", "Packets with abnormal header chains", 3.0)
    .range(1.0, 1_000_000.0)
    .unit("packets")
    .help("This many packets with too many or repeated extension headers, or with a source route.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<Ipv6Abuse>(CARD, &[BYTES, PACKETS], Interest::ANOMALOUS);

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;
/// Packets remembered of a pair.
const MOST_PACKETS: usize = 100;

#[derive(Default)]
struct Ipv6Abuse {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    n: u64,
    n_hidden_bytes: u64,
    /// Packets with too many headers, and with a route.
    n_chains: u64,
    n_routes: u64,
    longest: u8,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
}

impl Detector for Ipv6Abuse {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Some(ip), Some(anomalies)) = (&packet.ip, packet.anomalies()) else { return };
        if anomalies.n_extensions == 0 && anomalies.n_hidden_bytes == 0 && !anomalies.has_source_route {
            return;
        }
        let Some(pair) = self.pairs.of((ip.source, ip.target)) else { return };
        let now = packet.time_ns;
        (pair.first_ns, pair.last_ns) =
            if pair.n == 0 { (now, now) } else { (pair.first_ns.min(now), pair.last_ns.max(now)) };
        pair.n += 1;
        pair.n_hidden_bytes += u64::from(anomalies.n_hidden_bytes);
        pair.n_chains += u64::from(anomalies.n_extensions > 0);
        pair.n_routes += u64::from(anomalies.has_source_route);
        pair.longest = pair.longest.max(anomalies.n_extensions);
        if pair.packets.len() < MOST_PACKETS {
            pair.packets.push(packet.index);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let bytes = context.settings.get(&BYTES);
        let packets = context.settings.get(&PACKETS);
        Report::of_table(&self.pairs, |pair| {
            pair.n_hidden_bytes as f64 >= bytes || (pair.n_chains + pair.n_routes) as f64 >= packets
        })
        .largest_first(|(_hosts, pair)| (pair.n_hidden_bytes, pair.n))
        .each(|(hosts, pair)| pair.finding(**hosts, bytes, packets))
    }
}

impl Pair {
    fn finding(&self, (source, target): (Addr, Addr), bytes: f64, packets: f64) -> Finding {
        let hidden = self.n_hidden_bytes as f64;
        let is_covert = hidden >= bytes;
        let (value, threshold) =
            if is_covert { (hidden, bytes) } else { ((self.n_chains + self.n_routes) as f64, packets) };
        let confidence = Confidence::VERY_LIKELY;
        Finding::builder(&CARD)
            .title(match is_covert {
                true => format!("{source} hides {} in IPv6 options to {target}", quantity::bytes(hidden)),
                false => format!(
                    "{source} sends {} IPv6 packets with abnormal headers to {target}",
                    thousands(self.n as usize)
                ),
            })
            .category(if is_covert { CARD.category } else { Category::ProtocolAbuse })
            .technique((!is_covert).then_some(("T1499.004", "Application or System Exploitation")))
            .rated(Impact::CONTROL, confidence, (value, threshold))
            .sources([source])
            .targets([target])
            .protocol("IPv6")
            .evidence([
                evidence("Packets", self.n as f64, "packets", "0"),
                evidence("Bytes in unassigned options and in padding", hidden, "B", "0"),
                evidence("Packets with too many extension headers", self.n_chains as f64, "packets", "0"),
                evidence("Most extension headers in a packet", f64::from(self.longest), "headers", "0 or 1"),
                evidence("Packets with a source route", self.n_routes as f64, "packets", "0 (RFC 5095)"),
            ])
            .explanation(format!(
                "{source} sent {} packets to {target} whose IPv6 extension headers match no standard use: {} bytes \
                 are in options or padding that no program reads, {} packets have more headers than any use needs, {} \
                 contain a source route. Data can pass unseen in such headers, and firewalls may not look behind them.",
                thousands(self.n as usize),
                thousands(self.n_hidden_bytes as usize),
                thousands(self.n_chains as usize),
                thousands(self.n_routes as usize)
            ))
            .period((self.first_ns, self.last_ns))
            .n_packets(self.n)
            .packet_indices(self.packets.clone())
            .filter(format!(
                "{} && {} && (ipv6.opt || ipv6.routing || ipv6.dstopts)",
                finding_builder::host_filter("src", source),
                finding_builder::host_filter("dst", target)
            ))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{finish, icmp, inside};
    use crate::model::packet::{Extras, HeaderAnomalies};
    use crate::settings::Settings;

    #[test]
    fn data_in_options_is_reported_and_a_few_bytes_are_not() {
        let packets = |anomalies: HeaderAnomalies| -> Vec<Packet> {
            let extras = || Some(Box::new(Extras { anomalies: Some(anomalies), ..Extras::default() }));
            (0..5)
                .map(|i| Packet { extras: extras(), ..icmp(i, i as f64, 1, inside(1), inside(2), true, 128) })
                .collect()
        };
        let found = |anomalies| finish(&ENTRY, &[], &packets(anomalies), &Settings::default()).findings;
        let covert = found(HeaderAnomalies { n_hidden_bytes: 1300, ..HeaderAnomalies::default() });
        assert_eq!(covert[0].category, Category::CovertChannel);
        let chains = found(HeaderAnomalies { n_extensions: 9, ..HeaderAnomalies::default() });
        assert_eq!(chains[0].category, Category::ProtocolAbuse);
        assert!(found(HeaderAnomalies { n_hidden_bytes: 2, ..HeaderAnomalies::default() }).is_empty());
    }
}
