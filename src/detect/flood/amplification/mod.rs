//! Questions whose answers are many times their size, and answers that nobody asked for, to findings of reflected floods
//! and of servers that can be used for them.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Baseline, Flood, FloodLimits, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence, thousands};
use crate::detect::support::flow_selector::{Between, Gathered, gather_either};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::rate_series::{Room, Seconds};
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::infra::{NtpCommand, NtpMessage};
use crate::model::app::kinds::names::DnsType;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::flow::Known;
use crate::model::{Addr, Category, DirectionStats, Finding, Flow, Protocol};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "amplification",
    name: "Reflection and amplification",
    category: Category::Flood,
    technique: Some(("T1498.002", "Reflection Amplification")),
    sees: "Servers send large answers to a host that never asked them, a host sends pings to whole networks (smurf), or somebody sends servers the requests used for such attacks (NTP lists, DNS ANY).",
    matters: "The attacker sends requests in the victim's name, and the servers flood it with answers up to hundreds of times larger than the requests.",
    otherwise: "A capture that shows only one direction, or an administrator who asks their own server for its list of clients.",
    benign_causes: &[
        "A capture that shows only one direction of the traffic",
        "An administrator who asks their own servers",
        "A test of your own defences",
    ],
    advice: &[
        "Ask the provider to filter traffic from these ports while the attack lasts",
        "Close the service on your own servers, or let it answer only known addresses",
        "Block outgoing packets with foreign source addresses (BCP 38)",
    ],
    part_of: &[],
    source: baseline::source!(
        "Rossow: Amplification Hell, NDSS 2014 (protocols and factors); CVE-2013-5211 (NTP monlist); RFC 8482 (DNS ANY); CERT CA-1998-01 (smurf).",
        "30 answers and one in two seconds of a service that amplifies, from servers that the host never asks; 200 and 5 a second of any other, from 50 servers or more."
    ),
};

const PACKETS: Descriptor = Descriptor::count("amplification.packets", "Unsolicited answers", 500.0)
    .range(10.0, 10_000_000.0)
    .unit("packets")
    .help("This many within ten seconds to one host, from one port of any servers (services that amplify) or of many (any other). Fewer are a flood if they stand out for long.");
const QUESTIONS: Descriptor = Descriptor::count("amplification.questions", "Amplification requests", 3.0)
    .range(1.0, 100_000.0)
    .unit("requests")
    .help("This many requests for NTP lists, or ten times as many for DNS ANY, from one host to one server. Clients that only set their clock never request a list.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<Amplification>(
    CARD,
    &[PACKETS, QUESTIONS],
    Interest::MESSAGES.union(Interest::UDP_FLOWS).union(Interest::ICMP_FLOWS),
);

/// UDP ports of services that amplify, after Rossow, with those found since (CLDAP, memcached, WS-Discovery).
const PORTS: [u16; 16] = [17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11211, 27015, 27960];
/// So many servers that answer from one and the same port are a reflection, whatever the service.
const MANY_SERVERS: usize = 50;
/// An answer that is no larger amplifies nothing.
const LEAST_MEAN_BYTES: f64 = 200.0;
/// The time itself comes in smaller ones, also with a signature (RFC 5905: 48 bytes and 20 to 24).
const LEAST_NTP_BYTES: f64 = 130.0;
const NTP: u16 = 123;
/// Seconds over which answers are counted.
const SPAN: i64 = 10;
/// Answers of fewer servers may be a stream.
const LEAST_SERVERS: usize = 3;
/// Late and doubled answers of a service that amplifies.
const ORDINARY: Envelope = Envelope { rate: 0.5, burst: 30.0 };
/// What many servers send from a port that does not: peers that look for one that is gone.
const OF_OTHERS: Envelope = Envelope { rate: 5.0, burst: 200.0 };
/// Pings to whole networks that are one too many.
const LEAST_SMURF: u64 = 50;
/// DNS questions for everything count as a tenth of those for NTP's lists: some programs still ask them.
const ANY_WEIGHT: f64 = 0.1;
/// Most victims and pairs kept.
const MOST: usize = 1 << 15;
/// Servers told apart for a victim.
const MOST_SERVERS: usize = 4096;

#[derive(Default)]
struct Amplification {
    victims: Tally<(Addr, u16), Victim, MOST>,
    room: Room,
    smurfs: Tally<Addr, Smurf, MOST>,
    askers: Tally<(Addr, Addr, AppProto), MessageEvidence, MOST>,
}

