//! Echo requests, counted per target and second, to findings of ICMP floods.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::baseline;
use crate::detect::support::baseline::Baseline;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::gather_senders;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::severity;
use crate::detect::support::severity::Impact;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Flow};
use crate::settings::{Descriptor, OnChange};

const CARD: Card = Card {
    id: "icmp_flood",
    name: "Ping flood",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "One host gets very many pings (ICMP echo requests) per second for several seconds.",
    matters: "The pings and the answers to them use up the line and the host's time. Many hosts pinged in this way together take a network down.",
    otherwise: "Somebody who measures the line with a flood ping, or a load test.",
    source: baseline::source!(
        "Rate: ping(8) sends one packet a second by default, and calls 100 a second or more a flood (option -f, for the superuser only)."
    ),
};

const RATE: Descriptor = Descriptor {
    id: "icmp_flood.rate",
    label: "Pings for a flood",
    help: "Average over five seconds, to one host. 100 a second is what ping(8) itself calls a flood.",
    unit: "packets/s",
    min: 5.0,
    max: 10_000_000.0,
    default: 100.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[RATE];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, interest: Interest::ICMP, make: || Box::new(IcmpFlood::default()) };

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// Most targets kept.
const MOST_TARGETS: usize = 1 << 16;
/// Most targets that are compared with their baseline; those with the most pings.
const MOST_CANDIDATES: usize = 200;
/// Most floods reported; the largest win.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct IcmpFlood {
    targets: Tally<Addr, Seconds, MOST_TARGETS>,
}

fn is_echo(flow: &Flow) -> bool {
    matches!((flow.key.protocol, flow.icmp), (1, Some((8, _))) | (58, Some((128, _))))
}

impl Detector for IcmpFlood {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Transport::Icmp(icmp), Some(ip)) = (&packet.transport, &packet.ip) else { return };
        if icmp.kind == if icmp.is_v6 { 128 } else { 8 }
            && let Some(seconds) = self.targets.of(ip.target)
        {
            seconds.add(packet.time_ns, 1);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let threshold = context.settings.get(&RATE);
        let mean = |seconds: &Seconds| seconds.busiest(SPAN).0 as f64 / SPAN as f64;
        let mut targets = self.targets.sorted_where(|seconds| Baseline::may_matter(mean(seconds), threshold));
        targets.sort_by_key(|(_, seconds)| std::cmp::Reverse(seconds.total()));
        targets.truncate(MOST_CANDIDATES);
        let mut cases: Vec<(Addr, f64, &Seconds, Baseline)> = targets
            .into_iter()
            .map(|(target, seconds)| (*target, mean(seconds), seconds, Baseline::of(seconds, context.span_ns)))
            .filter(|(_, rate, _, baseline)| baseline.is_flood(*rate, threshold) && !baseline.is_ordinary())
            .collect();
        cases.truncate(MOST_FINDINGS);

        let between = |target: Addr| Between { target: Some(target), ..Between::default() };
        let between: Vec<Between> = cases.iter().map(|(target, ..)| between(*target)).collect();
        let gathered = gather_senders(context, &between, is_echo);
        let mut findings = Vec::new();
        for ((target, rate, seconds, baseline), (sources, flows)) in cases.iter().zip(gathered) {
            let from = finding_builder::who(&sources);
            let mut finding = finding_builder::begin(&CARD);
            finding.title = format!("{from} flooded {target} with pings");
            let confidence = baseline.weigh(0.85, (*rate, threshold), true);
            severity::rate(&mut finding, Impact::OUTAGE, confidence, (*rate, threshold));
            finding.sources = finding_builder::addresses(sources.iter().copied());
            finding.targets = finding_builder::addresses([*target]);
            finding.protocol = if target.is_v4() { "ICMP" } else { "ICMPv6" }.to_owned();
            finding.evidence = vec![
                evidence("Pings a second, best five seconds", *rate, "packets/s", "1 a second (ping(8) default)"),
                evidence("Most pings in a second", f64::from(seconds.most()), "packets/s", "below 100"),
                evidence("Pings", seconds.total() as f64, "packets", ""),
                evidence("Seconds with pings", seconds.n_seconds() as f64, "s", ""),
                evidence("Sources", sources.len() as f64, "addresses", "1 or 2 monitors"),
            ];
            finding.series = seconds.course("Pings a second", "packets/s", threshold, context.span_ns);
            finding.explanation = format!(
                "{from} sent {} pings to {target}, up to {} in one second. Monitoring pings once in a while; this many \
                 only serve to load the line and the host, or to measure it under load.",
                finding_builder::thousands(seconds.total() as usize),
                finding_builder::thousands(seconds.most() as usize)
            );
            baseline.show(&mut finding, "packets/s", threshold);
            finding.benign_causes =
                lines(&["Somebody measures the line with a flood ping", "A load test that you ordered"]);
            finding.advice = lines(&[
                "Ask the owner of the source what it does",
                "Limit how many pings the firewall lets through in a second",
            ]);
            flows.fill(&mut finding);
            let kinds = if target.is_v4() {
                "(icmp.type == 8 || icmp.type == 0)"
            } else {
                "(icmpv6.type == 128 || icmpv6.type == 129)"
            };
            let mut filter = format!("{} && {kinds}", finding_builder::host_filter("addr", *target));
            if let (1, Some(one)) = (sources.len(), sources.first()) {
                filter = format!("{} && {filter}", finding_builder::host_filter("addr", *one));
            }
            finding.display_filter =
                format!("{filter} && {}", finding_builder::time_filter(finding.start_ns, finding.end_ns));
            findings.push(finding_builder::finish(finding, false));
        }
        Conclusion { findings, n_not_evaluated: self.targets.n_refused, ..Conclusion::default() }
    }
}
