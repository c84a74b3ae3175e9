//! Turns ICMP echo requests, counted per target and second, into findings of ping floods.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Flood, FloodLimits, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::rate_series::{Room, Seconds};
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
    sees: "One host receives very many pings (ICMP echo requests) per second for several seconds, or more than monitors send for longer.",
    matters: "The pings and their answers use up the bandwidth and the host's time. Many hosts flooded together can take a network down.",
    otherwise: "Somebody who measures the link with a flood ping, or a load test.",
    benign_causes: &["Somebody measures the link with a flood ping", "An authorised load test"],
    advice: &["Ask the owner of the source what it does", "Limit the rate of pings that the firewall lets through"],
    part_of: &[],
    source: baseline::source!(
        "Rate: ping(8) sends one packet a second by default, and calls 100 a second or more a flood (option -f, for the superuser only).",
        "75 pings and 5 a second: ping(8) lets ordinary users send one every 200 ms."
    ),
}
.explained_where_shown();

const RATE: Descriptor = Descriptor::count("icmp_flood.rate", "Pings for a flood", 100.0)
    .range(5.0, 10_000_000.0)
    .unit("packets/s")
    .help("Average over five seconds, to one host. 100 a second is what ping(8) itself calls a flood. Fewer are one if they stand out for long.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<IcmpFlood>(CARD, &[RATE], Interest::ICMP.union(Interest::ICMP_FLOWS)).content_with_flows();

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// As fast as ping(8) goes for ordinary users, beside what monitors send at once.
const ORDINARY: Envelope = Envelope { rate: 5.0, burst: 75.0 };
/// Most targets kept.
const MOST_TARGETS: usize = 1 << 16;

#[derive(Default)]
struct IcmpFlood {
    targets: Tally<Addr, Seconds, MOST_TARGETS>,
    room: Room,
}

/// True for pings; also for ICMP of a table that does not say of which type it is.
fn is_echo(flow: &Flow) -> bool {
    matches!((flow.key.protocol, flow.icmp), (1, Some((8, _))) | (58, Some((128, _)))) || is_untyped(flow)
}

fn is_untyped(flow: &Flow) -> bool {
    flow.recorded.is_some() && matches!((flow.key.protocol, flow.icmp), (1 | 58, None | Some((0, 0))))
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

    /// The rows of a table; in a capture the packets are counted one by one.
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if flow.recorded.is_none() || !is_echo(flow) || flow.is_to_group() {
            return;
        }
        if let Some(seconds) = self.targets.of(flow.responder().0)
            && !seconds.spread((flow.first_ns, flow.last_ns), flow.least_packets(), &mut self.room)
        {
            self.targets.n_refused += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let threshold = context.settings.get(&RATE);
        let counts = |seconds| (seconds, Seconds::total(seconds));
        let limits = FloodLimits { span: SPAN, threshold, envelope: Some(ORDINARY) };
        let mut floods = floods(self.targets.sorted(), counts, limits, context.span_ns);
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
    let Flood { target, figures: seconds, rate, baseline, measure } = flood;
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
        .rated(Impact::OUTAGE, baseline.weigh(Confidence::VERY_LIKELY, *rate >= threshold), *measure)
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
    use crate::model::Severity;
    use crate::settings::Settings;

    fn pings(n: u64, a_second: f64) -> Vec<Packet> {
        (0..n).map(|i| icmp(i, i as f64 / a_second, 1, outside(1), inside(1), false, 8)).collect()
    }

    #[test]
    fn a_few_pings_a_second_are_a_flood_if_they_last_and_a_monitor_is_none() {
        let found = |n, a_second| finish(&ENTRY, &[], &pings(n, a_second), &Settings::default()).findings;
        let slow = found(480, 12.0);
        assert_eq!(slow.len(), 1);
        assert!(slow[0].severity >= Severity::Medium, "{:?}", slow[0].severity);
        assert!(slow[0].explanation.contains("For 40 s it was 12 a second"), "{}", slow[0].explanation);
        assert!(found(100, 12.0).is_empty() && found(2500, 5.0).is_empty());
        assert!(found(6600, 10.0).is_empty(), "throughout a long capture");
    }

    #[test]
    fn the_typical_value_of_a_second_is_the_setting() {
        let mut settings = Settings::default();
        assert!(settings.set(&RATE, 40.0));
        let found = finish(&ENTRY, &[], &pings(500, 50.0), &settings).findings;
        let in_a_second = found[0].evidence.iter().find(|line| line.name == "Most pings in one second");
        assert_eq!(in_a_second.map(|line| line.typical.as_str()), Some("below 40"));
    }
}
