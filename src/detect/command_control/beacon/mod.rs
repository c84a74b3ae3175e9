//! Connections from inside to outside, by address and by name, to findings of beacons: regular calls home.

mod beacon_score;
use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::episodes::{Episodes, PAUSE_NS};
use crate::detect::support::finding_builder::{self, Identity, evidence};
use crate::detect::support::flow_selector::{Between, Gathered, visit};
use crate::detect::support::local_networks::Home;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::elementary::log10;
use crate::model::app::protocol::AppProto;
use crate::model::finding::series::Level;
use crate::model::flow::{NameSource, Outcome};
use crate::model::format::time::SECOND;
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;
use beacon_score::{Parts, parts, parts_of_burst, threat};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const CARD: Card = Card {
    id: "beacon",
    name: "Beacon",
    category: Category::Beacon,
    technique: Some(("T1071", "Application Layer Protocol")),
    sees: "A host inside connects to the same server outside again and again, at even intervals and with even sizes.",
    matters: "Malware asks its control server for orders like this. Programs call at even times; people do not.",
    otherwise: "Updates, telemetry, mail and chat programs, weather and news widgets: most beacons are harmless. Who the server is decides.",
    benign_causes: &[
        "Update checks, telemetry and licence checks",
        "Mail, chat, weather and news programs that ask for news at even times",
        "Monitoring of a service outside",
    ],
    advice: &[
        "Find out whom the server belongs to and since when its name exists",
        "Find the program on the host that makes the connections",
        "If nobody knows it, look at what else the host did, and block the server",
    ],
    part_of: &[],
    source: "Beacon score, threat table and prevalence modifiers of RITA v5 (Active Countermeasures). RITA judges 24 hours; short captures score easily, so more observations are asked for here than its four, and a period of at least a second; calls that span less than ten minutes weigh little unless the server is one that only one of many hosts uses. Default sleep times of 5 s (Empire, Meterpreter) to 60 s (Cobalt Strike): what asks more often is a poll.",
};

const LEAST: Descriptor = Descriptor::count("beacon.least", "Fewest connections", 7.0)
    .range(4.0, 10_000.0)
    .unit("connections")
    .help("Fewer connections at different seconds are not judged. RITA asks for 4 within 24 hours; in a capture of minutes as few come by chance.");
const PERIOD: Descriptor = Descriptor::seconds("beacon.period", "Shortest period", 1.0)
    .range(0.0, 86_400.0)
    .help("A shorter usual time between connections is a transfer, not a beacon. Asking for 1 s halved the false alarms in a published comparison of benign captures.");
const SCORE: Descriptor = Descriptor::number("beacon.score", "Score for a beacon", 0.6)
    .range(0.5, 1.0)
    .help("Beacon score from 0 to 1 at which a pair is reported. RITA's threat table begins at 0.5.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<Beacon>(CARD, &[LEAST, PERIOD, SCORE], Interest::ANY_FLOW);

/// Most pairs kept, by address and by name each.
const MOST_PAIRS: usize = 1 << 17;
/// Most connections kept; 16 bytes each.
const MOST_CALLS: usize = 1 << 21;
/// More connections than this are a strobe, not a beacon: one a second over a day (RITA).
const STROBE: usize = 86_400;
/// Most findings; the highest scores win.
const MOST_FINDINGS: usize = 100;
/// Hosts inside that must be seen before prevalence says anything.
const LEAST_HOSTS: usize = 4;
/// Calls that span less, s, are a poll or a retry as well as a beacon.
const LEAST_SPAN: i64 = 600;
/// Calls that span as much, s, are judged as surely as it gets.
const FULL_SPAN: f64 = 10_800.0;
/// What is left of the confidence in calls of minutes, and to a server inside.
const DOUBTFUL: f64 = 0.4;
/// Of so many hosts inside one alone that uses a server stands out, whatever the span.
const CROWD: usize = 8;
/// Frameworks for control servers sleep at least so long, s; pushes and long polls come sooner.
const LEAST_SLEEP: f64 = 5.0;
/// Who calls so many servers inside by their address is a monitor.
const MONITORED: usize = 3;
/// Shortest burst that is judged by its own span, s: a shorter one may be a transfer in pieces.
const LEAST_BURST: i64 = 1800;
/// A burst is at most this part of the capture: what is longer is judged as part of it.
const MOST_BURST: i64 = 4;
/// Observations that fill RITA's 24 bins once: as many make a score as sure as it gets.
const FULL: f64 = 24.0;

/// A server: by the index of its name, or by address and port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Server {
    Name(u32),
    Place(Addr, u16),
}