/// What a host got from a service without having asked.
#[derive(Default)]
struct Victim {
    packets: Seconds,
    n_packets: u64,
    n_bytes: u64,
    servers: BTreeSet<Addr>,
    /// Whom of this service it did ask, in this capture.
    asked: BTreeSet<Addr>,
    /// It asked all at once: then each of them answers.
    has_asked_all: bool,
}

impl Victim {
    /// It asked most of those who answered, or all at once.
    fn is_client(&self) -> bool {
        let n_asked = self.servers.iter().filter(|server| self.asked.contains(server)).count();
        self.has_asked_all || 2 * n_asked >= self.servers.len().max(1)
    }
}

#[derive(Default)]
struct Smurf {
    pings: Seconds,
    n: u64,
    networks: BTreeSet<Addr>,
    first_ns: i64,
    last_ns: i64,
}

/// Server, its port, target and what was sent, for answers of such a service that were not asked for. Either end may count
/// as the one that began.
fn unasked(flow: &Flow) -> Option<(Addr, u16, Addr, &DirectionStats)> {
    if !flow.known.has(Known::FORWARD.with(Known::BACKWARD)) {
        return None;
    }
    let (forward, backward) = (flow.forward(), flow.backward());
    let ((server, port), (target, target_port), sent) = match (forward.packets, backward.packets) {
        (1.., 0) => (flow.originator(), flow.responder(), forward),
        (0, 1..) => (flow.responder(), flow.originator(), backward),
        _ => return None,
    };
    let is_to_group = target.is_group() || target == flow.responder().0 && flow.is_to_group();
    // Of other ports only what is large enough to amplify; that many servers share the port is asked for later.
    let mean = sent.bytes as f64 / f64::from(sent.packets);
    let is_large = mean >= least_mean(port);
    // Requests come from any port, but large ones do not go to a service that amplifies.
    let is_service = PORTS.contains(&port) && (is_large || !PORTS.contains(&target_port));
    let is_other = is_large && port != target_port && port != 0 && !PORTS.contains(&target_port);
    let is_meant = flow.is_udp() && (is_service || is_other) && !is_to_group;
    is_meant.then_some((server, port, target, sent))
}

/// Bytes on the wire from which on an answer of a service amplifies.
fn least_mean(port: u16) -> f64 {
    if port == NTP { LEAST_NTP_BYTES } else { LEAST_MEAN_BYTES }
}

fn is_smurf(flow: &Flow) -> bool {
    flow.key.protocol == 1
        && flow.icmp.is_some_and(|(kind, _)| kind == 8)
        && flow.is_to_group()
        && flow.responder().0.is_v4()
}

impl Detector for Amplification {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        match protocol {
            AppProto::Ntp => FieldSet::of(&[FieldId::Message]),
            AppProto::Dns => FieldSet::of(&[FieldId::DnsType]),
            _ => FieldSet::NONE,
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let said = &event.message.fields;
        let protocol = event.message.protocol;
        let is_meant = match protocol {
            // Of the control messages only the list of clients amplifies; the others are how ntpq works.
            AppProto::Ntp => {
                said.is(FieldId::Message, NtpMessage::Private) || said.is(FieldId::Command, NtpCommand::Mrulist)
            }
            AppProto::Dns => said.is(FieldId::DnsType, DnsType::Any),
            _ => false,
        };
        let (true, Some(flow), Some(update)) = (is_meant, event.flow, event.update) else { return };
        if update.direction == Direction::ToResponder
            && let Some(seen) = self.askers.of((flow.originator().0, flow.responder().0, protocol))
        {
            seen.add(event);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        self.note_question(flow);
        if let Some((server, port, target, sent)) = unasked(flow) {
            let Some(victim) = self.victims.of((target, port)) else { return };
            let is_kept = victim.packets.spread((sent.first_ns, sent.last_ns), sent.packets, &mut self.room);
            victim.n_packets += u64::from(sent.packets);
            victim.n_bytes += sent.bytes;
            if victim.servers.len() < MOST_SERVERS {
                victim.servers.insert(server);
            }
            self.victims.n_refused += u64::from(!is_kept);
        } else if is_smurf(flow)
            && let Some(smurf) = self.smurfs.of(flow.originator().0)
        {
            smurf.first_ns = if smurf.n == 0 { flow.first_ns } else { smurf.first_ns.min(flow.first_ns) };
            smurf.last_ns = smurf.last_ns.max(flow.last_ns);
            let sent = flow.forward();
            smurf.n += u64::from(sent.packets);
            let is_kept = smurf.pings.spread((sent.first_ns, sent.last_ns), sent.packets, &mut self.room);
            if smurf.networks.len() < Finding::MOST_ADDRESSES {
                smurf.networks.insert(flow.responder().0);
            }
            self.smurfs.n_refused += u64::from(!is_kept);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let mut all = self.reflected(context).and(self.asked(context)).and(self.smurfed(context));
        all.findings.truncate(report::MOST_FINDINGS);
        all
    }
}

impl Amplification {
    /// Whoever asks a service that amplifies gets answers by right, also on other ports and later.
    fn note_question(&mut self, flow: &Flow) {
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if !flow.is_udp() || !PORTS.contains(&port) || flow.forward().packets == 0 || unasked(flow).is_some() {
            return;
        }
        let Some(victim) = self.victims.of((client, port)) else { return };
        victim.has_asked_all |= flow.is_to_group();
        if victim.asked.len() < MOST_SERVERS {
            victim.asked.insert(server);
        }
    }

