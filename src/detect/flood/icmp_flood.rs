//! Echo requests, counted per target and second, to findings of ICMP floods.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::baseline::{self, Flood, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "icmp_flood",
    name: "Ping flood",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "One host receives very many pings (ICMP echo requests) per second for several seconds.",
    matters: "The pings and their answers use up the bandwidth and the host's time. Many hosts flooded together can take a network down.",
    otherwise: "Somebody who measures the link with a flood ping, or a load test.",
    benign_causes: &["Somebody measures the link with a flood ping", "An authorised load test"],
    advice: &["Ask the owner of the source what it does", "Limit the rate of pings that the firewall lets through"],
    part_of: &[],
    source: baseline::source!(
        "Rate: ping(8) sends one packet a second by default, and calls 100 a second or more a flood (option -f, for the superuser only)."
    ),
};

const RATE: Descriptor = Descriptor::count("icmp_flood.rate", "Pings for a flood", 100.0)
    .range(5.0, 10_000_000.0)
    .unit("packets/s")
    .help("Average over five seconds, to one host. 100 a second is what ping(8) itself calls a flood.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<IcmpFlood>(CARD, &[RATE], Interest::ICMP);

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// Most targets kept.
const MOST_TARGETS: usize = 1 << 16;

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
        let counts = |seconds| (seconds, Seconds::total(seconds));
        let mut floods = floods(self.targets.sorted(), counts, (SPAN, threshold), context.span_ns);
        floods.retain(|flood| !flood.baseline.is_ordinary());
        Report::of(floods).not_evaluated(self.targets.n_refused).each_with_senders(
            context,
            |flood| Between { target: Some(*flood.target), ..Between::default() },
            is_echo,
            |flood, sources, flows| finding(flood, sources, flows, threshold, context.span_ns),
        )
    }
}

fn finding(
    flood: &Flood<'_, Addr, Seconds>,
    sources: &[Addr],
    flows: Gathered,
    threshold: f64,
    span_ns: (i64, i64),
) -> Finding {
    let Flood { target, figures: seconds, rate, baseline } = flood;
    let from = finding_builder::who(sources);
    let most = f64::from(seconds.most());
    let (protocol, kinds) = match target.is_v4() {
        true => ("ICMP", "(icmp.type == 8 || icmp.type == 0)"),
        false => ("ICMPv6", "(icmpv6.type == 128 || icmpv6.type == 129)"),
    };
    let mut filter = format!("{} && {kinds}", finding_builder::host_filter("addr", **target));
    if let [one] = sources {
        filter = format!("{} && {filter}", finding_builder::host_filter("addr", *one));
    }
    Finding::builder(&CARD)
        .title(format!("{from} flooded {target} with pings"))
        .rated(Impact::OUTAGE, baseline.weigh_load(Confidence::VERY_LIKELY, *rate >= threshold), (*rate, threshold))
        .sources(sources.iter().copied())
        .targets([**target])
        .protocol(protocol)
        .evidence([
            evidence("Pings per second, busiest five seconds", *rate, "packets/s", "1 a second (ping(8) default)"),
            evidence("Most pings in one second", most, "packets/s", format!("below {threshold}")),
            evidence("Pings", seconds.total() as f64, "packets", ""),
            evidence("Seconds with pings", seconds.n_seconds() as f64, "s", ""),
            evidence("Sources", sources.len() as f64, "addresses", "1 or 2 monitors"),
        ])
        .series(seconds.course("Pings per second", "packets/s", threshold, span_ns))
        .explanation(format!(
            "{from} sent {} pings to {target}, up to {} in one second. Monitoring sends a ping once in a while; this \
                 many serve only to load the link and the host, or to measure them under load.",
            finding_builder::thousands(seconds.total() as usize),
            finding_builder::thousands(seconds.most() as usize)
        ))
        .baseline(baseline, "packets/s", threshold)
        .flows(flows)
        .filter_in_time(filter)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{finish, icmp, inside, outside};
    use crate::settings::Settings;

    #[test]
    fn the_typical_value_of_a_second_is_the_setting() {
        let mut settings = Settings::default();
        assert!(settings.set(&RATE, 40.0));
        let pings: Vec<Packet> =
            (0..500).map(|i| icmp(i, i as f64 / 50.0, 1, outside(1), inside(1), false, 8)).collect();
        assert!(finish(&ENTRY, &[], &pings, &Settings::default()).findings.is_empty());
        let found = finish(&ENTRY, &[], &pings, &settings).findings;
        let in_a_second = found[0].evidence.iter().find(|line| line.name == "Most pings in one second");
        assert_eq!(in_a_second.map(|line| line.typical.as_str()), Some("below 40"));
    }
}
