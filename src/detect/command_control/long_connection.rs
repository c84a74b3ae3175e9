//! Turns the time that an internal host was connected to an external one, summed per pair, into findings by RITA's
//! table. Silence that ended a flow but not its connection counts as connected.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::domains;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::{Between, Gathered, visit};
use crate::detect::support::report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::maths::sorting::Arrange;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, span};
use crate::model::net::site::Place;
use crate::model::packet::tcp_flag::{FIN, RST};
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "long_connection",
    name: "Long connection",
    category: Category::LongConnection,
    // A long connection alone is no technique; most are harmless.
    technique: None,
    sees: "An internal host stayed connected to the same port of an external host for hours, even if hardly any data was sent in that time.",
    matters: "Remote control and tunnels stay connected; web pages do not. An open but silent connection can be a back door.",
    otherwise: "Chat, push messages, VPN, remote work, radio and video. Most long connections are harmless; what matters is whose server it is.",
    benign_causes: &[
        "Chat, push messages, a mail client that waits for new mail",
        "VPN, remote desktop or SSH for remote work",
        "Radio, video or a game",
    ],
    advice: &[
        "Find out who owns the server",
        "Find the program on the host, and check whether it ran when nobody was there",
    ],
    part_of: &[],
    source: "Table of RITA v5 for total connection time: from 1 h, low 4 h, medium 8 h, high 12 h. A silent connection can wait two hours for its first keep-alive (RFC 9293, section 3.8.4); an idle mailbox is polled every 29 minutes (RFC 2177); NAT devices forget a connection after 2 h 4 min (RFC 5382).",
}
.explained_where_shown();

const LEAST: Descriptor = Descriptor::seconds("long_connection.least", "Shortest total time", 3600.0)
    .range(60.0, 1_000_000.0)
    .help("Pairs that were connected for less are not reported. RITA's table begins at 1 h.");
