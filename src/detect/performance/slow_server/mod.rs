//! Turns services that take long to answer while the network is quick into findings.

mod late;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, host_filter, server_filter};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::service_answers::{Answers, Failure, Service as Answering};
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::order::upper_quantile;
use crate::maths::sorting::Gather;
use crate::model::app::protocol::AppProto;
use crate::model::flow::health::{Delays, RoundTrip, SenderHealth, TcpHealth};
use crate::model::format::time;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use late::Late;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "slow_server",
    name: "Slow server",
    category: Category::Performance,
    technique: None,
    sees: "A service whose answers take long after the request has arrived, while packets to it and back are quick. Each request of a connection counts, of datagrams (SIP, RADIUS, Kerberos, LDAP, SNMP, NTP) too.",
    matters: "Users wait for the server, not for the network: more bandwidth does not help. The time is spent in the program, its database or its disk.",
    otherwise: "Requests that need much work (reports, searches), or a service that answers only when there is news (long polling).",
    benign_causes: &[
        "Requests that take long by nature: reports, searches, file conversions",
        "Long polling: the server answers only when something happens",
    ],
    advice: &[
        "Check the load of the server and of what it depends on: database, disk, other services",
        "Compare slow requests with quick ones in the log of the service",
    ],
    // Servers keep those waiting on purpose whose password was wrong.
    part_of: &["ftp_brute_force", "ssh_brute_force", "login_brute_force"],
    source: "Response times that people notice: Nielsen, Usability Engineering, 1993 (0.1 s, 1 s, 10 s). Answers after more than 8 s count if clients ask again at varying times: who waits for news asks again at once (RFC 6202, section 2.1). The share of the network is the round trip from the capture point to the server and back (TCP acknowledgments; of datagrams the quickest answer).",
}
.explained_where_shown();

const RESPONSE: Descriptor = Descriptor::seconds("slow_server.response", "Slow response", 0.25)
    .range(0.05, 10.0)
    .help("From the last packet of the request to the first of the answer, as seen where the capture was taken. Nielsen puts the limit of what feels immediate at 0.1 s.");
const SHARE: Descriptor = Descriptor::percent("slow_server.share", "Share of slow responses", 20.0)
    .range(1.0, 100.0)
    .help("Slow responses as a share of all responses of the service.");
