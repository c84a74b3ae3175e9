//! Questions whose answers are many times their size, and answers that nobody asked for, to findings of reflected floods
//! and of servers that can be used for them.

use crate::detect::card::Card;
use crate::detect::detector::AppEvent;
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
use crate::detect::support::flow_selector::gather;
use crate::detect::support::flow_selector::visit;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::rate_series::Room;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldSet;
use crate::model::app::kinds::infra::{NtpCommand, NtpMessage};
use crate::model::app::kinds::names::DnsType;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, DirectionStats, Finding, Flow};
use crate::settings::{Descriptor, OnChange};
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "amplification",
    name: "Reflection and amplification",
    category: Category::Flood,
    technique: Some(("T1498.002", "Reflection Amplification")),
    sees: "Many servers send large answers to a host that never asked, a host sends pings to whole networks (smurf), or somebody asks servers for the answers that are used for this (NTP lists, DNS ANY).",
    matters: "The attacker asks in the victim's name, and the servers flood it with answers up to hundreds of times larger than the questions.",
    otherwise: "A capture that shows only one direction; an administrator who asks his own server for its list of clients.",
    source: baseline::source!(
        "Rossow: Amplification Hell, NDSS 2014 (protocols and factors); CVE-2013-5211 (NTP monlist); RFC 8482 (DNS ANY); CERT CA-1998-01 (smurf)."
    ),
};