    fn reflected(&self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&PACKETS);
        let a_second = least / SPAN as f64;
        let mut victims = self.victims.sorted_where(|victim| victim.n_packets > 0 && !victim.is_client());
        victims.retain(|((_, port), victim)| victim.n_bytes as f64 >= least_mean(*port) * victim.n_packets as f64);
        let (of_services, mut others): (Vec<_>, Vec<_>) =
            victims.into_iter().partition(|((_, port), _)| PORTS.contains(port));
        others.retain(|(_, victim)| victim.servers.len() >= MANY_SERVERS);
        let floods_of = |victims, envelope| {
            let limits = FloodLimits { span: SPAN, threshold: a_second, envelope: Some(envelope) };
            floods(victims, |victim: &Victim| (&victim.packets, victim.n_bytes), limits, context.span_ns)
        };
        let mut cases = floods_of(of_services, ORDINARY);
        cases.extend(floods_of(others, OF_OTHERS));
        cases.retain(|flood| !flood.baseline.is_ordinary());
        cases.truncate(report::MOST_FINDINGS);
        let hosts: Vec<Addr> = cases.iter().map(|flood| flood.target.0).collect();
        let gathered = gather_either(context, &hosts, |place, flow| {
            let is_of = |service| cases.get(place).is_some_and(|flood| *flood.target == service);
            unasked(flow).is_some_and(|(_, port, target, _)| is_of((target, port)))
        });
        let finding = |(flood, flows): (&Flood<'_, (Addr, u16), Victim>, Gathered)| {
            let Flood { target, figures, baseline, measure, .. } = flood;
            let name = "Answers without a request per second";
            figures
                .finding(**target, flows, (least, *measure), baseline)
                .series(figures.packets.course(name, "packets/s", a_second, context.span_ns))
                .baseline(baseline, "packets/s", a_second)
                .build()
        };
        let findings = cases.iter().zip(gathered).map(finding).collect();
        Conclusion { findings, n_not_evaluated: self.victims.n_refused, ..Conclusion::default() }
    }

    fn asked(&self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&QUESTIONS);
        let mut askers: BTreeMap<(Addr, AppProto), Vec<(Addr, &MessageEvidence)>> = BTreeMap::new();
        for ((asker, server, protocol), seen) in self.askers.sorted() {
            let weight = if *protocol == AppProto::Dns { ANY_WEIGHT } else { 1.0 };
            if seen.n as f64 * weight >= least {
                askers.entry((*asker, *protocol)).or_default().push((*server, seen));
            }
        }
        Report::of(askers).not_evaluated(self.askers.n_refused).each(|((asker, protocol), servers)| {
            let mut seen = MessageEvidence::default();
            servers.iter().for_each(|(_, one)| seen.merge(one));
            let threshold = if *protocol == AppProto::Dns { least / ANY_WEIGHT } else { least };
            let (name, what) = match protocol {
                AppProto::Dns => ("DNS", "for every record of a name (ANY)"),
                _ => ("NTP", "for lists of clients and peers (mode 7)"),
            };
            begin(Impact::OUTAGE, Confidence::LIKELY, seen.n as f64, threshold)
                .title(format!("{asker} asks {} {what}", count(servers.len(), "server")))
                .sources([*asker])
                .targets(servers.iter().map(|(server, _)| *server))
                .ports([if *protocol == AppProto::Dns { 53 } else { 123 }])
                .protocol(name)
                .evidence([
                    evidence("Amplification requests", seen.n as f64, "requests", "0"),
                    evidence("Servers asked", servers.len() as f64, "hosts", ""),
                ])
                .explanation(format!(
                    "{asker} asked {} {} times {what}. The answers are many times larger than the requests. Either \
                              somebody is looking for servers to use in floods, or the requests carry the forged \
                              address of {asker} and the answers are meant to flood it.",
                    count(servers.len(), "server"),
                    thousands(seen.n as usize)
                ))
                .messages(&seen)
                .filter(match protocol {
                    AppProto::Dns => {
                        format!("{} && dns.qry.type == 255", finding_builder::host_filter("src", *asker))
                    }
                    _ => format!(
                        "{} && udp.dstport == 123 && (ntp.flags.mode == 7 || ntp.ctrl.flags2.opcode == \
                              10)",
                        finding_builder::host_filter("src", *asker)
                    ),
                })
                .identity(Identity::ActorsAndPorts)
                .build()
        })
    }

