//! First contacts on ports of remote administration to findings: a host inside that tries its neighbours one by one.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::connection_attempts::{self, Contact, Outcome, Probe};
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::known_outcomes;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::{self, Walk};
use crate::model::flow;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "lateral_movement",
    name: "Lateral movement",
    category: Category::LateralMovement,
    technique: Some(("T1021", "Remote Services")),
    sees: "An internal host tries a port of remote administration (file sharing, remote desktop, WinRM, VNC, SSH) on many neighbours, and most of them refuse.",
    matters: "From the first compromised machine, intruders and worms spread to its neighbours over these services.",
    otherwise: "An administration or inventory tool, or a computer with an outdated list of shared drives.",
    benign_causes: &[
        "An administration, backup or inventory tool",
        "A computer with an outdated list of network drives or remote desktops",
    ],
    advice: &[
        "Find out which program on the source makes the connections",
        "Check the neighbours that were reached: logins, new services, new files at that time",
        "If nobody can explain it, disconnect the source",
    ],
    part_of: &[],
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004, on first contacts between internal hosts. Ports from MITRE ATT&CK T1021.",
};

const LEAST: Descriptor = Descriptor::count("lateral_movement.least", "Neighbours that refused", 5.0)
    .range(4.0, 10_000.0)
    .unit("hosts")
    .help("At least this many neighbours must have refused or not answered on the same port. The random walk needs four failures in a row; one more allows for a forgotten network drive.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<LateralMovement>(CARD, &[LEAST], Interest::NOTHING);

/// So many times as many neighbours with bare exchanges, whose flags were not seen, make up for what is not known of them.
const BARE: f64 = 3.0;
/// Most findings.
const MOST_FINDINGS: usize = 100;

#[derive(Default)]
struct LateralMovement;

/// The service of an administration port, and its technique.
fn service(port: u16) -> Option<(&'static str, (&'static str, &'static str))> {
    Some(match port {
        445 | 139 => ("Windows file sharing (SMB)", ("T1021.002", "SMB/Windows Admin Shares")),
        3389 => ("remote desktop (RDP)", ("T1021.001", "Remote Desktop Protocol")),
        135 => ("remote procedure calls (DCOM)", ("T1021.003", "Distributed Component Object Model")),
        5985 | 5986 => ("Windows remote management (WinRM)", ("T1021.006", "Windows Remote Management")),
        5900 => ("VNC", ("T1021.005", "VNC")),
        22 => ("SSH", ("T1021.004", "SSH")),
        _ => return None,
    })
}

struct Case {
    source: Addr,
    port: u16,
    targets: Vec<Addr>,
    reached: Vec<Addr>,
    log_ratio: f64,
    first_ns: i64,
    last_ns: i64,
}

impl Detector for LateralMovement {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST);
        let is_meant = |c: &Contact| {
            matches!(c.probe, Probe::Syn | Probe::Connection)
                && service(c.port).is_some()
                && context.site.is_inside(c.source)
                && context.site.is_inside(c.target)
        };
        let cases: Vec<Case> = context
            .contacts
            .groups(least, |c| is_meant(c).then_some((c.source, c.port)))
            .iter()
            .filter_map(|contacts| Case::new(&connection_attempts::without_rests(contacts), least))
            .collect();
        let report = Report::of(cases).at_most(MOST_FINDINGS).largest_first(|case| case.targets.len()).each_with_flows(
            context,
            |case: &Case| Between {
                source: Some(case.source),
                port: Some(case.port),
                protocol: Some(6),
                ..Between::default()
            },
            |_, flow| flow.outcome() != flow::Outcome::Unknown && context.site.is_inside(flow.responder().0),
            |case, flows| known_outcomes::note(context.contacts, case.finding(least, flows), case.source),
        );
        known_outcomes::conclude(context.contacts, report)
    }
}

