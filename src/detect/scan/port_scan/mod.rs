//! Turns first contacts into findings of port scans: one source tries many ports of one host, and nearly all attempts
//! fail.

mod distributed;
mod one_source_port;
mod peers;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::connection_attempts::{Contact, Contacts, Outcome, Probe, Probes};
use crate::detect::support::contact_course::ContactCourse;
use crate::detect::support::episodes::{self, Episodes};
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::known_outcomes;
use crate::detect::support::merge_findings::{self, Block, Joined};
use crate::detect::support::monitoring::{Monitors, Rounds};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::threshold_random_walk::SURE;
use crate::model::format::time::{from_seconds, span};
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;
use one_source_port::OneSourcePort;
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
    part_of: &[],
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004. Count rule: Zeek's scan policy (15 ports of one host in 5 minutes, failed attempts only). Attempts from one source port: likelihood ratio of 0.5 R^(n-1) / C(m, n) for n of m failed ports, R = 16384 dynamic ports (RFC 6335), the union bound of the birthday problem. A source that returns at regular intervals, with some success, is a monitor and reported for information only.",
};

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
/// Ports listed in a filter before it falls back to the time of the scan.
const MOST_FILTER_PORTS: usize = 30;
/// Fewest ports that can be a scan: two packets that no stack sends.
const FEWEST: usize = 2;
/// Peers of file sharing behind one address are tried at many ports, but not at so many times those of a scan.
const MANY_OF_A_PEER: f64 = 4.0;
/// So often a client comes back, and to this share of its ports at least.
const RETRIES: u16 = 2;
const LEAST_RETRIED: f64 = 0.6;
/// What it adds to the extent that the source used ports which it had found.
const FOR_FOLLOWED: f64 = 0.2;
/// Most extent of a scan from outside.
const MOST_OUTSIDE_EXTENT: f64 = 0.8;
/// A host answers at best this share of a scanner's tries: halfway between the two chances of the random walk.
const LEAST_FAILED_SHARE: f64 = 0.5;

#[derive(Default)]
struct PortScan;

/// One source and one host over one protocol.
struct Case {
    source: Addr,
    target: Addr,
    protocol: u8,
    probes: Probes,
    ports: Vec<u16>,
    n_failed: usize,
    n_half_open: usize,
    n_silent: usize,
    /// Bare exchanges, whose flags were not seen.
    n_bare: usize,
    n_answered: usize,
    /// Ports that it left half-open and then used.
    n_followed: usize,
    course: ContactCourse,
    /// When it went on.
    episodes: Episodes,
    one_port: OneSourcePort,
    /// Of a monitor.
    rounds: Option<Rounds>,
}

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
        let n_crowds = crowds.len();
        let shared = Report::of(crowds).at_most(n_crowds).each_with_flows(
            context,
            |crowd| Between { target: Some(crowd.target), ..Between::default() },
            |crowd, flow| crowd.sources.contains(&flow.originator().0) && flow.is_tcp(),
            |crowd, flows| crowd.finding(flows, limits.ports, context.site),
        );
        known_outcomes::conclude(context.contacts, scans.and(shared))
    }
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

struct Limits {
    ports: f64,
    window_ns: i64,
    least: f64,
    one_port: f64,
}

impl Limits {
    /// How sure it is a scan; none if it is not.
    fn confidence(&self, case: &Case) -> Option<Confidence> {
        let failed = case.n_vain() as f64;
        if failed < LEAST_FAILED_SHARE * case.ports.len() as f64 {
            return None;
        }
        // Peers of file sharing and calls use one port of UDP for all, so there it needs as many as other signs do.
        let weight = if case.protocol == 6 { self.one_port } else { 1.0 };
        let is_own_packets =
            case.one_port.log_ratio >= *SURE && case.one_port.n as f64 * weight >= self.least.min(self.ports);
        if is_own_packets {
            let n_more = case.one_port.n.saturating_sub(FEWEST) as f64;
            return Some(Confidence::VERY_LIKELY.towards(Confidence::ALMOST_CERTAIN, n_more / 2.0));
        }
        if case.ports.len() < self.least.min(self.ports) as usize {
            return None;
        }
        if failed >= self.ports && case.n_failed <= case.n_bare {
            // Silence of UDP alone may be a firewall before something harmless. Nobody leaves bare exchanges on many ports
            // but who tries them.
            Some(if case.n_bare > 0 { Confidence::LIKELY } else { Confidence::EVEN })
        } else if case.course.n_window as f64 >= self.ports && case.course.walk.is_scanner() {
            Some(Confidence::ALMOST_CERTAIN)
        } else if failed >= self.ports || case.course.walk.is_scanner() && case.n_failed as f64 >= self.least {
            Some(Confidence::VERY_LIKELY)
        } else {
            None
        }
    }
}