const LEAST: Descriptor = Descriptor::count("slow_server.responses", "Slow responses", 5.0)
    .range(2.0, 100_000.0)
    .unit("responses")
    .help("Fewer slow responses are not reported, whatever their share.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<SlowServer>(CARD, &[RESPONSE, SHARE, LEAST], Interest::TCP_FLOWS)
    .blaming("the server, not the network");

/// Most services kept.
const MOST_SERVICES: usize = 1 << 14;
/// Most answers that came very late kept of all services together.
const MOST_LATE: usize = 1 << 16;
/// Who speaks only after so long may not have been asked: the server waited for news (push, long polling).
const MOST_MICROS: u32 = TcpHealth::LATE_MICROS - 1;
/// At most this many of these for each slow response: news come at any time, answers after the work they need.
const MOST_NEWS: f64 = 0.2;
/// Where one logs in: servers keep those waiting on purpose whose password was wrong (FTP, SSH, Telnet, SMTP, POP3, IMAP and
/// theirs over TLS).
const KEEP_WAITING: [u16; 10] = [21, 22, 23, 25, 110, 143, 465, 587, 993, 995];
/// If one client waits this many times the least number of responses, it is not one large piece of work; nor if it waits in one
/// connection after another, with pauses as of who works with the answers.
const OFTEN: f64 = 2.0;
/// Of a server beyond it is not known what it waits for; if so many times the least number of responses, and nearly all, are
/// slow, in a protocol that is read and answers each request, it is the server. [`OFTEN`] is enough where clients do not ask again
/// as those do who wait for news.
const VERY_OFTEN: f64 = 4.0;
const NEARLY_ALL: f64 = 0.9;
/// How much it weighs then, beside how slow they are, that there are many.
const FOR_MANY: f64 = 0.3;
/// The network has no part in it while a round trip takes at most this share of the response.
const NETWORK_SHARE: f64 = 0.25;

#[derive(Default)]
struct SlowServer {
    services: Tally<(Addr, u16), Service, MOST_SERVICES>,
    n_late: usize,
}

/// What the connections to a service show.
#[derive(Default)]
struct Service {
    responses: Delays,
    /// Those of connections over a quick network.
    own: Delays,
    round_trips: Delays,
    late: Vec<Late>,
    protocol: Option<AppProto>,
}

/// How quickly a service answers.
struct Case {
    server: Addr,
    port: u16,
    protocol: Option<AppProto>,
    is_datagrams: bool,
    responses: Delays,
    /// Those that the network does not explain: it was quick at the same time.
    own: Delays,
    /// Answers that came very late and are answers all the same.
    n_late: u32,
    /// What they took in the median, s.
    late_seconds: f64,
    /// A usual round trip to the server, s; none where it never acknowledged anything. Of datagrams the quickest answer, which
    /// takes as long at least.
    round_trip: Option<f64>,
}

impl Case {
    fn of_connections((server, port): (Addr, u16), service: &Service) -> Case {
        let n_late = if late::are_answers(&service.late) { service.late.len() } else { 0 };
        let took = service.late.iter().map(|late| time::seconds(late.answered_ns - late.asked_ns)).collect::<Vec<_>>();
        Case {
            server,
            port,
            protocol: service.protocol,
            is_datagrams: false,
            responses: service.responses,
            own: service.own,
            n_late: n_late as u32,
            late_seconds: if n_late > 0 { upper_quantile(took, 0.5, f64::total_cmp) } else { 0.0 },
            round_trip: service.round_trips.quantile(0.5).map(seconds),
        }
    }

    fn of_datagrams((server, port, protocol): Answering, answers: &Answers) -> Case {
        Case {
            server,
            port,
            protocol: Some(protocol),
            is_datagrams: true,
            responses: answers.times,
            own: answers.times,
            n_late: 0,
            late_seconds: 0.0,
            round_trip: answers.times.least().map(seconds),
        }
    }

    /// Responses that came so late that nobody may have asked for them.
    fn n_news(&self) -> u32 {
        self.own.n_above(MOST_MICROS).saturating_sub(self.n_late)
    }

    /// Responses that took longer than this, and were asked for.
    fn n_slow(&self, micros: u32) -> u32 {
        self.own.n_above(micros).saturating_sub(self.n_news())
    }

    /// What a slow response takes, s: the median of the slow ones.
    fn slow_seconds(&self, micros: u32) -> f64 {
        if 2 * self.n_late > self.n_slow(micros) {
            // The bins are wide there.
            return self.late_seconds;
        }
        let n = f64::from(self.own.n().max(1));
        let news = f64::from(self.n_news()) / n;
        let slow = f64::from(self.n_slow(micros)) / n;
        self.own.quantile(1.0 - news - slow / 2.0).map_or(0.0, seconds)
    }

    fn is_slow(&self, (micros, share, least): (u32, f64, f64)) -> bool {
        let n_slow = f64::from(self.n_slow(micros));
        let is_quick = |trip: f64| trip <= NETWORK_SHARE * self.slow_seconds(micros);
        n_slow >= least
            && f64::from(self.n_news()) <= MOST_NEWS * n_slow
            && 100.0 * n_slow >= share * f64::from(self.responses.n())
            && self.round_trip.is_some_and(is_quick)
    }

    fn has_slow(&self, flow: &Flow, micros: u32) -> bool {
        if self.is_datagrams {
            return flow.is_udp() && flow.app == self.protocol;
        }
        let is_slow = |delays: &Delays| self.n_late > 0 || delays.n_above(micros) > delays.n_above(MOST_MICROS);
        flow.health().is_some_and(|health| health.responses.n_above(micros) > 0 && is_slow(&health.responses))
    }
}

/// True if the round trips to the server of a connection are short beside the longest that the server took: else the path is
/// slow at that time. The shortest counts, because acknowledgments may be delayed.
fn is_quick(flow: &Flow, health: &TcpHealth, client: &SenderHealth) -> bool {
    let is_to_server = |trip: &&RoundTrip| trip.is_to_high == flow.is_low_originator;
    let course = health.course.iter().filter(is_to_server).map(|trip| trip.micros);
    let shortest = course.chain(client.round_trips.least()).min();
    let longest = health.responses.most().map_or(0.0, f64::from);
    shortest.is_none_or(|micros| f64::from(micros) <= NETWORK_SHARE * longest)
}

/// Connections as if each were one request and its answer.
fn connections(context: &Context<'_>, flows: &Gathered) -> Vec<Late> {
    let kept = flows.serials.iter().filter_map(|serial| context.flows.get(*serial));
    let late = |flow: &Flow| Late { client: flow.originator().0, asked_ns: flow.first_ns, answered_ns: flow.last_ns };
    kept.map(late).collect()
}

fn seconds(micros: u32) -> f64 {
    f64::from(micros) / 1e6
}

impl Detector for SlowServer {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let (Some(health), Some([client, _])) = (flow.health(), flow.sender_health()) else { return };
        if !flow.saw_syn || health.responses.n() == 0 {
            return;
        }
        if let Some(service) = self.services.of(flow.responder()) {
            service.responses.merge(&health.responses);
            if is_quick(flow, health, client) {
                service.own.merge(&health.responses);
            }
            service.round_trips.merge(&client.round_trips);
            service.protocol = service.protocol.or(flow.app);
            let n_before = service.late.len();
            service.late.extend(late::of(flow, health).take(MOST_LATE.saturating_sub(self.n_late)));
            self.n_late += service.late.len() - n_before;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let settings = context.settings;
        let (response, share, least) = (settings.get(&RESPONSE), settings.get(&SHARE), settings.get(&LEAST));
        let micros = (response * 1e6) as u32;
        let connections = self.services.sorted().into_iter();
        let datagrams = context.answers.sorted_where(|answers| answers.times.n() > 0).into_iter();
        let cases = connections
            .map(|(end, service)| Case::of_connections(*end, service))
            .chain(datagrams.map(|(service, answers)| Case::of_datagrams(*service, answers)))
            .filter(|case| case.is_slow((micros, share, least)));
        Report::of(cases)
            .not_evaluated(self.services.n_refused)
            .largest_first(|case| case.n_slow(micros))
            .each_with_flows(
                context,
                |case| Between::server(case.server, case.port),
                |case, flow| case.has_slow(flow, micros),
                |case, flows| case.finding(context, (response, micros, least), flows),
            )
    }
}

impl Case {
    fn finding(&self, context: &Context<'_>, (response, micros, least): (f64, u32, f64), flows: Gathered) -> Finding {
        let (server, port, responses) = (self.server, self.port, &self.responses);
        let (n_slow, n) = (self.n_slow(micros), responses.n());
        let (typical, trip) = (self.slow_seconds(micros), self.round_trip.unwrap_or(0.0));
        let client = |serial: &u32| context.flows.get(*serial).map(|flow| flow.originator().0);
        let clients: BTreeSet<Addr> = flows.serials.iter().filter_map(client).gathered();
        let n_clients = clients.len();
        // Whether an external server answers or sends news is not known.
        // A single client may wait for much work, or for news.
        let is_own = context.site.is_inside(server);
        let is_sure = is_own && n_clients >= 2;
        let impact = if is_sure { Impact::OUTAGE } else { Impact::SLOWDOWN };
        let is_read = self.protocol == Some(AppProto::Http);
        // A server that answers that it is overloaded or not ready (RFC 9110, section 15.6.4) names the cause itself.
        let answers = self.protocol.and_then(|protocol| context.answers.of(server, port, protocol));
        let failures = answers.map(Answers::kinds).unwrap_or_default();
        let says_so = failures.iter().any(|(kind, n)| *kind == Failure::Overload && *n as f64 >= least);
        let is_work = || says_so || late::are_answers(&connections(context, &flows));
        let is_many = |times: f64| f64::from(n_slow) >= times * least;
        let is_every = is_read && f64::from(n_slow) >= NEARLY_ALL * f64::from(n);
        let is_shown = match is_own {
            _ if KEEP_WAITING.contains(&port) => false,
            true => is_many(OFTEN) || is_work(),
            false => is_every && (is_many(VERY_OFTEN) || is_many(OFTEN) && is_work()),
        };
        let confidence = match is_shown {
            _ if is_sure => Confidence::VERY_LIKELY,
            true if says_so => Confidence::VERY_LIKELY,
            true => Confidence::LIKELY,
            false => Confidence::EVEN,
        };
        let for_many = if is_own { 0.0 } else { FOR_MANY * extent(f64::from(n_slow), least) };
        let weight = extent(typical, response) + for_many;
        let protocol = self.protocol.map_or("", AppProto::name);
        let quantile = |share| responses.quantile(share).map_or(0.0, seconds);
        let at_most = if self.is_datagrams { "at most " } else { "" };
        let (transport, filter) = if self.is_datagrams {
            ("UDP", format!("{} && udp.port == {port}", host_filter("addr", server)))
        } else {
            ("TCP", server_filter(server, port))
        };
        Finding::builder(&CARD)
            .title(format!(
                "{server}, port {port}, takes {typical:.2} s to answer; the network takes {at_most}{:.0} ms",
                trip * 1e3
            ))
            .weighed(impact, confidence, weight)
            .score(past(typical, response))
            .sources([server])
            .targets(clients)
            .ports([port])
            .protocol(transport)
            .evidence([
                evidence("Slow responses", f64::from(n_slow), "responses", ""),
                evidence("Of all responses", 100.0 * f64::from(n_slow) / f64::from(n.max(1)), "%", ""),
                evidence("Median of the slow ones", typical, "s", format!("below {response}")),
                evidence("Median of all responses", quantile(0.5), "s", ""),
                evidence("95 % of all responses take less than", quantile(0.95), "s", ""),
                evidence("Round trip to the server", trip * 1e3, "ms", if self.is_datagrams { "at most" } else { "" }),
            ])
            .evidence(failures.into_iter().map(|(kind, n)| evidence(kind.label(), n as f64, "answers", "0")))
            .explanation(format!(
                "{n_slow} of {} of {server}, port {port}{}, took more than {response} s, in the median {typical:.2} s, for {}. A packet to the server and its acknowledgment take {at_most}{:.1} ms: the time is spent on the server, not in the network.",
                count(n as usize, "response"),
                if protocol.is_empty() { String::new() } else { format!(" ({protocol})") },
                count(n_clients, "client"),
                trip * 1e3,
            ))
            .flows(flows)
            .filter(filter)
            .build()
    }
}

#[cfg(test)]
mod tests;
