//! Turns connection requests that are never completed, counted per server and second, into findings of SYN floods.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Baseline, FloodLimits, floods, most_counted};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, evidence};
use crate::detect::support::flow_selector::{Between, Gathered, gather_senders};
use crate::detect::support::known_outcomes;
use crate::detect::support::port_choice::PortChoice;
use crate::detect::support::rate_series::{Room, Seconds};
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::flow::Outcome;
use crate::model::format::time::SECOND;
use crate::model::packet::tcp_flag::{ACK, RST, SYN};
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "syn_flood",
    name: "SYN flood",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "One service receives far more connection requests (SYN) than completed handshakes, more than its baseline explains; or a host does on randomly chosen ports, or from many addresses.",
    matters: "Each incomplete request takes a place in the server's backlog. When the backlog is full, users cannot connect.",
    otherwise: "A server that is down while many clients keep retrying, a load test, or a capture that shows only one direction of the traffic.",
    benign_causes: &[
        "A server that is down while many clients keep retrying",
        "An authorised load or security test",
        "A capture that shows only one direction, so completed handshakes look incomplete",
    ],
    advice: &[
        "Check whether the service answers, and how many half-open connections it has",
        "Enable SYN cookies on the server, or SYN protection on the firewall in front of it",
        "Block the sources if there are few; ask the provider for help if there are many",
    ],
    part_of: &[],
    source: baseline::source!(
        "CUSUM over SYN against answered requests: Wang, Zhang, Shin, Detecting SYN Flooding Attacks, INFOCOM 2002 (period 20 s, drift 0.35, threshold 1.05). Least number: 1,100 incomplete connections a minute, the default of Cisco's TCP Intercept; or 200 in a second, that of Juniper's screens.",
        "100 requests and 3 a second, if most of them were never sent again: a client's stack repeats a request that stays open (RFC 6298), a flood does not. 150 and 3 a second on any ports of a host from 20 addresses or more, or where ports repeat as often as by chance: a scan tries each once."
    ),
}
.explained_where_shown();

const LEAST: Descriptor = Descriptor::count("syn_flood.least", "Incomplete requests for a flood", 360.0)
    .range(10.0, 10_000_000.0)
    .unit("requests")
    .help("This many incomplete requests within one period are a flood, if the cumulative sum agrees. 360 in 20 s is 18 a second, about the 1,100 a minute at which Cisco's TCP Intercept becomes aggressive.");
const PERIOD: Descriptor = Descriptor::seconds("syn_flood.period", "Period", 20.0)
    .range(1.0, 600.0)
    .whole()
    .help("Requests are summed over this time before each step of the cumulative sum. 20 s is the value of Wang, Zhang and Shin.");
const BURST: Descriptor = Descriptor::count("syn_flood.burst", "Incomplete requests in one second", 200.0)
    .range(10.0, 10_000_000.0)
    .unit("requests")
    .help("This many within a single second are a flood, whatever their number in a period. 200 a second is the default of Juniper's SYN flood screen.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<SynFlood>(CARD, &[LEAST, PERIOD, BURST], Interest::TCP_FLOWS);

/// Upper bound of the usual mean of the normalised difference (Wang et al.: a).
const DRIFT: f64 = 0.35;
/// Alarm threshold of the cumulative sum (Wang et al.: N).
const ALARM: f64 = 1.05;
/// Failed requests that are not retransmitted: clients that try a closed port time after time.
const ORDINARY: Envelope = Envelope { rate: 3.0, burst: 100.0 };
/// The same on any port of a host.
const TO_HOST: Envelope = Envelope { rate: 3.0, burst: 150.0 };
/// Requests to ever new ports from fewer addresses are a scan.
const LEAST_SOURCES: usize = 20;
/// At least this many addresses, half of which have other traffic too, are clients that return to a service that is
/// down.
const LEAST_CLIENTS: usize = 3;
/// And so many where nearly all requests are refused: a port that is closed has no backlog to fill (RFC 4987, section 2.1), and
/// programs that lost their service try again and again.
const LEAST_REFUSED: usize = 2;
const NEARLY_ALL: f64 = 0.9;
/// Most services kept.
const MOST_SERVICES: usize = 1 << 17;
/// Most hosts kept.
const MOST_HOSTS: usize = 1 << 14;
/// Fewer incomplete requests are no flood over any baseline.
const LEAST_MODEST: f64 = 90.0;

#[derive(Default)]
struct SynFlood {
    services: Tally<(Addr, u16), Service, MOST_SERVICES>,
    /// Requests to any port of a host that were sent once only and came to nothing.
    hosts: Tally<Addr, Seconds, MOST_HOSTS>,
    /// Who completed a connection.
    clients: Tally<Addr, (), MOST_HOSTS>,
    room: Room,
}

/// Requests to one port of one server.
#[derive(Default)]
struct Service {
    n_completed: u64,
    incomplete: Seconds,
    /// Incomplete connections whose request was sent once only.
    n_lone: u64,
    /// Connections that were refused.
    n_refused: u64,
    /// Incomplete connections of a table that recorded no flags: a few packets without data went both ways, nothing else.
    n_bare: u64,
    /// Connections of a table of which it is unknown whether they were completed.
    n_unknown: u64,
    /// Connections of which it is known.
    n_known: u64,
}

impl Service {
    /// Nearly all that tried were told that nothing listens there.
    fn is_closed(&self) -> bool {
        self.n_refused as f64 >= NEARLY_ALL * self.n_known as f64
    }
}

/// A service that was flooded.
struct Case<'a> {
    target: Addr,
    port: u16,
    service: &'a Service,
    worst: u64,
    cusum: f64,
    baseline: Baseline,
}

