//! Turns UDP packets without an answer, counted per service and second, into findings of UDP floods.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Baseline, FloodLimits, most_counted};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, evidence};
use crate::detect::support::flow_selector::{Between, gather_senders};
use crate::detect::support::port_choice::PortChoice;
use crate::detect::support::rate_series::{Room, Seconds};
use crate::detect::support::report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::flow::Known;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "udp_flood",
    name: "UDP flood",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "One port of a host receives very many UDP packets per second that it never answers, mostly each from a new source port; or many randomly chosen ports do, from many addresses, with more data or at a higher rate than a scan.",
    matters: "The packets use up the bandwidth or keep the host busy, so users wait or are cut off.",
    otherwise: "A one-way stream (video, voice, telemetry, syslog) at a high rate, a load test, or a capture that shows only one direction.",
    benign_causes: &[
        "A one-way stream at a high rate: video, voice, telemetry, log messages",
        "An authorised load test",
        "A capture that shows only one direction of the traffic",
    ],
    advice: &[
        "Check whether the target still answers its users and how full its link is",
        "Block the source, or ask the provider to filter the port, if this traffic is not wanted",
    ],
    part_of: &[],
    source: baseline::source!(
        "1,000 packets a second is Juniper's default for UDP floods. A tenth of it is enough where each packet comes \
         from a new port: ordinary programs keep their socket (RFC 8085, section 5.1).",
        "100 packets and 2 a second, each from its own port and without an answer (150 and 3 to ever new ports); not \
         where they are valid requests of a known protocol, such as a resolver receives while it is down."
    ),
}
.explained_where_shown();

const RATE: Descriptor = Descriptor::count("udp_flood.rate", "Unanswered UDP packets for a flood", 1000.0)
    .range(10.0, 10_000_000.0)
    .unit("packets/s")
    .help("Average over five seconds, to one port, or of single packets to ever new ports of a host. 1,000 a second is Juniper's default threshold.");
const FRESH: Descriptor = Descriptor::count("udp_flood.fresh", "Unanswered single packets for a flood", 100.0)
    .range(5.0, 10_000_000.0)
    .unit("packets/s")
    .help("Average over five seconds, to one port, of packets that each have their own source port. A tenth of the general threshold, since ordinary programs keep their socket. Fewer are a flood if they stand out for long.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<UdpFlood>(CARD, &[RATE, FRESH], Interest::UDP_FLOWS);

/// Seconds over which a rate must hold.
const SPAN: i64 = 5;
/// Unanswered packets from ever new ports to one port: a client that tries a dead service again and again.
const ORDINARY: Envelope = Envelope { rate: 2.0, burst: 100.0 };
/// The same to any port of a host.
const TO_HOST: Envelope = Envelope { rate: 3.0, burst: 150.0 };
/// Most packets of a flow that counts as a single shot.
const MOST_SHOT_PACKETS: u32 = 2;
/// The same where packets were not counted, bytes.
const MOST_SHOT_BYTES: u64 = 2 * 1518;
/// Lower ports belong to servers: packets from them may be answers whose requests were not captured.
const FIRST_CLIENT_PORT: u16 = 1024;
/// Single packets to ever new ports are a scan, unless they come from at least this many addresses.
const LEAST_SOURCES: usize = 20;
/// This many packets, more than two for each port, are no scan either.
const MORE_THAN_SCAN: u64 = 2 * 65_535;
/// Mean payload of a scan's probes, at most: what tries a port is empty or a short question (nmap-payloads).
const MOST_PROBE_BYTES: f64 = 300.0;
/// All probes that a scan of every port of a host has data for come to less (nmap-payloads, with retries), bytes; most
/// ports get empty ones.
const MOST_SCAN_BYTES: u64 = 20_000;
/// Their mean is smaller, also where a scanner adds some to each, bytes.
const MOST_MEAN_SCAN_BYTES: f64 = 100.0;
/// Most services kept.
const MOST_SERVICES: usize = 1 << 16;

#[derive(Default)]
struct UdpFlood {
    services: Tally<(Addr, Option<u16>), Service, MOST_SERVICES>,
    room: Room,
}

/// Unanswered packets to one port, or single ones to any port of a host.
#[derive(Default)]
struct Service {
    shots: Seconds,
    all: Seconds,
    /// Payload of the single ones, bytes.
    n_bytes: u64,
    /// Flows of single ones, and of these those whose content is a valid request.
    n_shots: u64,
    n_understood: u64,
    /// The source port that most of them share, if one does, and by how many it leads the others (Boyer and Moore 1981).
    shared: (u16, u64),
    n_refused: u64,
    /// Packets, or rows where none are counted, of which it is unknown whether they were answered.
    open: Seconds,
}

/// What a case is based on.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    /// Single packets, each from a new port.
    Fresh,
    /// All that was not answered.
    Unanswered,
    /// All, of which answers are unknown: only a rise far above what is usual tells.
    Open,
}