#[derive(Default)]
struct Beacon {
    calls: Tally<(Addr, Server), Vec<Call>, MOST_PAIRS>,
    n_calls: usize,
    n_left_out: u64,
    home: Home,
}

/// One connection.
#[derive(Clone, Copy)]
struct Call {
    second: i64,
    bytes: u32,
    is_nameless_http: bool,
}

/// From inside to outside, or between public addresses where the capture's own hosts may have such; and not of a protocol
/// that calls at even times by design: time and names have detectors of their own. A server inside is judged if it is asked
/// over HTTP by its bare address: services of the house have names, or protocols of their own. What was never answered or
/// refused is no call.
fn is_judged(flow: &Flow, name: &str) -> bool {
    let ((source, _), (target, port)) = (flow.originator(), flow.responder());
    let is_group = source.is_group() || flow.is_to_group();
    let is_timed = flow.is_udp() && matches!(port, 53 | 123);
    let is_elsewhere = !target.is_internal() || source.is_internal() && is_nameless_http(flow, name);
    (flow.is_tcp() || flow.is_udp())
        && is_elsewhere
        && source != target
        && !is_group
        && !is_timed
        && !matches!(flow.outcome(), Outcome::Refused | Outcome::Unanswered)
}

/// HTTP to an address, not to a name.
fn is_nameless_http(flow: &Flow, name: &str) -> bool {
    if flow.app != Some(AppProto::Http) || !flow.is_app_certain {
        return false;
    }
    let has_name = flow.name != 0 && flow.name_source != NameSource::Dns;
    !has_name || name.parse::<IpAddr>().is_ok()
}

impl Detector for Beacon {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        self.home.add_inside(flow.originator().0);
        if !is_judged(flow, ended.name) {
            return;
        }
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if !source.is_internal() {
            // Public addresses leave half of the room to those inside.
            if !self.home.add_public(source, self.n_calls < MOST_CALLS / 2) {
                return;
            }
        }
        let call = Call {
            second: flow.first_ns.div_euclid(SECOND),
            bytes: u32::try_from(flow.forward().bytes).unwrap_or(u32::MAX),
            is_nameless_http: is_nameless_http(flow, ended.name),
        };
        self.push(source, Server::Place(target, port), call);
        if flow.name != 0 && !target.is_internal() {
            self.push(source, Server::Name(flow.name), call);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST) as usize;
        let shortest = context.settings.get(&PERIOD);
        let wanted = context.settings.get(&SCORE);
        let span = (context.span_ns.0.div_euclid(SECOND), context.span_ns.1.div_euclid(SECOND));
        let users = self.users();
        let home = self.home.public();
        let mut cases: Vec<Case> = self
            .calls
            .sorted_where(|calls| calls.len() >= least && calls.len() < STROBE)
            .into_iter()
            .filter(|((source, _), _)| source.is_internal() || Some(*source) == home)
            .filter_map(|((source, server), calls)| {
                let mut calls = calls.clone();
                calls.sort_by_key(|call| (call.second, call.bytes));
                let is_beacon = |judged: &Judged| {
                    judged.n_seconds >= least && judged.parts.period >= shortest && judged.parts.score() >= wanted
                };
                let judged = Judged::whole(&calls, span)
                    .filter(is_beacon)
                    .or_else(|| Judged::busiest_burst(&calls, span, is_beacon))?;
                Some(Case {
                    source: *source,
                    server: *server,
                    n_calls: judged.n_calls,
                    parts: judged.parts,
                    episode: judged.episode,
                    n_users: users.get(server).copied().unwrap_or(1),
                    length: judged.episode.1 - judged.episode.0,
                    n_inside: self.home.n_inside().max(self.home.n_neighbours()),
                    is_nameless_http: judged.is_nameless_http,
                    gaps: None,
                })
            })
            .collect();
        let mut n_inside: BTreeMap<Addr, usize> = BTreeMap::new();
        cases.iter().filter(|case| case.is_inside()).for_each(|case| *n_inside.entry(case.source).or_default() += 1);
        let is_monitor = |source: &Addr| n_inside.get(source).is_some_and(|n| *n >= MONITORED);
        cases.retain(|case| {
            !case.is_inside() || case.n_users == 1 && case.length >= LEAST_SPAN && !is_monitor(&case.source)
        });
        cases.sort_by(|a, b| {
            b.parts.score().total_cmp(&a.parts.score()).then_with(|| (a.source, a.server).cmp(&(b.source, b.server)))
        });
        cases.truncate(MOST_FINDINGS);
        for case in &mut cases {
            let calls = self.calls.get(&(case.source, case.server));
            case.gaps = calls.and_then(|calls| gaps(calls, case.episode, case.parts.period));
        }

