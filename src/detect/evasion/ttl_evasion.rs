//! Turns TCP segments whose TTL may expire before their target into findings, per sender and receiver: a monitor on the
//! path sees a different conversation from the receiver.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::finding_builder::{count, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::tcp_anomalies::{self, AnomalousPair, SenderAndService, TcpAnomalyTable};
use crate::model::flow::tcp_anomalies::TcpAnomalies;
use crate::model::packet::tcp_flag::RST;
use crate::model::{Category, DirectionStats, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "ttl_evasion",
    name: "TTL evasion",
    category: Category::ProtocolAbuse,
    technique: Some(("T1562", "Impair Defenses")),
    sees: "In one direction of a TCP connection, single segments have a far lower TTL than all others, and others then send different content for the same bytes, or continue after the close that they claimed.",
    matters: "Segments that expire before the target are meant for a monitor on the path: a firewall or monitor that believes them sees a different conversation from the real one, or stops inspecting.",
    otherwise: "A censorship circumvention program on the sender's machine, a tool that traces a path through a firewall, or somebody else who injects resets in the sender's name.",
    benign_causes: &[
        "A censorship circumvention program on the sender's machine",
        "A tool that traces the path behind a firewall through an open connection",
    ],
    advice: &[
        "Read the conversation without these segments: what did the target really receive?",
        "Find the program on the sender's machine, or the machine that sends in its name (compare the Ethernet addresses)",
        "Let the firewall drop segments with a low TTL, or normalise the TTL itself",
    ],
    part_of: &["forged_reset"],
    source: "Ptacek, Newsham: Insertion, Evasion, and Denial of Service: Eluding Network Intrusion Detection (1998); Bock et al.: Geneva, CCS 2019 (the same against censors). Nearly all hosts are within 30 hops of each other (Wang, Jin, Shin: Hop-Count Filtering, 2007), so a segment with more than 20 left arrives.",
}
.explained_where_shown();

const SEGMENTS: Descriptor = Descriptor::count("ttl_evasion.segments", "Contradicted segments", 1.0)
    .range(1.0, 10_000.0)
    .unit("segments")
    .help("This many segments with a low TTL, from one sender to one receiver, were replaced by others with the usual TTL, or claimed a close after which the sender continued.");
const HOPS_LEFT: Descriptor = Descriptor::count("ttl_evasion.hops_left", "Highest low TTL", 20.0)
    .range(1.0, 20.0)
    .unit("hops")
    .help("Segments with more hops left reach their target, so they hide nothing. Fewer than 5 hops below the usual TTL means a different path and never counts.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<TtlEvasion>(CARD, &[SEGMENTS, HOPS_LEFT], Interest::TCP_FLOWS);

/// More resets of a direction are a volley by somebody else, which is reported as forged resets.
const MOST_RESETS: u32 = 3;

#[derive(Default)]
struct TtlEvasion {
    pairs: TcpAnomalyTable<LowTtlCounts>,
}

/// What became of the segments.
#[derive(Default)]
struct LowTtlCounts {
    usual: u8,
    most_left: u8,
    n_replaced: u64,
    n_ignored: u64,
    /// Bytes of the direction that say something else than before; they make it sure.
    n_differing: u64,
}

impl Detector for TtlEvasion {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let is_meant = |anomalies: &TcpAnomalies, direction: &DirectionStats| {
            u64::from(anomalies.low.n_replaced) + n_ignored(anomalies, direction) > 0
        };
        self.pairs.take(
            ended,
            |anomalies, direction| is_meant(anomalies, direction).then_some(&anomalies.low.seen),
            LowTtlCounts::add,
        );
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (least, most_left) = (context.settings.get(&SEGMENTS), context.settings.get(&HOPS_LEFT));
        self.pairs.finish(
            |pair| pair.counts.n() as f64 >= least && f64::from(pair.counts.most_left) <= most_left,
            |pair| pair.counts.n(),
            |ends, pair| pair.finding(ends, least, context),
        )
    }
}