const PACKETS: Descriptor = Descriptor {
    id: "amplification.packets",
    label: "Answers that nobody asked for",
    help: "So many within ten seconds, from ports of services that amplify, to one host.",
    unit: "packets",
    min: 10.0,
    max: 10_000_000.0,
    default: 500.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const QUESTIONS: Descriptor = Descriptor {
    id: "amplification.questions",
    label: "Questions that amplify",
    help: "So many questions for NTP lists, or ten times as many for DNS ANY, of one host to one server. Clients that keep time never ask for a list.",
    unit: "questions",
    min: 1.0,
    max: 100_000.0,
    default: 3.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[PACKETS, QUESTIONS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    interest: Interest::MESSAGES.union(Interest::UDP_FLOWS).union(Interest::ICMP_FLOWS),
    make: || Box::new(Amplification::default()),
};

/// UDP ports of services that amplify, after Rossow, with those found since (CLDAP, memcached, WS-Discovery).
const PORTS: [u16; 16] = [17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11211, 27015, 27960];
/// An answer that is no larger amplifies nothing.
const LEAST_MEAN_BYTES: f64 = 200.0;
/// Seconds over which answers are counted.
const SPAN: i64 = 10;
/// Fewer servers are a stream, not a reflection.
const LEAST_SERVERS: usize = 3;
/// Pings to whole networks that are one too many.
const LEAST_SMURF: u64 = 50;
/// DNS questions for everything count as a tenth of those for NTP's lists: some programs still ask them.
const ANY_WEIGHT: f64 = 0.1;
/// Most victims and pairs kept.
const MOST: usize = 1 << 15;
/// Servers told apart for a victim.
const MOST_SERVERS: usize = 4096;
/// Most victims that are compared with their baseline; those with the most bytes.
const MOST_CANDIDATES: usize = 200;
/// Most findings.
const MOST_FINDINGS: usize = 50;

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
    let (forward, backward) = (flow.forward(), flow.backward());
    let ((server, port), (target, target_port), sent) = match (forward.packets, backward.packets) {
        (1.., 0) => (flow.originator(), flow.responder(), forward),
        (0, 1..) => (flow.responder(), flow.originator(), backward),
        _ => return None,
    };
    let is_to_group = target.is_group() || target == flow.responder().0 && flow.is_to_group();
    let is_meant = flow.is_udp() && PORTS.contains(&port) && !PORTS.contains(&target_port) && !is_to_group;
    is_meant.then_some((server, port, target, sent))
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
            && let Some(heard) = self.askers.of((flow.originator().0, flow.responder().0, protocol))
        {
            heard.add(event);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
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
        let mut findings = self.reflected(context);
        findings.extend(self.asked(context));
        findings.extend(self.smurfed(context));
        findings.truncate(MOST_FINDINGS);
        let n_not_evaluated = self.victims.n_refused + self.smurfs.n_refused + self.askers.n_refused;
        Conclusion { findings, n_not_evaluated, ..Conclusion::default() }
    }
}

impl Amplification {
    fn reflected(&self, context: &Context<'_>) -> Vec<Finding> {
        let least = context.settings.get(&PACKETS);
        let is_victim = |victim: &Victim| {
            victim.servers.len() >= LEAST_SERVERS
                && victim.n_bytes as f64 >= LEAST_MEAN_BYTES * victim.n_packets as f64
                && Baseline::may_matter(victim.packets.busiest(SPAN).0 as f64, least)
        };
        let mut victims = self.victims.sorted_where(is_victim);
        victims.sort_by_key(|(key, victim)| (std::cmp::Reverse(victim.n_bytes), **key));
        victims.truncate(MOST_CANDIDATES);
        let (a_second, span) = (least / SPAN as f64, context.span_ns);
        let mut cases: Vec<(&(Addr, u16), &Victim, Baseline)> =
            victims.into_iter().map(|(key, victim)| (key, victim, Baseline::of(&victim.packets, span))).collect();
        cases.retain(|(_, victim, baseline)| {
            baseline.is_flood(victim.packets.busiest(SPAN).0 as f64 / SPAN as f64, a_second) && !baseline.is_ordinary()
        });
        cases.truncate(MOST_FINDINGS);
        let mut gathered = vec![Gathered::default(); cases.len()];
        for is_source in [true, false] {
            let between = |((target, _), ..): &(&(Addr, u16), &Victim, Baseline)| match is_source {
                true => Between { source: Some(*target), ..Between::default() },
                false => Between { target: Some(*target), ..Between::default() },
            };
            let between: Vec<Between> = cases.iter().map(between).collect();
            visit(context, &between, |place, serial, flow| {
                let Some((meant, ..)) = cases.get(place) else { return };
                if unasked(flow).is_some_and(|(_, port, target, _)| (target, port) == **meant)
                    && let Some(group) = gathered.get_mut(place)
                {
                    group.add(serial, flow);
                }
            });
        }
        let finding = |((key, victim, baseline), flows): (&(&(Addr, u16), &Victim, Baseline), Gathered)| {
            let mut finding = victim.finding(**key, flows, least, baseline);
            finding.series =
                victim.packets.course("Answers without a question, a second", "packets/s", a_second, context.span_ns);
            baseline.show(&mut finding, "packets/s", a_second);
            finding
        };
        cases.iter().zip(gathered).map(finding).collect()
    }

    fn asked(&self, context: &Context<'_>) -> Vec<Finding> {
        let least = context.settings.get(&QUESTIONS);
        let mut askers: BTreeMap<(Addr, AppProto), Vec<(Addr, &MessageEvidence)>> = BTreeMap::new();
        for ((asker, server, protocol), heard) in self.askers.sorted() {
            let weight = if *protocol == AppProto::Dns { ANY_WEIGHT } else { 1.0 };
            if heard.n as f64 * weight >= least {
                askers.entry((*asker, *protocol)).or_default().push((*server, heard));
            }
        }
        askers
            .into_iter()
            .map(|((asker, protocol), servers)| {
                let mut heard = MessageEvidence::default();
                servers.iter().for_each(|(_, one)| heard.merge(one));
                let threshold = if protocol == AppProto::Dns { least / ANY_WEIGHT } else { least };
                let (name, what) = match protocol {
                    AppProto::Dns => ("DNS", "for every record of a name (ANY)"),
                    _ => ("NTP", "for lists of clients and peers (mode 7)"),
                };
                let mut finding = begin(Impact::OUTAGE, 0.7, heard.n as f64, threshold);
                finding.title = format!("{asker} asks {} {what}", count(servers.len(), "server"));
                finding.sources = finding_builder::addresses([asker]);
                finding.targets = finding_builder::addresses(servers.iter().map(|(server, _)| *server));
                finding.ports = vec![if protocol == AppProto::Dns { 53 } else { 123 }];
                finding.protocol = name.to_owned();
                finding.evidence = vec![
                    evidence("Questions that amplify", heard.n as f64, "questions", "0"),
                    evidence("Servers asked", servers.len() as f64, "hosts", ""),
                ];
                finding.explanation = format!(
                    "{asker} asked {} {} times {what}. The answers are many times larger than the questions. Either \
                     somebody looks for servers that can be used for floods, or the questions carry the forged address of \
                     {asker} and the answers are to flood it.",
                    count(servers.len(), "server"),
                    thousands(heard.n as usize)
                );
                heard.fill(&mut finding);
                finding.display_filter = match protocol {
                    AppProto::Dns => format!("{} && dns.qry.type == 255", finding_builder::host_filter("src", asker)),
                    _ => format!("{} && udp.dstport == 123 && (ntp.flags.mode == 7 || ntp.ctrl.flags2.opcode == 10)", finding_builder::host_filter("src", asker)),
                };
                finding_builder::finish(finding, true)
            })
            .collect()
    }

    fn smurfed(&self, context: &Context<'_>) -> Vec<Finding> {
        let cases = self.smurfs.sorted_where(|smurf| smurf.n >= LEAST_SMURF);
        let between: Vec<Between> =
            cases.iter().map(|(source, _)| Between { source: Some(**source), ..Between::default() }).collect();
        let gathered = gather(context, &between, |_, flow| is_smurf(flow));
        cases
            .iter()
            .zip(gathered)
            .map(|((source, smurf), flows)| {
                let mut finding = begin(Impact::OUTAGE, 0.75, smurf.n as f64, LEAST_SMURF as f64);
                finding.title =
                    format!("Pings to whole networks in the name of {source}: {}", thousands(smurf.n as usize));
                finding_builder::technique(&mut finding, ("T1498.002", "Reflection Amplification"));
                finding.sources = finding_builder::addresses([**source]);
                finding.targets = finding_builder::addresses(smurf.networks.iter().copied());
                finding.protocol = "ICMP".to_owned();
                finding.evidence = vec![
                    evidence("Pings to broadcast addresses", smurf.n as f64, "packets", "0"),
                    evidence("Broadcast addresses", smurf.networks.len() as f64, "addresses", "0"),
                ];
                finding.explanation = format!(
                    "{} pings to broadcast addresses carry the address of {source}. Every host that answers sends to \
                     {source}: one question, many answers. The address is probably forged and its owner the victim.",
                    thousands(smurf.n as usize)
                );
                finding.series =
                    smurf.pings.course("Pings to broadcast addresses, a second", "packets/s", None, context.span_ns);
                flows.fill(&mut finding);
                finding.display_filter = format!("{} && icmp.type == 8", finding_builder::host_filter("src", **source));
                finding_builder::finish(finding, false)
            })
            .collect()
    }
}

impl Victim {
    fn finding(&self, (target, port): (Addr, u16), flows: Gathered, least: f64, baseline: &Baseline) -> Finding {
        let worst = self.packets.busiest(SPAN).0 as f64;
        let named = Protocol::from_port(false, port);
        let service = named.map_or_else(|| format!("UDP port {port}"), |named| named.name().to_owned());
        let servers = count(self.servers.len(), "server");
        let mean = self.n_bytes as f64 / self.n_packets.max(1) as f64;
        let confidence = baseline.weigh(0.85, (worst, least), true);
        let mut finding = begin(Impact::OUTAGE, confidence, worst, least);
        finding.title = format!("{servers} flood {target} with {service} answers that it never asked for");
        finding.sources = finding_builder::addresses(self.servers.iter().copied());
        finding.targets = finding_builder::addresses([target]);
        finding.ports = vec![port];
        finding.evidence = vec![
            evidence("Answers without a question", self.n_packets as f64, "packets", "0"),
            evidence("Most of them within 10 s", worst, "packets", format!("below {least}")),
            evidence("Size of an answer, mean", mean, "B", ""),
            evidence("Servers", self.servers.len() as f64, "hosts", "1 or 2"),
        ];
        finding.explanation = format!(
            "{servers} sent {target} {} {service} answers, {} in all, to none of which a question was seen. Somebody asks \
             them in the name of {target}, so that they flood it: the servers are tools, not attackers.",
            thousands(self.n_packets as usize),
            crate::model::format::quantity::bytes(self.n_bytes as f64)
        );
        finding.protocol = service;
        flows.fill(&mut finding);
        finding.display_filter = format!("{} && udp.srcport == {port}", finding_builder::host_filter("dst", target));
        finding_builder::finish(finding, true)
    }
}

/// A finding with what all three kinds share.
fn begin(impact: Impact, confidence: f64, value: f64, threshold: f64) -> Finding {
    let mut finding = finding_builder::begin(&CARD);
    rate(&mut finding, impact, confidence, (value, threshold));
    finding.benign_causes = lines(&[
        "A capture that shows only one direction of the traffic",
        "An administrator who asks his own servers",
        "A test of one's own defences",
    ]);
    finding.advice = lines(&[
        "Ask the provider to filter what comes from these ports while it lasts",
        "Close the service on servers of your own, or let it answer only known addresses",
        "Let no packet with a foreign source address leave the network (BCP 38)",
    ]);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Line;
    use crate::detect::support::testing::Made;
    use crate::detect::support::testing::TestValue;
    use crate::detect::support::testing::finish;
    use crate::detect::support::testing::hear;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::settings::Settings;

    fn answers(n_servers: u8, mean: u64) -> usize {
        let made = |i: u32| Made {
            protocol: 17,
            from: (outside((i % u32::from(n_servers)) as u8), 53),
            packets: [10, 0],
            bytes: [10 * mean, 0],
            seconds: 1.0,
            ..Made::tcp(inside(9), inside(1), (1024 + i) as u16, 1.0)
        };
        let flows: Vec<Made> = (0..100).map(made).collect();
        finish(&ENTRY, &flows, &[], &Settings::default()).findings.len()
    }

    #[test]
    fn large_answers_of_many_servers_are_reported() {
        assert_eq!(answers(20, 1200), 1);
        let asker = |i: u8| Made {
            protocol: 17,
            packets: [0, 10],
            bytes: [0, 12_000],
            ..Made::tcp(inside(1), outside(i), 123, 1.0)
        };
        let turned: Vec<Made> = (0..100).map(asker).collect();
        assert_eq!(finish(&ENTRY, &turned, &[], &Settings::default()).findings.len(), 1, "told from the victim's side");
        assert_eq!(answers(1, 1200), 0, "a stream");
        assert_eq!(answers(20, 60), 0, "small answers");
    }

    fn asked(n: u32, protocol: AppProto, facts: &[(FieldId, TestValue)]) -> usize {
        let line = |i: u32| Line {
            protocol,
            second: f64::from(i),
            from: (outside(1), 40_000),
            to: (inside(1), 123),
            direction: Direction::ToResponder,
            facts: facts.iter().map(|(kind, value)| (*kind, value.clone())).collect(),
        };
        hear(&ENTRY, &(0..n).map(line).collect::<Vec<_>>(), &Settings::default()).findings.len()
    }

    #[test]
    fn questions_for_lists_are_reported_and_those_for_time_are_not() {
        use FieldId::{Command, Message};
        assert_eq!(
            asked(3, AppProto::Ntp, &[(Message, NtpMessage::Private.into()), (Command, NtpCommand::Monlist.into())]),
            1
        );
        assert_eq!(
            asked(
                50,
                AppProto::Ntp,
                &[(Message, NtpMessage::Control.into()), (Command, NtpCommand::ReadVariables.into())]
            ),
            0
        );
        assert_eq!(asked(50, AppProto::Ntp, &[(Message, NtpMessage::Client.into())]), 0);
        assert_eq!(
            (
                asked(40, AppProto::Dns, &[(FieldId::DnsType, DnsType::Any.into())]),
                asked(5, AppProto::Dns, &[(FieldId::DnsType, DnsType::Any.into())])
            ),
            (1, 0)
        );
    }
}
