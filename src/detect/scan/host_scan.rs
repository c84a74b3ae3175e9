//! First contacts to findings: one source that tries the same port, or a ping, on many hosts, mostly in vain.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::connection_attempts::Contact;
use crate::detect::support::connection_attempts::Outcome;
use crate::detect::support::connection_attempts::Probe;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::flow_selector::gather;
use crate::detect::support::merge_findings;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::extent;
use crate::detect::support::severity::past;
use crate::detect::support::severity::severity;
use crate::detect::support::threshold_random_walk;
use crate::detect::support::threshold_random_walk::Steps;
use crate::detect::support::threshold_random_walk::Walk;
use crate::detect::support::threshold_random_walk::busiest;
use crate::model::app::protocol::Protocol;
use crate::model::format::time::SECOND;
use crate::model::format::time::from_seconds;
use crate::model::format::time::span;
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::{Descriptor, OnChange};

const CARD: Card = Card {
    id: "host_scan",
    name: "Host scan",
    category: Category::Scan,
    technique: Some(("T1018", "Remote System Discovery")),
    sees: "One address tries the same port, or a ping, on many hosts, and most of them refuse or do not answer.",
    matters: "A sweep over a network finds the machines that run a certain service. Worms and intruders do it to choose their next target.",
    otherwise: "An inventory or monitoring tool, a vulnerability scan that you ordered, a file-sharing program with a list of old peers, or a program whose servers are all down.",
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004. Count rule: Zeek's scan policy (25 hosts on one port in 5 minutes, failed tries only).",
};