/// Ends that the direction went on behind; a volley of resets is none.
fn n_ignored(anomalies: &TcpAnomalies, direction: &DirectionStats) -> u64 {
    if direction.flag(RST) > MOST_RESETS { 0 } else { u64::from(anomalies.low.n_ignored) }
}

impl LowTtlCounts {
    fn add(&mut self, anomalies: &TcpAnomalies, direction: &DirectionStats) {
        let low = &anomalies.low;
        self.usual = low.usual;
        self.most_left = self.most_left.max(low.most_left);
        self.n_replaced += u64::from(low.n_replaced);
        self.n_ignored += n_ignored(anomalies, direction);
        self.n_differing += anomalies.conflicts.n_differing;
    }

    fn n(&self) -> u64 {
        self.n_replaced + self.n_ignored
    }
}

impl AnomalousPair<LowTtlCounts> {
    fn finding(&self, ends: SenderAndService, least: f64, context: &Context<'_>) -> Finding {
        let ((source, target, _), counts) = (ends, &self.counts);
        let n = counts.n() as f64;
        let is_deliberate = counts.n() >= 2 || counts.n_differing > 0;
        let confidence = if is_deliberate { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let usual = format!("{} in this connection", counts.usual);
        let left = if source.is_v4() { "ip.ttl" } else { "ipv6.hlim" };
        self.begin(&CARD, ends, context)
            .title(format!("{source} sends {target} segments that expire on the path: {}", count(self.seen.n as usize, "segment")))
            .rated(Impact::CONTROL, confidence, (n, least))
            .evidence([
                evidence("Segments with a low TTL", f64::from(self.seen.n), "segments", "0"),
                evidence("Highest TTL among them", f64::from(counts.most_left), "hops", usual),
                evidence("Replaced by others for the same bytes", counts.n_replaced as f64, "segments", "0"),
                evidence("Closes after which the sender continued", counts.n_ignored as f64, "segments", "0"),
            ])
            .explanation(format!(
                "{source} sent {target} {} with a TTL of at most {}, while its other segments have {}: they expire \
                 before they arrive, but a monitor on the path sees them. {} of them were replaced by segments that \
                 do arrive, and {} claimed a close of the connection after which it continued. This shows a monitor a \
                 different conversation from the real one.",
                count(self.seen.n as usize, "segment"),
                counts.most_left,
                counts.usual,
                counts.n_replaced,
                counts.n_ignored
            ))
            .filter_in_time(format!("{} && {left} <= {} && tcp.flags.syn == 0 && (tcp.len > 0 || tcp.flags.reset == 1 || tcp.flags.fin == 1)", tcp_anomalies::filter(ends), counts.most_left))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::model::flow::tcp_anomalies::TtlAnomaly;
    use crate::settings::Settings;

    fn found(n: u32, n_replaced: u32, n_ignored: u32, resets: u32) -> Vec<Finding> {
        let mut flow = Made::tcp(inside(1), outside(1), 80, 1.0).flow();
        if let Some(anomalies) = flow.anomalies_mut(0) {
            let low = &mut anomalies.low;
            (0..n).for_each(|i| low.seen.add(u64::from(i), i64::from(i)));
            *low = TtlAnomaly { usual: 64, most_left: 4, n_replaced, n_ignored, ..std::mem::take(low) };
        }
        flow.directions[0].flags[2] = resets;
        finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
    }

    #[test]
    fn segments_that_die_and_are_contradicted_are_reported_and_a_change_of_path_is_not() {
        let low = found(3, 2, 1, 1);
        assert_eq!(low.len(), 1);
        assert!(low[0].severity >= Severity::Medium && low[0].n_packets == 3);
        assert!(low[0].display_filter.contains("ip.ttl <= 4"), "{}", low[0].display_filter);
        assert!(found(30, 0, 0, 0).is_empty(), "a longer path, or ends that hold");
        assert!(found(12, 0, 1, 12).is_empty(), "a volley of resets is reported elsewhere");
    }
}
