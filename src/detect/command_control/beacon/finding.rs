//! Turns beacons into findings, each with its flows.

use super::call::{Call, Server, is_judged};
use super::case::{Case, LEAST_SPAN};
use super::judged::{FULL, Judged};
use super::push;
use super::weighed::Weighed;
use super::{CARD, EVIDENCE};
use crate::detect::detector::Context;
use crate::detect::support::capped_map::Map;
use crate::detect::support::finding_builder::{self, Identity, evidence, thousands};
use crate::detect::support::flow_selector::{Between, Gathered, visit};
use crate::detect::support::log_ratio;
use crate::detect::support::severity::{Confidence, Impact};
use crate::flow::beacon_score::Parts;
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Gather;
use crate::model::app::protocol::AppProto;
use crate::model::finding::series::Level;
use crate::model::format::quantity;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Finding, Flow, Series};
use std::collections::BTreeSet;

/// Requests within TLS that come sooner, s, are a stream of them, not polls: control programs sleep 5 s or longer unless told
/// otherwise (Empire, Meterpreter), less their jitter.
const QUICK: f64 = 4.5;
/// A call that sends as much with its headers, and this many times what it receives, carries a file (or a part of one); polls
/// send a few hundred bytes. Within a connection, where headers are not counted, it is what fills two packets.
const FILE_BYTES: f64 = 4_000.0;
const FILE_PAYLOAD: f64 = 2.0 * 1460.0;
const FILE_RATIO: f64 = 5.0;
/// What is left of the score of a beacon then, and of its confidence: the upload is told by its own detector.
const OF_FILES: f64 = 0.5;
/// What is left of the confidence at the port of a service that is called so by design.
const OF_PUSH: f64 = 0.35;

