//! Turns connections that stay open without an answer, counted per service and client, into findings of slowloris
//! attacks.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::most_open;
use crate::model::app::protocol::AppProto;
use crate::model::flow::exchanges::{Exchange, Exchanges};
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding, Flow, Protocol};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "slow_http",
    name: "Slow requests (slowloris)",
    category: Category::Flood,
    technique: Some(("T1499.002", "Service Exhaustion Flood")),
    sees: "One client, or several together, hold many connections to one service open at the same time, send a little on each now and then, and never complete a request, also inside TLS.",
    matters: "Each open connection takes one of the server's slots. When all are taken, users get no answer, although hardly any data flows.",
    otherwise: "A load test, or a server that hangs while its clients keep waiting.",
    benign_causes: &["An authorised load test", "A server that hangs while clients behind one address keep waiting"],
    advice: &[
        "Check whether the server still answers others, and how many connections wait for a request",
        "Limit connections per address and the time a request may take (mod_reqtimeout, client_header_timeout)",
        "Block the source if it is unknown",
    ],
    part_of: &[],
    source: "The attack is described by R. Hansen, Slowloris (2009). A browser opens at most 6 connections to a server (HTML and HTTP/1.1 practice, RFC 9112 section 9.4); 30 allow for several browsers behind one address. Where requests to a web server arrive bit by bit, 10 connections are enough: no program does that (set by us). Inside TLS the attack shows in sizes and times: small records after the handshake, and none back.",
}
.explained_where_shown();