impl Case {
    fn new(contacts: &[Contact], window_ns: i64) -> Option<Case> {
        let first = contacts.first()?;
        let failed: Vec<&Contact> = contacts.iter().filter(|c| !c.outcome.is_success()).collect();
        // A silent UDP port is a failure once the host has shown that it refuses others (it limits how often it says
        // so: RFC 1812, section 4.3.2.8).
        let refuses = contacts.iter().any(|c| c.outcome == Outcome::Failure);
        let mut ports: Vec<u16> = contacts.iter().map(|c| c.port).collect();
        ports.sort_unstable();
        let mut probes = Probes::default();
        contacts.iter().for_each(|c| probes.merge(c.probes));
        let is_sure = |c: &Contact| c.outcome != Outcome::Bare && (refuses || c.outcome != Outcome::Silence);
        let n_failed = failed.iter().filter(|c| is_sure(c)).count();
        let n_bare = failed.iter().filter(|c| c.outcome == Outcome::Bare).count();
        Some(Case {
            source: first.source,
            target: first.target,
            protocol: first.protocol,
            probes,
            ports,
            n_failed,
            n_half_open: failed.iter().filter(|c| c.outcome == Outcome::HalfOpen).count(),
            n_silent: failed.len() - n_failed - n_bare,
            n_bare,
            n_answered: contacts.len() - failed.len(),
            n_followed: contacts.iter().filter(|c| c.is_followed).count(),
            course: ContactCourse::of(contacts, window_ns, is_sure)?,
            episodes: Episodes::always(),
            one_port: OneSourcePort::of(contacts),
            rounds: None,
        })
    }

    /// Ports that were tried without success, as far as is known.
    fn n_vain(&self) -> usize {
        self.n_failed + self.n_silent + self.n_bare
    }

    /// True for a flow to one of the ports while the scan went on.
    fn means(&self, flow: &Flow) -> bool {
        (self.course.first_ns..=self.course.last_ns).contains(&flow.first_ns)
            && self.episodes.contains(flow.first_ns)
            && self.ports.binary_search(&flow.responder().1).is_ok()
    }

