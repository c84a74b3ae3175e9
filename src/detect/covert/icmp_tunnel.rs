//! Pings to the outside that carry much data, per pair of hosts, to findings of tunnels and smuggled data.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::EndedFlow;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::gather;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::flow::moments::Moments;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::{Descriptor, OnChange};

const CARD: Card = Card {
    id: "icmp_tunnel",
    name: "Data in pings",
    category: Category::CovertChannel,
    technique: Some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")),
    sees: "A host inside sends many large pings to the same address outside.",
    matters: "Pings pass many firewalls unseen. Tools hide data, or whole connections, in the part of a ping that is usually filled with a fixed pattern.",
    otherwise: "Somebody who tests the line with large packets, or a monitor set to a large size.",
    source: "Usual sizes: 32 bytes (Windows), 48 or 56 bytes (Unix ping(8)). Tools: ptunnel, icmptunnel, hping3 --sign.",
};

const SIZE: Descriptor = Descriptor {
    id: "icmp_tunnel.size",
    label: "Mean size of a ping's data",
    help: "Ordinary pings carry 32 to 56 bytes; four times as much is unusual.",
    unit: "B",
    min: 64.0,
    max: 65_000.0,
    default: 224.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const PINGS: Descriptor = Descriptor {
    id: "icmp_tunnel.pings",
    label: "Large pings",
    help: "This many pings of one host to one address outside. A test of the line by hand sends a few.",
    unit: "packets",
    min: 5.0,
    max: 1_000_000.0,
    default: 50.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[SIZE, PINGS];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, interest: Interest::ICMP_FLOWS, make: || Box::new(IcmpTunnel::default()) };

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 15;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct IcmpTunnel {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    sent: Moments,
    got: Moments,
}

/// Pings from inside to outside.
fn is_judged(flow: &Flow) -> bool {
    matches!((flow.key.protocol, flow.icmp), (1, Some((8, _))) | (58, Some((128, _)))) && is_outward(flow)
}

impl Detector for IcmpTunnel {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if is_judged(flow)
            && let Some(pair) = self.pairs.of((flow.originator().0, flow.responder().0))
        {
            pair.sent = pair.sent.merge(&flow.forward().payload);
            pair.got = pair.got.merge(&flow.backward().payload);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let size = context.settings.get(&SIZE);
        let pings = context.settings.get(&PINGS);
        let mut cases: Vec<((Addr, Addr), &Pair)> = self
            .pairs
            .sorted_where(|figures| f64::from(figures.sent.n) >= pings && figures.sent.mean() >= size)
            .into_iter()
            .map(|(pair, figures)| (*pair, figures))
            .collect();
        cases.sort_by(|a, b| b.1.sent.sum().total_cmp(&a.1.sent.sum()));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> = cases.iter().map(|((source, target), _)| Between::pair(*source, *target)).collect();
        let gathered = gather(context, &between, |_, flow| is_judged(flow));
        let findings = cases
            .iter()
            .zip(gathered)
            .map(|(((source, target), figures), flows)| {
                let mut finding = finding(*source, *target, figures, pings);
                flows.fill(&mut finding);
                let kinds = if source.is_v4() {
                    "(icmp.type == 8 || icmp.type == 0)"
                } else {
                    "(icmpv6.type == 128 || icmpv6.type == 129)"
                };
                finding.display_filter = format!("{} && {kinds}", finding_builder::pair_filter(*source, *target));
                finding_builder::finish(finding, false)
            })
            .collect();
        Conclusion { findings, n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() }
    }
}

fn finding(source: Addr, target: Addr, figures: &Pair, pings: f64) -> Finding {
    let Pair { sent, got } = figures;
    let n = f64::from(sent.n);
    // Answers repeat what was sent; where they differ or sizes vary, the pings carry more than a pattern.
    let varies = sent.deviation() > 1.0;
    let differs = got.n > 0 && (got.mean() - sent.mean()).abs() > 1.0;
    let confidence = if varies || differs { 0.8 } else { 0.65 };
    let mut finding = finding_builder::begin(&CARD);
    finding.title = format!("{source} sent {:.1} kB in {n:.0} large pings to {target}", sent.sum() / 1000.0);
    rate(&mut finding, Impact::CONTROL, confidence, (n, pings));
    if differs {
        finding_builder::technique(&mut finding, ("T1095", "Non-Application Layer Protocol"));
    }
    finding.sources = finding_builder::addresses([source]);
    finding.targets = finding_builder::addresses([target]);
    finding.protocol = if source.is_v4() { "ICMP" } else { "ICMPv6" }.to_owned();
    finding.evidence = vec![
        evidence("Large pings", n, "packets", "a few, in a test by hand"),
        evidence("Data in a ping, mean", sent.mean(), "B", "32 to 56"),
        evidence("Its standard deviation", sent.deviation(), "B", "0: pings of one program are alike"),
        evidence("Data sent", sent.sum(), "B", ""),
        evidence("Answers", f64::from(got.n), "packets", "one for each ping"),
        evidence("Data in an answer, mean", got.mean(), "B", "as much as was sent"),
    ];
    finding.explanation = format!(
        "{source} sent {n:.0} pings to {target} that carry {:.0} bytes each, {:.1} kB together. Ordinary pings carry 32 to \
         56 bytes of a fixed pattern. So much data, so often, to one address outside may be information that is carried \
         out, or a hidden connection.",
        sent.mean(),
        sent.sum() / 1000.0
    );
    finding.benign_causes =
        lines(&["Somebody who tests the line with large packets", "A monitor that is set to a large packet size"]);
    finding.advice = lines(&[
        "Open some of the pings and look at their data: a fixed pattern, or something that reads like a file",
        "Find the program on the source that sends them",
        "Let only small pings through the firewall, or none from machines that need none",
    ]);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Made;
    use crate::detect::support::testing::finish_with;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    fn pings(n: u32, size: u64) -> Flow {
        let made = Made {
            protocol: 1,
            packets: [n, n],
            bytes: [u64::from(n) * size; 2],
            state: TcpState::Unknown,
            ..Made::tcp(inside(1), outside(1), 1, 0.0)
        };
        Flow { icmp: Some((8, 0)), ..made.flow() }
    }

    #[test]
    fn many_large_pings_are_reported_and_ordinary_ones_are_not() {
        let found = |flow: Flow| finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.len();
        assert_eq!((found(pings(100, 600)), found(pings(1000, 56)), found(pings(10, 1400))), (1, 0, 0));
    }
}