/// True if the third packet of the handshake never came. A reset may carry ACK. A table without counts of each side's flags
/// says so by its outcome; of a bare exchange it is only known that nothing followed.
fn is_incomplete(flow: &Flow) -> bool {
    let is_never_completed = match flow.recorded {
        None => flow.saw_syn && flow.forward().flag(ACK) <= flow.forward().flag(RST),
        Some(outcome) => matches!(outcome, Outcome::Unanswered | Outcome::HalfOpen | Outcome::Bare),
    };
    flow.is_tcp() && is_never_completed
}

/// Requests of an incomplete handshake.
fn requests(flow: &Flow) -> u32 {
    if flow.recorded.is_none() { flow.forward().flag(SYN) } else { flow.least_packets() }
}

impl Detector for SynFlood {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let is_complete = if flow.recorded.is_none() { flow.saw_syn } else { flow.outcome() == Outcome::Established };
        let is_incomplete = is_incomplete(flow);
        let is_unknown = !(is_incomplete || is_complete);
        if !flow.is_tcp() || is_unknown && flow.recorded.is_none() {
            return;
        }
        if is_incomplete
            && requests(flow) == 1
            && let Some(host) = self.hosts.of(flow.responder().0)
        {
            host.add(flow.first_ns, 1);
        }
        if flow.outcome() == Outcome::Established {
            self.clients.of(flow.originator().0);
        }
        let Some(service) = self.services.of(flow.responder()) else { return };
        if is_unknown {
            service.n_unknown += 1;
            return;
        }
        service.n_known += 1;
        if is_incomplete {
            let forward = flow.forward();
            let times = (forward.first_ns, forward.last_ns);
            service.n_lone += u64::from(requests(flow) == 1);
            service.n_refused += u64::from(flow.outcome() == Outcome::Refused);
            service.n_bare += u64::from(flow.recorded == Some(Outcome::Bare));
            if !service.incomplete.spread(times, requests(flow), &mut self.room) {
                self.services.n_refused += 1;
            }
        } else {
            service.n_completed += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST);
        let burst = context.settings.get(&BURST);
        let period = context.settings.get(&PERIOD) as i64;
        let start = context.span_ns.0.div_euclid(SECOND);
        let n_periods = ((context.span_ns.1 - context.span_ns.0) as f64 / (period * SECOND) as f64).max(1.0);
        // The baseline asks for a quarter (`MODEST`) of the threshold it is given: given twice the least number, half of that is
        // enough.
        let modest = 2.0 * least / period as f64;
        let is_candidate = |service: &Service| service.incomplete.total() as f64 >= LEAST_MODEST.min(least).min(burst);
        let services = self.services.sorted_where(is_candidate);
        let cases: Vec<Case> = most_counted(services, |service| service.incomplete.total())
            .into_iter()
            .filter_map(|((target, port), service)| {
                let (worst, _) = service.incomplete.busiest(period);
                let is_of_tools = 2 * service.n_lone >= service.incomplete.total();
                let envelope = is_of_tools.then_some(ORDINARY);
                let baseline = Baseline::within(&service.incomplete, context.span_ns, envelope);
                let usual = (service.n_completed as f64 / n_periods).max(1.0);
                let sums = service.incomplete.stretches(start, period);
                let cusum = largest_sum(&sums, usual);
                let is_many = worst as f64 >= least
                    || f64::from(service.incomplete.most()) >= burst
                    || baseline.is_flood(worst as f64 / period as f64, modest);
                (is_many && cusum > ALARM).then_some(Case {
                    target: *target,
                    port: *port,
                    service,
                    worst,
                    cusum,
                    baseline,
                })
            })
            .collect();
        let between: Vec<Between> = cases.iter().map(|case| Between::server(case.target, case.port)).collect();
        let is_flood = |(case, (sources, _)): &(Case<'_>, (Vec<Addr>, Gathered))| {
            case.is_past(least, burst) || !self.are_clients(sources, case.service.is_closed())
        };
        let cases: Vec<_> =
            cases.into_iter().zip(gather_senders(context, &between, is_incomplete)).filter(is_flood).collect();
        let flooded: BTreeSet<Addr> = cases.iter().map(|(case, _)| case.target).gathered();
        let course = |case: &Case<'_>| {
            let (name, threshold) = ("Incomplete requests per second", least / period as f64);
            case.service.incomplete.course(name, "requests/s", threshold, context.span_ns)
        };
        let report = Report::of(cases).not_evaluated(self.services.n_refused).each(|(case, (sources, flows))| {
            case.finding((least, burst), period, sources)
                .series(course(case))
                .baseline(&case.baseline, "requests/s", modest)
                .flows(flows.clone())
                .filter_in_time(case.filter(sources))
                .identity(Identity::ActorsAndPorts)
                .build()
        });
        known_outcomes::with_reason(context.contacts, report.and(self.on_many_ports(context, &flooded)))
    }
}

