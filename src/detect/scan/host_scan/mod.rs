//! Turns first contacts into findings of host scans: one source tries the same port, or a ping, on many hosts, and most
//! attempts fail.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::connection_attempts::{self, Contact, Outcome, Probe};
use crate::detect::support::contact_course::ContactCourse;
use crate::detect::support::episodes::{self, Episodes};
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::known_outcomes;
use crate::detect::support::local_networks::is_neighbour;
use crate::detect::support::merge_findings::{self, Block, Joined};
use crate::detect::support::monitoring::{Monitors, Rounds};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::threshold_random_walk::busiest;
use crate::maths::sorting::Gather;
use crate::model::app::protocol::Protocol;
use crate::model::format::time::{SECOND, from_seconds, span};
use crate::model::{Addr, Category, Finding, Site};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "host_scan",
    name: "Host scan",
    category: Category::Scan,
    technique: Some(("T1018", "Remote System Discovery")),
    sees: "One address tries the same port, or a ping, on many hosts, and most of them refuse or do not answer.",
    matters: "A host scan finds the machines that run a certain service. Worms and intruders use it to choose their next target.",
    otherwise: "An inventory or monitoring tool, an authorised vulnerability scan, a file-sharing program with an outdated list of peers, or a program whose servers are all down.",
    benign_causes: &[
        "A known inventory, monitoring or vulnerability scanner",
        "A file-sharing or chat program with an outdated list of peers",
        "A program whose servers are all down or blocked",
    ],
    advice: &[
        "Find out who owns the source and whether the scan was authorised",
        "Check the hosts that answered, and what the source did with them afterwards",
        "If nobody authorised it, disconnect the source and examine it for malware",
    ],
    part_of: &["port_scan"],
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004. Count rule: Zeek's scan policy (25 hosts on one port in 5 minutes, failed attempts only). Scanners do not look addresses up in DNS first (Whyte, Kranakis, van Oorschot, NDSS 2005), so silent external hosts do not count if DNS had returned their address for a name, or if a router reports no route to them.",
}
.explained_where_shown();

const HOSTS: Descriptor = Descriptor::count("host_scan.hosts", "Failed hosts for a scan", 25.0)
    .range(2.0, 65_535.0)
    .unit("hosts")
    .help("This many different hosts that failed on the same port within the window are a scan. 25 is the value of Zeek's scan policy. The same number over the whole capture is a slow scan.");
const WINDOW: Descriptor = Descriptor::seconds("host_scan.window", "Window for counting hosts", 300.0)
    .range(1.0, 86_400.0)
    .help("Failed hosts are counted within this time. 300 s is the value of Zeek's scan policy.");
const LEAST: Descriptor = Descriptor::count("host_scan.least", "Failed hosts for the random walk", 10.0)
    .range(4.0, 65_535.0)
    .unit("hosts")
    .help("The random walk of Jung et al. needs four failures in a row. A program with a short list of dead servers reaches that as well, so at least this many hosts must have failed.");
const PINGS: Descriptor = Descriptor::count("host_scan.pings", "Hosts pinged in a row", 12.0)
    .range(4.0, 65_535.0)
    .unit("hosts")
    .help("This many different hosts pinged by one address within ten seconds are a scan, even if they answer: people ping one host at a time.");
