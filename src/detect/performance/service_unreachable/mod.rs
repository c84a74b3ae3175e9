//! Connections that clients ask for again and again, and what became of them, to findings of services that nobody reaches.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::finding_builder::{count, evidence, server_filter, who, yes_no};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::local_networks::is_neighbour;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble::{self, LONG_NS};
use crate::model::flow::{DirectionStats, Outcome};
use crate::model::format::quantity::percent;
use crate::model::format::time::{SECOND, seconds, span};
use crate::model::packet::tcp_flag::SYN;
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "service_unreachable",
    name: "Service that is not reached",
    category: Category::Performance,
    technique: None,
    sees: "Clients ask for a connection to one service again and again, at the pace of an ordinary system, and it is refused or nothing comes back.",
    matters: "Whatever needs the service stands still. Where nothing comes back, each attempt hangs for seconds to minutes before the program gives up, and users see it as slowness.",
    otherwise: "A service or machine that was switched off on purpose, a program that still has an old address, a rule of a firewall that is meant so.",
    benign_causes: &[
        "A service or machine that was switched off while a client still has it in its settings",
        "A firewall that is meant to keep these clients out",
    ],
    advice: &[
        "See on the server whether the service runs and listens on this address and port",
        "If it does, look for a firewall on the way that drops the packets; capture on both sides of it",
        "If it is gone for good, take it out of the settings of the clients",
    ],
    part_of: &[],
    source: "RFC 6298, section 2 (a request is repeated after 1 s, then after twice as long each time); RFC 9293, section 3.5.2 (a closed port answers with a reset); RFC 1812, section 5.2.7.1 (routers and firewalls say unreachable, or nothing).",
};

const ATTEMPTS: Descriptor = Descriptor::count("service_unreachable.attempts", "Failed attempts of a client", 3.0)
    .range(2.0, 10_000.0)
    .unit("connections")
    .help("A client must have tried so often in vain, with a connection of its own each time. Set by us: one attempt and a second look happen every day.");
