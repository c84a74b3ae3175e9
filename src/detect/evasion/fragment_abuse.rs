//! Turns IP fragments that no honest sender sends into findings, per pair of hosts.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::connection_attempts::Contact;
use crate::detect::support::finding_builder::{self, evidence, thousands};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::{Addr, Category, Finding, Packet};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "fragment_abuse",
    name: "IP fragment abuse",
    category: Category::ProtocolAbuse,
    technique: Some(("T1499.004", "Application or System Exploitation")),
    sees: "IP fragments overlap, are too short for their headers or for any network, extend past the maximum packet size, or arrive in large numbers without the rest.",
    matters: "Such fragments crash old systems (teardrop, ping of death), or show a firewall a different packet from the one that arrives.",
    otherwise: "A broken driver or router that sends fragments twice, or a capture that has every packet twice.",
    benign_causes: &["A broken network driver or router", "A test of a firewall or protocol stack"],
    advice: &[
        "Check whether the target crashed or became slow at that time",
        "Let the firewall reassemble fragments before it inspects them, and drop those that overlap",
        "Find the machine that sends them: the IP address may be forged, the MAC address is more reliable",
    ],
    part_of: &["udp_flood", "icmp_flood"],
    source: "RFC 1858 (tiny and overlapping fragments), RFC 3128, RFC 1191 (section 7.1: no network in use carries less than 296 bytes in a packet, so every fragment but the last has more than 256 bytes; 1,232 in IPv6 by RFC 8200), RFC 5722 (overlaps are forbidden in IPv6), CERT CA-1997-28 (teardrop), CERT CA-1996-26 (ping of death).",
}
.explained_where_shown();

const FRAGMENTS: Descriptor = Descriptor::count("fragment_abuse.pieces", "Forged fragments", 3.0)
    .range(1.0, 100_000.0)
    .unit("packets")
    .help("This many from one host to another. One that extends past the maximum packet size is enough.");
const ABANDONED: Descriptor = Descriptor::count("fragment_abuse.abandoned", "Incomplete packets", 1000.0)
    .range(10.0, 1_000_000.0)
    .unit("packets")
    .help("This many packets from one host to another were begun and never completed, and nearly all were. A receiver keeps each for up to a minute (RFC 8200, section 4.5); Linux holds 4 MiB of them.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<FragmentAbuse>(CARD, &[FRAGMENTS, ABANDONED], Interest::FRAGMENTS);

/// Every fragment but the last carries more than this, IPv4: networks with an MTU below 296 are not in use (RFC 1191).
const MOST_SHORT_V4: u32 = 256;
/// The same of IPv6, whose networks carry 1,280 bytes at least (RFC 8200, section 5), with room for extension headers.
const MOST_SHORT_V6: u32 = 1000;
/// Share of begun packets that are never completed from which it is no loss on the way.
const LEAST_ABANDONED: f64 = 0.9;
/// Fragments of probes to so many ports of the target are those of a scan.
const LEAST_SCANNED: f64 = 10.0;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;

#[derive(Default)]
struct FragmentAbuse {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    n_fragments: u64,
    /// First pieces, and packets that were completed.
    n_begun: u64,
    n_completed: u64,
    n_overlaps: u64,
    n_contradictions: u64,
    n_tiny: u64,
    n_short: u64,
    n_overlong: u64,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
}

impl Detector for FragmentAbuse {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Some(ip), Some(fragment)) = (&packet.ip, packet.fragment()) else { return };
        let Some(pair) = self.pairs.of((ip.source, ip.target)) else { return };
        let now = packet.time_ns;
        (pair.first_ns, pair.last_ns) =
            if pair.n_fragments == 0 { (now, now) } else { (pair.first_ns.min(now), pair.last_ns.max(now)) };
        pair.n_fragments += 1;
        pair.n_begun += u64::from(fragment.offset == 0 && fragment.has_more);
        pair.n_completed += u64::from(fragment.n_fragments.is_some());
        pair.n_overlaps += u64::from(fragment.is_overlap);
        pair.n_contradictions += u64::from(fragment.is_contradiction);
        pair.n_tiny += u64::from(fragment.is_tiny);
        let least = if ip.source.is_v4() { MOST_SHORT_V4 } else { MOST_SHORT_V6 };
        // A second piece of the same is not counted again.
        let is_odd = fragment.is_tiny || fragment.is_contradiction || fragment.is_overlong;
        let is_short = fragment.has_more && fragment.bytes < least && fragment.bytes > 0;
        // What comes before it is as long as it is far from the start.
        let is_behind_short = fragment.offset > 0 && fragment.offset < least && !fragment.has_more;
        pair.n_short += u64::from((is_short || is_behind_short) && !is_odd);
        pair.n_overlong += u64::from(fragment.is_overlong);
        if pair.packets.len() < Finding::MOST_FLOWS {
            pair.packets.push(packet.index);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&FRAGMENTS);
        let abandoned = context.settings.get(&ABANDONED);
        let cases = self
            .pairs
            .sorted_where(|pair| pair.n_forged() as f64 >= least || pair.n_overlong > 0 || pair.is_flood(abandoned));
        // Scanners split their probes to slip past filters: the scan is what happens then.
        let only_split: BTreeSet<(Addr, Addr)> =
            cases.iter().filter(|(_, pair)| pair.is_only_split(abandoned)).map(|(hosts, _)| **hosts).gathered();
        let mut scanned: BTreeMap<(Addr, Addr), usize> = BTreeMap::new();
        if !only_split.is_empty() {
            let hosts =
                |contact: &Contact| Some((contact.source, contact.target)).filter(|hosts| only_split.contains(hosts));
            for contacts in context.contacts.groups(LEAST_SCANNED, hosts) {
                scanned.extend(contacts.first().map(|one| ((one.source, one.target), contacts.len())));
            }
        }
        Report::of(cases)
            .largest_first(|(_hosts, pair)| pair.n_forged())
            .not_evaluated(self.pairs.n_refused)
            .each(|(hosts, pair)| pair.finding(**hosts, scanned.get(hosts).copied(), (least, abandoned)))
    }
}