impl SynFlood {
    fn are_clients(&self, sources: &[Addr], is_closed: bool) -> bool {
        let least = if is_closed { LEAST_REFUSED } else { LEAST_CLIENTS };
        let n_known = sources.iter().filter(|source| self.clients.get(source).is_some()).count();
        sources.len() >= least && 2 * n_known >= sources.len()
    }

    /// Floods of a host on ever new ports, from many addresses or on ports that are drawn at random again and again: scans
    /// come from few and try each once. Hosts with a flooded service are left out.
    fn on_many_ports(&self, context: &Context<'_>, flooded: &BTreeSet<Addr>) -> Conclusion {
        let limits = FloodLimits { span: 1, threshold: f64::INFINITY, envelope: Some(TO_HOST) };
        let mut hosts = self.hosts.sorted();
        hosts.retain(|(host, _)| !flooded.contains(host));
        let mut cases = floods(hosts, |seconds| (seconds, seconds.total()), limits, context.span_ns);
        cases.truncate(report::MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|case| Between { target: Some(*case.target), ..Between::default() }).collect();
        let is_lone = |flow: &Flow| is_incomplete(flow) && requests(flow) == 1;
        let choices = PortChoice::of_cases(context, &between, |_, flow| is_lone(flow));
        let groups = cases.iter().zip(gather_senders(context, &between, is_lone)).zip(choices);
        let is_flood = |sources: &[Addr], choice: &PortChoice| {
            (sources.len() >= LEAST_SOURCES || choice.is_random()) && !self.are_clients(sources, false)
        };
        let floods = groups.filter(|((_, (sources, _)), choice)| is_flood(sources, choice));
        let findings = floods.map(|((case, (sources, flows)), _)| {
            let (target, n) = (*case.target, finding_builder::thousands(case.figures.total() as usize));
            let from = finding_builder::who(&sources);
            Finding::builder(&CARD)
                .title(format!("{from} flooded many ports of {target} with connection requests"))
                .rated(Impact::OUTAGE, case.baseline.weigh(Confidence::VERY_LIKELY, false), case.measure)
                .sources(sources)
                .targets([target])
                .protocol("TCP")
                .evidence([evidence("Incomplete requests", case.figures.total() as f64, "requests", "a few")])
                .explanation(format!(
                    "{from} sent {n} connection requests to ever new ports of {target} that were never completed nor sent \
                     again. A scan comes from few addresses and tries each port once."
                ))
                .series(case.figures.course("Incomplete requests per second", "requests/s", None, context.span_ns))
                .baseline(&case.baseline, "requests/s", f64::INFINITY)
                .flows(flows)
                .filter_in_time(format!("{} && tcp.flags.syn == 1", finding_builder::host_filter("addr", target)))
                .build()
        });
        Conclusion { findings: findings.collect(), n_not_evaluated: self.hosts.n_refused, ..Conclusion::default() }
    }
}