const QUIET: Descriptor = Descriptor::number("long_connection.quiet", "Quiet below this rate", 5.0)
    .range(0.0, 10_000.0)
    .unit("B/s")
    .help("A connection with less payload on average is quiet. Keep-alives of an idle SSH or chat session need about 2 bytes a second.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<LongConnection>(CARD, &[LEAST, QUIET], Interest::TCP_FLOWS).asking_site();

/// RITA's steps in seconds, and the threat that each stands for.
const STEPS: [(f64, f64); 4] = [(3_600.0, 0.2), (14_400.0, 0.4), (28_800.0, 0.6), (43_200.0, 0.8)];
/// What a quiet connection to a place that is not known for them adds to the threat: half of one of RITA's steps.
const QUIET_THREAT: f64 = 0.1;
/// Ports of chat, push messages, mail that waits and things that report: nearly all harmless long connections are there.
const USUAL_PORTS: [u16; 13] = [80, 143, 443, 993, 1883, 4070, 5222, 5223, 5228, 5229, 5230, 8008, 8883];
/// Servers that push messages, by the ends of their names.
const PUSH: [&str; 9] = [
    "push.apple.com",
    "mtalk.google.com",
    "notify.windows.com",
    "push.services.mozilla.com",
    "whatsapp.net",
    "signal.org",
    "slack.com",
    "discord.gg",
    "telegram.org",
];
/// A silence that is longer ends what is known of a connection: two hours, and as much again on the way.
const MOST_SILENCE_NS: i64 = 3 * 3600 * SECOND;
/// Most connections kept whose flow has ended and who may go on.
const MOST_OPEN: usize = 1 << 16;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 17;

#[derive(Default)]
struct LongConnection {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    /// When connections whose flow has ended without an end of theirs were last heard; none of those that are over.
    open: Tally<Ends, Option<i64>, MOST_OPEN>,
}

/// Address and port inside, and outside.
type Ends = ((Addr, u16), (Addr, u16));

#[derive(Default)]
struct Pair {
    total_ns: i64,
    /// Of it: silence between flows of one connection.
    silent_ns: i64,
    n: u64,
    bytes: [u64; 2],
    payload_bytes: u64,
    /// Its server or protocol is known for long connections.
    is_push: bool,
}

/// TCP from inside to outside.
fn is_judged(site: &Site, flow: &Flow) -> bool {
    flow.is_tcp() && site.is_inside(flow.originator().0) && site.is_outside(flow.responder().0)
}

/// The end inside and the end outside of a TCP flow, if there is one of each.
fn ends(site: &Site, flow: &Flow) -> Option<Ends> {
    let (from, to) = (flow.originator(), flow.responder());
    match (site.place(from.0), site.place(to.0)) {
        (Place::Inside, Place::Outside) if flow.is_tcp() => Some((from, to)),
        (Place::Outside, Place::Inside) if flow.is_tcp() => Some((to, from)),
        _ => None,
    }
}

/// True if one side said that the connection is over.
fn is_over(flow: &Flow) -> bool {
    [flow.forward(), flow.backward()].iter().any(|direction| direction.flag(FIN) + direction.flag(RST) > 0)
}

impl LongConnection {
    /// Silence since the flow before this one of the same connection; none if it is no such piece.
    fn silence(&mut self, flow: &Flow, ends: Ends) -> Option<i64> {
        let last_ns = self.open.known(&ends)?;
        let silent_ns = last_ns.take().map(|last_ns| flow.first_ns - last_ns);
        silent_ns.filter(|ns| !flow.saw_syn && (0..=MOST_SILENCE_NS).contains(ns))
    }
}

impl Detector for LongConnection {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let Some(ends) = ends(ended.site, flow) else { return };
        let silence_ns = self.silence(flow, ends);
        let is_from_inside = is_judged(ended.site, flow);
        // Who begins a piece in the middle says nothing about who began the connection.
        if !is_from_inside && silence_ns.is_none() {
            return;
        }
        if !is_over(flow)
            && let Some(last_ns) = self.open.of(ends)
        {
            *last_ns = Some(flow.last_ns);
        }
        let ((source, _), (target, port)) = ends;
        let Some(pair) = self.pairs.of((source, target, port)) else { return };
        let silence_ns = silence_ns.unwrap_or(0);
        pair.total_ns = pair.total_ns.saturating_add(flow.duration_ns()).saturating_add(silence_ns);
        pair.silent_ns = pair.silent_ns.saturating_add(silence_ns);
        pair.n += 1;
        let (out, back) =
            if is_from_inside { (flow.forward(), flow.backward()) } else { (flow.backward(), flow.forward()) };
        let [sent, got] = &mut pair.bytes;
        *sent += out.bytes;
        *got += back.bytes;
        pair.payload_bytes += out.payload_bytes() + back.payload_bytes();
        pair.is_push |= matches!(flow.app, Some(AppProto::Imap | AppProto::Mqtt | AppProto::WebSocket))
            && flow.is_app_certain
            || is_push(ended.name);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST);
        let mut cases: Vec<((Addr, Addr, u16), &Pair)> = self
            .pairs
            .sorted_where(|figures| figures.total_ns as f64 / SECOND as f64 >= least)
            .into_iter()
            .map(|(pair, figures)| (*pair, figures))
            .collect();
        cases.arrange_by_key(|(_, figures)| std::cmp::Reverse(figures.total_ns));
        cases.truncate(report::MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((source, target, port), _)| Between::service(*source, *target, *port)).collect();
        let mut gathered = vec![Gathered::default(); cases.len()];
        visit(context, &between, |place, serial, flow| {
            if let Some(flows) = gathered.get_mut(place).filter(|_| is_judged(context.site, flow)) {
                flows.add(serial, flow);
            }
        });
        let from_outside: Vec<Between> =
            cases.iter().map(|((source, target, _), _)| Between::pair(*target, *source)).collect();
        visit(context, &from_outside, |_, serial, flow| {
            let is_meant = |((source, target, port), _): &((Addr, Addr, u16), &Pair)| {
                flow.originator() == (*target, *port) && flow.responder().0 == *source && !flow.saw_syn
            };
            if let Some(flows) = cases.iter().position(is_meant).and_then(|place| gathered.get_mut(place)) {
                flows.add(serial, flow);
            }
        });
        let quiet = context.settings.get(&QUIET);
        let findings = cases
            .iter()
            .zip(gathered)
            .map(|(((source, target, port), figures), flows)| {
                finding((*source, *target, *port), figures, least, quiet)
                    .flows(flows)
                    .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(*source, *target)))
                    .build()
            })
            .collect();
        Conclusion { findings, n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() }
    }
}

/// Threat by RITA's table, linear between its steps.
fn threat(seconds: f64) -> f64 {
    let mut before = None;
    for (step, value) in STEPS {
        if seconds < step {
            return before.map_or(0.0, |(from, low)| low + (value - low) * (seconds - from) / (step - from));
        }
        before = Some((step, value));
    }
    before.map_or(0.0, |(_, value)| value)
}

fn is_push(name: &str) -> bool {
    PUSH.iter().any(|domain| domains::is_of(name, domain))
}

