//! Turns connections from inside to outside, by address and by name, and requests within them, into findings of
//! beacons: calls to a server at regular intervals.

mod call;
mod candidate;
mod case;
mod finding;
mod judged;
mod looked_up;
mod push;
mod servers;
mod weighed;
mod within;
use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::encrypted_sessions::EncryptedSessions;
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Category, Site};
use crate::settings::Descriptor;
use call::{Call, Server, is_judged, is_nameless_http, name_of, piece, without_pieces};
use candidate::{Candidate, Limits, Users};
use case::Case;
use finding::findings;
use looked_up::LookedUp;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use within::Requests;

const CARD: Card = Card {
    id: "beacon",
    name: "Beacon",
    category: Category::Beacon,
    technique: Some(("T1071", "Application Layer Protocol")),
    sees: "An internal host connects to the same external server again and again, or sends requests within a connection that stays open, at regular intervals and with similar sizes; jitter, missed beats and a sleep that changes are allowed for.",
    matters: "Malware polls its control server for commands like this. Programs connect at regular times; people do not.",
    otherwise: "Updates, telemetry, mail and chat programs, weather and news widgets: most beacons are harmless. What matters is whose server it is.",
    benign_causes: &[
        "Update checks, telemetry and licence checks",
        "Mail, chat, weather and news programs that poll at regular times",
        "Monitoring of an external service",
    ],
    advice: &[
        "Find out who owns the server and when its domain was registered",
        "Find the program on the host that makes the connections",
        "If nobody knows it, check what else the host did, and block the server",
    ],
    part_of: &[],
    source: "Beacon score, threat table and prevalence modifiers of RITA v5 (Active Countermeasures). RITA evaluates 24 hours. Short captures score easily, so this detector requires more observations than its four, and a period of at least a second; connections that span less than ten minutes weigh little unless the server is odd as well. How odd the server is and how regular the beat are added up as a log-likelihood ratio (naive Bayes). For a control server: a beat rather than exponential gaps or gaps of all orders of length, with Schwarz's criterion; sizes; a missing name; use by one host alone; port; a user agent or JA4 that connects to nothing else; an abused or random domain. Against it: many peers, other servers contacted at the same moments, several names of one domain, several servers polled alike, calls that stop. What speaks against it also lowers the confidence in a high score. Default sleep times range from 5 s (Empire, Meterpreter) to 60 s (Cobalt Strike); shorter intervals are polling.",
}
.explained_where_shown();

const LEAST: Descriptor = Descriptor::count("beacon.least", "Fewest connections", 7.0)
    .range(4.0, 10_000.0)
    .unit("connections")
    .help("Fewer connections at different seconds are not evaluated. RITA requires 4 within 24 hours; in a capture of minutes that many occur by chance.");
const PERIOD: Descriptor = Descriptor::seconds("beacon.period", "Shortest period", 1.0)
    .range(0.0, 86_400.0)
    .help("A shorter median time between connections is a transfer, not a beacon. A minimum of 1 s halved the false alarms in a published comparison of benign captures.");
const SCORE: Descriptor = Descriptor::number("beacon.score", "Score for a beacon", 0.6)
    .range(0.5, 1.0)
    .help("Beacon score from 0 to 1 from which a pair is reported. RITA's threat table begins at 0.5.");