    fn smurfed(&self, context: &Context<'_>) -> Conclusion {
        Report::of_table(&self.smurfs, |smurf| smurf.n >= LEAST_SMURF).each_with_flows(
            context,
            |(source, _)| Between { source: Some(**source), ..Between::default() },
            |_, flow| is_smurf(flow),
            |(source, smurf), flows| {
                begin(Impact::OUTAGE, Confidence::LIKELY, smurf.n as f64, LEAST_SMURF as f64)
                    .title(format!("Pings to whole networks in the name of {source}: {}", thousands(smurf.n as usize)))
                    .sources([**source])
                    .targets(smurf.networks.iter().copied())
                    .protocol("ICMP")
                    .evidence([
                        evidence("Pings to broadcast addresses", smurf.n as f64, "packets", "0"),
                        evidence("Broadcast addresses", smurf.networks.len() as f64, "addresses", "0"),
                    ])
                    .explanation(format!(
                        "{} pings to broadcast addresses carry the source address {source}. Every host that answers \
                              sends to {source}: one request, many answers. The address is probably forged and its \
                              owner the victim.",
                        thousands(smurf.n as usize)
                    ))
                    .series(smurf.pings.course(
                        "Pings to broadcast addresses per second",
                        "packets/s",
                        None,
                        context.span_ns,
                    ))
                    .flows(flows)
                    .filter(format!("{} && icmp.type == 8", finding_builder::host_filter("src", **source)))
                    .build()
            },
        )
    }
}

impl Victim {
    fn finding(
        &self,
        (target, port): (Addr, u16),
        flows: Gathered,
        (least, measure): (f64, (f64, f64)),
        baseline: &Baseline,
    ) -> FindingBuilder {
        let worst = self.packets.busiest(SPAN).0 as f64;
        let named = Protocol::from_port(false, port);
        let service = named.map_or_else(|| format!("UDP port {port}"), |named| named.name().to_owned());
        let servers = count(self.servers.len(), "server");
        let mean = self.n_bytes as f64 / self.n_packets.max(1) as f64;
        let flood = if self.servers.len() == 1 { "floods" } else { "flood" };
        let is_past = worst >= least;
        let sure = if self.servers.len() >= LEAST_SERVERS { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let confidence =
            if PORTS.contains(&port) { baseline.weigh(sure, is_past) } else { baseline.weigh_load(sure, is_past) };
        let (value, threshold) = if is_past { (worst, least) } else { measure };
        begin(Impact::OUTAGE, confidence, value, threshold)
            .title(format!("{servers} {flood} {target} with unsolicited {service} answers"))
            .sources(self.servers.iter().copied())
            .targets([target])
            .ports([port])
            .evidence([
                evidence("Answers without a request", self.n_packets as f64, "packets", "0"),
                evidence("Most of them within 10 s", worst, "packets", format!("below {least}")),
                evidence("Size of an answer, mean", mean, "B", ""),
                evidence("Servers", self.servers.len() as f64, "hosts", "1 or 2"),
            ])
            .explanation(format!(
                "{servers} sent {target} {} {service} answers, {} in all, and no request for them was seen. Somebody \
                              sends requests in the name of {target} so that the answers flood it: the servers are \
                              reflectors, not attackers.",
                thousands(self.n_packets as usize),
                crate::model::format::quantity::bytes(self.n_bytes as f64)
            ))
            .protocol(service)
            .flows(flows)
            .filter(format!("{} && udp.srcport == {port}", finding_builder::host_filter("dst", target)))
            .identity(Identity::ActorsAndPorts)
    }
}

/// A finding with what all three kinds share.
fn begin(impact: Impact, confidence: Confidence, value: f64, threshold: f64) -> FindingBuilder {
    Finding::builder(&CARD).rated(impact, confidence, (value, threshold))
}

#[cfg(test)]
mod tests;
