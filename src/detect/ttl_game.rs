//! TCP segments that may not live to reach their target, per sender and receiver, to findings: a monitor on the way sees
//! another conversation than the receiver.

use super::draft::{self, count, evidence, lines};
use super::gather::Gathered;
use super::severity::{Impact, rate};
use super::tally::Tally;
use super::{Card, Conclusion, Context, Detector, Ended, Entry, Wants};
use crate::model::doubtful::{Doubtful, Seen};
use crate::model::packet::tcp_flag::RST;
use crate::model::{Category, Direction, Finding, Flow, Host};
use crate::settings::{Descriptor, Effect};

const CARD: Card = Card {
    id: "ttl_game",
    name: "Segments that die on the way",
    category: Category::ProtocolAbuse,
    technique: Some(("T1562", "Impair Defenses")),
    sees: "Within one direction of a TCP connection, single segments have far fewer hops left than all others, and then others say something else at the same place, or go on behind the end that they claimed.",
    matters: "Segments that die before the target are meant for whoever listens on the way: a firewall or monitor that believes them sees another conversation than the one that takes place, or stops looking.",
    otherwise: "A program against censorship on the sender's machine, a tool that finds out a path through a firewall, somebody else who injects ends in the sender's name.",
    source: "Ptacek, Newsham: Insertion, Evasion, and Denial of Service: Eluding Network Intrusion Detection (1998); Bock et al.: Geneva, CCS 2019 (the same against censors). Nearly all hosts are within 30 hops of each other (Wang, Jin, Shin: Hop-Count Filtering, 2007), so a segment with more than 20 left arrives.",
};

const SEGMENTS: Descriptor = Descriptor {
    id: "ttl_game.segments",
    label: "Segments that others contradict",
    help: "So many segments with few hops left, of one sender to one receiver, were replaced by others with the usual number, or claimed an end behind which the sender went on.",
    unit: "segments",
    min: 1.0,
    max: 10_000.0,
    default: 1.0,
    is_whole: true,
    effect: Effect::Judge,
};
const HOPS_LEFT: Descriptor = Descriptor {
    id: "ttl_game.hops_left",
    label: "Most hops left",
    help: "Segments with more hops left reach their target, so they hide nothing. Fewer than 5 hops less than usual is another path and never counts.",
    unit: "hops",
    min: 1.0,
    max: 20.0,
    default: 20.0,
    is_whole: true,
    effect: Effect::Judge,
};
const SETTINGS: &[Descriptor] = &[SEGMENTS, HOPS_LEFT];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, wants: Wants::TCP_FLOWS, make: || Box::new(TtlGame::default()) };

/// More resets of a direction are a volley by somebody else, which is told by forged resets.
const MOST_RESETS: u32 = 3;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct TtlGame {
    pairs: Tally<(Host, Host, u16), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    seen: Seen,
    usual: u8,
    most_left: u8,
    n_replaced: u64,
    n_ignored: u64,
    /// Bytes of the direction that say something else than before; they make it sure.
    n_differing: u64,
    flows: Vec<u32>,
}

impl Detector for TtlGame {
    fn observe_flow(&mut self, ended: &Ended<'_>) {
        let Some([forward, backward]) = ended.flow.doubtful() else { return };
        let flow = ended.flow;
        let ((client, _), (server, port)) = (flow.initiator(), flow.responder());
        self.take(ended.serial, (client, server, port), forward, flow.forward());
        self.take(ended.serial, (server, client, port), backward, flow.backward());
    }

    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let (least, most_left) = (context.settings.get(&SEGMENTS), context.settings.get(&HOPS_LEFT));
        let is_case = |pair: &Pair| pair.n() as f64 >= least && f64::from(pair.most_left) <= most_left;
        let mut cases = self.pairs.sorted_where(is_case);
        cases.sort_by_key(|(key, pair)| (std::cmp::Reverse(pair.n()), **key));
        cases.truncate(MOST_FINDINGS);
        let findings = cases.iter().map(|(key, pair)| pair.finding(**key, least, context)).collect();
        Conclusion { findings, n_not_judged: self.pairs.n_refused, ..Conclusion::default() }
    }
}

impl TtlGame {
    fn take(&mut self, serial: u32, key: (Host, Host, u16), doubtful: &Doubtful, direction: &Direction) {
        let low = &doubtful.low;
        let n_ignored = if direction.flag(RST) > MOST_RESETS { 0 } else { u64::from(low.n_ignored) };
        if u64::from(low.n_replaced) + n_ignored == 0 {
            return;
        }
        let Some(pair) = self.pairs.of(key) else { return };
        pair.seen.merge(&low.seen);
        pair.usual = low.usual;
        pair.most_left = pair.most_left.max(low.most_left);
        pair.n_replaced += u64::from(low.n_replaced);
        pair.n_ignored += n_ignored;
        pair.n_differing += doubtful.conflicts.n_differing;
        if pair.flows.len() < Finding::MOST_FLOWS {
            pair.flows.push(serial);
        }
    }
}