/// Findings of the cases; an address that only repeats what its name already says is left out.
pub(super) fn findings(cases: &[Case<'_>], context: &Context<'_>) -> Vec<Finding> {
    let places: Map<(Addr, Server), usize> =
        cases.iter().enumerate().map(|(i, case)| ((case.source, case.server), i)).gathered();
    let mut named_flows = vec![0_usize; cases.len()];
    let mut facts: Vec<(BTreeSet<Addr>, BTreeSet<u16>, BTreeSet<AppProto>)> = vec![Default::default(); cases.len()];
    let mut learn = |place: usize, flow: &Flow| {
        if let Some((hosts, ports, apps)) = facts.get_mut(place) {
            hosts.insert(flow.responder().0);
            ports.insert(flow.responder().1);
            apps.extend(flow.app);
        }
    };
    let mut gathered = vec![Gathered::default(); cases.len()];
    let from = |case: &Case<'_>| Between { source: Some(case.source), ..Between::default() };
    let between: Vec<Between> = cases.iter().map(from).collect();
    visit(context, &between, |_, serial, flow| {
        if !is_judged(context.site, flow, context.names.text(flow.name)) {
            return;
        }
        let (source, (target, port)) = (flow.originator().0, flow.responder());
        let is_meant = |place: &&usize| cases.get(**place).is_some_and(|case| case.means(flow));
        let by_name = places.get(&(source, Server::Name(flow.name))).filter(|_| flow.name != 0).filter(is_meant);
        let by_address = places.get(&(source, Server::Place(target, port))).filter(is_meant);
        if by_name.is_some()
            && let Some(n) = by_address.and_then(|place| named_flows.get_mut(*place))
        {
            *n += 1;
        }
        for place in by_name.into_iter().chain(by_address) {
            learn(*place, flow);
            if let Some(group) = gathered.get_mut(*place) {
                group.add(serial, flow);
            }
        }
    });
    let mut findings = Vec::new();
    for (place, (case, flows)) in cases.iter().zip(gathered).enumerate() {
        let is_name = matches!(case.server, Server::Name(_));
        let Some((hosts, ports, apps)) = facts.get(place) else { continue };
        let n_named = named_flows.get(place).copied().unwrap_or(0);
        if !is_name && n_named as u64 * 2 > flows.n_flows {
            continue;
        }
        findings.push(case.finding(context, flows, hosts, ports, apps));
    }
    findings
}

/// Gaps that differ by at most this share are alike.
const ALIKE: f64 = 0.12;
/// Share of all gaps that each of two times has, at least, and both together.
const OF_EACH: f64 = 0.25;
const OF_BOTH: f64 = 0.8;
/// The longer of two times is at least so many times the shorter.
const APART: f64 = 1.4;

/// Of gaps, s, the time beside the usual one that many have; calls at once are no gap.
fn second_of(gaps: impl Iterator<Item = f64>, usual: f64) -> Option<f64> {
    let mut gaps: Vec<f64> = gaps.filter(|gap| *gap >= 1.0).collect();
    let n = gaps.len() as f64;
    let is_like = |gap: f64, other: f64| (gap - other).abs() <= ALIKE * other;
    let n_usual = gaps.iter().filter(|gap| is_like(**gap, usual)).count() as f64;
    gaps.retain(|gap| !is_like(*gap, usual));
    let second = upper_quantile(gaps.clone(), 0.5, f64::total_cmp);
    let n_second = gaps.iter().filter(|gap| is_like(**gap, second)).count() as f64;
    let is_apart = second > 0.0 && second.max(usual) >= APART * second.min(usual);
    let is_many = n_usual.min(n_second) >= OF_EACH * n && n_usual + n_second >= OF_BOTH * n;
    (is_apart && is_many).then_some(second)
}

/// Seconds with as many places as they need.
fn short(seconds: f64) -> String {
    if seconds < 2.0 { format!("{seconds:.1}") } else { format!("{seconds:.0}") }
}

impl Case<'_> {
    /// Usual time between two calls, s: the gap in the middle where the score counts, else the period of the beat.
    pub(super) fn period(&self) -> f64 {
        match &self.weighed {
            Some(weighed) if !self.is_scored => weighed.beat.period,
            _ => self.judged.parts.period,
        }
    }

    /// A second time between calls, s, that about as many gaps have as the usual one: of two timers, or of a sleep that changed.
    fn second_period(&self) -> Option<f64> {
        let (first, last) = self.judged.episode;
        let meant = self.calls.iter().filter(|call| (first..=last).contains(&call.second())).map(|call| call.millis);
        let mut times: Vec<i64> = meant.collect();
        times.sort_unstable();
        let usual = self.period();
        second_of(times.windows(2).filter_map(|pair| Some((pair.last()? - pair.first()?) as f64 / 1000.0)), usual)
    }

    /// The usual time between calls, and the second if there is one, in words.
    fn periods(&self) -> String {
        match self.second_period() {
            Some(second) => format!("{} s or {} s", short(self.period()), short(second)),
            None => format!("{} s", short(self.period())),
        }
    }

    /// What is spoken as far as it can be read. Calls within TLS are encrypted, whatever they are; of requests in one connection
    /// sizes tell those of HTTP from messages of a WebSocket, and in quick succession they carry something else.
    fn technique(&self, apps: &BTreeSet<AppProto>) -> Option<(&'static str, &'static str)> {
        const WEB: (&str, &str) = ("T1071.001", "Web Protocols");
        let is_web = apps.contains(&AppProto::Http) || apps.contains(&AppProto::WebSocket);
        if !apps.contains(&AppProto::Tls) {
            return is_web.then_some(WEB);
        }
        let is_like_http = self.weighed.as_ref().is_none_or(Weighed::is_like_http);
        Some(match (self.is_within, is_like_http) {
            (true, true) if self.period() < QUICK => ("T1572", "Protocol Tunneling"),
            (true, false) => WEB,
            _ => ("T1573", "Encrypted Channel"),
        })
    }

    /// Calls of which only the look-up of the name was seen.
    fn n_looked_up(&self) -> usize {
        self.calls.iter().filter(|call| call.is_looked_up).count()
    }

    /// Calls of which the connection was seen.
    fn n_seen(&self) -> usize {
        self.judged.n_calls.saturating_sub(self.n_looked_up())
    }

    /// How many connections there were, and look-ups without one.
    fn counted(&self) -> String {
        let n_seen = self.n_seen();
        match self.n_looked_up() {
            0 => format!("{n_seen} connections"),
            n => format!("{n_seen} connections and {n} look-ups"),
        }
    }

    /// That some connections were not seen, and how they are known.
    fn unseen(&self) -> String {
        match self.n_looked_up() {
            0 => String::new(),
            n => format!(" and looked its name up {n} times more, for connections that are not in the capture"),
        }
    }

    /// That the sleep changed, and what to.
    fn changed(&self) -> String {
        let changed = self.weighed.as_ref().filter(|_| !self.is_scored).and_then(|weighed| weighed.beat.changed);
        changed.map_or_else(String::new, |period| format!(", later {} s", short(period)))
    }

    /// What is odd about the server, in words with a space before; empty if nothing is.
    fn oddities(&self) -> String {
        match self.weighed.as_ref().map(|weighed| weighed.odd.words.join("; ")) {
            Some(words) if !words.is_empty() => format!(" What is odd about the server: {words}."),
            _ => String::new(),
        }
    }

    /// Of how many of the connections it is known what became of them, if not of all.
    fn outcomes(&self) -> String {
        let (first, last) = self.judged.episode;
        let meant = || self.calls.iter().filter(|call| (first..=last).contains(&call.second()) && !call.is_looked_up);
        let (n_known, n) = (meant().filter(|call| call.is_known).count(), meant().count());
        if n_known == n {
            return String::new();
        }
        format!(" The outcome is known for {} of {} connections.", thousands(n_known), thousands(n))
    }

    /// What a call usually sends, B, if that is a file rather than a question: the upload then says more than its beat.
    fn upload(&self) -> Option<f64> {
        let usual = |of: fn(&Call) -> u32| {
            let all: Vec<f64> =
                self.calls.iter().filter(|call| call.is_sized).map(|call| f64::from(of(call))).collect();
            upper_quantile(all, 0.5, f64::total_cmp)
        };
        let [sent, got] = match self.carried {
            Some(each) if self.is_within => each,
            _ => [usual(|call| call.bytes), usual(|call| call.got)],
        };
        let least = if self.is_within { FILE_PAYLOAD } else { FILE_BYTES };
        (sent >= least && sent >= FILE_RATIO * got).then_some(sent)
    }

    /// The gaps between the calls beside the usual one, for the eye.
    fn gaps(&self) -> Option<Series> {
        let (first, last) = self.judged.episode;
        let meant = self.calls.iter().filter(|call| (first..=last).contains(&call.second())).map(|call| call.millis);
        let mut times: Vec<i64> = meant.map(|millis| millis.saturating_mul(SECOND / 1000)).collect();
        times.sort_unstable();
        let usual = Level { name: "period".to_owned(), value: self.period() };
        Series::gaps("Time since the previous connection", &times, Some(usual))
    }

    fn finding(
        &self,
        context: &Context<'_>,
        flows: Gathered,
        hosts: &BTreeSet<Addr>,
        ports: &BTreeSet<u16>,
        apps: &BTreeSet<AppProto>,
    ) -> Finding {
        let upload = self.upload();
        let score = self.judged.parts.score() * upload.map_or(1.0, |_| OF_FILES);
        let server = match self.server {
            Server::Name(name) => context.names.text(name).to_owned(),
            Server::Place(host, port) => format!("{host}{}", finding_builder::at_port(port)),
        };
        let Judged { n_calls, parts, episode, .. } = &self.judged;
        let Parts { timestamp, size, duration, histogram, jitter, is_sparse, is_burst, is_unsized, .. } = *parts;
        let period = self.period();
        let length = self.judged.length();
        let threat = self.threat();
        // Few observations make even chance look regular.
        let fullness = (*n_calls as f64 / FULL).min(1.0);
        let confidence = Confidence::ALMOST_CERTAIN.lowered((threat + 0.2) / 0.95).lowered(0.75 + 0.25 * fullness);
        let confidence = self.confidence(confidence, context.settings.get(&EVIDENCE));
        // An hour may be that of a program that ran once; the method wants days.
        let confidence = if is_burst { confidence.lowered(0.8) } else { confidence };
        let confidence = confidence.lowered(upload.map_or(1.0, |_| OF_FILES));
        let push = push::service(ports, apps);
        let confidence = confidence.lowered(push.map_or(1.0, |_| OF_PUSH));
        let extent = (fullness - 0.25).clamp(0.0, 1.0);
        let targets: Vec<Addr> = hosts.iter().copied().take(10).collect();
        let target = match targets.as_slice() {
            [one] => finding_builder::host_filter("addr", *one),
            many => {
                format!(
                    "({})",
                    many.iter().map(|h| finding_builder::host_filter("addr", *h)).collect::<Vec<_>>().join(" || ")
                )
            }
        };
        let listed: Vec<u16> = ports.iter().copied().filter(|port| *port > 0).take(10).collect();
        let tcp = finding_builder::ports_filter("tcp.port", &listed, 10).unwrap_or_default();
        let udp = finding_builder::ports_filter("udp.port", &listed, 10).unwrap_or_default();
        // Several names may share a server, and one name several servers: the name is what stays.
        let (identity, names) = match self.server {
            Server::Name(_) => (Identity::Word(server.clone()), vec![server.clone()]),
            Server::Place(..) => (Identity::ActorsAndPorts, Vec::new()),
        };
        let episode_ns = (episode.0.saturating_mul(SECOND), episode.1.saturating_mul(SECOND));
        let mut filter = format!("{} && {target}", finding_builder::host_filter("addr", self.source));
        if !listed.is_empty() {
            filter.push_str(&format!(" && ({tcp} || {udp})"));
        }
        let every = self.periods();
        let builder = Finding::builder(&CARD)
            .technique(self.technique(apps))
            .title(match self.is_within {
                false => format!("{} connects to {server} every {every}: {}", self.source, self.counted()),
                true => format!("{} sends {n_calls} requests to {server} within connections, every {every}", self.source),
            })
            .weighed(Impact::CONTROL, confidence, extent)
            .score(score)
            .sources([self.source])
            .targets(hosts.iter().copied())
            .ports(ports.iter().copied().filter(|port| *port > 0))
            .protocol(match apps.first() {
                Some(app) if apps.len() == 1 => app.name().to_owned(),
                _ => "TCP or UDP".to_owned(),
            })
            .evidence([
                evidence("Beacon score", parts.score(), "", "below 0.5 for people's traffic (RITA)"),
                evidence("Connections", self.n_seen() as f64, "connections", "at least 24 for a reliable score"),
                evidence("Time from first to last connection", length as f64, "s", "hours, for a reliable score"),
                evidence("Median time between connections", period, "s", "no typical time, for people"),
                evidence("Typical deviation from it", jitter, "s", "as large as the time itself, for people"),
                evidence("Regularity of times", timestamp, "", "below 0.5"),
                evidence(
                    "Regularity of sizes",
                    size,
                    "",
                    if is_unsized { "not counted: the log does not have them" } else { "below 0.5" },
                ),
                evidence(
                    "Coverage of the capture",
                    duration,
                    "",
                    if is_burst { "not counted: evaluated within its own span" } else { "" },
                ),
                evidence(
                    if is_burst { "Regularity over its own span" } else { "Regularity over the capture" },
                    histogram,
                    "",
                    if is_sparse { "not counted: too few connections" } else { "below 0.5" },
                ),
                evidence(
                    "Internal hosts that use this server",
                    self.n_users as f64,
                    "hosts",
                    format!("{} internal hosts were seen; what most of them use is rarely malware", self.n_inside),
                ),
                evidence("Threat after modifiers", threat, "", "0.2 low, 0.4 medium, 0.6 high (RITA)"),
            ])
            .evidence(self.weighed.iter().flat_map(|weighed| {
                [
                    log_ratio::evidence("Beat against chance and people", weighed.beat.log_ratio, "below 2"),
                    log_ratio::evidence("How odd the server is", weighed.odd.weight, "below 0"),
                    log_ratio::evidence(
                        "Control server against another",
                        weighed.evidence(),
                        format!("below {}", context.settings.get(&EVIDENCE)),
                    ),
                ]
            }))
            .series(self.gaps())
            .names(names)
            .explanation(format!(
                "{} {}, typically {} apart{}{}{}. Programs that poll a control server do this; people do not. {}{}{}{}{}{}",
                self.source,
                match self.is_within {
                    false => format!("connected to {server} {} times{}", self.n_seen(), self.unseen()),
                    true => format!("sent {n_calls} requests to {server} within connections that stayed open"),
                },
                every,
                if self.is_scored { format!(" (deviation {jitter:.1} s)") } else { String::new() },
                self.changed(),
                if is_unsized || size < 0.8 { "" } else { ", and sent nearly the same amount each time" },
                if self.n_users == 1 {
                    "No other internal host uses this server.".to_owned()
                } else {
                    format!("{} of {} internal hosts use this server.", self.n_users, self.n_inside)
                },
                match (self.is_inside(), length < LEAST_SPAN) {
                    (true, _) => " The server is internal and is contacted by its IP address.",
                    (false, true) => " All this happened within minutes, in which polls and retries look much the same.",
                    (false, false) => "",
                },
                self.oddities(),
                self.outcomes(),
                push.map_or_else(String::new, |what| format!(" The port is that of {what}, which is called so by design.")),
                upload.map_or_else(String::new, |bytes| format!(
                    " Each of them sends {} and receives little: data goes out in pieces, and this is more than polling.",
                    quantity::bytes(bytes)
                ))
            ))
            .period(episode_ns)
            .flows(flows)
            .identity(identity);
        // Calls before and after a burst are not meant.
        if is_burst { builder.filter_in_time(filter).build() } else { builder.filter(filter).build() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_time_between_calls_is_said_and_missed_beats_are_none() {
        let two = (0..40).map(|i| if i % 2 == 0 { 60.0 } else { 300.0 + f64::from(i % 5) });
        assert!(second_of(two, 60.0).is_some_and(|second| (second - 302.0).abs() < 3.0));
        let missed = (0..40).map(|i| if i % 6 == 0 { 120.0 } else { 60.0 });
        assert_eq!(second_of(missed, 60.0), None);
        let jitter = (0..40).map(|i| 60.0 + f64::from(i % 9) * 5.0);
        assert_eq!(second_of(jitter, 80.0), None);
    }
}
