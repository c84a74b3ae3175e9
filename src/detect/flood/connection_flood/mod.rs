//! Turns completed connections, counted per service, client and second, into findings of connection floods.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Baseline, Flood, FloodLimits, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::{Envelope, Excess};
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, evidence, thousands};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::known_outcomes;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::flow::moments::Moments;
use crate::model::{Addr, Category, Finding, Flow, Protocol, Site};
use crate::settings::Descriptor;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "connection_flood",
    name: "Connection flood",
    category: Category::Flood,
    technique: Some(("T1499.002", "Service Exhaustion Flood")),
    sees: "One client opens very many complete connections per second to one service for several seconds; or one or many open far more to a web service than they or others do at other times, all with requests of the same size.",
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
        "50 requests a second from one client is the default at which Apache's mod_evasive blocks it (DOSSiteCount).",
        "40 connections and 2.5 a second that a web server answers, of one client or of all together, if their requests \
         are of about the same size (a coefficient of variation of at most 0.35) and most are not refused."
    ),
}
.explained_where_shown();

const RATE: Descriptor = Descriptor::count("connection_flood.rate", "Connections for a flood", 50.0)
    .range(5.0, 1_000_000.0)
    .unit("connections/s")
    .help(
        "Average over three seconds, from one client to one port. 50 a second is the default of Apache's mod_evasive. Fewer are a flood if they stand out.",
    );

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<ConnectionFlood>(CARD, &[RATE], Interest::TCP_FLOWS.union(Interest::MESSAGES)).content_with_flows();

/// Seconds over which the rate must hold.
const SPAN: i64 = 3;
/// A client that opens a connection for each object of some pages; health checks of each second; people who come by.
const ORDINARY: Envelope = Envelope { rate: 2.5, burst: 40.0 };
/// Requests of tools are of one size: standard deviation at most this share of the mean.
const MOST_VARIATION: f64 = 0.35;
/// What a server says to wrong passwords is always the same, but for a few bytes.
const MOST_GUESS_VARIATION: f64 = 0.1;
/// Most pairs and services kept.
const MOST_PAIRS: usize = 1 << 16;

#[derive(Default)]
struct ConnectionFlood {
    pairs: Tally<Pair, Opened, MOST_PAIRS>,
    services: Tally<Service, Opened, MOST_PAIRS>,
}

/// Client, server and port.
type Pair = (Addr, Addr, u16);
/// Server and port.
type Service = (Addr, u16);

/// Connections to a service: of one client, or of all.
#[derive(Default)]
struct Opened {
    all: Seconds,
    /// Of these those with a web server that got a request and answered.
    answered: Seconds,
    /// Mean size of what the client sent at once, of each of these, and all that came back.
    sizes: Moments,
    answers: Moments,
    /// Answers by HTTP, and of these those that refuse what was asked for.
    n_statuses: u64,
    n_refusals: u64,
    /// Requests that send a form.
    n_forms: u64,
    /// Rows of a table that do not tell what became of a connection.
    open: Seconds,
}

/// A row of a table that does not tell what became of a connection.
fn is_open(flow: &Flow) -> bool {
    flow.is_tcp() && flow.is_open_row() && flow.responder().1 != 0
}

fn is_used(flow: &Flow) -> bool {
    flow.is_tcp() && flow.outcome() == Outcome::Established && flow.forward().data_packets > 0
}

/// True if a web server answered, in cleartext or TLS.
fn is_answered(flow: &Flow) -> bool {
    let by_port = || Protocol::from_port(true, flow.responder().1);
    let is_web = matches!(flow.app.or_else(by_port), Some(AppProto::Http | AppProto::Http2 | AppProto::Tls));
    is_used(flow) && is_web && flow.backward().data_packets > 0
}

/// True for a status that refuses: the resource does not exist, or not for this client. Scanners and password guessing
/// get these; an overloaded server answers 408, 429 or 503.
fn is_refusal(status: u64) -> bool {
    (400..500).contains(&status) && status != 408 && status != 429
}

impl Opened {
    fn add(&mut self, flow: &Flow) {
        self.all.add(flow.first_ns, 1);
        if is_answered(flow) {
            self.answered.add(flow.first_ns, 1);
            let forward = flow.forward();
            self.answers.add(flow.backward().payload_bytes() as f64);
            self.sizes.add(forward.payload_bytes() as f64 / f64::from(forward.data_packets.max(1)));
        }
    }

    fn all(&self) -> (&Seconds, u64) {
        (&self.all, self.all.total())
    }

    fn open(&self) -> (&Seconds, u64) {
        (&self.open, self.open.total())
    }

    fn answered(&self) -> (&Seconds, u64) {
        (&self.answered, self.answered.total())
    }

    /// True if all requests are similar, not refused and no forms: neither people, nor a scanner, nor password
    /// guessing.
    fn is_of_one_kind(&self) -> bool {
        let is_alike = self.sizes.deviation() <= MOST_VARIATION * self.sizes.mean();
        is_alike && 2 * self.n_refusals <= self.n_statuses && 4 * self.n_forms <= self.n_statuses
    }
}