struct Case<'a> {
    target: Addr,
    /// None for any.
    port: Option<u16>,
    service: &'a Service,
    basis: Basis,
    rate: f64,
    threshold: f64,
    baseline: Baseline,
}

/// Port 0 stands for later pieces of a fragmented datagram, whose ports are unknown.
fn is_unanswered(flow: &Flow) -> bool {
    let back = flow.backward();
    let has_answer = if flow.known.has(Known::PACKETS) { back.packets > 0 } else { back.bytes > 0 };
    let is_silent = !has_answer && flow.known.has(Known::FORWARD.with(Known::BACKWARD));
    flow.is_udp() && flow.responder().1 != 0 && is_silent && !flow.is_to_group()
}

/// A row of a table that does not say whether there was an answer.
fn is_open(flow: &Flow) -> bool {
    flow.is_udp() && flow.responder().1 != 0 && flow.is_open_row() && !flow.is_to_group()
}

/// True for a packet or two: where packets were not counted, by its bytes.
fn is_shot(flow: &Flow) -> bool {
    let is_small = || flow.forward().bytes <= MOST_SHOT_BYTES;
    if flow.known.has(Known::PACKETS) { flow.forward().packets <= MOST_SHOT_PACKETS } else { is_small() }
}

impl Detector for UdpFlood {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if is_open(flow) {
            let (target, port) = flow.responder();
            if let Some(service) = self.services.of((target, Some(port))) {
                service.open.add(flow.first_ns, flow.least_packets());
            }
        }
        if !is_unanswered(flow) {
            return;
        }
        let forward = flow.forward();
        let (target, port) = flow.responder();
        let is_shot = is_shot(flow);
        if is_shot
            && flow.originator().1 >= FIRST_CLIENT_PORT
            && let Some(host) = self.services.of((target, None))
        {
            host.add_shot(flow);
            host.n_bytes += forward.payload_bytes();
        }
        let Some(service) = self.services.of((target, Some(port))) else { return };
        let times = (forward.first_ns, forward.last_ns);
        let is_kept = service.all.spread(times, flow.least_packets(), &mut self.room);
        if is_shot {
            service.add_shot(flow);
        }
        service.n_refused += u64::from(flow.is_unreachable);
        self.services.n_refused += u64::from(!is_kept);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (rate, fresh) = (context.settings.get(&RATE), context.settings.get(&FRESH));
        let limits = FloodLimits { span: SPAN, threshold: fresh, envelope: Some(ORDINARY) };
        let is_candidate = |service: &Service| {
            limits.may_matter(&service.shots) || service.all.rate(SPAN) >= rate || service.open.rate(SPAN) >= fresh
        };
        let services = self.services.sorted_where(is_candidate);
        let mut cases: Vec<Case> = most_counted(services, |service| service.n_all())
            .into_iter()
            .filter_map(|((target, port), service)| {
                let (shots, all) = (service.shots.rate(SPAN), service.all.rate(SPAN));
                let fresh = if port.is_none() { rate } else { fresh };
                let envelope = if port.is_none() { TO_HOST } else { ORDINARY };
                let envelope = (!service.is_understood()).then_some(envelope);
                let shot_baseline = Baseline::within(&service.shots, context.span_ns, envelope);
                let is_fresh = shot_baseline.is_flood(shots, fresh);
                let open = service.open.rate(SPAN);
                let basis = match is_fresh {
                    true => Basis::Fresh,
                    false if open > all => Basis::Open,
                    false => Basis::Unanswered,
                };
                let (rate, threshold, baseline) = match basis {
                    Basis::Fresh => (shots, fresh, shot_baseline),
                    Basis::Open => (open, fresh, Baseline::of(&service.open, context.span_ns)),
                    Basis::Unanswered => (all, rate, Baseline::of(&service.all, context.span_ns)),
                };
                let is_flood = match basis {
                    Basis::Fresh => true,
                    Basis::Open => rate >= threshold && baseline.has_risen(),
                    // A stream that begins is no flood for that: only the threshold tells.
                    Basis::Unanswered => rate >= threshold && !baseline.is_ordinary(),
                };
                is_flood.then_some(Case { target: *target, port: *port, service, basis, rate, threshold, baseline })
            })
            .collect();
        let of_services: BTreeSet<Addr> =
            cases.iter().filter(|case| case.port.is_some()).map(|case| case.target).gathered();
        cases.retain(|case| case.port.is_some() || !of_services.contains(&case.target));
        cases.truncate(report::MOST_FINDINGS);