const CONNECTIONS: Descriptor = Descriptor::count("slow_http.connections", "Unanswered open connections", 30.0)
    .range(5.0, 100_000.0)
    .unit("connections")
    .help("This many connections from one client, open at the same time, without any answer. A browser opens 6 to a server; 30 allow for several behind one address. A third of these is enough on a web server if they are fed bit by bit.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<SlowHttp>(CARD, &[CONNECTIONS], Interest::TCP_FLOWS);

/// A request that takes longer than this without an answer is slow: web servers answer within a second or so.
const LEAST_NS: i64 = 5 * SECOND;
/// More payload than this for each packet is an upload, not a drip.
const MOST_DRIP_BYTES: f64 = 400.0;
/// Share of the setting that is enough where connections are fed bit by bit.
const FED_SHARE: f64 = 1.0 / 3.0;
/// Most of the connections must be fed for that.
const LEAST_FED: f64 = 1.0 / 3.0;
/// Pieces behind the first that make a connection fed bit by bit, where a time-out or a TLS record may look like one.
const LEAST_PIECES: u32 = 3;
/// The answer of a server that times out (408) is smaller.
const MOST_GOODBYE_BYTES: u64 = 1000;
/// A TLS handshake with the first request is over by then, ms after the flow began.
const OPENING_MILLIS: u32 = 3000;
/// In a TLS handshake a client sends three packets with data; with two pieces after it, this many.
const LEAST_IN_TLS: u32 = 5;
/// Ports of web servers with TLS: other protocols may keep sending without an answer.
const TLS_PORTS: [u16; 5] = [443, 4443, 8443, 9443, 10_443];
/// Most connections kept.
const MOST_CONNECTIONS: usize = 1 << 20;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;

#[derive(Default)]
struct SlowHttp {
    /// By server, port and client.
    pairs: Tally<(Addr, u16, Addr), Vec<Held>, MOST_PAIRS>,
    n_kept: usize,
    n_left_out: u64,
}

/// A connection that is held open.
#[derive(Clone, Copy)]
struct Held {
    first_ns: i64,
    last_ns: i64,
    /// To a web server, and fed bit by bit.
    is_fed: bool,
}

/// A connection on which the client sent a little and the server nothing that answers it.
fn held(flow: &Flow) -> Option<Held> {
    let (forward, backward) = (flow.forward(), flow.backward());
    let is_slow = flow.is_tcp()
        && flow.saw_syn
        && backward.packets > 0
        && forward.data_packets > 0
        && flow.duration_ns() >= LEAST_NS
        && forward.payload_bytes() as f64 <= MOST_DRIP_BYTES * f64::from(forward.data_packets);
    if !is_slow {
        return None;
    }
    let n_sent = forward.data_packets.saturating_sub(forward.retransmissions);
    let port = flow.responder().1;
    let is_clear = matches!(flow.app.or_else(|| Protocol::from_port(true, port)), Some(AppProto::Http));
    let is_goodbye = || backward.data_packets == 1 && backward.payload_bytes() <= MOST_GOODBYE_BYTES;
    let is_tls = flow.app == Some(AppProto::Tls) && TLS_PORTS.contains(&port);
    let is_fed = match backward.data_packets {
        0 => is_clear && n_sent > 1,
        _ if is_tls && is_fed_in_tls(flow) => true,
        _ if is_clear && n_sent > LEAST_PIECES && is_goodbye() => true,
        _ => return None,
    };
    Some(Held { first_ns: flow.first_ns, last_ns: flow.last_ns, is_fed })
}

/// The client sends on, a few bytes at a time, and the server is silent behind its opening; it may end it once.
fn is_fed_in_tls(flow: &Flow) -> bool {
    let (forward, backward) = (flow.forward(), flow.backward());
    let n_sent = forward.data_packets.saturating_sub(forward.retransmissions);
    let n_heard = backward.data_packets.saturating_sub(backward.retransmissions);
    let is_quiet = |exchanges: &Exchanges| {
        let is_answer = |turn: &&Exchange| turn.at_millis > OPENING_MILLIS && turn.got > 0;
        !exchanges.is_bulky() && exchanges.n_more == 0 && exchanges.list.iter().filter(is_answer).count() <= 1
    };
    n_sent >= LEAST_IN_TLS.max(n_heard + LEAST_PIECES) && flow.exchanges().is_none_or(is_quiet)
}

/// Connections to a service that were held at the same time.
struct Case {
    clients: Vec<Addr>,
    server: Addr,
    port: u16,
    n: usize,
    n_open: usize,
    longest_ns: i64,
    /// What was enough.
    least: f64,
}

impl Case {
    /// Of what these clients hold, if it is enough.
    fn of((server, port): (Addr, u16), of_clients: &[(Addr, &Vec<Held>)], setting: f64) -> Option<Case> {
        let all = || of_clients.iter().flat_map(|(_, held)| held.iter());
        let spans =
            |is_meant: fn(&Held) -> bool| most_open(all().filter(|h| is_meant(h)).map(|h| (h.first_ns, h.last_ns)));
        let (n, n_fed) = (all().count(), all().filter(|held| held.is_fed).count());
        let (n_open, n_open_fed) = (spans(|_| true), spans(|held| held.is_fed));
        let fed = (FED_SHARE * setting).floor().max(1.0);
        // Of several clients only what is fed counts: others may wait for a server that hangs.
        let is_fed = n_open_fed as f64 >= fed && n_fed as f64 >= LEAST_FED * n as f64;
        let is_one = of_clients.len() == 1;
        let (n_open, least) = match (is_fed, is_one) {
            (true, true) => (n_open, fed),
            (true, false) => (n_open_fed, fed),
            (false, true) if n_open as f64 >= setting => (n_open, setting),
            _ => return None,
        };
        Some(Case {
            clients: of_clients.iter().map(|(client, _)| *client).collect(),
            server,
            port,
            n,
            n_open,
            longest_ns: all().map(|held| held.last_ns - held.first_ns).max().unwrap_or(0),
            least,
        })
    }
}

impl Detector for SlowHttp {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let Some(held) = held(flow) else { return };
        if self.n_kept >= MOST_CONNECTIONS {
            self.n_left_out += 1;
            return;
        }
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if let Some(connections) = self.pairs.of((server, port, client)) {
            connections.push(held);
            self.n_kept += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let setting = context.settings.get(&CONNECTIONS);
        let mut cases: Vec<Case> = Vec::new();
        for service in self.pairs.sorted().chunk_by(|a, b| (a.0.0, a.0.1) == (b.0.0, b.0.1)) {
            let Some(((server, port, _), _)) = service.first() else { continue };
            let clients: Vec<(Addr, &Vec<Held>)> =
                service.iter().map(|((_, _, client), held)| (*client, *held)).collect();
            let alone: Vec<Case> = clients
                .iter()
                .filter_map(|one| Case::of((*server, *port), std::slice::from_ref(one), setting))
                .collect();
            // One attack is one finding: by a single client, or by all that feed together.
            match alone.len() {
                1 => cases.extend(alone),
                n => {
                    let fed = |(_, held): &(Addr, &Vec<Held>)| held.iter().any(|held| held.is_fed);
                    let together: Vec<(Addr, &Vec<Held>)> = clients.into_iter().filter(fed).collect();
                    match Case::of((*server, *port), &together, setting).filter(|_| together.len() > 1) {
                        Some(case) => cases.push(case),
                        None if n > 0 => cases.extend(alone),
                        None => {}
                    }
                }
            }
        }
        let report =
            Report::of(cases).largest_first(|case| case.n).not_evaluated(self.pairs.n_refused + self.n_left_out);
        report.each_with_flows(
            context,
            |case| Between::server(case.server, case.port),
            |case, flow| held(flow).is_some() && case.clients.binary_search(&flow.originator().0).is_ok(),
            |case, flows| {
                let hosts = match case.clients.as_slice() {
                    [client] => finding_builder::pair_filter(*client, case.server),
                    _ => finding_builder::host_filter("addr", case.server),
                };
                case.finding().flows(flows).filter_in_time(format!("{hosts} && tcp.port == {}", case.port)).build()
            },
        )
    }
}

impl Case {
    fn finding(&self) -> FindingBuilder {
        let (from, holds) = match self.clients.as_slice() {
            [one] => (one.to_string(), "holds"),
            many => (finding_builder::who(many), "hold"),
        };
        Finding::builder(&CARD)
            .title(format!(
                "{from} {holds} {} unanswered connections to {} port {} open",
                self.n_open, self.server, self.port
            ))
            .rated(Impact::OUTAGE, Confidence::VERY_LIKELY, (self.n_open as f64, self.least))
            .sources(self.clients.iter().copied())
            .targets([self.server])
            .ports([self.port])
            .protocol("TCP")
            .identity(Identity::ActorsAndPorts)
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
                from,
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
    use crate::model::flow::Direction;
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

    #[test]
    fn a_dozen_that_are_fed_are_an_attack_by_one_or_many_and_those_that_wait_are_not() {
        let found = |n_clients: u16, n_packets: u32, port: u16| -> Vec<usize> {
            let flows: Vec<Made> = connections(12, 40.0, 0)
                .into_iter()
                .zip(0_u16..)
                .map(|(made, i)| Made {
                    from: (outside((i % n_clients) as u8), 2000 + i),
                    to: (inside(1), port),
                    packets: [n_packets, 4],
                    ..made
                })
                .collect();
            finish(&ENTRY, &flows, &[], &Settings::default()).findings.iter().map(|found| found.sources.len()).collect()
        };
        assert_eq!((found(1, 6, 80), found(12, 6, 80)), (vec![1], vec![12]));
        assert!(found(1, 1, 80).is_empty(), "clients of a server that hangs");
        assert!(found(12, 6, 514).is_empty(), "log messages");
    }

    #[test]
    fn in_tls_small_records_without_an_answer_are_seen_and_pings_are_answered() {
        let flow = |n_sent: u32, n_back: u32, late: u32| {
            let made = Made { packets: [n_sent, n_back], bytes: [900, 2000], ..connections(1, 40.0, 1).remove(0) };
            let mut flow = Flow { app: Some(AppProto::Tls), ..Made { to: (inside(1), 443), ..made }.flow() };
            let mut exchanges = Exchanges::default();
            for at_millis in (0..late).map(|i| 9000 + 1000 * i) {
                exchanges.take(Direction::ToResponder, at_millis, 500);
                exchanges.take(Direction::ToOriginator, at_millis + 10, 300);
            }
            flow.extra.get_or_insert_default().exchanges = Some(Box::new(exchanges));
            held(&flow).map(|held| held.is_fed)
        };
        assert_eq!((flow(6, 3, 0), flow(9, 3, 1)), (Some(true), Some(true)));
        assert_eq!((flow(9, 8, 0), flow(9, 5, 3), flow(4, 2, 0)), (None, None, None), "pings, requests, silence");
    }
}