impl Detector for ConnectionFlood {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Http {
            FieldSet::of(&[FieldId::HttpStatus, FieldId::HttpMethod])
        } else {
            FieldSet::NONE
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (status, Some(flow)) = (fields.number(FieldId::HttpStatus), event.flow) else { return };
        let is_form = fields.text(FieldId::HttpMethod).is_some_and(|method| method.eq_ignore_ascii_case("POST"));
        if status.is_none() && !is_form {
            return;
        }
        let ((client, _), service) = (flow.originator(), flow.responder());
        let opened = [self.pairs.of((client, service.0, service.1)), self.services.of(service)];
        for opened in opened.into_iter().flatten() {
            opened.n_statuses += u64::from(status.is_some());
            opened.n_refusals += u64::from(status.is_some_and(is_refusal));
            opened.n_forms += u64::from(is_form);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let ((client, _), service) = (flow.originator(), flow.responder());
        if is_open(flow)
            && let Some(opened) = self.services.of(service)
        {
            opened.open.add(flow.first_ns, 1);
        }
        if !is_used(flow) {
            return;
        }
        let opened = [self.pairs.of((client, service.0, service.1)), self.services.of(service)];
        opened.into_iter().flatten().for_each(|opened| opened.add(flow));
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let threshold = context.settings.get(&RATE);
        let (of_pairs, of_services) = self.cases(context, threshold);
        let n_refused = self.pairs.n_refused + self.services.n_refused;
        let by_one = Report::of(of_pairs).not_evaluated(n_refused).each_with_flows(
            context,
            |case| Between::service(case.target.0, case.target.1, case.target.2),
            |case, flow| case.is_meant(flow),
            |case, flows| {
                let (client, server, port) = case.target;
                let finding = case
                    .finding(&[client], (server, port), threshold, context)
                    .flows(flows)
                    .filter_in_time(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
                    .build();
                known_outcomes::note(context.contacts, finding, client)
            },
        );
        let server = |case: &Case<'_, Service>| Between::server(case.target.0, case.target.1);
        let of_service = |case: &Case<'_, Service>, clients: &[Addr], flows: Gathered, threshold: f64| {
            let (host, port) = case.target;
            let filter = format!("{} && tcp.port == {port}", finding_builder::host_filter("addr", host));
            case.finding(clients, case.target, threshold, context).flows(flows).filter_in_time(filter).build()
        };
        let by_many =
            Report::of(of_services).each_with_senders(context, server, is_answered, |case, clients, flows| {
                of_service(case, clients, flows, threshold)
            });
        let of_rows = OPEN_TIMES * threshold;
        let by_rows = Report::of(self.open_cases(context, of_rows)).each_with_senders(
            context,
            server,
            is_open,
            |case, clients, flows| of_service(case, clients, flows, of_rows),
        );
        known_outcomes::with_reason(context.contacts, by_one.and(by_many).and(by_rows))
    }
}

/// So many times the threshold it must be where it is unknown what became of connections.
const OPEN_TIMES: f64 = 2.0;

/// What a case is based on.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    /// The connections that a web server answered.
    Answered,
    /// All that were used.
    Used,
    /// Rows of a table that do not tell what became of them: only a rise far above what is usual tells.
    Open,
}

/// A flood by a client, or by many, on a service.
struct Case<'a, K> {
    target: K,
    opened: &'a Opened,
    basis: Basis,
    rate: f64,
    baseline: Baseline,
    measure: (f64, f64),
}

impl<'a, K: Copy> Case<'a, K> {
    fn of(flood: Flood<'a, K, Opened>, basis: Basis) -> Case<'a, K> {
        let Flood { target, figures, rate, baseline, measure } = flood;
        Case { target: *target, opened: figures, basis, rate, baseline, measure }
    }
}

impl ConnectionFlood {
    /// Of single clients, and of services by many clients together. One flood is one case.
    fn cases(&self, context: &Context<'_>, threshold: f64) -> (Vec<Case<'_, Pair>>, Vec<Case<'_, Service>>) {
        let (site, span_ns) = (context.site, context.span_ns);
        let limits = |envelope| FloodLimits { span: SPAN, threshold, envelope };
        let alike = self.pairs.sorted_where(|opened| opened.is_of_one_kind());
        let slow = floods(alike, Opened::answered, limits(Some(ORDINARY)), span_ns);
        let mut of_pairs: Vec<Case<Pair>> = slow.into_iter().map(|flood| Case::of(flood, Basis::Answered)).collect();
        of_pairs.retain(|case| case.baseline.excess().is_some());
        for flood in floods(self.pairs.sorted(), Opened::all, limits(None), span_ns) {
            if of_pairs.iter().all(|case| case.target != *flood.target) && !flood.baseline.is_ordinary() {
                of_pairs.push(Case::of(flood, Basis::Used));
            }
        }
        let mut n_clients: BTreeMap<Service, usize> = BTreeMap::new();
        of_pairs.iter().for_each(|case| *n_clients.entry((case.target.1, case.target.2)).or_default() += 1);
        // What many clients inside do with a service outside is what people do when work begins.
        let alike = self.services.sorted_where(|opened| opened.is_of_one_kind());
        let alike = alike.into_iter().filter(|((server, _), _)| site.is_inside(*server)).collect();
        let mut of_services: Vec<Case<Service>> = floods(alike, Opened::answered, limits(Some(ORDINARY)), span_ns)
            .into_iter()
            .map(|flood| Case::of(flood, Basis::Answered))
            .collect();
        of_services.retain(|case| {
            let is_rise = case.baseline.excess().is_some_and(Excess::is_rise);
            is_rise && n_clients.get(&case.target) != Some(&1)
        });
        let is_of_many = |(_, server, port): Pair| of_services.iter().any(|case| case.target == (server, port));
        of_pairs.retain(|case| !is_of_many(case.target));
        (of_pairs, of_services)
    }

