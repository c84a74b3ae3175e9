//! Turns TCP packets that no TCP stack sends into findings, per sender: flags that exclude each other, malformed
//! options, and a source equal to the destination.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence, thousands};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::model::format::time::SECOND;
use crate::model::packet::tcp_flag::{ACK, FIN, PSH, RST, SYN, URG};
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Finding, Site};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "crafted_packets",
    name: "Crafted packets",
    category: Category::ProtocolAbuse,
    technique: Some(("T1595", "Active Scanning")),
    sees: "TCP packets whose flags exclude each other (SYN with FIN, none at all, FIN without ACK), whose options are malformed, or whose source is the same as their destination (land).",
    matters: "No operating system sends such packets by itself. The answers of a machine reveal its operating system, and some machines crash or are compromised by them.",
    otherwise: "A broken network card, a truncated capture, a test of a firewall or protocol stack.",
    benign_causes: &[
        "A broken network card, or a capture that truncated or changed the packets",
        "An authorised test of a firewall or protocol stack",
    ],
    advice: &[
        "Find out who owns the source and whether it was a test",
        "Let the firewall drop packets with such flags and options",
        "Check whether the target crashed, restarted or became slow at that time",
    ],
    part_of: &["port_scan", "host_scan"],
    source: "RFC 9293, section 3.10.7 (every segment but the first carries ACK); nmap's operating system probes (its book, chapter 8); CERT CA-1997-28 (land); CVE-2019-12260 (URGENT/11: a malformed authentication option, RFC 5925).",
}
.explained_where_shown();

const PACKETS: Descriptor = Descriptor::count("crafted_packets.packets", "Crafted packets", 3.0)
    .range(1.0, 100_000.0)
    .unit("packets")
    .help("This many from one sender. Two of different kinds within a minute are enough: damage does not cause two kinds.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<CraftedPackets>(CARD, &[PACKETS], Interest::TCP_CONTROL.union(Interest::ANOMALOUS));

/// Kinds in words and as Wireshark filters, by bit.
const KINDS: [(&str, &str); 7] = [
    ("no flag at all", "tcp.flags & 0x3f == 0"),
    ("SYN with FIN", "(tcp.flags.syn == 1 && tcp.flags.fin == 1)"),
    ("SYN with RST", "(tcp.flags.syn == 1 && tcp.flags.reset == 1)"),
    ("FIN without ACK", "(tcp.flags.fin == 1 && tcp.flags.ack == 0)"),
    ("SYN with URG", "(tcp.flags.syn == 1 && tcp.flags.urg == 1)"),
    ("malformed options", "(tcp.flags.syn == 1 && tcp.hdr_len > 20)"),
    ("same source and destination", "tcp.flags.syn == 1"),
];
const NULL: u8 = 1;
const SYN_FIN: u8 = 1 << 1;
const SYN_RST: u8 = 1 << 2;
const LONE_FIN: u8 = 1 << 3;
const SYN_URG: u8 = 1 << 4;
const BAD_OPTIONS: u8 = 1 << 5;
const LAND: u8 = 1 << 6;
/// Three kinds are what a tool for telling operating systems sends; two within this time are no accident.
const TOGETHER_NS: i64 = 60 * SECOND;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;
/// Packets remembered of a pair.
const MOST_PACKETS: usize = 100;

#[derive(Default)]
struct CraftedPackets {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    n: u64,
    kinds: u8,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
    ports: BTreeSet<u16>,
}

/// The kinds that flags make, without those of ECN.
#[inline]
fn kinds_of(flags: u8) -> u8 {
    let has = |bits: u8| flags & bits == bits;
    if flags & (SYN | FIN | RST | ACK | PSH | URG) == 0 {
        return NULL;
    }
    let mut kinds = 0;
    if flags & SYN != 0 {
        kinds |= if has(SYN | FIN) { SYN_FIN } else { 0 };
        kinds |= if has(SYN | RST) { SYN_RST } else { 0 };
        kinds |= if has(SYN | URG) { SYN_URG } else { 0 };
    } else if flags & (FIN | RST | ACK) == FIN {
        kinds |= LONE_FIN;
    }
    kinds
}

impl Detector for CraftedPackets {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Transport::Tcp(tcp), Some(ip)) = (&packet.transport, &packet.ip) else { return };
        let mut kinds = kinds_of(tcp.flags);
        // An odd packet is shown a second time, for its headers alone.
        if packet.anomalies().is_some_and(|anomalies| anomalies.has_bad_options) {
            kinds |= BAD_OPTIONS;
        }
        if ip.source == ip.target && tcp.source_port == tcp.target_port && tcp.is_request() {
            kinds |= LAND;
        }
        if kinds == 0 {
            return;
        }
        let Some(pair) = self.pairs.of((ip.source, ip.target)) else { return };
        if pair.packets.last() == Some(&packet.index) {
            return;
        }
        let now = packet.time_ns;
        (pair.first_ns, pair.last_ns) =
            if pair.n == 0 { (now, now) } else { (pair.first_ns.min(now), pair.last_ns.max(now)) };
        pair.n += 1;
        pair.kinds |= kinds;
        if pair.packets.len() < MOST_PACKETS {
            pair.packets.push(packet.index);
            pair.ports.insert(tcp.target_port);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&PACKETS);
        let mut senders: BTreeMap<Addr, Vec<(Addr, &Pair)>> = BTreeMap::new();
        for ((source, target), pair) in self.pairs.sorted() {
            senders.entry(*source).or_default().push((*target, pair));
        }
        let mut cases: Vec<Case<'_>> = senders.into_iter().map(|(source, pairs)| Case::new(source, pairs)).collect();
        cases.retain(|case| case.n as f64 >= least || case.is_mixed);
        Report::of(cases)
            .largest_first(|case| case.n)
            .not_evaluated(self.pairs.n_refused)
            .each(|case| case.finding(least, context.site))
    }
}