fn finding((source, target, port): (Addr, Addr, u16), figures: &Pair, least: f64, quiet: f64) -> FindingBuilder {
    let seconds = figures.total_ns as f64 / SECOND as f64;
    let threat = threat(seconds);
    let rate = figures.payload_bytes as f64 / seconds.max(1.0);
    let is_quiet = rate < quiet;
    let is_usual = USUAL_PORTS.contains(&port) || figures.is_push;
    let confidence = match (is_usual, is_quiet) {
        (true, _) => Confidence::EVEN.lowered(threat),
        (false, true) => Confidence::VERY_LIKELY.lowered(threat + QUIET_THREAT),
        (false, false) => Confidence::VERY_LIKELY.lowered(threat),
    };
    let [sent, got] = figures.bytes;
    let at = finding_builder::at_port(port);
    Finding::builder(&CARD)
        .title(match is_quiet {
            true => {
                format!("{source} held a quiet connection to {target}{at} open for {}", span(figures.total_ns))
            }
            false => format!("{source} was connected to {target}{at} for {}", span(figures.total_ns)),
        })
        .weighed(Impact::CONTROL, confidence, 0.0)
        .score(past(seconds, least))
        .service((source, target, port), "TCP")
        .evidence([
            evidence(
                "Total time connected",
                seconds,
                "s",
                format!("below {} (RITA)", finding_builder::thousands(least as usize)),
            ),
            evidence(
                "Time silent for longer than the flow time-out",
                figures.silent_ns as f64 / SECOND as f64,
                "s",
                "",
            ),
            evidence("Connections, or parts of one", figures.n as f64, "flows", ""),
            evidence("Payload, mean", rate, "B/s", format!("below {quiet} is quiet")),
            evidence("Bytes sent", sent as f64, "B", ""),
            evidence("Bytes received", got as f64, "B", ""),
            evidence("Threat", threat, "", "0.2 low, 0.4 medium, 0.6 high (RITA)"),
        ])
        .explanation(format!(
            "{source} was connected to {target} port {port} for {} in all.{}{} Remote control programs and tunnels \
             stay connected; so do chat, push messages and VPN. What matters is whose server it is.",
            span(figures.total_ns),
            if is_quiet {
                " Hardly any payload passed in that time: the connection was kept open for later use."
            } else {
                ""
            },
            if figures.is_push {
                " The server or the protocol is one that keeps connections open for push messages."
            } else {
                ""
            }
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    #[test]
    fn hours_are_reported_and_minutes_are_not() {
        let connected = |seconds: f64| {
            let made = Made { seconds, bytes: [400_000, 900_000], ..Made::tcp(inside(1), outside(1), 4444, 0.0) };
            finish(&ENTRY, &[made], &[], &Settings::default()).findings
        };
        assert_eq!(connected(40_000.0)[0].title, "192.168.1.1 was connected to 203.0.113.1 port 4444 for 11 h 6 min");
        assert!(connected(600.0).is_empty());
    }

    #[test]
    fn the_threat_is_ritas() {
        assert_eq!([0.0, 3_600.0, 9_000.0, 43_200.0, 1e6].map(threat), [0.0, 0.2, 0.30000000000000004, 0.8, 0.8]);
    }

    /// A connection that is opened and then heard of each ten minutes, by the side that is named, for some hours.
    fn held(port: u16, hours: usize, is_asked: bool, ends: &[u8]) -> Vec<Finding> {
        let (host, server) = ((inside(1), 40_000), (outside(1), port));
        let piece = |i: usize| {
            let is_first = i == 0;
            let (from, to) = if is_first || !is_asked { (host, server) } else { (server, host) };
            let second = i as f64 * 600.0;
            let made = Made { from, to, bytes: [0, 0], seconds: 1.0, ..Made::tcp(from.0, to.0, to.1, second) };
            let mut flow =
                Made { state: if is_first { TcpState::Established } else { TcpState::Unknown }, ..made }.flow();
            if ends.contains(&(i as u8)) {
                flow.directions[0].flags[0] = 1;
            }
            flow
        };
        let flows: Vec<Flow> = (0..=hours * 6).map(piece).collect();
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings
    }

    #[test]
    fn a_connection_that_is_held_open_in_silence_is_reported_and_ended_ones_are_not() {
        for is_asked in [false, true] {
            let quiet = held(4444, 9, is_asked, &[]);
            assert_eq!(quiet[0].title, "192.168.1.1 held a quiet connection to 203.0.113.1 port 4444 open for 9 h");
            assert!(quiet[0].severity >= Severity::Medium);
            assert!(held(5228, 9, is_asked, &[])[0].severity < Severity::Medium, "push messages");
        }
        let each: Vec<u8> = (0..=54).collect();
        assert!(held(4444, 9, false, &each).is_empty(), "short ones that end");
    }

    #[test]
    fn servers_that_push_are_told_by_name() {
        assert!(is_push("7-courier.push.apple.com") && is_push("signal.org"));
        assert!(!is_push("notsignal.org") && !is_push(""));
    }
}
