//! Connections that are kept open without ever getting an answer, counted per client and server, to findings of
//! slowloris attacks.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::most_open;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "slow_http",
    name: "Slow requests (slowloris)",
    category: Category::Flood,
    technique: Some(("T1499.002", "Service Exhaustion Flood")),
    sees: "One client holds many connections to one service open at the same time, sends a little on each now and then, and never completes a request.",
    matters: "Each open connection takes one of the server's slots. When all are taken, users get no answer, although hardly any data flows.",
    otherwise: "A load test, or a server that hangs while its clients keep waiting.",
    benign_causes: &["An authorised load test", "A server that hangs while clients behind one address keep waiting"],
    advice: &[
        "Check whether the server still answers others, and how many connections wait for a request",
        "Limit connections per address and the time a request may take (mod_reqtimeout, client_header_timeout)",
        "Block the source if it is unknown",
    ],
    part_of: &[],
    source: "The attack is described by R. Hansen, Slowloris (2009). A browser opens at most 6 connections to a server (HTML and HTTP/1.1 practice, RFC 9112 section 9.4); 30 allow for several browsers behind one address.",
};

const CONNECTIONS: Descriptor = Descriptor::count("slow_http.connections", "Unanswered open connections", 30.0)
    .range(5.0, 100_000.0)
    .unit("connections")
    .help("This many connections from one client, open at the same time, without any answer. A browser opens 6 to a server; 30 allow for several behind one address.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<SlowHttp>(CARD, &[CONNECTIONS], Interest::TCP_FLOWS);

/// A request that takes longer than this without an answer is slow: web servers answer within a second or so.
const LEAST_NS: i64 = 5 * SECOND;
/// More payload than this for each packet is an upload, not a drip.
const MOST_DRIP_BYTES: f64 = 400.0;
/// Most connections kept.
const MOST_CONNECTIONS: usize = 1 << 20;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;

#[derive(Default)]
struct SlowHttp {
    pairs: Tally<(Addr, Addr, u16), Vec<(i64, i64)>, MOST_PAIRS>,
    n_kept: usize,
    n_left_out: u64,
}

/// Opened, a little sent by the client, nothing ever by the server.
fn is_slow(flow: &Flow) -> bool {
    let (forward, backward) = (flow.forward(), flow.backward());
    flow.is_tcp()
        && flow.saw_syn
        && backward.packets > 0
        && forward.data_packets > 0
        && backward.data_packets == 0
        && flow.duration_ns() >= LEAST_NS
        && forward.payload_bytes() as f64 <= MOST_DRIP_BYTES * f64::from(forward.data_packets)
}

struct Case {
    client: Addr,
    server: Addr,
    port: u16,
    n: usize,
    n_open: usize,
    longest_ns: i64,
}

impl Detector for SlowHttp {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if !is_slow(flow) {
            return;
        }
        if self.n_kept >= MOST_CONNECTIONS {
            self.n_left_out += 1;
            return;
        }
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if let Some(connections) = self.pairs.of((client, server, port)) {
            connections.push((flow.first_ns, flow.last_ns));
            self.n_kept += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CONNECTIONS);
        let cases: Vec<Case> = self
            .pairs
            .sorted_where(|connections| connections.len() as f64 >= least)
            .into_iter()
            .map(|((client, server, port), connections)| Case {
                client: *client,
                server: *server,
                port: *port,
                n: connections.len(),
                n_open: most_open(connections.iter().copied()),
                longest_ns: connections.iter().map(|(first, last)| last - first).max().unwrap_or(0),
            })
            .filter(|case| case.n_open as f64 >= least)
            .collect();
        Report::of(cases)
            .largest_first(|case| case.n)
            .not_evaluated(self.pairs.n_refused + self.n_left_out)
            .each_with_flows(
                context,
                |case| Between::service(case.client, case.server, case.port),
                |_, flow| is_slow(flow),
                |case, flows| {
                    case.finding(least)
                        .flows(flows)
                        .filter_in_time(format!(
                            "{} && tcp.port == {}",
                            finding_builder::pair_filter(case.client, case.server),
                            case.port
                        ))
                        .build()
                },
            )
    }
}

impl Case {
    fn finding(&self, least: f64) -> FindingBuilder {
        Finding::builder(&CARD)
            .title(format!(
                "{} holds {} unanswered connections to {} port {} open",
                self.client, self.n_open, self.server, self.port
            ))
            .rated(Impact::OUTAGE, Confidence::VERY_LIKELY, (self.n_open as f64, least))
            .service((self.client, self.server, self.port), "TCP")
            .evidence([
                evidence(
                    "Unanswered connections open at the same time",
                    self.n_open as f64,
                    "connections",
                    "at most 6",
                ),
                evidence("Unanswered connections in all", self.n as f64, "connections", "0"),
                evidence(
                    "Longest of them",
                    self.longest_ns as f64 / SECOND as f64,
                    "s",
                    "an answer comes within a second",
                ),
            ])
            .explanation(format!(
                "{} held up to {} connections to {} port {} open at the same time, for up to {}, sent a few bytes on \
                 each now and then and got no answer, because it never completed a request. A few bytes are enough to \
                 block a server: each waiting connection takes one of its slots.",
                self.client,
                self.n_open,
                self.server,
                self.port,
                span(self.longest_ns)
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside, outside};
    use crate::settings::Settings;

    fn connections(n: u16, seconds: f64, answer: u64) -> Vec<Made> {
        (0..n)
            .map(|i| Made {
                from: (outside(1), 2000 + i),
                seconds,
                bytes: [60, answer],
                ..Made::tcp(outside(1), inside(1), 80, f64::from(i) / 20.0)
            })
            .collect()
    }

    #[test]
    fn many_open_unanswered_connections_are_an_attack_and_answered_ones_are_not() {
        let settings = Settings::default();
        assert_eq!(finish(&ENTRY, &connections(100, 50.0, 0), &[], &settings).findings.len(), 1);
        assert!(finish(&ENTRY, &connections(100, 50.0, 500), &[], &settings).findings.is_empty());
        assert!(finish(&ENTRY, &connections(100, 0.5, 0), &[], &settings).findings.is_empty());
    }
}