const PRIVATE: Descriptor = Descriptor::count("host_scan.private", "Hosts asked for an internal service", 5.0)
    .range(2.0, 65_535.0)
    .unit("hosts")
    .help("This many internal hosts asked by one external address for portmapper, NetBIOS, SNMP, TFTP, LDAP or IPMI over UDP, services that no external host should use.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<HostScan>(CARD, &[HOSTS, WINDOW, LEAST, PINGS, PRIVATE], Interest::NOTHING);

/// Span within which pings count as one sweep.
const PINGS_WINDOW_NS: i64 = 10 * SECOND;
/// UDP services that are meant for the house alone: TFTP, portmapper, NetBIOS, SNMP, LDAP, IPMI, NFS.
const PRIVATE_PORTS: [u16; 8] = [69, 111, 137, 138, 161, 389, 623, 2049];

/// True for a question from outside for such a service.
fn is_private(site: &Site, c: &Contact) -> bool {
    c.protocol == 17 && PRIVATE_PORTS.contains(&c.port) && site.is_outside(c.source) && site.is_inside(c.target)
}

/// Hosts are scattered if no network has more than one of so many; and of known ones at most this share is gone.
const SCATTERED: usize = 5;
const MOST_GONE: f64 = 0.2;
/// Ports listed in a filter.
const MOST_FILTER_PORTS: usize = 30;
/// Most scans reported; the widest win.
const MOST_FINDINGS: usize = 200;
/// A scanner reaches at best this share of its targets: halfway between the two chances of the random walk.
const LEAST_FAILED_SHARE: f64 = 0.5;

#[derive(Default)]
struct HostScan;

/// One source on one port.
struct Case {
    source: Addr,
    protocol: u8,
    port: u16,
    probe: Probe,
    targets: Vec<Addr>,
    n_failed: usize,
    /// Of these bare exchanges, whose flags were not seen.
    n_bare: usize,
    /// Most hosts tried within the window for pings, and hosts asked for a service of the house.
    n_pinged: usize,
    n_private: usize,
    course: ContactCourse,
    /// When it went on.
    episodes: Episodes,
    /// From outside to hosts inside.
    is_outside: bool,
    /// From inside to hosts outside alone.
    is_outward: bool,
    /// Of a monitor.
    rounds: Option<Rounds>,
}

impl Detector for HostScan {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits {
            hosts: context.settings.get(&HOSTS),
            window_ns: from_seconds(context.settings.get(&WINDOW)),
            least: context.settings.get(&LEAST),
            pings: context.settings.get(&PINGS),
            private: context.settings.get(&PRIVATE),
        };
        // Peers of file sharing have ports of their own choice and are often gone; UDP counts only to known services.
        // Its silence is normal; only refusals count over many hosts, and questions that nobody outside should ask.
        let is_known = |c: &Contact| c.probe != Probe::Udp || Protocol::from_port(false, c.port).is_some();
        let group = |c: &Contact| {
            let is_meant = c.outcome != Outcome::Silence || is_private(context.site, c);
            (is_meant && is_known(c) && !is_excused(context.site, c)).then_some((c.source, c.protocol, c.port))
        };
        // Silence of UDP says something where neighbours are gone through, one address after the other.
        let silent = |c: &Contact| (c.probe == Probe::Udp).then_some((c.source, c.protocol, c.port));
        let mut groups = context.contacts.groups(limits.fewest() as f64, group);
        let swept = context.contacts.groups(limits.hosts, silent);
        let swept: Vec<Vec<Contact>> =
            swept.into_iter().filter(|contacts| n_neighbours(contacts) as f64 >= limits.hosts).collect();
        let service = |contacts: &Vec<Contact>| contacts.first().map(|c| (c.source, c.protocol, c.port));
        let of_swept: BTreeSet<_> = swept.iter().map(service).gathered();
        groups.retain(|contacts| !of_swept.contains(&service(contacts)));
        groups.extend(swept);
        let mut cases: Vec<(Case, Confidence, &Vec<Contact>)> = groups
            .iter()
            .filter_map(|contacts| {
                let case = |contacts: &[Contact]| {
                    let case =
                        Case::new(&connection_attempts::without_rests(contacts), limits.window_ns, context.site)?;
                    let confidence = limits.confidence(&case)?;
                    Some((case, confidence))
                };
                let ((case, confidence), episodes) = episodes::judge(contacts, limits.fewest(), case)?;
                Some((Case { episodes, ..case }, confidence, contacts))
            })
            .collect();
        let monitors = Monitors::among(context.contacts, cases.iter().map(|(case, ..)| case.source));
        for (case, confidence, contacts) in &mut cases {
            case.rounds = monitors.rounds(contacts);
            *confidence = if case.rounds.is_some() { Rounds::confidence() } else { *confidence };
        }
        let cases: Vec<(Case, Confidence)> = cases.into_iter().map(|(case, sure, _)| (case, sure)).collect();
        let sweeps = Report::of(cases).at_most(MOST_FINDINGS).largest_first(|(case, _)| case.n_failed).each_with_flows(
            context,
            |(case, _)| Between {
                source: Some(case.source),
                target: None,
                port: Some(case.port),
                protocol: Some(case.protocol),
            },
            |(case, _), flow| {
                (case.course.first_ns..=case.course.last_ns).contains(&flow.first_ns)
                    && case.episodes.contains(flow.first_ns)
                    && connection_attempts::classify(flow).is_some()
                    && !flow.is_to_group()
            },
            |(case, confidence), flows| {
                let finding =
                    known_outcomes::note(context.contacts, case.finding(&limits, *confidence, flows), case.source);
                case.rounds.iter().fold(finding, |finding, rounds| rounds.note(finding))
            },
        );
        let findings = merge_findings::by_source(sweeps.findings, of_block);
        known_outcomes::conclude(context.contacts, Conclusion { findings, ..sweeps })
    }
}