/// Largest value of the cumulative sum of (incomplete / usual - drift), never below 0, over numbered periods; those left
/// out are without any.
fn largest_sum(incomplete: &[(i64, u64)], usual: f64) -> f64 {
    let mut sum = 0.0_f64;
    let mut largest = 0.0_f64;
    let mut next = 0;
    for (number, n) in incomplete {
        sum = (sum - (number - next) as f64 * DRIFT).max(0.0);
        sum = (sum + *n as f64 / usual - DRIFT).max(0.0);
        largest = largest.max(sum);
        next = number + 1;
    }
    largest
}

impl Case<'_> {
    /// As much as no baseline explains.
    fn is_past(&self, least: f64, burst: f64) -> bool {
        self.worst as f64 >= least || f64::from(self.service.incomplete.most()) >= burst
    }

    fn finding(&self, (least, burst): (f64, f64), period: i64, sources: &[Addr]) -> FindingBuilder {
        let from = finding_builder::who(sources);
        let Service { n_completed, incomplete, n_bare, n_unknown, n_known, .. } = self.service;
        let is_past = self.is_past(least, burst);
        let confidence = self.baseline.weigh(Confidence::VERY_LIKELY, is_past);
        let measure = self.baseline.measure(0.0, least);
        Finding::builder(&CARD)
            .title(format!(
                "{from} flooded {}{} with connection requests",
                self.target,
                finding_builder::at_port(self.port)
            ))
            .rated(Impact::OUTAGE, confidence, if is_past { (self.worst as f64, least) } else { measure })
            .sources(sources.iter().copied())
            .targets([self.target])
            .ports([self.port])
            .protocol("TCP")
            .evidence([
                evidence(
                    "Incomplete requests",
                    incomplete.total() as f64,
                    "requests",
                    "a few per cent of all requests",
                ),
                evidence("Completed connections to this port", *n_completed as f64, "connections", "most requests"),
                evidence(
                    &format!("Most incomplete requests within {period} s"),
                    self.worst as f64,
                    "requests",
                    format!("below {least}"),
                ),
                evidence(
                    "Most incomplete requests in one second",
                    f64::from(incomplete.most()),
                    "requests/s",
                    format!("below {}", finding_builder::round3(least / period as f64)),
                ),
                evidence("Cumulative sum", self.cusum, "", format!("below {ALARM} (Wang, Zhang, Shin 2002)")),
                evidence("Sources", sources.len() as f64, "addresses", ""),
            ])
            .explanation(format!(
                "{from} sent {} connection requests to {} port {} that were never completed, up to {} in one second; \
                 {} connections were completed in the whole capture.{} A real client answers the server's reply; a \
                 flood does not, so half-open connections fill the server's backlog and users wait or are refused.{}{}",
                finding_builder::thousands(incomplete.total() as usize),
                self.target,
                self.port,
                finding_builder::thousands(incomplete.most() as usize),
                finding_builder::thousands(*n_completed as usize),
                match n_bare {
                    0 => String::new(),
                    n => format!(
                        " For {} connections only a few packets without data in both directions are known: flags were \
                         not recorded.",
                        finding_builder::thousands(*n as usize)
                    ),
                },
                if sources.len() > 50 { " With this many sources, the addresses are probably forged." } else { "" },
                known_outcomes::sentence((*n_known, n_known + n_unknown), "TCP connections to it")
            ))
    }

    /// The incomplete handshakes: requests, their answers, and the resets that follow. Completed ones differ by an ACK
    /// without SYN from the client, which a display filter cannot look ahead to.
    fn filter(&self, sources: &[Addr]) -> String {
        let target = finding_builder::host_filter("addr", self.target);
        let mut filter = format!("{target} && tcp.port == {}", self.port);
        if let (1, Some(one)) = (sources.len(), sources.first()) {
            filter = format!("{filter} && {}", finding_builder::host_filter("addr", *one));
        }
        format!("{filter} && (tcp.flags.syn == 1 || tcp.flags.reset == 1)")
    }
}

#[cfg(test)]
mod tests;