const HOSTS: Descriptor = Descriptor {
    id: "host_scan.hosts",
    label: "Failed hosts for a scan",
    help: "This many different hosts that failed on the same port within the window make a scan. 25 is the value of Zeek's scan policy. The same number over the whole capture makes a slow scan.",
    unit: "hosts",
    min: 2.0,
    max: 65_535.0,
    default: 25.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const WINDOW: Descriptor = Descriptor {
    id: "host_scan.window",
    label: "Window for counting hosts",
    help: "Failed hosts are counted within this time. 300 s is the value of Zeek's scan policy.",
    unit: "s",
    min: 1.0,
    max: 86_400.0,
    default: 300.0,
    is_whole: false,
    on_change: OnChange::Evaluate,
};
const LEAST: Descriptor = Descriptor {
    id: "host_scan.least",
    label: "Failed hosts for the random walk",
    help: "The random walk of Jung et al. needs four failures in a row; a program with a short list of dead servers reaches that too, so that at least this many hosts must have failed.",
    unit: "hosts",
    min: 4.0,
    max: 65_535.0,
    default: 10.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const PINGS: Descriptor = Descriptor {
    id: "host_scan.pings",
    label: "Hosts pinged in a row",
    help: "So many different hosts that one address pings within ten seconds are a sweep, also where they answer: people ping one host at a time.",
    unit: "hosts",
    min: 4.0,
    max: 65_535.0,
    default: 12.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const PRIVATE: Descriptor = Descriptor {
    id: "host_scan.private",
    label: "Hosts asked for a service of the house",
    help: "So many hosts inside that one address outside asks for portmapper, NetBIOS, SNMP, TFTP, LDAP or IPMI over UDP, which nobody outside has business with.",
    unit: "hosts",
    min: 2.0,
    max: 65_535.0,
    default: 5.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[HOSTS, WINDOW, LEAST, PINGS, PRIVATE];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, interest: Interest::NOTHING, make: || Box::new(HostScan) };

/// Span within which pings count as one sweep.
const PINGS_WINDOW_NS: i64 = 10 * SECOND;
/// UDP services that are meant for the house alone: TFTP, portmapper, NetBIOS, SNMP, LDAP, IPMI, NFS.
const PRIVATE_PORTS: [u16; 8] = [69, 111, 137, 138, 161, 389, 623, 2049];

/// True for a question from outside for such a service.
fn is_private(source: Addr, target: Addr, protocol: u8, port: u16) -> bool {
    protocol == 17 && PRIVATE_PORTS.contains(&port) && !source.is_internal() && target.is_internal()
}

/// Ports listed in a filter.
const MOST_FILTER_PORTS: usize = 30;
/// Most scans reported; the widest win.
const MOST_FINDINGS: usize = 200;
/// A scanner reaches at best this share of its targets: halfway between the two chances of the random walk.
const LEAST_FAILED_SHARE: f64 = 0.5;

struct HostScan;

/// One source on one port.
struct Case {
    source: Addr,
    protocol: u8,
    port: u16,
    probe: Probe,
    targets: Vec<Addr>,
    n_failed: usize,
    n_window: usize,
    /// Most hosts tried within the window for pings, and hosts asked for a service of the house.
    n_pinged: usize,
    n_private: usize,
    log_ratio: f64,
    is_scanner: bool,
    steps: Steps,
    first_ns: i64,
    last_ns: i64,
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
            let is_meant = c.outcome != Outcome::Silence || is_private(c.source, c.target, c.protocol, c.port);
            (is_meant && is_known(c)).then_some((c.source, c.protocol, c.port))
        };
        let mut cases: Vec<(Case, f64)> = context
            .contacts
            .groups(limits.least.min(limits.hosts).min(limits.pings).min(limits.private), group)
            .iter()
            .filter_map(|contacts| {
                let case = Case::new(contacts, limits.window_ns)?;
                let confidence = limits.confidence(&case)?;
                Some((case, confidence))
            })
            .collect();
        cases.sort_by_key(|(case, _)| std::cmp::Reverse(case.n_failed));
        cases.truncate(MOST_FINDINGS);

        let between = |(case, _): &(Case, f64)| Between {
            source: Some(case.source),
            target: None,
            port: Some(case.port),
            protocol: Some(case.protocol),
        };
        let between: Vec<Between> = cases.iter().map(between).collect();
        let gathered = gather(context, &between, |place, flow| {
            cases.get(place).is_some_and(|(case, _)| (case.first_ns..=case.last_ns).contains(&flow.first_ns))
                && crate::detect::support::connection_attempts::classify(flow).is_some()
                && !flow.is_to_group()
        });
        let findings = cases
            .iter()
            .zip(gathered)
            .map(|((case, confidence), flows)| case.finding(&limits, *confidence, flows))
            .collect();
        let findings = merge_findings::by_source(findings, retell_block);
        Conclusion { findings, n_not_evaluated: context.contacts.n_refused(), ..Conclusion::default() }
    }
}

/// One source that swept for many ports.
fn retell_block(finding: &mut Finding, n_ports: usize) {
    let Some(source) = finding.sources.first().copied() else { return };
    for list in [&mut finding.targets, &mut finding.sources] {
        list.sort_unstable();
        list.dedup();
    }
    finding.ports.sort_unstable();
    let ports = count(n_ports, &format!("{} port", finding.protocol));
    finding.title = format!("{source} swept {}, for {ports}", count(finding.targets.len(), "host"));
    finding.evidence.insert(0, evidence("Ports swept for", n_ports as f64, "ports", "0"));
    finding.explanation =
        format!("{source} did so for {ports}; the values are those of the widest sweep. {}", finding.explanation);
    if let Endpoint::Ip(host) = source {
        let transport = finding.protocol.to_lowercase();
        let ports = finding_builder::ports_filter(&format!("{transport}.port"), &finding.ports, MOST_FILTER_PORTS);
        finding.display_filter = format!(
            "{} && {} && {}",
            finding_builder::host_filter("addr", host),
            ports.unwrap_or(transport),
            finding_builder::time_filter(finding.start_ns, finding.end_ns)
        );
    }
    let id = finding_builder::id_of(&CARD, &finding.protocol, &finding.sources);
    *finding = finding_builder::finish(std::mem::replace(finding, finding_builder::begin(&CARD)), false);
    finding.id = id;
}

struct Limits {
    hosts: f64,
    window_ns: i64,
    least: f64,
    pings: f64,
    private: f64,
}

impl Limits {
    /// How sure it is a scan; none if it is not.
    fn confidence(&self, case: &Case) -> Option<f64> {
        let failed = case.n_failed as f64;
        if case.n_private as f64 >= self.private || case.n_pinged as f64 >= self.pings {
            return Some(if case.is_scanner { 0.95 } else { 0.85 });
        }
        if failed < LEAST_FAILED_SHARE * case.targets.len() as f64 {
            return None;
        }
        if case.n_window as f64 >= self.hosts {
            Some(if case.is_scanner { 0.97 } else { 0.85 })
        } else if failed >= self.hosts {
            Some(0.8)
        } else if case.is_scanner && failed >= self.least {
            Some(0.84)
        } else {
            None
        }
    }
}

impl Case {
    fn new(contacts: &[Contact], window_ns: i64) -> Option<Case> {
        let first = contacts.first()?;
        let mut in_time: Vec<&Contact> = contacts.iter().collect();
        in_time.sort_by_key(|c| (c.first_ns, c.target));
        let times: Vec<i64> = in_time.iter().filter(|c| !c.outcome.is_success()).map(|c| c.first_ns).collect();
        let all: Vec<i64> = in_time.iter().map(|c| c.first_ns).collect();
        let n_pinged = if first.probe == Probe::Echo { busiest(&all, PINGS_WINDOW_NS) } else { 0 };
        let n_private = contacts.iter().filter(|c| is_private(c.source, c.target, c.protocol, c.port)).count();
        let walk = Walk::over(in_time.iter().map(|c| c.outcome.is_success()));
        Some(Case {
            source: first.source,
            protocol: first.protocol,
            port: first.port,
            probe: first.probe,
            targets: contacts.iter().map(|c| c.target).collect(),
            n_failed: times.len(),
            n_window: busiest(&times, window_ns),
            n_pinged,
            n_private,
            log_ratio: walk.log_ratio(),
            is_scanner: walk.is_scanner(),
            steps: Steps::of(in_time.iter().map(|c| c.outcome.is_success())),
            first_ns: in_time.first()?.first_ns,
            last_ns: contacts.iter().map(|c| c.last_ns).max()?,
        })
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

    fn finding(&self, limits: &Limits, confidence: f64, flows: Gathered) -> Finding {
        let is_outside = !self.source.is_internal() && self.targets.iter().any(|target| target.is_internal());
        let (transport, field) = self.words();
        let tried = count(self.targets.len(), "host");
        let n_answered = self.targets.len() - self.n_failed;
        let threshold = if self.n_failed as f64 >= limits.hosts { limits.hosts } else { limits.least };
        let duration = self.last_ns - self.first_ns;
        let what = if self.probe == Probe::Echo {
            "with pings".to_owned()
        } else {
            format!("on {transport} port {}", self.port)
        };

        let mut finding = finding_builder::begin(&CARD);
        if is_outside {
            finding_builder::technique(&mut finding, ("T1595.001", "Scanning IP Blocks"));
        } else if self.probe != Probe::Echo {
            finding_builder::technique(&mut finding, ("T1046", "Network Service Discovery"));
        }
        finding.title = format!("{} swept {tried} {what}", self.source);
        // An answer from inside tells an outsider what only the house should know.
        let is_let_in = self.n_private > 0 && n_answered > 0;
        let impact = if is_outside && !is_let_in { Impact::OUTSIDE_LOOK } else { Impact::INSIDE_LOOK };
        finding.severity = severity(impact, confidence, extent(self.n_failed as f64, limits.hosts));
        finding.score = past(self.n_failed as f64, threshold);
        finding.confidence = confidence;
        finding.sources = finding_builder::addresses([self.source]);
        finding.targets = finding_builder::addresses(self.targets.iter().copied());
        finding.ports = if self.probe == Probe::Echo { Vec::new() } else { vec![self.port] };
        finding.protocol = transport.to_owned();
        finding.evidence = vec![
            evidence("Hosts tried", self.targets.len() as f64, "hosts", "a few, and nearly all answer"),
            evidence(
                "Hosts that refused or did not answer",
                self.n_failed as f64,
                "hosts",
                format!("below {} (Zeek's scan policy)", limits.hosts),
            ),
            evidence("Hosts that answered", n_answered as f64, "hosts", "nearly all, for an ordinary client"),
            evidence(
                &format!("Most failed hosts within {}", span(limits.window_ns)),
                self.n_window as f64,
                "hosts",
                format!("below {}", limits.hosts),
            ),
            threshold_random_walk::likelihood(self.log_ratio),
            evidence("Time from first to last new host", duration as f64 / SECOND as f64, "s", ""),
        ];
        finding.series = self.steps.course();
        finding.explanation = format!(
            "{} tried {tried} {what} within {}; {} failed and {} answered. An ordinary client knows its \
             servers and nearly all of its first contacts succeed; going through many addresses in vain means that \
             somebody is looking for machines.",
            self.source,
            span(duration),
            finding_builder::thousands(self.n_failed),
            finding_builder::thousands(n_answered),
        );
        finding.benign_causes = lines(&[
            "An inventory, monitoring or vulnerability scanner that belongs to the house",
            "A file-sharing or chat program with a list of peers that are gone",
            "A program whose servers are all down or blocked",
        ]);
        finding.advice = lines(&[
            "Find out who owns the source and whether the sweep was ordered",
            "Look at the hosts that answered, and at what the source did with them afterwards",
            "If nobody ordered it, take the source off the network and examine it for malware",
        ]);
        flows.fill(&mut finding);
        let filter = match self.probe {
            Probe::Echo if self.protocol == 1 => "(icmp.type == 8 || icmp.type == 0)".to_owned(),
            Probe::Echo => "(icmpv6.type == 128 || icmpv6.type == 129)".to_owned(),
            _ => format!("{field}.port == {}", self.port),
        };
        finding.display_filter = format!(
            "{} && {filter} && {}",
            finding_builder::host_filter("addr", self.source),
            finding_builder::time_filter(finding.start_ns, finding.end_ns)
        );
        finding_builder::finish(finding, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Made;
    use crate::detect::support::testing::finish;
    use crate::detect::support::testing::finish_with;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::model::Flow;
    use crate::settings::Settings;

    #[test]
    fn one_port_on_many_silent_hosts_is_a_sweep() {
        let scan: Vec<Made> = (0..30).map(|i| Made::refused(inside(99), inside(i), 22, f64::from(i))).collect();
        let found = finish(&ENTRY, &scan, &[], &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "192.168.1.99 swept 30 hosts on TCP port 22");
        assert_eq!(found[0].ports, [22]);
    }

    #[test]
    fn pings_in_a_row_are_a_sweep_and_those_of_a_monitor_over_minutes_are_not() {
        let ping = |i: u8, second: f64| Made {
            protocol: 1,
            from: (inside(99), 0),
            packets: [1, 1],
            bytes: [56, 56],
            seconds: 0.1,
            state: crate::model::flow::TcpState::Unknown,
            ..Made::tcp(inside(99), inside(i), 0, second)
        };
        let found = |gap: f64| {
            let request = |i: u8| Flow { icmp: Some((8, 0)), ..ping(i, f64::from(i) * gap).flow() };
            let pings: Vec<Flow> = (0..16).map(request).collect();
            finish_with(&ENTRY, &pings, &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(0.1), found(20.0)), (1, 0));
    }

    #[test]
    fn questions_from_outside_for_what_is_inside_are_a_sweep() {
        let ask = |source| {
            move |i: u8| Made {
                protocol: 17,
                from: (source, 600),
                packets: [1, u32::from(i % 2)],
                bytes: [56, 28 * u64::from(i % 2)],
                ..Made::tcp(source, inside(i), 111, f64::from(i) * 60.0)
            }
        };
        let found = |source| {
            let asked: Vec<Made> = (0..8).map(ask(source)).collect();
            finish(&ENTRY, &asked, &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(outside(7)), found(inside(77))), (1, 0));
    }

    #[test]
    fn a_browser_with_some_dead_servers_is_no_scanner() {
        let browser: Vec<Made> = (0..60)
            .map(|i| {
                let make = if i % 3 == 0 { Made::refused } else { Made::tcp };
                make(inside(99), outside(i), 443, f64::from(i))
            })
            .collect();
        assert!(finish(&ENTRY, &browser, &[], &Settings::default()).findings.is_empty());
    }
}