    /// What shows that no ordinary program sent the packets, if anything does.
    fn crafted_words(&self) -> &'static str {
        if self.probes.iter().any(|probe| matches!(probe, Probe::Fin | Probe::Null | Probe::Xmas)) {
            " Packets with these flags never begin an ordinary connection; they are crafted to pass simple filters."
        } else if self.one_port.log_ratio >= *SURE {
            " Several of the attempts came from one and the same port of the source. A system takes a new port for each \
             connection; a scanner that makes its own packets does not."
        } else {
            ""
        }
    }

    fn finding(&self, limits: &Limits, confidence: Confidence, flows: Gathered, site: &Site) -> Finding {
        let is_outside = site.is_outside(self.source) && site.is_inside(self.target);
        let tried = self.ports.len();
        let failed = self.n_vain();
        let threshold = match failed as f64 {
            failed if failed >= limits.ports => limits.ports,
            failed if failed >= limits.least => limits.least,
            _ => FEWEST as f64,
        };
        let is_slow = failed as f64 >= limits.ports && (self.course.n_window as f64) < limits.ports;
        let transport = if self.protocol == 17 { "UDP" } else { "TCP" };
        let kinds = self.probes.in_brackets();

        let impact = match is_outside {
            // The internet tries doors all day; who comes back to those that opened means this machine.
            true if failed as f64 >= limits.least || self.n_followed > 0 => Impact::OUTSIDE_AIM,
            true => Impact::OUTSIDE_LOOK,
            false => Impact::INSIDE_LOOK,
        };
        let followed = if self.n_followed > 0 { FOR_FOLLOWED } else { 0.0 };
        // From outside it is never more than medium: what is reachable there is known to be.
        let most_extent = if is_outside { MOST_OUTSIDE_EXTENT } else { 1.0 };
        let mut filter =
            format!("{} && {}", finding_builder::pair_filter(self.source, self.target), transport.to_lowercase());
        filter = format!("{filter} && {}", finding_builder::time_filter(flows.start_ns, flows.end_ns));
        if let Some(ports) =
            finding_builder::ports_filter(&format!("{}.port", transport.to_lowercase()), &self.ports, MOST_FILTER_PORTS)
        {
            filter = format!("{filter} && {ports}");
        }
        if self.protocol == 17 {
            filter.push_str(" && !icmp && !icmpv6");
        }
        Finding::builder(&CARD)
            .title(format!(
                "{} {}scanned {} of {}{kinds}",
                self.source,
                if is_slow { "slowly " } else { "" },
                count(tried, &format!("{transport} port")),
                self.target
            ))
            .weighed(impact, confidence, (extent(failed as f64, limits.ports) + followed).min(most_extent))
            .score(past(failed as f64, threshold).max(past(self.one_port.log_ratio, *SURE)))
            .sources([self.source])
            .targets([self.target])
            .ports(self.ports.clone())
            .protocol(transport)
            .evidence([
                evidence("Ports tried", tried as f64, "ports", "an ordinary client uses 1 to 3 ports of a server"),
                evidence(
                    "Ports that refused, did not answer, or were left half-open",
                    failed as f64,
                    "ports",
                    format!("below {} (Zeek's scan policy)", limits.ports),
                ),
                evidence("Ports left half-open by the source", self.n_half_open as f64, "ports", "0"),
                evidence("Ports with a few packets without data, flags unknown", self.n_bare as f64, "ports", "0"),
                evidence(
                    "Ports with a normal connection",
                    self.n_answered as f64,
                    "ports",
                    "nearly all, for an ordinary client",
                ),
                evidence(
                    "Ports tried in vain from one and the same port",
                    self.one_port.n as f64,
                    "ports",
                    "0: each connection has a port of its own",
                ),
            ])
            .evidence(self.course.evidence("ports", limits.window_ns, limits.ports))
            .series(self.course.steps.course())
            .explanation(format!(
                "{} tried {} of {} within {}; {} {}, and {} had a normal connection. An ordinary client knows which \
                 port it wants and gets an answer there. A series of failed attempts on different ports means that \
                 somebody is finding out what the host offers.{}{}",
                self.source,
                count(tried, &format!("{transport} port")),
                self.target,
                span(self.course.duration_ns()),
                finding_builder::thousands(failed),
                if self.n_bare > 0 {
                    "refused, gave no answer or ended after a few packets without data"
                } else {
                    "refused, gave no answer or were left half-open at once"
                },
                finding_builder::thousands(self.n_answered),
                self.crafted_words(),
                match self.n_followed {
                    0 => String::new(),
                    n => format!(
                        " It came back to {} that had answered and connected in full: it asks what runs there.",
                        count(n, "port")
                    ),
                }
            ))
            .flows(flows)
            .filter(filter)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, finish_with, inside, outside};
    use crate::model::{Endpoint, Severity};
    use crate::settings::Settings;

    #[test]
    fn who_comes_back_from_outside_to_the_ports_that_answered_means_this_machine() {
        use crate::model::flow::TcpState;
        let severity = |is_followed: bool| {
            let from_one =
                |port| Made { from: (outside(9), 53_211), ..Made::refused(outside(9), inside(1), port, 0.0) };
            let open = Made { state: TcpState::Reset, flags: [6, 18], packets: [2, 1], ..from_one(445) };
            let mut flows: Vec<Made> = vec![from_one(139), from_one(5900), open];
            flows.extend(is_followed.then(|| Made::tcp(outside(9), inside(1), 445, 1.0)));
            finish(&ENTRY, &flows, &[], &Settings::default()).findings[0].severity
        };
        assert_eq!((severity(false), severity(true)), (Severity::Low, Severity::Medium));
    }

    #[test]
    fn failed_ports_make_a_scan_and_answered_ones_do_not() {
        let scan: Vec<Made> = (0..20).map(|i| Made::refused(inside(9), inside(1), 100 + i, f64::from(i))).collect();
        let found = finish(&ENTRY, &scan, &[], &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "192.168.1.9 scanned 20 TCP ports of 192.168.1.1 (SYN)");
        assert_eq!(found[0].sources, [Endpoint::Ip(inside(9))]);
        assert!(found[0].severity >= Severity::Medium);

        let client: Vec<Made> = (0..20).map(|i| Made::tcp(inside(9), inside(1), 100 + i, f64::from(i))).collect();
        assert!(finish(&ENTRY, &client, &[], &Settings::default()).findings.is_empty());
    }

    #[test]
    fn a_client_that_retries_the_ports_of_a_named_service_outside_does_not_scan() {
        let found = |n_rounds: u32, target: Addr, name: u32| {
            let tries = (0..n_rounds).flat_map(|round| (0..8).map(move |port| (port, round)));
            let flow = |(port, round): (u16, u32)| {
                let flow = Made::refused(inside(9), target, 8000 + port, f64::from(round) * 30.0).flow();
                Flow { name, ..flow }
            };
            let flows: Vec<Flow> = tries.map(flow).collect();
            finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(4, outside(1), 7), found(1, outside(1), 7)), (0, 1));
        assert_eq!((found(4, outside(1), 0), found(4, inside(1), 7)), (1, 1));
    }

    #[test]
    fn one_source_on_many_hosts_and_many_sources_on_one_host_are_one_finding_each() {
        let block: Vec<Made> = (0..5)
            .flat_map(|host| (0..20).map(move |i| Made::refused(inside(9), inside(20 + host), 100 + i, f64::from(i))))
            .collect();
        let found = finish(&ENTRY, &block, &[], &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "192.168.1.9 scanned 20 TCP ports on 5 hosts");
        let decoys: Vec<Made> = (0..6)
            .flat_map(|source| (0..20).map(move |i| Made::refused(outside(source), inside(1), 100 + i, f64::from(i))))
            .collect();
        let found = finish(&ENTRY, &decoys, &[], &Settings::default()).findings;
        assert_eq!((found.len(), found[0].title.contains("decoys")), (1, true));
    }

    #[test]
    fn a_scan_means_its_own_hour_and_not_what_the_two_did_days_before() {
        const DAYS: f64 = 3.0 * 86_400.0;
        let before = (0..50).map(|i| Made::refused(inside(9), inside(1), 110, f64::from(i)));
        let scan = (0..20).map(|i| Made::refused(inside(9), inside(1), 100 + i, DAYS + f64::from(i)));
        let all: Vec<Made> = before.chain(scan).collect();
        let found = finish(&ENTRY, &all, &[], &Settings::default()).findings;
        assert_eq!((found.len(), found[0].ports.len(), found[0].ports.contains(&110)), (1, 19, false));
    }

    #[test]
    fn a_client_that_tries_five_dead_ports_is_no_scanner() {
        let client = |ports: u16| -> Vec<Made> {
            let own = |i: u16| (inside(9), 50_000 + i * ports);
            let refused = |i: u16| Made::refused(inside(9), inside(1), 100 + i, f64::from(i));
            (0..5).map(|i| Made { from: own(i), ..refused(i) }).collect()
        };
        assert!(finish(&ENTRY, &client(1), &[], &Settings::default()).findings.is_empty());
        let found = finish(&ENTRY, &client(0), &[], &Settings::default()).findings;
        assert_eq!((found.len(), found[0].severity), (1, Severity::Medium), "its own packets, from one port");
    }

    #[test]
    fn a_monitor_is_told_for_information_and_one_that_asks_once_is_a_scanner() {
        let found = |n_rounds: u16| {
            let visit = |round: u16, host: u8, port: u16| {
                let second = f64::from(round) * 30.0 + f64::from(host);
                let make = if port == 100 { Made::tcp } else { Made::refused };
                let from = (inside(9), 50_000 + round * 100 + u16::from(host) * 10 + port % 10);
                Made { from, ..make(inside(9), inside(20 + host), port, second) }
            };
            let places = (0..4).flat_map(|host| (100..109).map(move |port| (host, port)));
            // The last host was not reached again.
            let is_seen = |round: u16, host: u8| round == 0 || host < 3;
            let rounds = (0..n_rounds).flat_map(|round| places.clone().map(move |(host, port)| (round, host, port)));
            let visits: Vec<Made> =
                rounds.filter(|(r, h, _)| is_seen(*r, *h)).map(|(r, h, p)| visit(r, h, p)).collect();
            finish(&ENTRY, &visits, &[], &Settings::default()).findings
        };
        let monitor = found(4);
        assert_eq!((monitor.len(), monitor[0].severity), (1, Severity::Info));
        assert!(monitor[0].explanation.contains("A monitoring system does so"));
        assert!(found(1)[0].severity >= Severity::Medium);
    }

    #[test]
    fn a_scan_slower_than_the_window_is_slow_and_a_changed_threshold_hides_it() {
        let own = |i: u16| (outside(9), 50_000 + i);
        let refused = |i: u16| Made::refused(outside(9), inside(1), 100 + i, f64::from(i) * 100.0);
        let scan: Vec<Made> = (0..20).map(|i| Made { from: own(i), ..refused(i) }).collect();
        let mut settings = Settings::default();
        let found = finish(&ENTRY, &scan, &[], &settings).findings;
        assert!(found[0].title.contains("slowly"));
        assert_eq!(found[0].technique.as_deref(), Some("T1046"));
        settings.set(&PORTS, 30.0);
        settings.set(&LEAST, 30.0);
        assert!(finish(&ENTRY, &scan, &[], &settings).findings.is_empty());
    }
}
