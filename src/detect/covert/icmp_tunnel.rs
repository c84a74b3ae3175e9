//! Pings to the outside that carry much data, per pair of hosts, to findings of tunnels and smuggled data.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::moments::Moments;
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "icmp_tunnel",
    name: "ICMP tunnel",
    category: Category::CovertChannel,
    technique: Some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")),
    sees: "An internal host sends many large pings to the same external address.",
    matters: "Many firewalls let pings pass. Tools hide data, or whole connections, in the ping payload, which usually holds a fixed pattern.",
    otherwise: "Somebody who tests the link with large packets, or a monitor with a large packet size.",
    benign_causes: &["Somebody who tests the link with large packets", "A monitor with a large packet size"],
    advice: &[
        "Open some of the pings and check their payload: a fixed pattern, or data that looks like a file",
        "Find the program on the source that sends them",
        "Let only small pings through the firewall, or none from machines that do not need them",
    ],
    part_of: &[],
    source: "Usual sizes: 32 bytes (Windows), 48 or 56 bytes (Unix ping(8)). Tools: ptunnel, icmptunnel, hping3 --sign.",
};

const SIZE: Descriptor = Descriptor::bytes("icmp_tunnel.size", "Mean ping payload", 224.0)
    .range(64.0, 65_000.0)
    .help("Ordinary pings carry 32 to 56 bytes; four times as much is unusual.");
const PINGS: Descriptor = Descriptor::count("icmp_tunnel.pings", "Large pings", 50.0)
    .range(5.0, 1_000_000.0)
    .unit("packets")
    .help("This many pings from one host to one external address. A manual test of the link sends a few.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<IcmpTunnel>(CARD, &[SIZE, PINGS], Interest::ICMP_FLOWS).asking_site();

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 15;

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
fn is_judged(site: &Site, flow: &Flow) -> bool {
    matches!((flow.key.protocol, flow.icmp), (1, Some((8, _))) | (58, Some((128, _)))) && is_outward(site, flow)
}

impl Detector for IcmpTunnel {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if is_judged(ended.site, flow)
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
        Report::of(cases).not_evaluated(self.pairs.n_refused).each_with_flows(
            context,
            |((source, target), _)| Between::pair(*source, *target),
            |_, flow| is_judged(context.site, flow),
            |((source, target), figures), flows| {
                let kinds = if source.is_v4() {
                    "(icmp.type == 8 || icmp.type == 0)"
                } else {
                    "(icmpv6.type == 128 || icmpv6.type == 129)"
                };
                finding(*source, *target, figures, pings)
                    .flows(flows)
                    .filter(format!("{} && {kinds}", finding_builder::pair_filter(*source, *target)))
                    .build()
            },
        )
    }
}

fn finding(source: Addr, target: Addr, figures: &Pair, pings: f64) -> FindingBuilder {
    let Pair { sent, got } = figures;
    let n = f64::from(sent.n);
    // Answers repeat what was sent; where they differ or sizes vary, the pings carry more than a pattern.
    let varies = sent.deviation() > 1.0;
    let differs = got.n > 0 && (got.mean() - sent.mean()).abs() > 1.0;
    let confidence = if varies || differs { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
    Finding::builder(&CARD)
        .title(format!("{source} sent {:.1} kB in {n:.0} large pings to {target}", sent.sum() / 1000.0))
        .rated(Impact::CONTROL, confidence, (n, pings))
        .technique(differs.then_some(("T1095", "Non-Application Layer Protocol")))
        .sources([source])
        .targets([target])
        .protocol(if source.is_v4() { "ICMP" } else { "ICMPv6" })
        .evidence([
            evidence("Large pings", n, "packets", "a few, in a manual test"),
            evidence("Mean ping payload", sent.mean(), "B", "32 to 56"),
            evidence("Its standard deviation", sent.deviation(), "B", "0: all pings of a program are alike"),
            evidence("Data sent", sent.sum(), "B", ""),
            evidence("Answers", f64::from(got.n), "packets", "one per ping"),
            evidence("Mean payload of an answer", got.mean(), "B", "as much as was sent"),
        ])
        .explanation(format!(
            "{source} sent {n:.0} pings to {target} that carry {:.0} bytes each, {:.1} kB together. Ordinary pings \
             carry 32 to 56 bytes of a fixed pattern. This much data, this often, to one external address may be \
             exfiltration or a tunnel.",
            sent.mean(),
            sent.sum() / 1000.0
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
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
