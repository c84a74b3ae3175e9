//! Turns large numbers of TCP packets that belong to no connection into findings: ACK, RST or FIN floods, and the
//! answers of a victim whose attacker forges addresses (backscatter).

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline::{self, Flood, FloodLimits, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::Envelope;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::flow_selector::{Gathered, gather_either};
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::Known;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
use crate::model::{Addr, Category, DirectionStats, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "out_of_state_flood",
    name: "Out-of-state TCP flood",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "Large numbers of short TCP flows without a handshake: ACK, RST or FIN packets to one host, or answers from one host to many that never sent a request.",
    matters: "For each packet a host or firewall searches its connection table. Unsolicited answers show that their sender is being flooded from forged addresses.",
    otherwise: "A capture that starts while many connections are open or shows one direction only, or a router that moved all connections to another path.",
    benign_causes: &[
        "A capture that starts while many connections are open, or shows one direction only",
        "A router or load balancer that moved all connections at once",
    ],
    advice: &[
        "Let the firewall drop packets that belong to no connection",
        "Check the TTL of the packets: the addresses are probably forged",
    ],
    part_of: &[],
    source: baseline::source!(
        "200 a second is the default at which Juniper's SYN flood screen starts; backscatter after Moore, Voelker, \
         Savage: Inferring Internet Denial-of-Service Activity, USENIX Security 2001 (at least 100 packets).",
        "100 packets and 2 a second: what remains of connections whose start was not captured."
    ),
}
.explained_where_shown();

const BURST: Descriptor = Descriptor::count("out_of_state_flood.burst", "Out-of-state packets in one second", 200.0)
    .range(10.0, 10_000_000.0)
    .unit("packets")
    .help("This many to one host within a second, each in its own flow. Fewer are a flood if they stand out for long.");
const RECEIVERS: Descriptor =
    Descriptor::count("out_of_state_flood.receivers", "Hosts that receive unsolicited answers", 50.0)
        .range(2.0, 1_000_000.0)
        .unit("hosts")
        .help("This many different hosts receive answers from one host that they never sent a request to.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<OutOfStateFlood>(CARD, &[BURST, RECEIVERS], Interest::TCP_FLOWS);

/// What remains of connections that began before the capture, or that one side has forgotten.
const ORDINARY: Envelope = Envelope { rate: 2.0, burst: 100.0 };
/// Packets of at most this many sources to ever new ports are a scan.
const MOST_SCANNERS: usize = 20;
/// More than two for each port are no scan.
const MORE_THAN_SCAN: u64 = 2 * 65_535;
/// Ports kept for one target.
const MOST_TARGET_PORTS: usize = 4096;
/// A flow with more packets is a connection whose start was not captured.
const MOST_FLOW_PACKETS: u32 = 3;
/// Backscatter of fewer packets says little (Moore et al.).
const LEAST_ANSWERS: u64 = 100;
/// Most hosts kept.
const MOST_HOSTS: usize = 1 << 15;
/// Most receivers kept for one host.
const MOST_RECEIVERS: usize = 1 << 14;

#[derive(Default)]
struct OutOfStateFlood {
    targets: Tally<Addr, Target, MOST_HOSTS>,
    servers: Tally<Addr, Server, MOST_HOSTS>,
}

/// A host that receives packets that belong to no connection.
#[derive(Default)]
struct Target {
    seconds: Seconds,
    ports: BTreeSet<u16>,
    senders: BTreeSet<Addr>,
}

impl Target {
    fn counts(&self) -> (&Seconds, u64) {
        (&self.seconds, self.seconds.total())
    }

    /// One packet to each port by few: they look for open ones.
    fn is_scanned(&self) -> bool {
        let n = self.seconds.total();
        let is_each_new = self.ports.len() as f64 >= 0.5 * n.min(MOST_TARGET_PORTS as u64) as f64;
        is_each_new && n < MORE_THAN_SCAN && self.senders.len() <= MOST_SCANNERS
    }
}

/// A host that sends unsolicited answers.
#[derive(Default)]
struct Server {
    answers: Seconds,
    n: u64,
    ports: BTreeSet<u16>,
    receivers: BTreeSet<Addr>,
}

/// The kind of a stray flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stray {
    /// SYN with ACK, or a reset that acknowledges: what is sent back to a forged request.
    Answer,
    /// Anything else.
    Other,
}

/// An address and a port.
type End = (Addr, u16);

/// Sender and receiver of the packets of a stray flow; `None` for a flow that is a connection or part of one.
fn stray(flow: &Flow) -> Option<(End, End, Stray, &DirectionStats)> {
    // A table must say which side had which flags.
    let is_split = flow.known.has(Known::FLAGS) && (flow.recorded.is_none() || !flow.known.has(Known::FLAG_COUNTS));
    if !flow.is_tcp() || flow.saw_syn || !is_split {
        return None;
    }
    let (forward, backward) = (flow.forward(), flow.backward());
    // All that may come back is a reset.
    let is_refused = |direction: &DirectionStats| direction.flag(RST) == direction.packets;
    let (from, to, sent) = match (forward.packets, backward.packets) {
        (1.., _) if is_refused(backward) => (flow.originator(), flow.responder(), forward),
        (_, 1..) if is_refused(forward) => (flow.responder(), flow.originator(), backward),
        _ => return None,
    };
    if sent.packets > MOST_FLOW_PACKETS || sent.data_packets > 0 {
        return None;
    }
    let all = |bit: u8| sent.flag(bit) == sent.packets;
    let kind = match () {
        () if all(SYN) && all(ACK) => Stray::Answer,
        () if all(RST) && all(ACK) && flow.packets() == u64::from(sent.packets) => Stray::Answer,
        () if sent.flag(SYN) == 0 && (all(ACK) || all(RST) || all(FIN)) => Stray::Other,
        () => return None,
    };
    Some((from, to, kind, sent))
}

impl Detector for OutOfStateFlood {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let Some(((from, port), (to, to_port), kind, sent)) = stray(ended.flow) else { return };
        if let Some(target) = self.targets.of(to) {
            target.seconds.add(sent.first_ns, sent.packets);
            if target.ports.len() < MOST_TARGET_PORTS {
                target.ports.insert(to_port);
            }
            if target.senders.len() <= MOST_SCANNERS {
                target.senders.insert(from);
            }
        }
        if kind == Stray::Answer
            && let Some(server) = self.servers.of(from)
        {
            server.n += u64::from(sent.packets);
            server.answers.add(sent.first_ns, sent.packets);
            if server.receivers.len() < MOST_RECEIVERS {
                server.receivers.insert(to);
                server.ports.insert(port);
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let burst = context.settings.get(&BURST);
        let receivers = context.settings.get(&RECEIVERS);
        let targets = self.targets.sorted_where(|target| !target.is_scanned());
        let limits = FloodLimits { span: 1, threshold: burst, envelope: Some(ORDINARY) };
        let mut floods = floods(targets, Target::counts, limits, context.span_ns);
        floods.truncate(report::MOST_FINDINGS);
        let mut scattered =
            self.servers.sorted_where(|server| server.receivers.len() as f64 >= receivers && server.n >= LEAST_ANSWERS);
        scattered.truncate(report::MOST_FINDINGS);
        let targets: Vec<Addr> = floods.iter().map(|flood| *flood.target).collect();
        let mut sources = vec![BTreeSet::new(); targets.len()];
        let flows = gather_either(context, &targets, |place, flow| {
            let is_to = |to: Addr| targets.get(place) == Some(&to);
            let meant = stray(flow).filter(|(_, (to, _), ..)| is_to(*to));
            if let (Some(((from, _), ..)), Some(sources)) = (meant, sources.get_mut(place)) {
                sources.insert(from);
            }
            meant.is_some()
        });
        let mut around = flows.into_iter().zip(sources);
        let flooded = Report::of(&floods).not_evaluated(self.targets.n_refused).each(|flood| {
            let (flows, sources) = around.next().unwrap_or_default();
            of_target(flood, &sources, flows, burst, context.span_ns)
        });
        let servers: Vec<Addr> = scattered.iter().map(|(host, _)| **host).collect();
        let is_answer = |place: usize, flow: &Flow| {
            stray(flow)
                .is_some_and(|((from, _), _, kind, _)| servers.get(place) == Some(&from) && kind == Stray::Answer)
        };
        let mut flows = gather_either(context, &servers, is_answer).into_iter();
        let answering = Report::of(scattered).not_evaluated(self.servers.n_refused).each(|(host, server)| {
            server.finding(**host, flows.next().unwrap_or_default(), receivers, context.span_ns)
        });
        flooded.and(answering)
    }
}

fn of_target(
    flood: &Flood<'_, Addr, Target>,
    sources: &BTreeSet<Addr>,
    flows: Gathered,
    burst: f64,
    span_ns: (i64, i64),
) -> Finding {
    let Flood { target, figures, baseline, measure, .. } = flood;
    let (target, seconds) = (**target, &figures.seconds);
    let most = f64::from(seconds.most());
    let confidence = baseline.weigh(Confidence::VERY_LIKELY, most >= burst);
    let from = match (sources.len(), sources.first()) {
        (1, Some(one)) => one.to_string(),
        (n, _) => count(n, "host"),
    };
    begin(Impact::OUTAGE, confidence, *measure)
        .title(format!("{from} flooded {target} with out-of-state TCP packets"))
        .sources(sources.iter().copied())
        .targets([target])
        .evidence([
            evidence("Out-of-state packets", seconds.total() as f64, "packets", "a few"),
            evidence("Most of them in one second", most, "packets/s", format!("below {burst}")),
            evidence("Sources", sources.len() as f64, "addresses", ""),
        ])
        .explanation(format!(
            "{target} received {} TCP packets that belong to no connection, up to {most} in one second, from {from}. \
                              No connection request was seen, and none of the packets carries data.",
            thousands(seconds.total() as usize)
        ))
        .series(seconds.course("Out-of-state packets per second", "packets/s", burst, span_ns))
        .baseline(baseline, "packets/s", burst)
        .flows(flows)
        .filter_in_time(format!("{} && tcp.len == 0", finding_builder::host_filter("dst", target)))
        .build()
}

fn begin(impact: Impact, confidence: Confidence, measure: (f64, f64)) -> FindingBuilder {
    Finding::builder(&CARD).rated(impact, confidence, measure).protocol("TCP")
}

impl Server {
    fn finding(&self, host: Addr, flows: Gathered, least: f64, span_ns: (i64, i64)) -> Finding {
        let n = self.receivers.len() as f64;
        // Whoever gets the answers is not harmed; the sender is the one under attack, somewhere else.
        begin(Impact::OUTSIDE_LOOK, Confidence::LIKELY, (n, least))
            .title(format!(
                "{host} answers {} that sent no request: it is being flooded",
                count(self.receivers.len(), "host")
            ))
            .technique(("T1498", "Network Denial of Service"))
            .sources([host])
            .targets(self.receivers.iter().copied())
            .ports(self.ports.iter().copied())
            .evidence([
                evidence("Answers without a request", self.n as f64, "packets", "a few"),
                evidence("Hosts that received them", n, "hosts", "0"),
            ])
            .explanation(format!(
                "{host} sent {} answers to connection requests of {} that sent none in this capture. Somebody floods \
                              {host} with requests from forged addresses, and the answers go to the owners of these.",
                thousands(self.n as usize),
                count(self.receivers.len(), "host")
            ))
            .flows(flows)
            .filter(format!(
                "{} && tcp.flags.ack == 1 && (tcp.flags.syn == 1 || tcp.flags.reset == 1)",
                finding_builder::host_filter("src", host)
            ))
            .series(self.answers.course("Answers without a request per second", "packets/s", None, span_ns))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside, outside};
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    fn made(from: (Addr, u16), to: (Addr, u16), flags: u8, n: u32) -> Made {
        Made {
            from,
            to,
            packets: [n, 0],
            bytes: [0, 0],
            seconds: 0.0,
            state: TcpState::Unknown,
            flags: [flags, 0],
            ..Made::tcp(from.0, to.0, to.1, 1.0)
        }
    }

    #[test]
    fn masses_of_acknowledgments_are_a_flood_and_a_running_transfer_is_not() {
        let flood: Vec<Made> = (0..300).map(|i| made((outside(1), 2000 + i), (inside(1), 80), ACK, 1)).collect();
        assert_eq!(finish(&ENTRY, &flood, &[], &Settings::default()).findings.len(), 1);
        let transfer: Vec<Made> = (0..300).map(|i| made((outside(1), 2000 + i), (inside(1), 80), ACK, 50)).collect();
        assert_eq!(finish(&ENTRY, &transfer, &[], &Settings::default()).findings.len(), 0);
    }

    #[test]
    fn a_few_a_second_to_one_port_are_a_flood_and_to_ever_new_ports_a_scan() {
        let at = |to_port: fn(u16) -> u16| -> usize {
            let stray = |i: u16| Made {
                start: f64::from(i) / 15.0,
                ..made((outside(1), 2000 + i), (inside(1), to_port(i)), ACK, 1)
            };
            finish(&ENTRY, &(0..600).map(stray).collect::<Vec<_>>(), &[], &Settings::default()).findings.len()
        };
        assert_eq!((at(|_| 80), at(|i| 1 + i)), (1, 0));
    }

    #[test]
    fn answers_to_whom_nobody_asked_are_backscatter() {
        let answers =
            |n: u8| -> Vec<Made> { (0..n).map(|i| made((outside(1), 80), (inside(i), 5000), SYN | ACK, 2)).collect() };
        let found = finish(&ENTRY, &answers(60), &[], &Settings::default()).findings;
        assert!(found[0].title.contains("being flooded"));
        assert!(finish(&ENTRY, &answers(20), &[], &Settings::default()).findings.is_empty());
    }
}
