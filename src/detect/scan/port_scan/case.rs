//! Contacts of one source to one host to a case, how sure it is a scan, and its finding.

use super::one_source_port::OneSourcePort;
use super::{CARD, FEWEST};
use crate::detect::support::connection_attempts::{Contact, Outcome, Probe, Probes};
use crate::detect::support::contact_course::ContactCourse;
use crate::detect::support::episodes::Episodes;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::monitoring::Rounds;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::threshold_random_walk::SURE;
use crate::maths::sorting::Arrange;
use crate::model::finding::Evidence;
use crate::model::format::time::span;
use crate::model::{Addr, Finding, Flow, Site};

/// Ports listed in a filter before it falls back to the time of the scan.
const MOST_FILTER_PORTS: usize = 30;
/// What it adds to the extent that the source used ports which it had found.
const FOR_FOLLOWED: f64 = 0.2;
/// Most extent of a scan from outside.
const MOST_OUTSIDE_EXTENT: f64 = 0.8;
/// A host answers at best this share of a scanner's tries: halfway between the two chances of the random walk.
const LEAST_FAILED_SHARE: f64 = 0.5;

/// One source and one host over one protocol.
pub(super) struct Case {
    pub(super) source: Addr,
    pub(super) target: Addr,
    pub(super) protocol: u8,
    pub(super) probes: Probes,
    pub(super) ports: Vec<u16>,
    pub(super) n_failed: usize,
    pub(super) n_half_open: usize,
    pub(super) n_silent: usize,
    /// Bare exchanges, whose flags were not seen.
    pub(super) n_bare: usize,
    pub(super) n_answered: usize,
    /// Ports that it left half-open and then used.
    pub(super) n_followed: usize,
    pub(super) course: ContactCourse,
    /// When it went on.
    pub(super) episodes: Episodes,
    pub(super) one_port: OneSourcePort,
    /// Of a monitor.
    pub(super) rounds: Option<Rounds>,
}

/// From where on it is a scan.
pub(super) struct Limits {
    pub(super) ports: f64,
    pub(super) window_ns: i64,
    pub(super) least: f64,
    pub(super) one_port: f64,
}

impl Limits {
    /// How sure it is a scan; none if it is not.
    pub(super) fn confidence(&self, case: &Case) -> Option<Confidence> {
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
    pub(super) fn new(contacts: &[Contact], window_ns: i64) -> Option<Case> {
        let first = contacts.first()?;
        let failed: Vec<&Contact> = contacts.iter().filter(|c| !c.outcome.is_success()).collect();
        // A silent UDP port is a failure once the host has shown that it refuses others (it limits how often it says
        // so: RFC 1812, section 4.3.2.8).
        let refuses = contacts.iter().any(|c| c.outcome == Outcome::Failure);
        let mut ports: Vec<u16> = contacts.iter().map(|c| c.port).collect();
        ports.arrange();
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
    pub(super) fn n_vain(&self) -> usize {
        self.n_failed + self.n_silent + self.n_bare
    }

    /// True for a flow to one of the ports while the scan went on.
    pub(super) fn means(&self, flow: &Flow) -> bool {
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

    /// The internet tries doors all day; who comes back to those that opened means this machine.
    fn impact(&self, limits: &Limits, is_outside: bool) -> Impact {
        match is_outside {
            true if self.n_vain() as f64 >= limits.least || self.n_followed > 0 => Impact::OUTSIDE_AIM,
            true => Impact::OUTSIDE_LOOK,
            false => Impact::INSIDE_LOOK,
        }
    }

    /// From outside it is never more than medium: what is reachable there is known to be.
    fn extent(&self, limits: &Limits, is_outside: bool) -> f64 {
        let followed = if self.n_followed > 0 { FOR_FOLLOWED } else { 0.0 };
        let most_extent = if is_outside { MOST_OUTSIDE_EXTENT } else { 1.0 };
        (extent(self.n_vain() as f64, limits.ports) + followed).min(most_extent)
    }

    /// How far it is past the limit that it reached.
    fn score(&self, limits: &Limits) -> f64 {
        let failed = self.n_vain() as f64;
        let threshold = match failed {
            failed if failed >= limits.ports => limits.ports,
            failed if failed >= limits.least => limits.least,
            _ => FEWEST as f64,
        };
        past(failed, threshold).max(past(self.one_port.log_ratio, *SURE))
    }

    fn transport(&self) -> &'static str {
        if self.protocol == 17 { "UDP" } else { "TCP" }
    }

    /// The ports that were tried, in words.
    fn tried(&self) -> String {
        count(self.ports.len(), &format!("{} port", self.transport()))
    }

    fn title(&self, limits: &Limits) -> String {
        let is_slow = self.n_vain() as f64 >= limits.ports && (self.course.n_window as f64) < limits.ports;
        let slowly = if is_slow { "slowly " } else { "" };
        let kinds = self.probes.in_brackets();
        format!("{} {slowly}scanned {} of {}{kinds}", self.source, self.tried(), self.target)
    }

    fn filter(&self, flows: &Gathered) -> String {
        let transport = self.transport().to_lowercase();
        let mut filter = format!(
            "{} && {transport} && {}",
            finding_builder::pair_filter(self.source, self.target),
            finding_builder::time_filter(flows.start_ns, flows.end_ns)
        );
        let field = format!("{transport}.port");
        if let Some(ports) = finding_builder::ports_filter(&field, &self.ports, MOST_FILTER_PORTS) {
            filter = format!("{filter} && {ports}");
        }
        if self.protocol == 17 {
            filter.push_str(" && !icmp && !icmpv6");
        }
        filter
    }

    fn figures(&self, limits: &Limits) -> [Evidence; 6] {
        [
            evidence(
                "Ports tried",
                self.ports.len() as f64,
                "ports",
                "an ordinary client uses 1 to 3 ports of a server",
            ),
            evidence(
                "Ports that refused, did not answer, or were left half-open",
                self.n_vain() as f64,
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
        ]
    }

    fn explanation(&self) -> String {
        format!(
            "{} tried {} of {} within {}; {} {}, and {} had a normal connection. An ordinary client knows which \
             port it wants and gets an answer there. A series of failed attempts on different ports means that \
             somebody is finding out what the host offers.{}{}",
            self.source,
            self.tried(),
            self.target,
            span(self.course.duration_ns()),
            finding_builder::thousands(self.n_vain()),
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
        )
    }

    pub(super) fn finding(&self, limits: &Limits, confidence: Confidence, flows: Gathered, site: &Site) -> Finding {
        let is_outside = site.is_outside(self.source) && site.is_inside(self.target);
        let filter = self.filter(&flows);
        Finding::builder(&CARD)
            .title(self.title(limits))
            .weighed(self.impact(limits, is_outside), confidence, self.extent(limits, is_outside))
            .score(self.score(limits))
            .sources([self.source])
            .targets([self.target])
            .ports(self.ports.clone())
            .protocol(self.transport())
            .evidence(self.figures(limits))
            .evidence(self.course.evidence("ports", limits.window_ns, limits.ports))
            .series(self.course.steps.course())
            .explanation(self.explanation())
            .flows(flows)
            .filter(filter)
            .build()
    }
}