const SHARE: Descriptor = Descriptor::percent("service_unreachable.share", "Failed attempts of all", 20.0)
    .range(1.0, 100.0)
    .help("Share of the attempts to reach the service that fail. Set by us: a service that is restarted or full refuses a few.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<ServiceUnreachable>(CARD, &[ATTEMPTS, SHARE], Interest::ANY_FLOW)
    .blaming("a service that is off, or a firewall before it");

/// Most services that fail kept.
const MOST_SERVICES: usize = 1 << 14;
/// Most services that work: a capture has many more of them, and one that is left out looks dead.
const MOST_WORKING: usize = 1 << 18;
/// Most hosts that are known to work.
const MOST_HOSTS: usize = 1 << 17;
/// Most clients kept of a service.
const MOST_CLIENTS: usize = 64;
/// Most attempts of a client whose times are kept.
const MOST_TIMES: usize = 256;
/// Who fails at more services looks for services, or is cut off itself.
const MOST_FAILING: u32 = 5;
/// From the first to the last attempt of a client that comes back.
const LEAST_LENGTH_NS: i64 = 5 * SECOND;
/// Between a request and its repetition a system waits 1 s (RFC 6298, section 2.1), here less what clocks are off; µs.
const LEAST_PAUSE_MICROS: f64 = 900_000.0;
/// A client comes back at a pace of people and programs, at most so often a second.
const MOST_PACE: f64 = 10.0;
/// Who is refused on so many ports of one host tries what it may offer.
const SEVERAL_PORTS: usize = 3;
/// One client that tries so many times as often as it takes to be told, and never gets there, needs the service.
const NEEDED: f64 = 2.0;
/// What one client has weighs less than this share of what many have.
const EXTENT_OF_ONE: f64 = 0.3;

#[derive(Default)]
struct ServiceUnreachable {
    failing: Tally<(Addr, u16), Service, MOST_SERVICES>,
    /// Connections that came about, by service.
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
    /// Also beyond its own network.
    reaches_far: bool,
}

#[derive(Default)]
struct Service {
    clients: BTreeMap<Addr, Attempts>,
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

/// A service that clients do not reach.
struct Case<'a> {
    service: (Addr, u16),
    clients: Vec<(Addr, &'a Attempts)>,
    sum: Attempts,
    n_reached: u64,
    is_host_alive: bool,
    are_clients_online: bool,
    /// Ports of the host that refuse.
    n_ports: usize,
    /// Services that the client with the fewest such fails to reach.
    n_failing_of_one: u32,
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
        let mut n_failing: Map<Addr, u32> = Map::default();
        let mut n_refusing: Map<Addr, usize> = Map::default();
        for ((host, _), service) in self.failing.iter() {
            for client in service.clients.keys() {
                *n_failing.entry(*client).or_default() += 1;
            }
            if service.refuses() {
                *n_refusing.entry(*host).or_default() += 1;
            }
        }
        let is_out = self.online.iter().any(|(host, online)| online.reaches_far && context.site.is_inside(*host));
        let is_honest = |client: &Addr, attempts: &Attempts| {
            attempts.comes_back(least) && n_failing.get(client).is_none_or(|n| *n <= MOST_FAILING)
        };
        let services = self.failing.sorted().into_iter();
        let cases = services.filter_map(|(service, figures)| {
            let n_ports = n_refusing.get(&service.0).copied().unwrap_or(0);
            let honest = figures.honest(is_honest)?;
            let n_failing_of_one =
                honest.iter().filter_map(|(client, _)| n_failing.get(client)).min().copied().unwrap_or(0);
            Some(Case { n_ports, n_failing_of_one, ..self.case(*service, honest, is_out) })
        });
        let cases = cases.filter(|case| {
            let n = case.sum.n_failed();
            n as f64 >= share * (n + case.n_reached) as f64 && !self.is_flood(case)
        });
        // One that is not among those that work may only have found no room there.
        let is_known = |case: &Case<'_>| case.n_reached > 0 || self.working.n_refused == 0;
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
    /// All together ask faster than people and programs come back, and most of them do nothing else in this capture.
    fn is_flood(&self, case: &Case<'_>) -> bool {
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

    fn case<'a>(&self, service: (Addr, u16), clients: Vec<(Addr, &'a Attempts)>, is_out: bool) -> Case<'a> {
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
        Case {
            service,
            n_reached: self.working.get(&service).copied().unwrap_or(0),
            is_host_alive: self.online.get(&service.0).is_some_and(|host| host.answers),
            // A refusal came back too. Who reaches its neighbours only may have no way to a far service.
            are_clients_online: sum.n_refused > 0
                || clients.iter().any(|(client, _)| {
                    // The way out works if anybody else here gets there.
                    let is_near = is_out || is_neighbour(*client, service.0);
                    self.online.get(client).is_some_and(|host| is_near || host.reaches_far)
                }),
            n_ports: 0,
            n_failing_of_one: 0,
            clients,
            sum,
        }
    }
}