        let (of_hosts, of_ports): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.port.is_none());
        let findings = [of_ports, of_hosts].iter().flat_map(|cases| findings(cases, context)).collect();
        Conclusion { findings, n_not_evaluated: self.services.n_refused, ..Conclusion::default() }
    }
}

/// The findings of cases, all of one port each or all of every port.
fn findings(cases: &[Case<'_>], context: &Context<'_>) -> Vec<Finding> {
    let between: Vec<Between> =
        cases.iter().map(|case| Between { target: Some(case.target), port: case.port, ..Between::default() }).collect();
    let is_meant = |flow: &Flow| is_unanswered(flow) || is_open(flow);
    let gathered = gather_senders(context, &between, is_meant);
    let choices = PortChoice::of_cases(context, &between, |_, flow| is_meant(flow));
    let is_flood = |case: &Case<'_>, n_sources: usize, choice: &PortChoice| {
        (!case.is_scan(n_sources) || choice.is_random()) && !case.is_reflection(n_sources)
    };
    let cases = cases.iter().zip(gathered).zip(choices);
    let cases = cases.filter(|((case, (sources, _)), choice)| is_flood(case, sources.len(), choice));
    let findings = cases.map(|((case, (sources, flows)), _)| {
        let port = case.port.map_or("udp".to_owned(), |port| format!("udp.dstport == {port}"));
        let mut filter = format!("{} && {port} && !icmp", finding_builder::host_filter("dst", case.target));
        if let (1, Some(one)) = (sources.len(), sources.first()) {
            filter = format!("{} && {filter}", finding_builder::host_filter("src", *one));
        }
        case.finding(&sources)
            .series(case.seconds().course(case.course_name(), "packets/s", case.threshold, context.span_ns))
            .baseline(&case.baseline, "packets/s", case.threshold)
            .flows(flows)
            .filter_in_time(filter)
            .identity(Identity::ActorsAndPorts)
            .build()
    });
    findings.collect()
}

impl Service {
    fn add_shot(&mut self, flow: &Flow) {
        self.shots.add(flow.forward().first_ns, flow.least_packets());
        self.n_shots += 1;
        self.n_understood += u64::from(flow.is_app_certain);
        let port = flow.originator().1;
        self.shared = match self.shared {
            (_, 0) => (port, 1),
            (shared, lead) if shared == port => (shared, lead + 1),
            (shared, lead) => (shared, lead - 1),
        };
    }

    /// Most of the single ones are valid requests: those of clients whose server is down look the same.
    fn is_understood(&self) -> bool {
        2 * self.n_understood > self.n_shots
    }

    fn n_all(&self) -> u64 {
        self.all.total().max(self.shots.total()).max(self.open.total())
    }

    /// Most in a second.
    fn most(&self) -> u32 {
        self.all.most().max(self.shots.most()).max(self.open.most())
    }
}