impl Pair {
    /// Pieces that are wrong in one way or another. A piece that lies over another and says the same was sent twice.
    fn n_forged(&self) -> u64 {
        self.n_contradictions + self.n_tiny + self.n_short + self.n_overlong
    }

    /// Packets that were begun and never completed.
    fn n_abandoned(&self) -> u64 {
        self.n_begun.saturating_sub(self.n_completed)
    }

    /// True if nothing in them contradicts: their content is sent in small pieces, no more.
    fn is_only_split(&self, abandoned: f64) -> bool {
        self.n_contradictions + self.n_overlong == 0 && !self.is_flood(abandoned)
    }

    fn is_flood(&self, abandoned: f64) -> bool {
        let n = self.n_abandoned() as f64;
        n >= abandoned && n >= LEAST_ABANDONED * self.n_begun as f64
    }

    /// The finding; `n_ports` is how many ports the fragments tried, if they are those of a scan.
    fn finding(
        &self,
        (source, target): (Addr, Addr),
        n_ports: Option<usize>,
        (least, abandoned): (f64, f64),
    ) -> Finding {
        let is_flood = self.is_flood(abandoned);
        let (n, least) =
            if is_flood { (self.n_abandoned() as f64, abandoned) } else { (self.n_forged() as f64, least) };
        let confidence = Confidence::VERY_LIKELY;
        let words = if source.is_v4() { "(ip.flags.mf == 1 || ip.frag_offset > 0)" } else { "ipv6.fraghdr" };
        Finding::builder(&CARD)
            .title(match is_flood {
                true => format!("{source} floods {target} with fragments of {} packets", thousands(n as usize)),
                false => format!("{source} sends forged fragments to {target}: {}", thousands(n as usize)),
            })
            .category(if is_flood { Category::Flood } else { CARD.category })
            .technique(is_flood.then_some(("T1499.001", "OS Exhaustion Flood")))
            .technique(n_ports.map(|_| ("T1046", "Network Service Discovery")))
            .rated(if n_ports.is_some() { Impact::NUISANCE } else { Impact::OUTAGE }, confidence, (n, least))
            .sources([source])
            .targets([target])
            .protocol(if source.is_v4() { "IPv4" } else { "IPv6" })
            .evidence([
                evidence("Fragments", self.n_fragments as f64, "packets", "few: most paths need none"),
                evidence("Fragments that overlap an earlier one", self.n_overlaps as f64, "packets", "0"),
                evidence("Overlaps with different content", self.n_contradictions as f64, "packets", "0"),
                evidence("Fragments too short for their headers", self.n_tiny as f64, "packets", "0"),
                evidence("Fragments with more to come, but shorter than any network needs", self.n_short as f64, "packets", "0"),
                evidence("Fragments that extend past 65,535 bytes", self.n_overlong as f64, "packets", "0"),
                evidence("Packets begun and never completed", self.n_abandoned() as f64, "packets", "hardly any"),
            ])
            .explanation(format!(
                "{source} sent {} fragments to {target}; {} of them overlap fragments with different content, {} are \
                 too short for their headers, {} shorter than any network makes them, and {} extend past the maximum packet size; {} packets were begun and \
                 never completed. No operating system sends such fragments by itself.{}",
                thousands(self.n_fragments as usize),
                thousands(self.n_contradictions as usize),
                thousands(self.n_tiny as usize),
                thousands(self.n_short as usize),
                thousands(self.n_overlong as usize),
                thousands(self.n_abandoned() as usize),
                n_ports.map_or_else(String::new, |n| format!(
                    " Put together they try {} ports of {target}: a scanner splits its probes so that a filter that does not reassemble them lets them pass.",
                    thousands(n)
                ))
            ))
            .filter(format!(
                "{} && {} && {words}",
                finding_builder::host_filter("src", source),
                finding_builder::host_filter("dst", target)
            ))
            .n_packets(self.n_fragments)
            .period((self.first_ns, self.last_ns))
            .packet_indices(self.packets.clone())
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, finish_with, inside, udp};
    use crate::model::Severity;
    use crate::model::packet::{Extras, Fragment};
    use crate::settings::Settings;

