//! TCP packets that belong to no connection, in masses, to findings: floods of ACK, RST or FIN, and the answers of a victim
//! whose attacker forges addresses (backscatter).

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::EndedFlow;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::baseline;
use crate::detect::support::baseline::Baseline;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::finding_builder::thousands;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::flow_selector::visit;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
use crate::model::{Addr, Category, DirectionStats, Finding, Flow, Series};
use crate::settings::{Descriptor, OnChange};
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "out_of_state_flood",
    name: "Flood of stray TCP packets",
    category: Category::Flood,
    technique: Some(("T1498.001", "Direct Network Flood")),
    sees: "Masses of short TCP flows that nobody opened: acknowledgments, resets or ends to one host, or answers to requests that were never made, from one host to many.",
    matters: "Each stray packet makes a host or firewall search its connections. Answers that nobody asked for show that their sender is being flooded by somebody who forges addresses.",
    otherwise: "A capture that begins amid many connections or sees one direction only; a router that changed the path of all connections.",
    source: baseline::source!(
        "200 a second is the default at which Juniper's SYN flood screen sets in; backscatter after Moore, Voelker, Savage: Inferring Internet Denial-of-Service Activity, USENIX Security 2001 (at least 100 packets)."
    ),
};

const BURST: Descriptor = Descriptor {
    id: "out_of_state_flood.burst",
    label: "Stray packets in one second",
    help: "So many to one host within a second, each in a flow of its own.",
    unit: "packets",
    min: 10.0,
    max: 10_000_000.0,
    default: 200.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const RECEIVERS: Descriptor = Descriptor {
    id: "out_of_state_flood.receivers",
    label: "Hosts that get answers unasked",
    help: "So many different hosts to which one host sends answers that they never asked for.",
    unit: "hosts",
    min: 2.0,
    max: 1_000_000.0,
    default: 50.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[BURST, RECEIVERS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    interest: Interest::TCP_FLOWS,
    make: || Box::new(OutOfStateFlood::default()),
};

/// A flow with more packets is a connection whose start was not captured.
const MOST_FLOW_PACKETS: u32 = 3;
/// Backscatter of fewer packets says little (Moore et al.).
const LEAST_ANSWERS: u64 = 100;
/// Most hosts kept, and receivers told apart for one.
const MOST_HOSTS: usize = 1 << 15;
const MOST_RECEIVERS: usize = 1 << 14;
/// Most targets that are compared with their baseline; those with the most packets.
const MOST_CANDIDATES: usize = 200;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct OutOfStateFlood {
    targets: Tally<Addr, Seconds, MOST_HOSTS>,
    servers: Tally<Addr, Server, MOST_HOSTS>,
}

/// One that answers whom nobody saw ask.
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

/// Who sent the packets of a stray flow to whom; none for a flow that is a connection or part of one.
fn stray(flow: &Flow) -> Option<(End, End, Stray, &DirectionStats)> {
    if !flow.is_tcp() || flow.saw_syn {
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
        let Some(((from, port), (to, _), kind, sent)) = stray(ended.flow) else { return };
        if let Some(seconds) = self.targets.of(to) {
            seconds.add(sent.first_ns, sent.packets);
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
        let may_matter = |seconds: &Seconds| Baseline::may_matter(f64::from(seconds.most()), burst);
        let mut targets = self.targets.sorted_where(may_matter);
        targets.sort_by_key(|(host, seconds)| (std::cmp::Reverse(seconds.total()), **host));
        targets.truncate(MOST_CANDIDATES);
        let of = |(host, seconds)| (host, seconds, Baseline::of(seconds, context.span_ns));
        let mut floods: Vec<(&Addr, &Seconds, Baseline)> = targets.into_iter().map(of).collect();
        floods.retain(|(_, seconds, baseline)| baseline.is_flood(f64::from(seconds.most()), burst));
        floods.truncate(MOST_FINDINGS);
        let mut scattered =
            self.servers.sorted_where(|server| server.receivers.len() as f64 >= receivers && server.n >= LEAST_ANSWERS);
        scattered.truncate(MOST_FINDINGS);
        let hosts = floods.iter().map(|(host, ..)| **host).chain(scattered.iter().map(|(host, _)| **host));
        // Either end of a flow may be the one that counts as its beginner.
        let hosts: Vec<Addr> = hosts.collect();
        let mut groups = vec![(Gathered::default(), BTreeSet::new()); hosts.len()];
        for is_source in [true, false] {
            let between = |host: &Addr| match is_source {
                true => Between { source: Some(*host), ..Between::default() },
                false => Between { target: Some(*host), ..Between::default() },
            };
            let between: Vec<Between> = hosts.iter().map(between).collect();
            visit(context, &between, |place, serial, flow| {
                let (Some(host), Some((group, others))) = (hosts.get(place), groups.get_mut(place)) else { return };
                let Some(((from, _), (to, _), kind, _)) = stray(flow) else { return };
                let is_meant = if place < floods.len() { to == *host } else { from == *host && kind == Stray::Answer };
                if is_meant {
                    group.add(serial, flow);
                    others.insert(if from == *host { to } else { from });
                }
            });
        }
        let mut groups = groups.into_iter();
        let mut findings = Vec::new();
        for ((target, seconds, baseline), (flows, sources)) in floods.iter().zip(&mut groups) {
            let series = seconds.course("Stray packets a second", "packets/s", burst, context.span_ns);
            findings.push(flood(**target, (seconds, series, baseline), &sources, flows, burst));
        }
        for ((host, server), (flows, _)) in scattered.iter().zip(groups) {
            let mut finding = server.finding(**host, flows, receivers);
            finding.series = server.course(context.span_ns);
            findings.push(finding);
        }
        Conclusion {
            findings,
            n_not_evaluated: self.targets.n_refused + self.servers.n_refused,
            ..Conclusion::default()
        }
    }
}

fn flood(
    target: Addr,
    (seconds, series, baseline): (&Seconds, Option<Series>, &Baseline),
    sources: &BTreeSet<Addr>,
    flows: Gathered,
    burst: f64,
) -> Finding {
    let most = f64::from(seconds.most());
    let confidence = baseline.weigh(0.8, (most, burst), false);
    let from = match (sources.len(), sources.first()) {
        (1, Some(one)) => one.to_string(),
        (n, _) => count(n, "host"),
    };
    let mut finding = begin(Impact::OUTAGE, confidence, most, burst);
    finding.title = format!("{from} flooded {target} with stray TCP packets");
    finding.sources = finding_builder::addresses(sources.iter().copied());
    finding.targets = finding_builder::addresses([target]);
    finding.evidence = vec![
        evidence("Stray packets", seconds.total() as f64, "packets", "a few"),
        evidence("Most of them in a second", most, "packets/s", format!("below {burst}")),
        evidence("Sources", sources.len() as f64, "addresses", ""),
    ];
    finding.explanation = format!(
        "{target} got {} TCP packets that belong to no connection, up to {most} in a second, from {from}. Nobody had asked \
         for a connection, and none carries data.",
        thousands(seconds.total() as usize)
    );
    finding.series = series;
    baseline.show(&mut finding, "packets/s", burst);
    flows.fill(&mut finding);
    finding.display_filter = format!(
        "{} && tcp.len == 0 && {}",
        finding_builder::host_filter("dst", target),
        finding_builder::time_filter(finding.start_ns, finding.end_ns)
    );
    finding_builder::finish(finding, false)
}

fn begin(impact: Impact, confidence: f64, value: f64, threshold: f64) -> Finding {
    let mut finding = finding_builder::begin(&CARD);
    rate(&mut finding, impact, confidence, (value, threshold));
    finding.protocol = "TCP".to_owned();
    finding.benign_causes = lines(&[
        "A capture that begins amid many connections, or sees one direction only",
        "A router or balancer that moved all connections at once",
    ]);
    finding.advice = lines(&[
        "Let the firewall drop packets that belong to no connection before they reach hosts",
        "Look at the time to live of the packets: addresses are probably forged",
    ]);
    finding
}

impl Server {
    fn course(&self, span_ns: (i64, i64)) -> Option<Series> {
        let name = "Answers to whom nobody saw ask, a second";
        self.answers.course(name, "packets/s", None, span_ns)
    }

    fn finding(&self, host: Addr, flows: Gathered, least: f64) -> Finding {
        let n = self.receivers.len() as f64;
        // Whoever gets the answers is not harmed; the sender is the one under attack, somewhere else.
        let mut finding = begin(Impact::OUTSIDE_LOOK, 0.75, n, least);
        finding.title =
            format!("{host} answers {} that never asked: it is being flooded", count(self.receivers.len(), "host"));
        finding_builder::technique(&mut finding, ("T1498", "Network Denial of Service"));
        finding.sources = finding_builder::addresses([host]);
        finding.targets = finding_builder::addresses(self.receivers.iter().copied());
        finding.ports = self.ports.iter().copied().collect();
        finding.evidence = vec![
            evidence("Answers without a request", self.n as f64, "packets", "a few"),
            evidence("Hosts that got them", n, "hosts", "0"),
        ];
        finding.explanation = format!(
            "{host} sent {} answers to connection requests of {} that were never seen to ask. Somebody floods {host} with \
             requests under forged addresses, and it answers the owners of these.",
            thousands(self.n as usize),
            count(self.receivers.len(), "host")
        );
        flows.fill(&mut finding);
        finding.display_filter = format!(
            "{} && tcp.flags.ack == 1 && (tcp.flags.syn == 1 || tcp.flags.reset == 1)",
            finding_builder::host_filter("src", host)
        );
        finding_builder::finish(finding, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Made;
    use crate::detect::support::testing::finish;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
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
    fn answers_to_whom_nobody_asked_are_backscatter() {
        let answers =
            |n: u8| -> Vec<Made> { (0..n).map(|i| made((outside(1), 80), (inside(i), 5000), SYN | ACK, 2)).collect() };
        let found = finish(&ENTRY, &answers(60), &[], &Settings::default()).findings;
        assert!(found[0].title.contains("being flooded"));
        assert!(finish(&ENTRY, &answers(20), &[], &Settings::default()).findings.is_empty());
    }
}
