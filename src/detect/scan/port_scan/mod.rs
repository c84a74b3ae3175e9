//! Turns first contacts into findings of port scans: one source tries many ports of one host, and nearly all attempts
//! fail.

mod case;
mod distributed;
mod one_source_port;
mod peers;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::connection_attempts::{Contact, Contacts, Probe};
use crate::detect::support::episodes;
use crate::detect::support::finding_builder::{Identity, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::known_outcomes;
use crate::detect::support::merge_findings::{self, Block, Joined};
use crate::detect::support::monitoring::{Monitors, Rounds};
use crate::detect::support::port_choice::PortChoice;
use crate::detect::support::report::Report;
use crate::detect::support::severity::Confidence;
use crate::model::format::time::from_seconds;
use crate::model::{Addr, Category, Site};
use crate::settings::Descriptor;
use case::{Case, Limits};
use distributed::Crowd;
use peers::PeerSockets;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "port_scan",
    name: "Port scan",
    category: Category::Scan,
    // Wherever it comes from: it looks for the services of a host. Scans of address blocks are host_scan's (T1595.001).
    technique: Some(("T1046", "Network Service Discovery")),
    sees: "One address tries many ports of one host, and most attempts are refused or not answered. Probes with unusual TCP flags (FIN, NULL, Xmas, ACK, Maimon) and refused UDP ports count too. Two ports are enough if they were tried from the same source port.",
    matters: "A port scan shows which services a machine offers, usually before an attack on one of them.",
    otherwise: "An inventory or monitoring tool, an authorised vulnerability scan, or a program that looks for its server on several ports.",
    benign_causes: &[
        "A known inventory, monitoring or vulnerability scanner",
        "A program that looks for its server on a range of ports",
        "A host that was just switched off while its clients keep retrying",
    ],
    advice: &[
        "Find out who owns the source and whether the scan was authorised",
        "Check the ports that answered: the scanner now knows them",
        "Watch for later connections from the same source to those ports",
    ],
    part_of: &["udp_flood"],
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004. Count rule: Zeek's scan policy (15 ports of one host in 5 minutes, failed attempts only). Attempts from one source port: likelihood ratio of 0.5 R^(n-1) / C(m, n) for n of m failed ports, R = 16384 dynamic ports (RFC 6335), the union bound of the birthday problem. A source that returns at regular intervals, with some success, is a monitor and reported for information only.",
}
.explained_where_shown();

const PORTS: Descriptor = Descriptor::count("port_scan.ports", "Failed ports for a scan", 15.0)
    .range(2.0, 65_535.0)
    .unit("ports")
    .help("This many different ports of one host that failed within the window are a scan. 15 is the value of Zeek's scan policy. The same number over the whole capture is a slow scan.");
const WINDOW: Descriptor = Descriptor::seconds("port_scan.window", "Window for counting ports", 300.0)
    .range(1.0, 86_400.0)
    .help("Failed ports are counted within this time. 300 s is the value of Zeek's scan policy.");
const LEAST: Descriptor = Descriptor::count("port_scan.least", "Failed ports for the random walk", 6.0)
    .range(4.0, 65_535.0)
    .unit("ports")
    .help("The random walk of Jung et al. needs four failures in a row. A program that looks for its server on a few ports reaches that too, so at least this many ports must have failed.");