/// True for a host outside that did not answer and whose address DNS had given, or to which there is no way: a client that
/// is offline tries all of a name's addresses in vain.
fn is_excused(site: &Site, contact: &Contact) -> bool {
    contact.is_excused && !site.is_inside(contact.target) && contact.outcome == Outcome::Failure
}

/// Most hosts of one network (/24, or /64 of IPv6) that did not answer; the contacts are in the order of their targets.
fn n_neighbours(contacts: &[Contact]) -> usize {
    let networks = contacts.chunk_by(|a, b| is_neighbour(a.target, b.target));
    networks.map(|hosts| hosts.iter().filter(|c| !c.outcome.is_success()).count()).max().unwrap_or(0)
}

/// One source that swept for many ports.
fn of_block(block: &Block<'_>) -> Joined {
    let (source, ports) = (block.source, count(block.n_parts, &format!("{} port", block.protocol)));
    let transport = block.protocol.to_lowercase();
    let port_words = finding_builder::ports_filter(&format!("{transport}.port"), block.ports, MOST_FILTER_PORTS);
    Joined {
        title: format!("{source} scanned {}, for {ports}", count(block.n_targets, "host")),
        evidence: evidence("Ports scanned for", block.n_parts as f64, "ports", "0"),
        explanation: format!("{source} scanned for {ports}; the values are those of the largest scan."),
        filter: port_words.unwrap_or(transport),
        identity: Identity::Word(block.protocol.to_owned()),
    }
}

struct Limits {
    hosts: f64,
    window_ns: i64,
    least: f64,
    pings: f64,
    private: f64,
}

impl Limits {
    /// Fewest hosts that can be a scan.
    fn fewest(&self) -> usize {
        self.least.min(self.hosts).min(self.pings).min(self.private) as usize
    }

    /// How sure it is a scan; none if it is not.
    fn confidence(&self, case: &Case) -> Option<Confidence> {
        let failed = case.n_failed as f64;
        let is_pinged = case.n_pinged as f64 >= self.pings && !case.is_known_round();
        if case.n_private as f64 >= self.private || is_pinged {
            return Some(if case.course.walk.is_scanner() {
                Confidence::ALMOST_CERTAIN
            } else {
                Confidence::VERY_LIKELY
            });
        }
        if failed < LEAST_FAILED_SHARE * case.targets.len() as f64 {
            return None;
        }
        if case.course.n_window as f64 >= self.hosts {
            Some(match case.n_bare {
                0 if case.course.walk.is_scanner() => Confidence::ALMOST_CERTAIN,
                0 => Confidence::VERY_LIKELY,
                _ => Confidence::LIKELY,
            })
        } else if case.n_bare == 0 && failed >= self.hosts
            || case.course.walk.is_scanner() && failed - case.n_bare as f64 >= self.least
        {
            Some(Confidence::VERY_LIKELY)
        } else {
            None
        }
    }
}

impl Case {
    fn new(contacts: &[Contact], window_ns: i64, site: &Site) -> Option<Case> {
        let first = contacts.first()?;
        let mut times: Vec<i64> = contacts.iter().map(|c| c.first_ns).collect();
        times.sort_unstable();
        let n_pinged = if first.probe == Probe::Echo { busiest(&times, PINGS_WINDOW_NS) } else { 0 };
        let n_private = contacts.iter().filter(|c| is_private(site, c)).count();
        let is_to_inside = contacts.iter().any(|c| site.is_inside(c.target));
        Some(Case {
            is_outside: site.is_outside(first.source) && is_to_inside,
            is_outward: site.is_inside(first.source) && contacts.iter().all(|c| site.is_outside(c.target)),
            rounds: None,
            source: first.source,
            protocol: first.protocol,
            port: first.port,
            probe: first.probe,
            targets: contacts.iter().map(|c| c.target).collect(),
            n_failed: contacts.iter().filter(|c| !c.outcome.is_success()).count(),
            n_pinged,
            n_private,
            n_bare: contacts.iter().filter(|c| c.outcome == Outcome::Bare).count(),
            course: ContactCourse::of(contacts, window_ns, |c| c.outcome != Outcome::Bare)?,
            episodes: Episodes::always(),
        })
    }

