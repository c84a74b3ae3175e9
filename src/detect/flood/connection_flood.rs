//! Completed connections, counted per client, service and second, to findings of request floods.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Flood, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::known_outcomes;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::Outcome;
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "connection_flood",
    name: "Connection flood",
    category: Category::Flood,
    technique: Some(("T1499.002", "Service Exhaustion Flood")),
    sees: "One client opens very many complete connections per second to one service for several seconds.",
    matters: "Each connection makes the server work. Too many from one place leave no capacity for other users.",
    otherwise: "A load test, a crawler, a proxy or load balancer that forwards the requests of many users, or a program without connection reuse.",
    benign_causes: &[
        "An authorised load test, or a crawler",
        "A proxy or load balancer that forwards the requests of many users",
        "A program that opens a new connection for each request",
    ],
    advice: &[
        "Check whether the server was slow for other users at that time",
        "Find out who owns the source; rate-limit it or block it",
    ],
    part_of: &[],
    source: baseline::source!(
        "50 requests a second from one client is the default at which Apache's mod_evasive blocks it (DOSSiteCount)."
    ),
};

const RATE: Descriptor = Descriptor::count("connection_flood.rate", "Connections for a flood", 50.0)
    .range(5.0, 1_000_000.0)
    .unit("connections/s")
    .help(
        "Average over three seconds, from one client to one port. 50 a second is the default of Apache's mod_evasive.",
    );

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<ConnectionFlood>(CARD, &[RATE], Interest::TCP_FLOWS);

/// Seconds over which the rate must hold.
const SPAN: i64 = 3;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;

#[derive(Default)]
struct ConnectionFlood {
    pairs: Tally<Pair, Seconds, MOST_PAIRS>,
}

/// Client, server and port.
type Pair = (Addr, Addr, u16);

fn is_used(flow: &Flow) -> bool {
    flow.is_tcp() && flow.outcome() == Outcome::Established && flow.forward().data_packets > 0
}

impl Detector for ConnectionFlood {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if !is_used(flow) {
            return;
        }
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if let Some(seconds) = self.pairs.of((client, server, port)) {
            seconds.add(flow.first_ns, 1);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let threshold = context.settings.get(&RATE);
        let counts = |seconds| (seconds, Seconds::total(seconds));
        let mut floods = floods(self.pairs.sorted(), counts, (SPAN, threshold), context.span_ns);
        floods.retain(|flood| !flood.baseline.is_ordinary());
        let report = Report::of(floods).not_evaluated(self.pairs.n_refused).each_with_flows(
            context,
            |flood| {
                let (client, server, port) = *flood.target;
                Between::service(client, server, port)
            },
            |_, flow| is_used(flow),
            |flood, flows| {
                let (client, server, port) = *flood.target;
                let finding = finding(flood, threshold, context.site)
                    .series(flood.figures.course("Connections per second", "connections/s", threshold, context.span_ns))
                    .baseline(&flood.baseline, "connections/s", threshold)
                    .flows(flows)
                    .filter_in_time(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
                    .build();
                known_outcomes::note(context.contacts, finding, client)
            },
        );
        known_outcomes::rest(context.contacts, report)
    }
}

fn finding(flood: &Flood<'_, Pair, Seconds>, threshold: f64, site: &Site) -> FindingBuilder {
    let Flood { target, figures: seconds, rate, baseline } = flood;
    let ((client, server, port), rate) = (**target, *rate);
    // Behind an address inside there is often a proxy that speaks for many.
    let confidence = if site.is_inside(client) { Confidence::EVEN } else { Confidence::LIKELY };
    let confidence = baseline.weigh_load(confidence, rate >= threshold);
    Finding::builder(&CARD)
        .title(format!("{client} opened {} connections to {server} port {port}, {:.0} a second", seconds.total(), rate))
        .rated(Impact::OUTAGE, confidence, (rate, threshold))
        .service((client, server, port), "TCP")
        .evidence([
            evidence(
                "Connections per second, busiest three seconds",
                rate,
                "connections/s",
                format!("below {threshold} (mod_evasive)"),
            ),
            evidence(
                "Most connections in one second",
                f64::from(seconds.most()),
                "connections/s",
                "a browser opens 6 at once",
            ),
            evidence("Connections", seconds.total() as f64, "connections", ""),
            evidence("Seconds with connections", seconds.n_seconds() as f64, "s", ""),
        ])
        .explanation(format!(
            "{client} opened {} connections to {server} port {port} within {} seconds, up to {} in one second, and \
             used each of them. A browser opens a handful and keeps them. This is a tool, and it can leave the server \
             no capacity for others.",
            seconds.total(),
            seconds.n_seconds(),
            seconds.most()
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside, outside};
    use crate::settings::Settings;

    #[test]
    fn a_hundred_connections_a_second_are_a_flood_and_ten_are_not() {
        let at = |a_second: f64| -> Vec<Made> {
            (0..600)
                .map(|i| Made {
                    from: (outside(1), 2000 + i),
                    ..Made::tcp(outside(1), inside(1), 80, f64::from(i) / a_second)
                })
                .collect()
        };
        assert_eq!(finish(&ENTRY, &at(100.0), &[], &Settings::default()).findings.len(), 1);
        assert!(finish(&ENTRY, &at(10.0), &[], &Settings::default()).findings.is_empty());
    }
}