const ONE_PORT: Descriptor = Descriptor::ratio("port_scan.one_port", "Weight of failed ports from one source port", 3.0)
    .range(1.0, 100.0)
    .help("Failed ports that were tried from the same source port each count this many times in the random walk's number of ports, unless chance explains it: a system uses a different source port for each connection (RFC 6056), and two are the same by chance once in 16,384 times (RFC 6335). So two such ports are a scan. Over UDP they count once: file-sharing peers use one port for everything.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<PortScan>(CARD, &[PORTS, WINDOW, LEAST, ONE_PORT], Interest::NOTHING);

/// Most scans reported; the widest win.
const MOST_FINDINGS: usize = 200;
/// Fewest ports that can be a scan: two packets that no stack sends.
const FEWEST: usize = 2;
/// Peers of file sharing behind one address are tried at many ports, but not at so many times those of a scan.
const MANY_OF_A_PEER: f64 = 4.0;
/// So often a client comes back, and to this share of its ports at least.
const RETRIES: u16 = 2;
const LEAST_RETRIED: f64 = 0.6;

#[derive(Default)]
struct PortScan;

impl Detector for PortScan {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits {
            ports: context.settings.get(&PORTS),
            window_ns: from_seconds(context.settings.get(&WINDOW)),
            least: context.settings.get(&LEAST),
            one_port: context.settings.get(&ONE_PORT),
        };
        let group = |c: &Contact| (c.probe != Probe::Echo).then_some((c.source, c.protocol, c.target));
        let groups = context.contacts.groups(FEWEST as f64, group);
        let sockets = PeerSockets::of(context.contacts);
        let mut cases: Vec<(Case, Confidence, &Vec<Contact>)> = groups
            .iter()
            .filter_map(|contacts| {
                let case = |contacts: &[Contact]| {
                    let case = Case::new(contacts, limits.window_ns)?;
                    let is_of_peers = case.protocol == 17 && sockets.are_of_peers(contacts);
                    if is_of_peers && (case.n_vain() as f64) < MANY_OF_A_PEER * limits.ports {
                        return None;
                    }
                    if is_retried(contacts, context.site) {
                        return None;
                    }
                    let confidence = limits.confidence(&case)?;
                    Some((case, confidence))
                };
                let least = limits.least.min(limits.ports) as usize;
                let judged = episodes::judge(contacts, least, case);
                let ((case, confidence), episodes) = judged.or_else(|| episodes::judge(contacts, FEWEST, case))?;
                Some((Case { episodes, ..case }, confidence, contacts))
            })
            .collect();
        find_monitors(context.contacts, &mut cases);
        let mut cases: Vec<(Case, Confidence)> = cases.into_iter().map(|(case, sure, _)| (case, sure)).collect();
        // What a crowd does together is reported once.
        let crowds = distributed::crowds(context.contacts, limits.ports);
        cases.retain(|(case, _)| {
            let crowd = crowds.binary_search_by_key(&case.target, |crowd| crowd.target);
            !crowd.ok().and_then(|place| crowds.get(place)).is_some_and(|crowd| crowd.sources.contains(&case.source))
        });
        let scans = Report::of(cases).at_most(MOST_FINDINGS).largest_first(|(case, _)| case.n_vain()).each_with_flows(
            context,
            |(case, _)| Between { protocol: Some(case.protocol), ..Between::pair(case.source, case.target) },
            |(case, _), flow| case.means(flow),
            |(case, confidence), flows| {
                let finding = case.finding(&limits, *confidence, flows, context.site);
                let finding = known_outcomes::note(context.contacts, finding, case.source);
                case.rounds.iter().fold(finding, |finding, rounds| rounds.note(finding))
            },
        );
        let scans = Conclusion { findings: merge_findings::by_source(scans.findings, of_block), ..scans };
        let crowds = without_floods(context, crowds);
        let n_crowds = crowds.len();
        let shared = Report::of(crowds).at_most(n_crowds).each_with_flows(
            context,
            Crowd::between,
            Crowd::means,
            |crowd, flows| crowd.finding(flows, limits.ports, context.site),
        );
        known_outcomes::conclude(context.contacts, scans.and(shared))
    }
}

/// Without crowds whose ports come again as numbers drawn at random do: who shares a scan gives each its part, and forged senders of a
/// flood know nothing of each other.
fn without_floods(context: &Context<'_>, mut crowds: Vec<Crowd>) -> Vec<Crowd> {
    let between: Vec<Between> = crowds.iter().map(Crowd::between).collect();
    let choices =
        PortChoice::of_cases(context, &between, |place, flow| crowds.get(place).is_some_and(|crowd| crowd.means(flow)));
    let mut choices = choices.iter();
    crowds.retain(|_| !choices.next().is_some_and(PortChoice::is_random));
    crowds
}

/// True for tries of a named host outside that are made again and again: a client retries the ports of a service that is away,
/// and a scan asks once.
fn is_retried(contacts: &[Contact], site: &Site) -> bool {
    let is_again = |c: &&Contact| c.is_excused && c.n_visits >= RETRIES && !site.is_inside(c.target);
    contacts.iter().filter(is_again).count() as f64 >= LEAST_RETRIED * contacts.len() as f64
}

/// Says of the cases which belong to the rounds of a monitor. A host that it came to only once, because the capture ended, is
/// among them if it was asked for nothing else than others are in their rounds.
fn find_monitors(contacts: &Contacts, cases: &mut [(Case, Confidence, &Vec<Contact>)]) {
    let monitors = Monitors::among(contacts, cases.iter().map(|(case, ..)| case.source));
    let mut of_source: BTreeMap<Addr, (Rounds, BTreeSet<u16>)> = BTreeMap::new();
    for (case, _, contacts) in &*cases {
        if let Some(rounds) = monitors.rounds(contacts) {
            of_source.entry(case.source).or_insert((rounds, BTreeSet::new())).1.extend(&case.ports);
        }
    }
    for (case, confidence, _) in cases {
        let rounds = of_source.get(&case.source);
        case.rounds =
            rounds.filter(|(_, own)| case.ports.iter().all(|port| own.contains(port))).map(|(rounds, _)| *rounds);
        *confidence = if case.rounds.is_some() { Rounds::confidence() } else { *confidence };
    }
}

/// One source on many hosts.
fn of_block(block: &Block<'_>) -> Joined {
    let (source, hosts) = (block.source, count(block.n_parts, "host"));
    Joined {
        title: format!("{source} scanned {} on {hosts}", count(block.ports.len(), &format!("{} port", block.protocol))),
        evidence: evidence("Hosts scanned", block.n_parts as f64, "hosts", "0"),
        explanation: format!("{source} scanned {hosts} in all; the values are those of the host it tried most."),
        filter: block.protocol.to_lowercase(),
        identity: Identity::WordOfParts(block.protocol.to_owned(), block.n_parts),
    }
}

#[cfg(test)]
mod tests;