        let findings = findings(&cases, context);
        Conclusion { findings, n_not_evaluated: self.calls.n_refused + self.n_left_out, ..Conclusion::default() }
    }
}

impl Beacon {
    fn push(&mut self, source: Addr, server: Server, call: Call) {
        if self.n_calls >= MOST_CALLS {
            self.n_left_out += 1;
            return;
        }
        if let Some(calls) = self.calls.of((source, server)) {
            calls.push(call);
            self.n_calls += 1;
        }
    }

    /// How many hosts inside use each server.
    fn users(&self) -> BTreeMap<Server, usize> {
        let mut users = BTreeMap::new();
        for ((_, server), _) in self.calls.iter() {
            *users.entry(*server).or_insert(0) += 1;
        }
        users
    }
}

/// Calls of one host to one server, judged.
struct Judged {
    n_calls: usize,
    n_seconds: usize,
    parts: Parts,
    /// First and last second of the calls that were judged.
    episode: (i64, i64),
    is_nameless_http: bool,
}

impl Judged {
    fn of(calls: &[Call], parts: impl Fn(&[i64], &[f64]) -> Option<Parts>) -> Option<Judged> {
        let seconds: Vec<i64> = calls.iter().map(|call| call.second).collect();
        let mut distinct = seconds.clone();
        distinct.dedup();
        let bytes: Vec<f64> = calls.iter().map(|call| f64::from(call.bytes)).collect();
        Some(Judged {
            n_calls: calls.len(),
            n_seconds: distinct.len(),
            parts: parts(&seconds, &bytes)?,
            episode: (*seconds.first()?, *seconds.last()?),
            is_nameless_http: calls.iter().all(|call| call.is_nameless_http),
        })
    }

    /// All calls over the whole capture.
    fn whole(calls: &[Call], span: (i64, i64)) -> Option<Judged> {
        Judged::of(calls, |seconds, bytes| parts(seconds, bytes, span))
    }

    /// Of the bursts that are much shorter than the capture, the one with the most calls that is a beacon by its own span.
    fn busiest_burst(calls: &[Call], span: (i64, i64), is_beacon: impl Fn(&Judged) -> bool) -> Option<Judged> {
        let spans = calls.iter().map(|call| (call.second, call.second));
        let episodes = Episodes::of(spans, PAUSE_NS / SECOND, FULL as usize);
        let bursts = episodes.iter().filter(|(first, last)| {
            let lasts = last - first;
            lasts >= LEAST_BURST && lasts.saturating_mul(MOST_BURST) <= span.1 - span.0
        });
        let judge = |(first, last): (i64, i64)| {
            let from = calls.partition_point(|call| call.second < first);
            let to = calls.partition_point(|call| call.second <= last);
            Judged::of(calls.get(from..to)?, parts_of_burst).filter(|judged| is_beacon(judged))
        };
        bursts.filter_map(judge).max_by_key(|judged| judged.n_calls)
    }
}