impl Pair {
    fn n(&self) -> u64 {
        self.n_replaced + self.n_ignored
    }

    fn finding(&self, (source, target, port): (Host, Host, u16), least: f64, context: &Context<'_>) -> Finding {
        let n = self.n() as f64;
        let confidence = match (self.n(), self.n_differing) {
            (_, 1..) => 0.92,
            (2.., 0) => 0.85,
            _ => 0.6,
        };
        let mut finding = draft::begin(&CARD);
        finding.title =
            format!("{source} sends {target} segments that die on the way: {}", count(self.seen.n as usize, "segment"));
        rate(&mut finding, Impact::CONTROL, confidence, (n, least));
        finding.sources = draft::addresses([source]);
        finding.targets = draft::addresses([target]);
        finding.ports = vec![port];
        finding.protocol = "TCP".to_owned();
        let usual = format!("{} in this connection", self.usual);
        finding.evidence = vec![
            evidence("Segments with few hops left", f64::from(self.seen.n), "segments", "0"),
            evidence("Most hops that they have left", f64::from(self.most_left), "hops", usual),
            evidence("Replaced by others at the same place", self.n_replaced as f64, "segments", "0"),
            evidence("Ends behind which the sender went on", self.n_ignored as f64, "segments", "0"),
        ];
        finding.explanation = format!(
            "{source} sent {target} {} with at most {} hops left, while its other segments have {}: they die before they \
             arrive, but whoever listens on the way sees them. {} of them were replaced by segments that do arrive, and \
             {} claimed an end of the connection behind which it went on. That is how a monitor is shown another \
             conversation than the one that takes place.",
            count(self.seen.n as usize, "segment"),
            self.most_left,
            self.usual,
            self.n_replaced,
            self.n_ignored
        );
        finding.benign_causes = lines(&[
            "A program against censorship on the sender's machine",
            "A tool that finds out the path behind a firewall through an open connection",
        ]);
        finding.advice = lines(&[
            "Read the conversation without these segments: what did the target really get",
            "Find the program on the sender's machine, or the machine that sends in its name (compare the Ethernet addresses)",
            "Let the firewall drop segments with too few hops left, or set the time to live itself (normalisation)",
        ]);
        fill(&mut finding, context, &self.flows, &self.seen);
        let left = if source.is_v4() { "ip.ttl" } else { "ipv6.hlim" };
        finding.display_filter = format!(
            "{} && {} && tcp.port == {port} && {left} <= {} && tcp.flags.syn == 0 && (tcp.len > 0 || tcp.flags.reset == 1 || tcp.flags.fin == 1) && {}",
            draft::host_filter("src", source),
            draft::host_filter("dst", target),
            self.most_left,
            draft::time_filter(finding.start_ns, finding.end_ns)
        );
        draft::finish(finding, true)
    }
}

/// The segments meant, and the flows that they are in.
fn fill(finding: &mut Finding, context: &Context<'_>, serials: &[u32], seen: &Seen) {
    let mut flows = Gathered::default();
    let known = |serial: &u32| -> Option<(u32, &Flow)> { Some((*serial, context.flows.get(*serial)?)) };
    serials.iter().filter_map(known).for_each(|(serial, flow)| flows.add(serial, flow));
    flows.fill(finding);
    (finding.start_ns, finding.end_ns) = (seen.first_ns, seen.last_ns);
    finding.n_packets = u64::from(seen.n);
    finding.packet_indices.clone_from(&seen.packets);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Made, conclude_with, inside, outside};
    use crate::model::Severity;
    use crate::model::doubtful::LowHops;
    use crate::settings::Settings;

    fn found(n: u32, n_replaced: u32, n_ignored: u32, resets: u32) -> Vec<Finding> {
        let mut flow = Made::tcp(inside(1), outside(1), 80, 1.0).flow();
        if let Some(doubtful) = flow.doubtful_mut(0) {
            let low = &mut doubtful.low;
            (0..n).for_each(|i| low.seen.add(u64::from(i), i64::from(i)));
            *low = LowHops { usual: 64, most_left: 4, n_replaced, n_ignored, ..std::mem::take(low) };
        }
        flow.directions[0].flags[2] = resets;
        conclude_with(&ENTRY, &[flow], &[], &Settings::default()).findings
    }

    #[test]
    fn segments_that_die_and_are_contradicted_are_reported_and_a_change_of_path_is_not() {
        let game = found(3, 2, 1, 1);
        assert_eq!(game.len(), 1);
        assert!(game[0].severity >= Severity::Medium && game[0].n_packets == 3);
        assert!(game[0].display_filter.contains("ip.ttl <= 4"), "{}", game[0].display_filter);
        assert!(found(30, 0, 0, 0).is_empty(), "a longer path, or ends that hold");
        assert!(found(12, 0, 1, 12).is_empty(), "a volley of resets is told elsewhere");
    }
}