impl Case {
    fn new(contacts: &[Contact], least: f64) -> Option<Case> {
        let mut in_time: Vec<&Contact> = contacts.iter().collect();
        in_time.sort_by_key(|c| (c.first_ns, c.target));
        let sure = in_time.iter().filter(|c| c.outcome != Outcome::Bare);
        let walk = Walk::over(sure.map(|c| c.outcome.is_success()));
        let n = |outcome| contacts.iter().filter(|c| c.outcome == outcome).count();
        let (n_failed, n_bare) = (n(Outcome::Failure), n(Outcome::Bare));
        let first = in_time.first()?;
        // More than half must fail: halfway between the two chances of the random walk.
        let is_scanner = walk.is_scanner() && n_failed as f64 >= least;
        let is_bare = (n_failed + n_bare) as f64 >= BARE * least;
        ((is_scanner || is_bare) && (n_failed + n_bare) * 2 > contacts.len()).then(|| Case {
            source: first.source,
            port: first.port,
            targets: contacts.iter().map(|c| c.target).collect(),
            reached: contacts
                .iter()
                .filter(|c| !matches!(c.outcome, Outcome::Failure | Outcome::Bare))
                .map(|c| c.target)
                .collect(),
            log_ratio: walk.log_ratio(),
            first_ns: first.first_ns,
            last_ns: contacts.iter().map(|c| c.last_ns).max().unwrap_or(first.first_ns),
        })
    }

    fn finding(&self, least: f64, flows: Gathered) -> Finding {
        let (name, technique) = service(self.port).unwrap_or(("a service", ("T1021", "Remote Services")));
        let n_failed = self.targets.len() - self.reached.len();
        let confidence = if n_failed >= 10 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        Finding::builder(&CARD)
            .technique(technique)
            .title(format!("{} tried {name} on {}", self.source, count(self.targets.len(), "internal neighbour")))
            .rated(Impact::ACCESS_TRY, confidence, (n_failed as f64, least))
            .sources([self.source])
            .targets(self.targets.iter().copied())
            .ports([self.port])
            .protocol("TCP")
            .evidence([
                evidence("Neighbours tried", self.targets.len() as f64, "hosts", "the few servers that it uses"),
                evidence("Neighbours that refused or did not answer", n_failed as f64, "hosts", "0 or 1"),
                evidence("Neighbours reached", self.reached.len() as f64, "hosts", ""),
                threshold_random_walk::likelihood(self.log_ratio),
                evidence(
                    "Time from first to last attempt",
                    (self.last_ns - self.first_ns) as f64 / SECOND as f64,
                    "s",
                    "",
                ),
            ])
            .explanation(format!(
                "{} tried {name} (port {}) on {} within {}; {n_failed} refused or gave no answer and {} were \
                 reached. A workstation uses the servers it knows. Attempts on one neighbour after another, over a \
                 service that gives control of them, are how an intrusion spreads.",
                self.source,
                self.port,
                count(self.targets.len(), "internal neighbour"),
                span(self.last_ns - self.first_ns),
                self.reached.len()
            ))
            .flows(flows)
            .filter_in_time(format!(
                "{} && tcp.port == {}",
                finding_builder::host_filter("addr", self.source),
                self.port
            ))
            .identity(Identity::ActorsAndPorts)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside};
    use crate::settings::Settings;

    #[test]
    fn refusing_neighbours_one_after_another_are_reported_and_answering_ones_are_not() {
        let tries: Vec<Made> = (0..7).map(|i| Made::refused(inside(99), inside(i), 445, f64::from(i))).collect();
        let found = finish(&ENTRY, &tries, &[], &Settings::default()).findings;
        assert_eq!(found[0].technique.as_deref(), Some("T1021.002"));
        let admin: Vec<Made> = (0..40).map(|i| Made::tcp(inside(99), inside(i), 445, f64::from(i))).collect();
        assert!(finish(&ENTRY, &admin, &[], &Settings::default()).findings.is_empty());
    }
}
