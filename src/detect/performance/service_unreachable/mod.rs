//! Turns repeated failed connection attempts into findings of services that clients cannot reach.

mod outage;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::local_networks::{is_neighbour, neighbourhood};
use crate::detect::support::report::Report;
use crate::model::flow::{DirectionStats, Outcome};
use crate::model::format::time::{SECOND, seconds};
use crate::model::packet::tcp_flag::SYN;
use crate::model::{Addr, Category, Flow, Site};
use crate::settings::Descriptor;
use outage::Outage;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "service_unreachable",
    name: "Service that is not reached",
    category: Category::Performance,
    technique: None,
    sees: "Clients try to connect to one service again and again, at the pace of an ordinary system, and every attempt is refused or unanswered.",
    matters: "Everything that needs the service stops. Without any answer each attempt hangs for seconds to minutes before the program gives up, and to users this looks like slowness.",
    otherwise: "A service or machine that was switched off on purpose, a program that still has an old address, or an intended firewall rule.",
    benign_causes: &[
        "A service or machine that was switched off while a client still has it in its settings",
        "A firewall that is meant to block these clients",
    ],
    advice: &[
        "Check on the server whether the service runs and listens on this address and port",
        "If it does, look for a firewall on the path that drops the packets; capture on both of its sides",
        "If the service no longer exists, remove it from the settings of the clients",
    ],
    part_of: &[],
    source: "RFC 6298, section 2 (a request is repeated after 1 s, then after twice as long each time); RFC 9293, section 3.5.2 (a closed port answers with a reset); RFC 1812, section 5.2.7.1 (routers and firewalls report unreachable, or nothing).",
}
.explained_where_shown();

const ATTEMPTS: Descriptor = Descriptor::count("service_unreachable.attempts", "Failed attempts of a client", 3.0)
    .range(2.0, 10_000.0)
    .unit("connections")
    .help("This many failed attempts of one client, each with its own connection. Set by us: one attempt and a retry happen every day.");
