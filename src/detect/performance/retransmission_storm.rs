//! Connections that repeat most of what they send, per pair of hosts, to findings for information.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::EndedFlow;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::finding_builder::thousands;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::gather;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::{Descriptor, OnChange};

const CARD: Card = Card {
    id: "retransmission_storm",
    name: "Retransmission storm",
    category: Category::ProtocolAbuse,
    technique: None,
    sees: "A large share of the TCP data between two hosts is sent again and again.",
    matters: "The line loses packets, the other side is overloaded, or somebody in between drops or injects packets. Users see it as a slow connection.",
    otherwise: "A weak wireless link, a full line, a capture that holds every packet twice.",
    source: "RFC 6298 (repeats double their distance, so that a working connection repeats little); loss above a few per cent makes TCP slow (Mathis et al., 1997).",
};

const SHARE: Descriptor = Descriptor {
    id: "retransmission_storm.share",
    label: "Share of repeats",
    help: "Repeated packets of all that carry data, in one direction.",
    unit: "%",
    min: 1.0,
    max: 100.0,
    default: 30.0,
    is_whole: false,
    on_change: OnChange::Evaluate,
};
const REPEATS: Descriptor = Descriptor {
    id: "retransmission_storm.repeats",
    label: "Repeats",
    help: "Fewer repeats are no storm, whatever their share.",
    unit: "packets",
    min: 10.0,
    max: 1_000_000.0,
    default: 200.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[SHARE, REPEATS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    interest: Interest::TCP_FLOWS,
    make: || Box::new(RetransmissionStorm::default()),
};

/// Most pairs kept; only those with repeats are.
const MOST_PAIRS: usize = 1 << 15;
/// Most connections of a pair that are drawn.
const MOST_PARTS: usize = 1 << 16;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct RetransmissionStorm {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    n_repeats: u64,
    n_data: u64,
}

/// Repeats and data packets of the direction that repeats more; none where nothing of note is repeated.
fn repeats(flow: &Flow) -> Option<(u64, u64)> {
    let of = |direction: &crate::model::DirectionStats| {
        (u64::from(direction.retransmissions), u64::from(direction.data_packets))
    };
    let worse = of(flow.forward()).max(of(flow.backward()));
    (flow.is_tcp() && worse.0 > 0 && worse.1 > 0).then_some(worse)
}

impl Detector for RetransmissionStorm {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let Some((n_repeats, n_data)) = repeats(ended.flow) else { return };
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        if let Some(pair) = self.pairs.of((client, server, port)) {
            pair.n_repeats += n_repeats;
            pair.n_data += n_data;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let share = context.settings.get(&SHARE) / 100.0;
        let least = context.settings.get(&REPEATS);
        let is_case =
            |pair: &Pair| pair.n_repeats as f64 >= least && pair.n_repeats as f64 >= share * pair.n_data as f64;
        let mut cases = self.pairs.sorted_where(is_case);
        cases.sort_by_key(|(key, pair)| (std::cmp::Reverse(pair.n_repeats), **key));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((client, server, port), _)| Between::service(*client, *server, *port)).collect();
        let mut parts = vec![Vec::new(); cases.len()];
        let gathered = gather(context, &between, |place, flow| {
            let Some((n_repeats, _)) = repeats(flow) else { return false };
            if let Some(parts) = parts.get_mut(place).filter(|parts| parts.len() < MOST_PARTS) {
                parts.push((flow.first_ns, flow.last_ns, n_repeats as f64));
            }
            true
        });
        let findings = cases
            .iter()
            .zip(gathered)
            .zip(parts)
            .map(|(((key, pair), flows), parts)| {
                let mut finding = pair.finding(**key, least);
                let what = "Repeated packets, spread over their connections,";
                finding.series = Series::sums(what, "packets", parts.iter().copied());
                flows.fill(&mut finding);
                finding_builder::finish(finding, true)
            })
            .collect();
        Conclusion { findings, n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() }
    }
}

impl Pair {
    fn finding(&self, (client, server, port): (Addr, Addr, u16), least: f64) -> Finding {
        let n = self.n_repeats as f64;
        let share = 100.0 * n / self.n_data.max(1) as f64;
        let confidence = 0.5;
        let mut finding = finding_builder::begin(&CARD);
        finding.title = format!("{client} and {server} repeat {share:.0} % of their packets on port {port}");
        rate(&mut finding, Impact::NUISANCE, confidence, (n, least));
        finding.sources = finding_builder::addresses([client]);
        finding.targets = finding_builder::addresses([server]);
        finding.ports = vec![port];
        finding.protocol = "TCP".to_owned();
        finding.evidence = vec![
            evidence("Repeated packets", n, "packets", "a few"),
            evidence("Of all with data", share, "%", "under 3"),
        ];
        finding.explanation = format!(
            "{} of {} between {client} and {server}, port {port}, carry what was sent before.",
            thousands(self.n_repeats as usize),
            count(self.n_data as usize, "packet")
        );
        finding.benign_causes =
            lines(&["A weak wireless link or a full line", "A capture that holds every packet twice"]);
        finding.advice = lines(&[
            "See whether other connections on the same way repeat as much: then it is the line",
            "If only this one does, look at the load of the other side",
        ]);
        finding.display_filter = format!(
            "{} && tcp.port == {port} && tcp.analysis.retransmission",
            finding_builder::pair_filter(client, server)
        );
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Made;
    use crate::detect::support::testing::finish_with;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::settings::Settings;

    #[test]
    fn a_storm_is_told_and_a_little_loss_is_not() {
        let found = |n_repeats| {
            let mut flow = Made { packets: [1000, 1000], ..Made::tcp(inside(1), outside(1), 443, 1.0) }.flow();
            flow.directions.iter_mut().for_each(|direction| direction.retransmissions = n_repeats);
            finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(500), found(20), found(0)), (1, 0, 0));
    }
}