impl<'a> Case<'a> {
    /// The counts that are evaluated.
    fn seconds(&self) -> &'a Seconds {
        match self.basis {
            Basis::Fresh => &self.service.shots,
            Basis::Unanswered => &self.service.all,
            Basis::Open => &self.service.open,
        }
    }

    fn course_name(&self) -> &'static str {
        if self.basis == Basis::Open { "Packets per second, at least" } else { "Unanswered packets per second" }
    }

    /// To many ports by many servers from one port of theirs: unsolicited answers, which are a reflection.
    fn is_reflection(&self, n_sources: usize) -> bool {
        self.port.is_none() && n_sources >= LEAST_SOURCES && 2 * self.service.shared.1 >= self.service.n_shots
    }

    /// To many ports by few addresses, not too many and not too large for a scan.
    fn is_scan(&self, n_sources: usize) -> bool {
        let n_shots = self.service.shots.total();
        let n_bytes = self.service.n_bytes;
        let is_below = |mean: f64| n_bytes as f64 <= mean * n_shots as f64;
        let is_small = is_below(MOST_PROBE_BYTES) && (n_bytes <= MOST_SCAN_BYTES || is_below(MOST_MEAN_SCAN_BYTES));
        self.port.is_none() && n_sources < LEAST_SOURCES && n_shots < MORE_THAN_SCAN && is_small
    }

    fn finding(&self, sources: &[Addr]) -> FindingBuilder {
        let (from, service) = (finding_builder::who(sources), self.service);
        // A steady stream without any answer may be wanted; packets from ever fresh ports are not.
        let is_past = self.rate >= self.threshold;
        let confidence = match self.basis {
            Basis::Fresh => self.baseline.weigh(Confidence::VERY_LIKELY, is_past),
            Basis::Unanswered | Basis::Open => self.baseline.weigh_load(Confidence::LIKELY, is_past),
        };
        let is_open = self.basis == Basis::Open;
        let whom = match self.port {
            Some(port) => format!("{} port {port}", self.target),
            None => format!("many ports of {}", self.target),
        };
        Finding::builder(&CARD)
            .title(format!("{from} flooded {whom} with UDP packets"))
            .rated(Impact::OUTAGE, confidence, self.baseline.measure(self.rate, self.threshold))
            .sources(sources.iter().copied())
            .targets([self.target])
            .ports(self.port)
            .protocol("UDP")
            .evidence([
                evidence(
                    match is_open {
                        true => "Packets per second, at least, busiest five seconds",
                        false => "Unanswered packets per second, busiest five seconds",
                    },
                    self.rate,
                    "packets/s",
                    format!("below {}", finding_builder::thousands(self.threshold as usize)),
                ),
                evidence(
                    if is_open { "Most packets in one second" } else { "Most unanswered packets in one second" },
                    f64::from(service.most()),
                    "packets/s",
                    "",
                ),
                evidence(if is_open { "Packets" } else { "Unanswered packets" }, service.n_all() as f64, "packets", ""),
                evidence(
                    "Packets from a source port used once or twice",
                    service.shots.total() as f64,
                    "packets",
                    "few",
                ),
                evidence("Flows that the host refused by ICMP", service.n_refused as f64, "flows", "0"),
                evidence("Sources", sources.len() as f64, "addresses", ""),
            ])
            .explanation(format!(
                "{from} sent {} UDP packets to {whom}, {} a second at peak{}. {}",
                finding_builder::thousands(service.n_all() as usize),
                finding_builder::thousands(service.most() as usize),
                match (is_open, service.n_refused > 0) {
                    (true, _) => "; whether there were answers is unknown",
                    (false, true) => ", and got no answer except refusals",
                    (false, false) => ", and got no answer",
                },
                if is_open {
                    "The table does not count packets both ways, so only the sudden rise tells: each row counts as one packet \
                     where none are counted."
                } else if self.port.is_none() {
                    "They went from ever new ports to ever new ports. A scan tries each port once, needs fewer or smaller \
                     packets, or comes from fewer addresses."
                } else if self.basis == Basis::Fresh {
                    "Nearly every packet has its own source port. Ordinary programs keep theirs; flood tools change \
                     it with each packet."
                } else {
                    "At this rate and without an answer it may be a flood or a one-way stream."
                }
            ))
    }
}

#[cfg(test)]
mod tests;