const SHARE: Descriptor = Descriptor::percent("service_unreachable.share", "Failed attempts of all", 20.0)
    .range(1.0, 100.0)
    .help("Failed attempts as a share of all attempts to reach the service. Set by us: a service that restarts or is overloaded refuses a few.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ServiceUnreachable>(CARD, &[ATTEMPTS, SHARE], Interest::ANY_FLOW)
    .blaming("a service that is off, or a firewall before it");

/// Most failing services kept.
const MOST_SERVICES: usize = 1 << 14;
/// Most services that work: a capture has many more of them, and one that is left out looks dead.
const MOST_WORKING: usize = 1 << 18;
/// Most hosts that are known to work.
const MOST_HOSTS: usize = 1 << 17;
/// Most clients kept of a service.
const MOST_CLIENTS: usize = 64;
/// Most attempts of a client whose times are kept.
const MOST_TIMES: usize = 256;
/// A client that fails to reach more services than this is scanning, or is offline itself.
const MOST_FAILING: u32 = 5;
/// From the first to the last attempt of a client that comes back.
const LEAST_LENGTH_NS: i64 = 5 * SECOND;
/// Between a request and its repetition a system waits 1 s (RFC 6298, section 2.1), here less what clocks are off; µs.
const LEAST_PAUSE_MICROS: f64 = 900_000.0;
/// An ordinary client makes at most this many attempts a second.
const MOST_PACE: f64 = 10.0;
#[derive(Default)]
struct ServiceUnreachable {
    failing: Tally<(Addr, u16), Service, MOST_SERVICES>,
    /// Established connections, by service.
    working: Tally<(Addr, u16), u64, MOST_WORKING>,
    /// Hosts whose packets go both ways.
    online: Tally<Addr, Host, MOST_HOSTS>,
    /// TCP connections of tables, and of captures.
    n_recorded: u64,
    n_captured: u64,
}

/// A host whose packets go both ways.
#[derive(Default)]
struct Host {
    answers: bool,
    /// True if it also has connections beyond its own network.
    reaches_far: bool,
}

#[derive(Default)]
struct Service {
    clients: BTreeMap<Addr, Attempts>,
}

/// What all services together show.
struct Around {
    /// Services that a client fails to reach.
    n_failing: Map<Addr, u32>,
    /// Ports of a host that refuse.
    n_refusing: Map<Addr, usize>,
    /// True if an internal host reaches the outside.
    is_out: bool,
    /// Networks of which somebody reaches beyond.
    reaching: BTreeSet<(bool, u128)>,
}

/// What became of the connections that a client asked a service for.
#[derive(Clone, Default)]
struct Attempts {
    n_silent: u64,
    n_refused: u64,
    n_rejected: u64,
    /// Silent, and not repeated as a system does.
    n_hasty: u64,
    first_ns: i64,
    last_ns: i64,
    times: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Reached,
    /// Nothing came back, and the request was repeated at a system's pace.
    Silent,
    Hasty,
    /// A reset.
    Refused,
    /// An ICMP message said that it cannot be reached.
    Rejected,
}

/// What became of a request for a connection; none where that is not known.
fn fate(flow: &Flow) -> Option<Fate> {
    if !flow.is_tcp() || !flow.saw_syn || flow.recorded.is_some() || flow.is_to_group() {
        return None;
    }
    let is_repeated = |side: &DirectionStats| side.flag(SYN) >= 2 && side.gap.min_or_zero() >= LEAST_PAUSE_MICROS;
    Some(match flow.outcome() {
        Outcome::Established => Fate::Reached,
        Outcome::Refused => Fate::Refused,
        Outcome::Unanswered if flow.is_unreachable => Fate::Rejected,
        Outcome::Unanswered if is_repeated(flow.forward()) => Fate::Silent,
        Outcome::Unanswered => Fate::Hasty,
        _ => return None,
    })
}

impl Service {
    fn refuses(&self) -> bool {
        self.clients.values().any(|attempts| attempts.n_refused > 0)
    }

    /// The clients that are honest; none if there is none, or if they are few among many that try once or twice: then it is a
    /// flood or a scan.
    fn honest(&self, is_honest: impl Fn(&Addr, &Attempts) -> bool) -> Option<Vec<(Addr, &Attempts)>> {
        let honest = self.clients.iter().filter(|(client, attempts)| is_honest(client, attempts));
        let honest: Vec<(Addr, &Attempts)> = honest.map(|(client, attempts)| (*client, attempts)).collect();
        let is_crowd = self.clients.len() > 2 * honest.len() + 2;
        (!honest.is_empty() && !is_crowd).then_some(honest)
    }
}

impl Attempts {
    fn n_failed(&self) -> u64 {
        self.n_silent + self.n_refused + self.n_rejected
    }

    /// True for a client that tries again as systems and programs do.
    fn comes_back(&self, least: f64) -> bool {
        self.n_failed() as f64 >= least
            && self.n_hasty <= self.n_failed()
            && self.last_ns - self.first_ns >= LEAST_LENGTH_NS
            && self.n_failed() as f64 <= MOST_PACE * seconds(self.last_ns - self.first_ns)
    }
}

impl Detector for ServiceUnreachable {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if flow.is_tcp() {
            let seen = if flow.recorded.is_some() { &mut self.n_recorded } else { &mut self.n_captured };
            *seen += 1;
        }
        let ((client, _), service) = (flow.originator(), flow.responder());
        if flow.outcome() == Outcome::Established && !flow.is_to_group() {
            let is_far = !is_neighbour(client, service.0);
            for host in [client, service.0] {
                if let Some(online) = self.online.of(host) {
                    online.reaches_far |= is_far;
                    online.answers |= host == service.0;
                }
            }
        }
        match fate(flow) {
            None => {}
            Some(Fate::Reached) => {
                if let Some(n) = self.working.of(service) {
                    *n += 1;
                }
            }
            Some(fate) => self.fail(service, client, fate, flow.first_ns),
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (least, share) = (context.settings.get(&ATTEMPTS), context.settings.get(&SHARE) / 100.0);
        let around = self.around(context.site);
        let is_honest = |client: &Addr, attempts: &Attempts| {
            attempts.comes_back(least) && around.n_failing.get(client).is_none_or(|n| *n <= MOST_FAILING)
        };
        let services = self.failing.sorted().into_iter();
        let cases =
            services.filter_map(|(service, figures)| Some(self.case(*service, figures.honest(is_honest)?, &around)));
        let cases = cases.filter(|case| {
            let n = case.sum.n_failed();
            n as f64 >= share * (n + case.n_reached) as f64 && !self.is_flood(case)
        });
        // One that is not among those that work may only have found no room there.
        let is_known = |case: &Outage<'_>| case.n_reached > 0 || self.working.n_refused == 0;
        let (cases, unknown): (Vec<_>, Vec<_>) = cases.partition(is_known);
        let conclusion = Report::of(cases)
            .largest_first(|case| (case.clients.len(), case.sum.n_failed()))
            .not_evaluated(self.failing.n_refused + unknown.len() as u64)
            .each_with_flows(
                context,
                |case| Between::server(case.service.0, case.service.1),
                |case, flow| fate(flow).is_some_and(|fate| fate != Fate::Reached) && case.has(flow.originator().0),
                |case, flows| case.finding(least, flows),
            );
        let is_table = self.n_recorded > 0 && self.n_captured == 0;
        let why = "The table does not say whether requests were repeated as systems repeat them.";
        Conclusion { not_enough_data: is_table.then(|| why.to_owned()), ..conclusion }
    }
}

impl ServiceUnreachable {
    fn around(&self, site: &Site) -> Around {
        let is_out = self.online.iter().any(|(host, online)| online.reaches_far && site.is_inside(*host));
        let far = self.online.iter().filter(|(_, online)| online.reaches_far);
        let reaching = far.map(|(host, _)| neighbourhood(*host)).collect();
        let mut around = Around { n_failing: Map::default(), n_refusing: Map::default(), is_out, reaching };
        for ((host, _), service) in self.failing.iter() {
            for client in service.clients.keys() {
                *around.n_failing.entry(*client).or_default() += 1;
            }
            if service.refuses() {
                *around.n_refusing.entry(*host).or_default() += 1;
            }
        }
        around
    }

    /// All together ask faster than people and programs come back, and most of them do nothing else in this capture.
    fn is_flood(&self, case: &Outage<'_>) -> bool {
        let n_online = case.clients.iter().filter(|(client, _)| self.online.get(client).is_some()).count();
        let length = seconds(case.sum.last_ns - case.sum.first_ns);
        2 * n_online <= case.clients.len() && case.sum.n_failed() as f64 > MOST_PACE * length
    }

    fn fail(&mut self, service: (Addr, u16), client: Addr, fate: Fate, now: i64) {
        let Some(service) = self.failing.of(service) else { return };
        if service.clients.len() >= MOST_CLIENTS && !service.clients.contains_key(&client) {
            return;
        }
        let attempts = service.clients.entry(client).or_default();
        let n_before = attempts.n_failed() + attempts.n_hasty;
        match fate {
            Fate::Silent => attempts.n_silent += 1,
            Fate::Refused => attempts.n_refused += 1,
            Fate::Rejected => attempts.n_rejected += 1,
            Fate::Hasty | Fate::Reached => attempts.n_hasty += 1,
        }
        (attempts.first_ns, attempts.last_ns) =
            if n_before == 0 { (now, now) } else { (attempts.first_ns.min(now), attempts.last_ns.max(now)) };
        if attempts.times.len() < MOST_TIMES {
            attempts.times.push(now);
        }
    }

    fn case<'a>(&self, service: (Addr, u16), clients: Vec<(Addr, &'a Attempts)>, around: &Around) -> Outage<'a> {
        let mut sum = Attempts { first_ns: i64::MAX, last_ns: i64::MIN, ..Attempts::default() };
        for (_, attempts) in &clients {
            sum.n_silent += attempts.n_silent;
            sum.n_refused += attempts.n_refused;
            sum.n_rejected += attempts.n_rejected;
            sum.n_hasty += attempts.n_hasty;
            (sum.first_ns, sum.last_ns) = (sum.first_ns.min(attempts.first_ns), sum.last_ns.max(attempts.last_ns));
            sum.times.extend(&attempts.times);
        }
        sum.times.sort_unstable();
        Outage {
            service,
            n_reached: self.working.get(&service).copied().unwrap_or(0),
            is_host_alive: self.online.get(&service.0).is_some_and(|host| host.answers),
            // A refusal is an answer too. A client that reaches only its neighbours may have no route to a distant
            // service.
            are_clients_online: sum.n_refused > 0
                || clients.iter().any(|(client, _)| {
                    // The way out works if anybody else here gets there.
                    let is_near = around.is_out || is_neighbour(*client, service.0);
                    self.online.get(client).is_some_and(|host| is_near || host.reaches_far)
                }),
            // Their own network is sound as far as that, and the service lies beyond it.
            do_neighbours_get_out: clients.iter().all(|(client, _)| {
                !is_neighbour(*client, service.0) && around.reaching.contains(&neighbourhood(*client))
            }),
            n_ports: around.n_refusing.get(&service.0).copied().unwrap_or(0),
            n_failing_of_one: clients
                .iter()
                .filter_map(|(one, _)| around.n_failing.get(one))
                .min()
                .copied()
                .unwrap_or(0),
            clients,
            sum,
        }
    }
}

#[cfg(test)]
mod tests;