    /// Services to which far more connections were opened than usual, where nothing tells what became of them.
    fn open_cases(&self, context: &Context<'_>, threshold: f64) -> Vec<Case<'_, Service>> {
        let limits = FloodLimits { span: SPAN, threshold, envelope: None };
        let risen = floods(self.services.sorted(), Opened::open, limits, context.span_ns).into_iter();
        let risen = risen.filter(|flood| flood.rate >= threshold && flood.baseline.has_risen());
        risen.map(|flood| Case::of(flood, Basis::Open)).collect()
    }
}

impl<K: Copy> Case<'_, K> {
    fn is_meant(&self, flow: &Flow) -> bool {
        match self.basis {
            Basis::Answered => is_answered(flow),
            Basis::Used => is_used(flow),
            Basis::Open => is_open(flow),
        }
    }

    fn confidence(&self, clients: &[Addr], port: u16, threshold: f64, site: &Site) -> Confidence {
        let is_rise = self.baseline.excess().is_some_and(Excess::is_rise);
        let is_inside = clients.iter().all(|client| site.is_inside(*client));
        // Answers of one size that cannot be read: a page again and again, or no to each of many passwords.
        let may_guess = Protocol::from_port(true, port) == Some(AppProto::Tls)
            && clients.len() == 1
            && self.opened.answers.deviation() <= MOST_GUESS_VARIATION * self.opened.answers.mean();
        let confidence = match (self.basis == Basis::Answered && is_rise, is_inside) {
            _ if self.basis == Basis::Open => Confidence::LIKELY,
            (true, _) if may_guess && self.rate < threshold / 2.0 => Confidence::EVEN,
            (true, false) => Confidence::VERY_LIKELY,
            (true, true) | (false, false) => Confidence::LIKELY,
            // An internal address is often a proxy for many users.
            (false, true) => Confidence::EVEN,
        };
        self.baseline.weigh_load(confidence, self.rate >= threshold)
    }

    fn finding(
        &self,
        clients: &[Addr],
        (server, port): Service,
        threshold: f64,
        context: &Context<'_>,
    ) -> FindingBuilder {
        let seconds = match self.basis {
            Basis::Answered => &self.opened.answered,
            Basis::Used => &self.opened.all,
            Basis::Open => &self.opened.open,
        };
        let (from, n, most) = (finding_builder::who(clients), thousands(seconds.total() as usize), seconds.most());
        let used = if self.basis == Basis::Open { "" } else { ", and used each of them" };
        let whose = match clients {
            _ if self.basis == Basis::Open => {
                "What became of them the table does not tell: they may be requests that nobody completed, or users who all \
                 came at once."
            }
            [_] => {
                "A browser opens a handful and keeps them. This is a tool, and it can leave the server no capacity for others."
            }
            _ => {
                "All of them asked in the same way, as tools do and people do not. Together they can leave the server no capacity for others."
            }
        };
        Finding::builder(&CARD)
            .title(format!(
                "{from} opened {n} connections to {server}{}, {:.0} a second",
                finding_builder::at_port(port),
                self.rate
            ))
            .rated(Impact::OUTAGE, self.confidence(clients, port, threshold, context.site), self.measure)
            .sources(clients.iter().copied())
            .targets([server])
            .ports([port])
            .protocol("TCP")
            .identity(Identity::ActorsAndPorts)
            .evidence([
                evidence(
                    "Connections per second, busiest three seconds",
                    self.rate,
                    "connections/s",
                    format!("below {threshold} (mod_evasive)"),
                ),
                evidence(
                    "Most connections in one second",
                    f64::from(most),
                    "connections/s",
                    "a browser opens 6 at once",
                ),
                evidence("Connections", seconds.total() as f64, "connections", ""),
                evidence("Seconds with connections", seconds.n_seconds() as f64, "s", ""),
                evidence("Clients", clients.len() as f64, "hosts", ""),
            ])
            .explanation(format!(
                "{from} opened {n} connections to {server} port {port} within {} seconds, up to {most} in one \
                 second{used}. {whose}",
                seconds.n_seconds()
            ))
            .series(seconds.course("Connections per second", "connections/s", threshold, context.span_ns))
            .baseline(&self.baseline, "connections/s", threshold)
    }
}

#[cfg(test)]
mod tests;