struct Case {
    source: Addr,
    server: Server,
    n_calls: usize,
    parts: Parts,
    /// From the first to the last connection, s.
    length: i64,
    /// First and last second of the calls.
    episode: (i64, i64),
    n_users: usize,
    n_inside: usize,
    is_nameless_http: bool,
    gaps: Option<Series>,
}

/// The gaps between calls beside the usual one, for the eye.
fn gaps(calls: &[Call], episode: (i64, i64), period: f64) -> Option<Series> {
    let meant = calls.iter().map(|call| call.second).filter(|second| (episode.0..=episode.1).contains(second));
    let mut times: Vec<i64> = meant.map(|second| second.saturating_mul(SECOND)).collect();
    times.sort_unstable();
    Series::gaps("Time since the connection before", &times, Some(Level { name: "usual".to_owned(), value: period }))
}

/// Findings of the cases; an address that only repeats what its name already says is left out.
fn findings(cases: &[Case], context: &Context<'_>) -> Vec<Finding> {
    let places: Map<(Addr, Server), usize> =
        cases.iter().enumerate().map(|(i, case)| ((case.source, case.server), i)).collect();
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
    let from = |case: &Case| Between { source: Some(case.source), ..Between::default() };
    let between: Vec<Between> = cases.iter().map(from).collect();
    visit(context, &between, |_, serial, flow| {
        if !is_judged(flow, context.names.text(flow.name)) {
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
        if !is_name && n_named * 2 > case.n_calls {
            continue;
        }
        findings.push(case.finding(context, flows, hosts, ports, apps));
    }
    findings
}

impl Case {
    /// True for a flow of the time that was judged.
    fn means(&self, flow: &Flow) -> bool {
        (self.episode.0..=self.episode.1).contains(&flow.first_ns.div_euclid(SECOND))
    }

    /// RITA's threat with the modifiers that can be told from flows.
    fn threat(&self) -> f64 {
        let prevalence = self.prevalence();
        let mut threat = threat(self.parts.score());
        if self.n_inside >= LEAST_HOSTS && prevalence >= 0.5 {
            threat -= 0.15;
        } else if prevalence <= 0.02 {
            threat += 0.15;
        }
        if self.is_nameless_http {
            threat += 0.10;
        }
        threat.clamp(0.0, 1.0)
    }

    /// True for a server inside.
    fn is_inside(&self) -> bool {
        matches!(self.server, Server::Place(host, _) if host.is_internal())
    }

    /// How sure it is for its span: RITA judges 24 hours, and within minutes polls and retries look the same.
    fn for_span(&self, confidence: Confidence) -> Confidence {
        if self.is_inside() {
            return confidence.lowered(DOUBTFUL);
        }
        if self.length >= LEAST_SPAN {
            let times = |length: f64| log10(length / LEAST_SPAN as f64);
            let whole = times(self.length as f64) / times(FULL_SPAN);
            return confidence.lowered(0.7 + 0.3 * whole.min(1.0));
        }
        let is_odd = self.n_users == 1 && self.n_inside >= CROWD && self.parts.period >= LEAST_SLEEP;
        if is_odd { confidence } else { confidence.lowered(DOUBTFUL) }
    }

    /// Share of the hosts inside that use this server.
    fn prevalence(&self) -> f64 {
        self.n_users as f64 / self.n_inside.max(1) as f64
    }

    fn finding(
        &self,
        context: &Context<'_>,
        flows: Gathered,
        hosts: &BTreeSet<Addr>,
        ports: &BTreeSet<u16>,
        apps: &BTreeSet<AppProto>,
    ) -> Finding {
        let server = match self.server {
            Server::Name(name) => context.names.text(name).to_owned(),
            Server::Place(host, port) => format!("{host} port {port}"),
        };
        let Parts { timestamp, size, duration, histogram, period, jitter, is_sparse, is_burst } = self.parts;
        let threat = self.threat();
        // Few observations make even chance look regular.
        let fullness = (self.n_calls as f64 / FULL).min(1.0);
        let confidence = Confidence::ALMOST_CERTAIN.lowered((threat + 0.2) / 0.95).lowered(0.75 + 0.25 * fullness);
        let confidence = self.for_span(confidence);
        // An hour may be that of a program that ran once; the method wants days.
        let confidence = if is_burst { confidence.lowered(0.8) } else { confidence };
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
        let listed: Vec<u16> = ports.iter().copied().take(10).collect();
        let tcp = finding_builder::ports_filter("tcp.port", &listed, 10).unwrap_or_default();
        let udp = finding_builder::ports_filter("udp.port", &listed, 10).unwrap_or_default();
        // Several names may share a server, and one name several servers: the name is what stays.
        let (identity, names) = match self.server {
            Server::Name(_) => (Identity::Word(server.clone()), vec![server.clone()]),
            Server::Place(..) => (Identity::ActorsAndPorts, Vec::new()),
        };
        let episode_ns = (self.episode.0.saturating_mul(SECOND), self.episode.1.saturating_mul(SECOND));
        let filter = format!("{} && {target} && ({tcp} || {udp})", finding_builder::host_filter("addr", self.source));
        let builder = Finding::builder(&CARD)
            .technique(
                (apps.contains(&AppProto::Http) || apps.contains(&AppProto::Tls))
                    .then_some(("T1071.001", "Web Protocols")),
            )
            .title(format!("{} connects to {server} every {period:.0} s: {} connections", self.source, self.n_calls))
            .weighed(Impact::CONTROL, confidence, extent)
            .score(self.parts.score())
            .sources([self.source])
            .targets(hosts.iter().copied())
            .ports(ports.iter().copied())
            .protocol(match apps.first() {
                Some(app) if apps.len() == 1 => app.name().to_owned(),
                _ => "TCP or UDP".to_owned(),
            })
            .evidence([
                evidence("Beacon score", self.parts.score(), "", "below 0.5 for people's traffic (RITA)"),
                evidence("Connections", self.n_calls as f64, "connections", "at least 24 for a sure score"),
                evidence("Time from first to last connection", self.length as f64, "s", "hours, for a sure score"),
                evidence("Usual time between connections", period, "s", "no usual time, for people"),
                evidence("Usual deviation from it", jitter, "s", "as large as the time itself, for people"),
                evidence("Evenness of the times", timestamp, "", "below 0.5"),
                evidence("Evenness of the sizes", size, "", "below 0.5"),
                evidence(
                    "Coverage of the capture",
                    duration,
                    "",
                    if is_burst { "not counted: judged within its own span" } else { "" },
                ),
                evidence(
                    if is_burst { "Evenness over its own span" } else { "Evenness over the capture" },
                    histogram,
                    "",
                    if is_sparse { "not counted: too few connections" } else { "below 0.5" },
                ),
                evidence(
                    "Hosts inside that use this server",
                    self.n_users as f64,
                    "hosts",
                    format!("{} hosts were seen inside; what most of them use is rarely malware", self.n_inside),
                ),
                evidence("Threat after modifiers", threat, "", "0.2 low, 0.4 medium, 0.6 high (RITA)"),
            ])
            .series(self.gaps.clone())
            .names(names)
            .explanation(format!(
                "{} connected to {server} {} times, usually {period:.0} s apart (deviation {jitter:.1} s), and sent \
                 nearly the same amount each time. Programs that ask a control server for orders do this; people do \
                 not. {}{}",
                self.source,
                self.n_calls,
                if self.n_users == 1 {
                    "No other host inside uses this server.".to_owned()
                } else {
                    format!("{} of {} hosts inside use this server.", self.n_users, self.n_inside)
                },
                match (self.is_inside(), self.length < LEAST_SPAN) {
                    (true, _) => " The server is inside and is asked by its bare address.",
                    (false, true) => " All this was within minutes, in which polls and retries look the same.",
                    (false, false) => "",
                }
            ))
            .period(episode_ns)
            .flows(flows)
            .identity(identity);
        // Calls before and after a burst are not meant.
        if is_burst { builder.filter_in_time(filter).build() } else { builder.filter(filter).build() }
    }
}

#[cfg(test)]
mod tests;