impl Case<'_> {
    fn has(&self, client: Addr) -> bool {
        self.clients.iter().any(|(one, _)| *one == client)
    }

    fn is_silent(&self) -> bool {
        self.sum.n_silent >= self.sum.n_refused + self.sum.n_rejected
    }

    fn finding(&self, least: f64, flows: Gathered) -> Finding {
        let ((server, port), n) = (self.service, self.sum.n_failed());
        let clients: Vec<Addr> = self.clients.iter().map(|(client, _)| *client).collect();
        let length_ns = self.sum.last_ns - self.sum.first_ns;
        let is_dead = self.n_reached == 0;
        // Who is turned away at several doors of a host looks for a way that the host does not have.
        let is_search = !self.is_silent() && is_dead && self.n_ports >= SEVERAL_PORTS;
        // A client that does without some other service too may find this one dispensable.
        let is_needed = is_dead && length_ns >= LONG_NS && self.n_failing_of_one <= 1;
        let impact = if !self.are_clients_online || is_search {
            Impact::NUISANCE
        } else if self.is_silent() && is_dead && length_ns >= LONG_NS {
            Impact::OUTAGE
        } else if clients.len() == 1 && is_needed && n as f64 >= NEEDED * least {
            Impact::SLOWDOWN
        } else {
            trouble::impact(clients.len(), length_ns)
        };
        let most = if clients.len() >= 2 || is_needed && !self.is_silent() { 1.0 } else { EXTENT_OF_ONE };
        let confidence = if self.are_clients_online { Confidence::VERY_LIKELY } else { Confidence::EVEN };
        let (from, n_all) = (who(&clients), n + self.n_reached);
        let title = match (self.is_silent(), is_dead) {
            (true, true) => format!("Nothing comes back from {server}, port {port}: {n} attempts of {from} time out"),
            (false, true) => format!("{server} refuses connections on port {port}: {n} attempts of {from}"),
            (_, false) => format!(
                "{server} is reached on port {port} only now and then: {} of {n_all} attempts fail",
                percent(n as f64, n_all as f64)
            ),
        };
        Finding::builder(&CARD)
            .title(title)
            .weighed(impact, confidence, extent(n as f64, least).min(most))
            .score(past(n as f64, least))
            .sources([server])
            .targets(clients)
            .ports([port])
            .protocol("TCP")
            .evidence([
                evidence("Attempts without any answer", self.sum.n_silent as f64, "connections", "0"),
                evidence("Attempts that were refused (reset)", self.sum.n_refused as f64, "connections", "0"),
                evidence(
                    "Attempts that were answered by ICMP unreachable",
                    self.sum.n_rejected as f64,
                    "connections",
                    "0",
                ),
                evidence("Connections that came about", self.n_reached as f64, "connections", "all"),
                evidence("Clients that try again and again", self.clients.len() as f64, "clients", ""),
                yes_no("The host answers otherwise", self.is_host_alive, ""),
                yes_no("The clients reach others as far away", self.are_clients_online, "1"),
            ])
            .explanation(self.explanation())
            .series(Series::moments("Failed attempts", "connections", &self.sum.times))
            .flows(flows)
            .filter(server_filter(server, port))
            .build()
    }

    fn explanation(&self) -> String {
        let ((server, port), sum) = (self.service, &self.sum);
        let n = sum.n_failed() as usize;
        let mut text = format!(
            "{} asked {server} for a connection to port {port} {} in vain within {}, each time anew and at the pace of an \
             ordinary system, so it is no scan.",
            count(self.clients.len(), "client"),
            count(n, "time"),
            span(sum.last_ns - sum.first_ns)
        );
        text += if self.is_silent() {
            " Nothing came back, not even a refusal: a firewall drops the packets in silence, or the machine is off."
        } else if sum.n_rejected > sum.n_refused {
            " A router or firewall answered that it cannot be reached."
        } else {
            " The machine answered with a reset: it is there, but nothing listens on this port, or a firewall refuses."
        };
        if self.n_reached > 0 {
            text += &format!(
                " {} came about: the service works in part, so it is overloaded, restarts again and again, or is one of \
                 several behind one address; or only some clients are let through.",
                count(self.n_reached as usize, "connection")
            );
        } else if self.is_silent() && self.is_host_alive {
            text += " The host answers others or on other ports, so it is not off: this port is blocked.";
        }
        if self.n_ports >= SEVERAL_PORTS && self.n_reached == 0 {
            text +=
                " The host refuses on other ports too: the clients may try one way after another that it never had.";
        }
        if !self.are_clients_online {
            text += " Nothing shows that these clients reach anybody as far away: they may be cut off themselves.";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::connection_attempts::Contacts;
    use crate::detect::support::testing::{Made, end, finish_with, inside, outside};
    use crate::flow::names::Names;
    use crate::model::Severity;
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    /// A request that is repeated twice, after a second and after two more, without an answer.
    fn silent(client: u8, port: u16, start: f64) -> Flow {
        let made = Made {
            packets: [3, 0],
            bytes: [0, 0],
            flags: [SYN, 0],
            seconds: 3.0,
            state: TcpState::Requested,
            ..Made::tcp(inside(client), outside(9), port, start)
        };
        let mut flow = made.flow();
        for side in &mut flow.directions {
            [1e6, 2e6].iter().for_each(|gap| side.gap.add(*gap));
        }
        flow
    }

    fn found(flows: &[Flow]) -> Vec<Finding> {
        finish_with(&ENTRY, flows, &[], &Settings::default()).findings
    }

    fn online(client: u8) -> Flow {
        Made::tcp(inside(client), outside(80), 443, 1.0).flow()
    }

    #[test]
    fn attempts_that_time_out_again_and_again_are_told() {
        let dead: Vec<Flow> =
            (0..8).map(|i| silent(1, 587, f64::from(i) * 10.0)).chain([online(1), online(2)]).collect();
        let told = found(&dead);
        assert_eq!((told.len(), told[0].severity), (1, Severity::Medium));
        assert!(found(&dead[..2]).is_empty(), "twice");
        assert!(found(&dead[..8])[0].severity < Severity::Medium, "the client may be cut off");
    }

    #[test]
    fn a_service_that_may_have_found_no_room_among_those_that_work_is_not_called_dead() {
        let concluded = |n_working: u32| {
            let mut detector = ServiceUnreachable::default();
            for host in 0..n_working {
                detector.working.of((Addr::v4(host.to_be_bytes()), 443));
            }
            for i in 0..8 {
                detector.fail((outside(9), 587), inside(1), Fate::Silent, i * 10 * SECOND);
            }
            end(&mut detector, &Names::default(), &Contacts::default(), [0].into_iter(), &Settings::default())
        };
        let (room, full) = (concluded(1000), concluded(MOST_WORKING as u32 + 1));
        assert_eq!((room.findings.len(), room.n_not_evaluated), (1, 0));
        assert_eq!((full.findings.len(), full.n_not_evaluated), (0, 1));
    }

    #[test]
    fn a_scan_and_a_flood_are_none() {
        let scan: Vec<Flow> = (0..60).map(|i| silent(1, 1000 + i / 5, f64::from(i) * 3.0)).chain([online(1)]).collect();
        assert!(found(&scan).is_empty());
        let flood: Vec<Flow> = (0..200).map(|i| silent(i, 80, f64::from(i) * 0.1)).collect();
        assert!(found(&flood).is_empty());
        // Each of many comes back now and then, and none does anything else.
        let refused = |i: u8| Made::refused(outside(i % 40), inside(9), 80, f64::from(i) * 0.05).flow();
        let mut flood: Vec<Flow> = (0..240).map(refused).collect();
        assert!(found(&flood).is_empty());
        flood.extend((0..40).map(|i| Made::tcp(outside(i), inside(8), 443, 1.0).flow()));
        assert_eq!(found(&flood).len(), 1, "clients that are there");
    }

    #[test]
    fn refusals_are_told_and_those_of_a_service_that_mostly_works_are_not() {
        let refused = (0..6).map(|i| Made::refused(inside(1 + i % 2), outside(9), 5432, f64::from(i) * 20.0).flow());
        let mut flows: Vec<Flow> = refused.chain([online(1)]).collect();
        assert!(found(&flows)[0].title.contains("refuses connections"));
        flows.extend((0..6).map(|i| Made::tcp(inside(1), outside(9), 5432, f64::from(i) * 9.0).flow()));
        assert!(found(&flows)[0].title.contains("50 % of 12 attempts fail"));
        flows.extend((0..60).map(|i| Made::tcp(inside(1), outside(9), 5432, f64::from(i) * 9.0).flow()));
        assert!(found(&flows).is_empty());
    }
}
