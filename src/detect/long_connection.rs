//! Time that a host inside was connected to one outside, summed per pair, to findings by RITA's table.

use super::draft::{self, evidence, lines};
use super::gather::{Between, gather};
use super::severity::{Impact, past, severity};
use super::tally::Tally;
use super::{Card, Conclusion, Context, Detector, Ended, Entry, Wants};
use crate::model::time::{SECOND, span};
use crate::model::{Category, Finding, Flow, Host};
use crate::settings::{Descriptor, Effect};

const CARD: Card = Card {
    id: "long_connection",
    name: "Long connection",
    category: Category::LongConnection,
    // A long connection alone is no technique; most are harmless.
    technique: None,
    sees: "A host inside stayed connected to the same port of a host outside for hours.",
    matters: "Remote control and tunnels stay connected; web pages do not.",
    otherwise: "Chat, push messages, VPN, remote work, radio and video. Most long connections are harmless; who the server is decides.",
    source: "Table of RITA v5 for total connection time: from 1 h, low 4 h, medium 8 h, high 12 h.",
};

const LEAST: Descriptor = Descriptor {
    id: "long_connection.least",
    label: "Shortest total time",
    help: "Pairs that were connected for less are not reported. RITA's table begins at 1 h.",
    unit: "s",
    min: 60.0,
    max: 1_000_000.0,
    default: 3600.0,
    is_whole: false,
    effect: Effect::Judge,
};
const SETTINGS: &[Descriptor] = &[LEAST];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, wants: Wants::TCP_FLOWS, make: || Box::new(LongConnection::default()) };

/// RITA's steps in seconds, and the threat that each stands for.
const STEPS: [(f64, f64); 4] = [(3_600.0, 0.2), (14_400.0, 0.4), (28_800.0, 0.6), (43_200.0, 0.8)];
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 17;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct LongConnection {
    pairs: Tally<(Host, Host, u16), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    total_ns: i64,
    n: u64,
    bytes: [u64; 2],
}

/// TCP from inside to outside.
fn is_judged(flow: &Flow) -> bool {
    flow.is_tcp() && flow.initiator().0.is_internal() && !flow.responder().0.is_internal()
}

impl Detector for LongConnection {
    fn observe_flow(&mut self, ended: &Ended<'_>) {
        let flow = ended.flow;
        if !is_judged(flow) {
            return;
        }
        let ((source, _), (target, port)) = (flow.initiator(), flow.responder());
        let Some(pair) = self.pairs.of((source, target, port)) else { return };
        pair.total_ns = pair.total_ns.saturating_add(flow.duration_ns());
        pair.n += 1;
        let [sent, got] = &mut pair.bytes;
        *sent += flow.forward().bytes;
        *got += flow.backward().bytes;
    }

    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST);
        let mut cases: Vec<((Host, Host, u16), &Pair)> = self
            .pairs
            .sorted_where(|figures| figures.total_ns as f64 / SECOND as f64 >= least)
            .into_iter()
            .map(|(pair, figures)| (*pair, figures))
            .collect();
        cases.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.total_ns));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((source, target, port), _)| Between::service(*source, *target, *port)).collect();
        let gathered = gather(context, &between, |_, flow| is_judged(flow));
        let findings = cases
            .iter()
            .zip(gathered)
            .map(|(((source, target, port), figures), flows)| {
                let mut finding = finding(*source, *target, *port, figures, least);
                flows.fill(&mut finding);
                finding.display_filter = format!("{} && tcp.port == {port}", draft::pair_filter(*source, *target));
                draft::finish(finding, true)
            })
            .collect();
        Conclusion { findings, n_not_judged: self.pairs.n_refused, ..Conclusion::default() }
    }
}

/// Threat by RITA's table, linear between its steps.
fn threat(seconds: f64) -> f64 {
    let mut before = None;
    for (step, value) in STEPS {
        if seconds < step {
            return before.map_or(0.0, |(from, low)| low + (value - low) * (seconds - from) / (step - from));
        }
        before = Some((step, value));
    }
    before.map_or(0.0, |(_, value)| value)
}

fn finding(source: Host, target: Host, port: u16, figures: &Pair, least: f64) -> Finding {
    let seconds = figures.total_ns as f64 / SECOND as f64;
    let threat = threat(seconds);
    // Ports of the web and of mail carry nearly all harmless long connections.
    let is_usual = matches!(port, 80 | 443 | 993 | 5222 | 5223 | 5228);
    let confidence = threat * if is_usual { 0.5 } else { 0.9 };
    let [sent, got] = figures.bytes;
    let mut finding = draft::begin(&CARD);
    finding.title = format!("{source} was connected to {target} port {port} for {}", span(figures.total_ns));
    finding.severity = severity(Impact::CONTROL, confidence, 0.0);
    finding.score = past(seconds, least);
    finding.confidence = confidence;
    finding.sources = draft::addresses([source]);
    finding.targets = draft::addresses([target]);
    finding.ports = vec![port];
    finding.protocol = "TCP".to_owned();
    finding.evidence = vec![
        evidence("Connected in all", seconds, "s", "below 3,600 (RITA)"),
        evidence("Connections, or pieces of one", figures.n as f64, "flows", ""),
        evidence("Bytes sent", sent as f64, "B", ""),
        evidence("Bytes received", got as f64, "B", ""),
        evidence("Threat", threat, "", "0.2 low, 0.4 medium, 0.6 high (RITA)"),
    ];
    finding.explanation = format!(
        "{source} was connected to {target} port {port} for {} in all. Programs for remote control and tunnels stay \
         connected; so do chat, push messages and VPN, so what matters is whom the server belongs to.",
        span(figures.total_ns)
    );
    finding.benign_causes = lines(&[
        "Chat, push messages, mail that waits for news",
        "VPN, remote desktop or SSH of somebody who works from afar",
        "Radio, video or a game",
    ]);
    finding.advice = lines(&[
        "Find out whom the server belongs to",
        "Find the program on the host, and whether it ran when nobody was there",
    ]);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Made, conclude, inside, outside};
    use crate::settings::Settings;

    #[test]
    fn hours_are_reported_and_minutes_are_not() {
        let connected = |seconds: f64| {
            let made = Made { seconds, ..Made::tcp(inside(1), outside(1), 4444, 0.0) };
            conclude(&ENTRY, &[made], &[], &Settings::default()).findings
        };
        assert_eq!(connected(40_000.0)[0].title, "192.168.1.1 was connected to 203.0.113.1 port 4444 for 11 h 6 min");
        assert!(connected(600.0).is_empty());
    }

    #[test]
    fn the_threat_is_ritas() {
        assert_eq!([0.0, 3_600.0, 9_000.0, 43_200.0, 1e6].map(threat), [0.0, 0.2, 0.30000000000000004, 0.8, 0.8]);
    }
}
