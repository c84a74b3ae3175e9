//! Turns connections that retransmit most of their data into findings for information, per pair of hosts.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::{Addr, Category, DirectionStats, Finding, Flow, Series};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "retransmission_storm",
    name: "Retransmission storm",
    category: Category::Performance,
    technique: None,
    sees: "A large share of the TCP data between two hosts is retransmitted again and again.",
    matters: "The link loses packets, the other side is overloaded, or something in between drops or injects packets. Users notice a slow connection.",
    otherwise: "A weak wireless link, a saturated link, a capture that has every packet twice.",
    benign_causes: &["A weak wireless link or a saturated link", "A capture that has every packet twice"],
    advice: &[
        "Check whether other connections on the same path have as many retransmissions: then the link is the cause",
        "If only this one does, check the load of the other side",
    ],
    part_of: &[],
    source: "RFC 6298 (the retransmission time-out doubles each time, so a working connection retransmits little); loss above a few per cent makes TCP slow (Mathis et al., 1997).",
}
.explained_where_shown();

const SHARE: Descriptor = Descriptor::percent("retransmission_storm.share", "Share of retransmissions", 30.0)
    .range(1.0, 100.0)
    .help("Retransmitted packets as a share of all data packets in one direction.");
const REPEATS: Descriptor = Descriptor::count("retransmission_storm.repeats", "Retransmissions", 200.0)
    .range(10.0, 1_000_000.0)
    .unit("packets")
    .help("Fewer retransmissions are not a storm, whatever their share.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<RetransmissionStorm>(CARD, &[SHARE, REPEATS], Interest::TCP_FLOWS)
    .blaming("a path or host that does not let packets through");

/// Most pairs kept; only those with repeats are.
const MOST_PAIRS: usize = 1 << 15;
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
    let of = |direction: &DirectionStats| (u64::from(direction.retransmissions), u64::from(direction.data_packets));
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
        let part = |flow: &Flow| repeats(flow).map(|(n, _)| (flow.first_ns, flow.last_ns, n as f64));
        Report::of_table(&self.pairs, is_case)
            .at_most(MOST_FINDINGS)
            .largest_first(|(_, pair)| pair.n_repeats)
            .each_with_parts(
                context,
                |((client, server, port), _)| Between::service(*client, *server, *port),
                part,
                |(key, pair), flows, parts| {
                    let what = "Retransmitted packets, distributed over their connections,";
                    let course = Series::sums(what, "packets", parts.iter().copied());
                    pair.finding(**key, least).series(course).flows(flows).build()
                },
            )
    }
}

impl Pair {
    fn finding(&self, (client, server, port): (Addr, Addr, u16), least: f64) -> FindingBuilder {
        let n = self.n_repeats as f64;
        let share = 100.0 * n / self.n_data.max(1) as f64;
        Finding::builder(&CARD)
            .title(format!("{client} and {server} retransmit {share:.0} % of their packets on port {port}"))
            .rated(Impact::NUISANCE, Confidence::EVEN, (n, least))
            .service((client, server, port), "TCP")
            .evidence([
                evidence("Retransmitted packets", n, "packets", "a few"),
                evidence("Share of all data packets", share, "%", "under 3"),
            ])
            .explanation(format!(
                "{} of {} between {client} and {server}, port {port}, repeat data that was sent before.",
                thousands(self.n_repeats as usize),
                count(self.n_data as usize, "packet")
            ))
            .filter(format!(
                "{} && tcp.port == {port} && tcp.analysis.retransmission",
                finding_builder::pair_filter(client, server)
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
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