    #[test]
    fn pieces_that_contradict_each_other_are_reported_and_those_sent_twice_are_not() {
        let fragments = |is_contradiction: bool| -> Vec<Packet> {
            let fragment = Fragment { is_overlap: true, is_contradiction, ..Fragment::default() };
            let extras = || Some(Box::new(Extras { fragment: Some(fragment), ..Extras::default() }));
            (0..10)
                .map(|i| Packet { extras: extras(), ..udp(i, i as f64, 1, (inside(1), 5), (inside(2), 6)) })
                .collect()
        };
        let found = |packets: &[Packet]| finish(&ENTRY, &[], packets, &Settings::default()).findings.len();
        assert_eq!((found(&fragments(true)), found(&fragments(false))), (1, 0));
    }

    #[test]
    fn short_pieces_with_more_to_come_are_forged_and_a_short_last_one_is_not() {
        let found = |offset: u32, bytes: u32, has_more: bool| {
            let fragment = Fragment { offset, bytes, has_more, ..Fragment::default() };
            let extras = || Some(Box::new(Extras { fragment: Some(fragment), ..Extras::default() }));
            let packets: Vec<Packet> = (0..10)
                .map(|i| Packet { extras: extras(), ..udp(i, i as f64, 1, (inside(1), 5), (inside(2), 6)) })
                .collect();
            finish(&ENTRY, &[], &packets, &Settings::default()).findings.len()
        };
        assert_eq!((found(0, 40, true), found(24, 4, false)), (1, 1), "the rest of a short one is as telling");
        assert_eq!((found(1480, 40, false), found(0, 552, true), found(0, 1480, true)), (0, 0, 0));
    }

    #[test]
    fn split_probes_are_less_than_the_scan_that_they_carry_and_contradictions_are_not() {
        let severity = |n_ports: u16, is_contradiction: bool| {
            let fragment = Fragment { is_tiny: true, has_more: true, is_contradiction, ..Fragment::default() };
            let extras = || Some(Box::new(Extras { fragment: Some(fragment), ..Extras::default() }));
            let packets: Vec<Packet> = (0..200)
                .map(|i| Packet { extras: extras(), ..udp(i, i as f64, 1, (inside(1), 5), (inside(2), 6)) })
                .collect();
            let flows: Vec<_> =
                (0..n_ports).map(|i| Made::refused(inside(1), inside(2), 20 + i, f64::from(i)).flow()).collect();
            finish_with(&ENTRY, &flows, &packets, &Settings::default()).findings[0].severity
        };
        assert!(severity(40, false) <= Severity::Medium && severity(2, false) >= Severity::High);
        assert!(severity(40, true) >= Severity::High);
    }

    #[test]
    fn masses_of_pieces_without_a_rest_are_a_flood_and_lost_ones_are_not() {
        let first = |i: u64, n_fragments| {
            let fragment = Fragment {
                has_more: n_fragments == 0,
                n_fragments: Some(2).filter(|_| n_fragments > 0),
                ..Fragment::default()
            };
            let extras = Some(Box::new(Extras { fragment: Some(fragment), ..Extras::default() }));
            Packet { extras, ..udp(i, i as f64 / 1e3, 1, (inside(1), 5), (inside(2), 6)) }
        };
        let found = |packets: &[Packet]| finish(&ENTRY, &[], packets, &Settings::default()).findings;
        let flood: Vec<Packet> = (0..2000).map(|i| first(i, 0)).collect();
        assert_eq!(found(&flood)[0].category, Category::Flood);
        let lossy: Vec<Packet> = (0..4000).map(|i| first(i, usize::from(i % 4 > 0) * 2)).collect();
        assert!(found(&lossy).is_empty());
    }
}