    /// True for pings of scattered hosts outside that nearly all answer: somebody knows them, as a game knows its servers, and
    /// compares the ways there.
    fn is_known_round(&self) -> bool {
        let n_next = self.targets.chunk_by(|a, b| is_neighbour(*a, *b)).map(<[Addr]>::len).max().unwrap_or(0);
        let is_scattered = n_next * SCATTERED <= self.targets.len();
        self.is_outward && is_scattered && self.n_failed as f64 <= MOST_GONE * self.targets.len() as f64
    }

    /// Transport for people, and what it is in a filter.
    fn words(&self) -> (&'static str, &'static str) {
        match self.protocol {
            1 => ("ICMP", "icmp"),
            58 => ("ICMPv6", "icmpv6"),
            17 => ("UDP", "udp"),
            _ => ("TCP", "tcp"),
        }
    }

    fn finding(&self, limits: &Limits, confidence: Confidence, flows: Gathered) -> Finding {
        let is_outside = self.is_outside;
        let (transport, field) = self.words();
        let tried = count(self.targets.len(), "host");
        let n_answered = self.targets.len() - self.n_failed;
        let threshold = if self.n_failed as f64 >= limits.hosts { limits.hosts } else { limits.least };
        let what = if self.probe == Probe::Echo {
            "with pings".to_owned()
        } else {
            format!("on {transport} port {}", self.port)
        };

        // An answer from inside tells an outsider what only the house should know.
        let is_let_in = self.n_private > 0 && n_answered > 0;
        let impact = if is_outside && !is_let_in { Impact::OUTSIDE_LOOK } else { Impact::INSIDE_LOOK };
        let filter = match self.probe {
            Probe::Echo if self.protocol == 1 => "(icmp.type == 8 || icmp.type == 0)".to_owned(),
            Probe::Echo => "(icmpv6.type == 128 || icmpv6.type == 129)".to_owned(),
            _ => format!("{field}.port == {}", self.port),
        };
        Finding::builder(&CARD)
            .technique(if is_outside {
                Some(("T1595.001", "Scanning IP Blocks"))
            } else {
                (self.probe != Probe::Echo).then_some(("T1046", "Network Service Discovery"))
            })
            .title(format!("{} scanned {tried} {what}", self.source))
            .weighed(impact, confidence, extent(self.n_failed as f64, limits.hosts))
            .score(past(self.n_failed as f64, threshold))
            .sources([self.source])
            .targets(self.targets.iter().copied())
            .ports(if self.probe == Probe::Echo { Vec::new() } else { vec![self.port] })
            .protocol(transport)
            .evidence([
                evidence("Hosts tried", self.targets.len() as f64, "hosts", "a few, and nearly all answer"),
                evidence(
                    "Hosts that refused or did not answer",
                    self.n_failed as f64,
                    "hosts",
                    format!("below {} (Zeek's scan policy)", limits.hosts),
                ),
                evidence("Hosts that answered", n_answered as f64, "hosts", "nearly all, for an ordinary client"),
            ])
            .evidence(self.course.evidence("hosts", limits.window_ns, limits.hosts))
            .series(self.course.steps.course())
            .explanation(format!(
                "{} tried {tried} {what} within {}; {} failed and {} answered. An ordinary client knows its servers, \
                 and nearly all of its first contacts succeed. Many failed attempts on different addresses mean that \
                 somebody is looking for machines.",
                self.source,
                span(self.course.duration_ns()),
                finding_builder::thousands(self.n_failed),
                finding_builder::thousands(n_answered),
            ))
            .flows(flows)
            .filter_in_time(format!("{} && {filter}", finding_builder::host_filter("addr", self.source)))
            .identity(Identity::ActorsAndPorts)
            .build()
    }
}

#[cfg(test)]
mod tests;