/// What one sender sent to all.
struct Case<'a> {
    source: Addr,
    pairs: Vec<(Addr, &'a Pair)>,
    n: u64,
    kinds: u8,
    is_mixed: bool,
}

impl<'a> Case<'a> {
    fn new(source: Addr, pairs: Vec<(Addr, &'a Pair)>) -> Case<'a> {
        let is_mixed = |(_, pair): &(Addr, &Pair)| {
            pair.n >= 2 && pair.kinds.count_ones() >= 2 && pair.last_ns - pair.first_ns <= TOGETHER_NS
        };
        Case {
            source,
            n: pairs.iter().map(|(_, pair)| pair.n).sum(),
            kinds: pairs.iter().fold(0, |kinds, (_, pair)| kinds | pair.kinds),
            is_mixed: pairs.iter().any(is_mixed),
            pairs,
        }
    }

    fn finding(&self, least: f64, site: &Site) -> Finding {
        let n = self.n as f64;
        let named: Vec<(&str, &str)> = (0..KINDS.len())
            .filter(|bit| self.kinds & (1 << bit) != 0)
            .filter_map(|bit| KINDS.get(bit).copied())
            .collect();
        let words: Vec<&str> = named.iter().map(|(words, _)| *words).collect();
        let is_outside = site.is_outside(self.source);
        let is_aimed = self.kinds & (BAD_OPTIONS | LAND) != 0;
        let confidence = if named.len() >= 3 { Confidence::ALMOST_CERTAIN } else { Confidence::VERY_LIKELY };
        let impact = match (is_aimed, is_outside) {
            (true, _) => Impact::ACCESS_TRY,
            (false, true) => Impact::OUTSIDE_LOOK,
            (false, false) => Impact::INSIDE_LOOK,
        };
        let filters: Vec<&str> = named.iter().map(|(_, filter)| *filter).collect();
        Finding::builder(&CARD)
            .title(match named.len() {
                3.. if !is_aimed => format!("{} probes the operating systems of other hosts", self.source),
                _ => format!("{} sends crafted packets: {}", self.source, words.join(", ")),
            })
            .technique(if is_aimed {
                Some(("T1210", "Exploitation of Remote Services"))
            } else {
                (!is_outside).then_some(("T1046", "Network Service Discovery"))
            })
            .weighed(impact, confidence, extent(n.max(least), least))
            .score(past(n, least))
            .sources([self.source])
            .targets(self.pairs.iter().map(|(target, _)| *target))
            .ports(self.pairs.iter().flat_map(|(_, pair)| pair.ports.iter().copied()))
            .protocol("TCP")
            .evidence([
                evidence("Crafted packets", n, "packets", "0"),
                evidence("Different kinds", named.len() as f64, "kinds", "0"),
                evidence("Hosts that received them", self.pairs.len() as f64, "hosts", "0"),
            ])
            .explanation(format!(
                "{} sent {} TCP packets to {} that no operating system sends by itself: {}. Tools send them because \
                 the answers reveal the operating system and what the firewall lets through, or to make the target \
                 fail.",
                self.source,
                thousands(self.n as usize),
                count(self.pairs.len(), "host"),
                words.join(", ")
            ))
            .period((
                self.pairs.iter().map(|(_, pair)| pair.first_ns).min().unwrap_or(0),
                self.pairs.iter().map(|(_, pair)| pair.last_ns).max().unwrap_or(0),
            ))
            .n_packets(self.n)
            .packet_indices(self.pairs.iter().flat_map(|(_, pair)| pair.packets.iter().copied()).collect())
            .filter_in_time(format!(
                "{} && ({})",
                finding_builder::host_filter("src", self.source),
                filters.join(" || ")
            ))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{finish, inside, tcp};
    use crate::settings::Settings;

    fn found(flags: &[u8]) -> Vec<Finding> {
        let packet = |(i, flags): (usize, &u8)| tcp(i as u64, i as f64, (inside(1), 4000), (inside(2), 80), *flags);
        let packets: Vec<Packet> = flags.iter().enumerate().map(packet).collect();
        finish(&ENTRY, &[], &packets, &Settings::default()).findings
    }

    #[test]
    fn probes_of_several_kinds_are_reported_and_ordinary_connections_are_not() {
        let probes = found(&[0, SYN | FIN | URG | PSH, FIN | URG | PSH]);
        assert_eq!(probes.len(), 1);
        assert!(probes[0].title.contains("operating system"), "{}", probes[0].title);
        assert_eq!(found(&[SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, FIN | PSH | ACK]).len(), 0);
        assert_eq!(found(&[FIN]).len(), 0, "one may be damage");
    }
}
