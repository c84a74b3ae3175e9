//! Turns TCP segments that overlap earlier ones with different content into findings, per sender and receiver.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::tcp_anomalies::{self, AnomalousPair, SenderAndService, TcpAnomalyTable};
use crate::model::{Category, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "tcp_overlap",
    name: "Conflicting TCP segments",
    category: Category::ProtocolAbuse,
    technique: Some(("T1565.002", "Transmitted Data Manipulation")),
    sees: "A TCP segment covers bytes that were sent before in the same direction, but with different content. It is not a retransmission: those repeat the same bytes, even if they are split differently.",
    matters: "Which of the two counts depends on the receiver. Either the sender shows a firewall different data from what the receiver gets, or a third party answers faster than the real sender.",
    otherwise: "A device on the path that changes data, captured on both of its sides; damaged packets in a wireless capture.",
    benign_causes: &[
        "A proxy or NAT on the path that changes data, and a capture with the packets from both of its sides",
        "Damaged packets, as wireless captures contain",
    ],
    advice: &[
        "Compare the TTL, Ethernet address and delay of the two segments: do they come from one machine?",
        "Read both versions: which one did the receiver act on?",
        "Let the firewall reassemble streams before it inspects them, and drop segments that conflict with earlier \
         ones",
    ],
    part_of: &[],
    source: "Ptacek, Newsham: Insertion, Evasion, and Denial of Service: Eluding Network Intrusion Detection (1998); RFC 9293, section 3.10.7.4 (received data is not accepted again); Weaver, Sommer, Paxson, NDSS 2009, and Marczak et al.: China's Great Cannon, 2015 (injected answers). Keep-alives, one byte before the next, are left out (RFC 9293, section 3.8.4).",
}
.explained_where_shown();

const SEGMENTS: Descriptor = Descriptor::count("tcp_overlap.segments", "Conflicting segments", 1.0)
    .range(1.0, 10_000.0)
    .unit("segments")
    .help("This many from one sender to one receiver.");
const BYTES: Descriptor = Descriptor::bytes("tcp_overlap.bytes", "Bytes that differ", 4.0)
    .range(1.0, 1_000_000.0)
    .help("This many in all: a few may be damage, which a two-byte checksum does not reliably detect.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<TcpOverlap>(CARD, &[SEGMENTS, BYTES], Interest::TCP_FLOWS);

/// So many bytes are no damage.
const MANY_BYTES: u64 = 16;
#[derive(Default)]
struct TcpOverlap {
    doubts: TcpAnomalyTable<Differing>,
}

/// What the segments say otherwise.
#[derive(Default)]
struct Differing {
    n_bytes: u64,
}

impl Detector for TcpOverlap {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.doubts.take(
            ended,
            |anomalies, _| Some(&anomalies.conflicts.seen).filter(|seen| seen.n > 0),
            |differing, anomalies, _| differing.n_bytes += anomalies.conflicts.n_differing,
        );
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (least, bytes) = (context.settings.get(&SEGMENTS), context.settings.get(&BYTES));
        self.doubts.finish(
            |doubt| f64::from(doubt.seen.n) >= least && doubt.counts.n_bytes as f64 >= bytes,
            |doubt| u64::from(doubt.seen.n),
            |ends, doubt| doubt.finding(ends, least, context),
        )
    }
}

impl AnomalousPair<Differing> {
    fn finding(&self, ends: SenderAndService, least: f64, context: &Context<'_>) -> Finding {
        let (source, target, _) = ends;
        let n = f64::from(self.seen.n);
        let confidence = if self.counts.n_bytes >= MANY_BYTES { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let numbers: Vec<String> = self.seen.packets.iter().map(|index| (index + 1).to_string()).collect();
        // Beyond those remembered, what Wireshark takes for repeats is nearest.
        let which = match numbers.len() == self.seen.n as usize {
            true => format!("frame.number in {{{}}}", numbers.join(", ")),
            false => format!(
                "(tcp.analysis.retransmission || tcp.analysis.out_of_order) && {}",
                finding_builder::time_filter(self.seen.first_ns, self.seen.last_ns)
            ),
        };
        self.begin(&CARD, ends, context)
            .title(format!(
                "{source} sends {target} different content for the same bytes: {}",
                count(self.seen.n as usize, "segment")
            ))
            .rated(Impact::CONTROL, confidence, (n, least))
            .evidence([
                evidence("Segments with conflicting content", n, "segments", "0"),
                evidence(
                    "Bytes that differ",
                    self.counts.n_bytes as f64,
                    "B",
                    "0: retransmissions repeat the same bytes",
                ),
            ])
            .explanation(format!(
                "In the name of {source}, {target} received {} that cover bytes sent before, with different content: \
                 {} differ. A retransmission repeats the same bytes. Either the sender shows a firewall different \
                 data from the receiver, or somebody on the path answers faster in its name.",
                count(self.seen.n as usize, "segment"),
                count(self.counts.n_bytes as usize, "byte")
            ))
            .filter(format!("{} && {which}", tcp_anomalies::filter(ends)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(n: u64, n_differing: u64) -> Vec<Finding> {
        let mut flow = Made::tcp(inside(1), outside(1), 80, 1.0).flow();
        let from = usize::from(flow.is_low_originator);
        if let Some(anomalies) = flow.anomalies_mut(from) {
            (0..n).for_each(|i| anomalies.conflicts.seen.add(i, i as i64));
            anomalies.conflicts.n_differing = n_differing;
        }
        finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
    }

    #[test]
    fn two_texts_at_one_place_are_reported_and_damage_is_not() {
        let two = found(2, 300);
        assert_eq!((two.len(), two[0].severity), (1, Severity::Medium));
        assert_eq!(two[0].sources, finding_builder::addresses([outside(1)]));
        assert!(two[0].display_filter.ends_with("frame.number in {1, 2}"), "{}", two[0].display_filter);
        assert!(found(1, 1).is_empty() && found(0, 0).is_empty());
    }
}