const EVIDENCE: Descriptor = Descriptor::number("beacon.evidence", "Evidence for a control server", 7.3)
    .range(0.0, 30.0)
    .help("Natural logarithm of how much likelier the connections are for a control server than for any other server: 7.3 is 1,500 times. It adds up the beat (at most 6; jitter, missed beats and a changed sleep are allowed for), sizes, and how odd the server is: no name, use by one host alone, an unusual port, a program that connects to nothing else, an abused or random domain. With enough evidence, captures of a few minutes suffice.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<Beacon>(CARD, &[LEAST, PERIOD, SCORE, EVIDENCE], Interest::ANY_FLOW.union(Interest::MESSAGES))
        .asking_site()
        .content_with_flows();

/// A millisecond in ns.
const MILLISECOND: i64 = SECOND / 1000;
/// Most pairs kept, by address and by name each.
const MOST_PAIRS: usize = 1 << 17;
/// Most connections kept; 40 bytes each.
const MOST_CALLS: usize = 1 << 21;
/// More connections than this are a strobe, not a beacon: one a second over a day (RITA).
const STROBE: usize = 86_400;
/// Fewest calls whose beat is weighed.
const LEAST_WEIGHED: usize = 5;

/// Calls by client and server.
type Pairs = BTreeMap<(Addr, Server), Vec<Call>>;

#[derive(Default)]
struct Beacon {
    calls: Tally<(Addr, Server), Vec<Call>, MOST_PAIRS>,
    /// Requests of logs that count no packets, by client, server, port and index of the name.
    logged: Tally<(Addr, Addr, u16, u32), Vec<Call>, MOST_PAIRS>,
    n_calls: usize,
    n_left_out: u64,
    /// Look-ups of names.
    looked_up: LookedUp,
    /// Requests within connections, in the clear and inside TLS.
    requests: Requests,
    sessions: EncryptedSessions,
    /// Hosts inside that begin flows.
    inside: Tally<Addr, (), MOST_PAIRS>,
}

impl Detector for Beacon {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        within::fields(protocol)
    }

    /// A connection whose packets were counted is a call by itself; of others each request is one.
    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let Some(flow) = event.flow else { return };
        if event.message.protocol == AppProto::Dns {
            self.looked_up.note(event);
            return;
        }
        if flow.is_counted() {
            self.requests.note(event);
            return;
        }
        if event.message.protocol != AppProto::Http || !event.message.fields.has(FieldId::HttpMethod) {
            return;
        }
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if self.n_calls >= MOST_CALLS {
            self.n_left_out += 1;
            return;
        }
        let name = name_of(flow, event.names.text(flow.name));
        let Some(calls) = self.logged.of((source, target, port, name)) else { return };
        self.n_calls += 1;
        calls.push(Call {
            millis: event.message.time_ns.div_euclid(MILLISECOND),
            is_nameless_http: is_nameless_http(flow, event.names.text(flow.name)),
            is_known: true,
            ..Call::default()
        });
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if ended.site.is_inside(source) {
            self.inside.of(source);
        }
        if !is_judged(ended.site, flow, ended.name) {
            return;
        }
        self.sessions.add(ended);
        let call = Call {
            millis: flow.first_ns.div_euclid(MILLISECOND),
            bytes: u32::try_from(flow.forward().bytes).unwrap_or(u32::MAX),
            got: u32::try_from(flow.backward().payload_bytes()).unwrap_or(u32::MAX),
            is_sized: true,
            is_nameless_http: is_nameless_http(flow, ended.name),
            is_known: !flow.is_tcp() || flow.outcome() != Outcome::Unknown,
            is_tcp: flow.is_tcp(),
            is_looked_up: false,
            piece: piece(flow),
        };
        self.push(source, Server::Place(target, port), call);
        let name = name_of(flow, ended.name);
        if name != 0 && ended.site.is_outside(target) {
            self.push(source, Server::Name(name), call);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits::of(context);
        let logged = self.logged_calls(context.site);
        let users = self.users(&logged);
        let within = self.requests.calls(&self.sessions, context);
        let candidates = self.candidates(&logged, &within, limits.least);
        let mut cases: Vec<Case<'_>> =
            candidates.filter_map(|candidate| candidate.case(&limits, &users, context.site)).collect();
        servers::weigh(&mut cases, context);
        cases.retain(|case| case.is_scored || case.weighed.as_ref().is_some_and(|it| it.evidence() >= limits.evidence));
        candidate::drop_monitors(&mut cases);
        candidate::keep_highest(&mut cases);
        let findings = findings(&cases, context);
        Conclusion {
            findings,
            n_not_evaluated: self.calls.n_refused
                + self.logged.n_refused
                + self.n_left_out
                + self.requests.n_left_out
                + self.looked_up.n_left_out
                + self.sessions.n_refused(),
            ..Conclusion::default()
        }
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

    /// The calls of logs that count no packets, of hosts inside; where the same connections were counted, those stand for them.
    fn logged_calls(&self, site: &Site) -> Pairs {
        let mut logged: Pairs = BTreeMap::new();
        for ((source, target, port, name), calls) in self.logged.iter() {
            let (place, is_outside) = (Server::Place(*target, *port), site.is_outside(*target));
            let is_elsewhere = is_outside || calls.iter().all(|call| call.is_nameless_http);
            let is_counted = self.calls.get(&(*source, place)).is_some();
            if source == target || is_counted || !is_elsewhere || !site.is_inside(*source) {
                continue;
            }
            logged.entry((*source, place)).or_default().extend(calls);
            if *name != 0 && is_outside {
                logged.entry((*source, Server::Name(*name))).or_default().extend(calls);
            }
        }
        logged
    }

    /// How many hosts are inside, and how many of them use each server.
    fn users(&self, logged: &Pairs) -> Users {
        let mut of_server = BTreeMap::new();
        let servers = self.calls.iter().map(|((_, server), _)| server);
        for server in servers.chain(logged.keys().map(|(_, server)| server)) {
            *of_server.entry(*server).or_insert(0) += 1;
        }
        let is_new = |source: &Addr| self.inside.get(source).is_none();
        let of_logs: BTreeSet<Addr> = logged.keys().map(|(source, _)| *source).filter(is_new).gathered();
        Users { of_server, n_inside: self.inside.n_keys() + of_logs.len() }
    }

    /// The calls of each pair that are enough to be weighed: connections first, then requests within them.
    fn candidates<'a>(
        &'a self,
        logged: &'a Pairs,
        within: &'a Pairs,
        least: usize,
    ) -> impl Iterator<Item = Candidate<'a>> {
        let connections = self.calls.sorted().into_iter().chain(logged);
        let connections = connections.filter(|(_, calls)| calls.len() < STROBE);
        let connections = connections.map(move |(pair, calls)| {
            let calls = without_pieces(calls);
            let with_looked_up = (calls.len() < least).then(|| self.looked_up.with(*pair, &calls)).flatten();
            Candidate { pair: *pair, calls: with_looked_up.map_or(calls, Cow::Owned), is_within: false }
        });
        let requests = within.iter().map(|(pair, calls)| Candidate {
            pair: *pair,
            calls: Cow::Borrowed(calls.as_slice()),
            is_within: true,
        });
        connections.chain(requests).filter(|it| (LEAST_WEIGHED..STROBE).contains(&it.calls.len()))
    }
}

#[cfg(test)]
mod tests;
