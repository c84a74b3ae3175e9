//! Turns unsolicited answers, per receiving host and source port, into findings of reflected floods.

use super::{Amplification, PACKETS, begin};
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::baseline::{Baseline, Flood, FloodLimits, floods};
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence, thousands};
use crate::detect::support::flow_selector::{Gathered, gather_either};
use crate::detect::support::rate_series::{Room, Seconds};
use crate::detect::support::report;
use crate::detect::support::severity::Confidence;
use crate::model::flow::Known;
use crate::model::{Addr, DirectionStats, Flow, Protocol};
use std::collections::BTreeSet;

/// UDP ports of services that amplify, after Rossow, with those found since (CLDAP, memcached, WS-Discovery).
const PORTS: [u16; 16] = [17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11211, 27015, 27960];
/// This many servers that answer from the same port are a reflection, whatever the service.
const MANY_SERVERS: usize = 50;
/// An answer that is no larger amplifies nothing.
const LEAST_MEAN_BYTES: f64 = 200.0;
/// Ordinary NTP answers are smaller, even with a signature (RFC 5905: 48 bytes and 20 to 24).
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
/// Servers kept for a victim.
const MOST_SERVERS: usize = 4096;

/// The unsolicited answers that a host received from a service.
#[derive(Default)]
pub(super) struct Victim {
    packets: Seconds,
    n_packets: u64,
    n_bytes: u64,
    servers: BTreeSet<Addr>,
    /// The servers of this service that it sent requests to in this capture.
    asked: BTreeSet<Addr>,
    /// True if it sent a broadcast or multicast request, which each of them answers.
    has_asked_all: bool,
}

impl Victim {
    /// Takes what a server sent unasked; false if there is no room for its times.
    pub(super) fn take(&mut self, server: Addr, sent: &DirectionStats, room: &mut Room) -> bool {
        self.n_packets += u64::from(sent.packets);
        self.n_bytes += sent.bytes;
        if self.servers.len() < MOST_SERVERS {
            self.servers.insert(server);
        }
        self.packets.spread((sent.first_ns, sent.last_ns), sent.packets, room)
    }

    /// It asked most of those who answered, or all at once.
    fn is_client(&self) -> bool {
        let n_asked = self.servers.iter().filter(|server| self.asked.contains(server)).count();
        self.has_asked_all || 2 * n_asked >= self.servers.len().max(1)
    }

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
        begin(confidence, if is_past { (worst, least) } else { measure })
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

/// Server, its port, target and what was sent, for answers of such a service that were not asked for. Either end may count
/// as the one that began.
pub(super) fn unasked(flow: &Flow) -> Option<(Addr, u16, Addr, &DirectionStats)> {
    if !flow.is_udp() || !flow.known.has(Known::FORWARD.with(Known::BACKWARD)) {
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
    let is_meant = (is_service || is_other) && !is_to_group;
    is_meant.then_some((server, port, target, sent))
}

/// Bytes on the wire from which on an answer of a service amplifies.
fn least_mean(port: u16) -> f64 {
    if port == NTP { LEAST_NTP_BYTES } else { LEAST_MEAN_BYTES }
}

impl Amplification {
    /// Whoever asks a service that amplifies gets answers by right, also on other ports and later. `flow` is no unasked answer.
    pub(super) fn note_question(&mut self, flow: &Flow) {
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if !flow.is_udp() || !PORTS.contains(&port) || flow.forward().packets == 0 {
            return;
        }
        let Some(victim) = self.victims.of((client, port)) else { return };
        victim.has_asked_all |= flow.is_to_group();
        if victim.asked.len() < MOST_SERVERS {
            victim.asked.insert(server);
        }
    }

    pub(super) fn reflected(&self, context: &Context<'_>) -> Conclusion {
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
}
