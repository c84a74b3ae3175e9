//! Answers from an analysis what administrators ask first: is the network slow, for whom, since when, and what is the
//! cause.

use crate::maths::sorting::Gather;
use crate::model::analysis::DetectorRun;
use crate::model::format::quantity::counted;
use crate::model::rows::RowKind;
use crate::model::{Analysis, Category, Endpoint, Finding, Severity, Site};
use std::collections::BTreeSet;

/// Whether a network is slow.
#[derive(Clone, Debug, PartialEq)]
pub enum Slowness<'a> {
    /// It is for some: the causes, most severe first, and the hosts that they affect.
    Slow {
        /// Findings of category performance of medium severity or more.
        causes: Vec<&'a Finding>,
        /// How many users are affected, as far as findings list them; 0 if it is the whole local network.
        n_affected: u64,
        /// The one user that is, if it is one.
        only: Option<Endpoint>,
        /// The one host that it is slow to work with, if it is one.
        place: Option<Endpoint>,
        /// When the first of the causes began, ns since 1970.
        since_ns: i64,
        /// Whose fault they are.
        faults: BTreeSet<&'a str>,
    },
    /// Weak signs only.
    Signs {
        /// The strongest of them.
        strongest: &'a Finding,
        /// Whose fault it is.
        fault: Option<&'a str>,
    },
    /// So many detectors of such trouble looked at it, and found nothing.
    Nothing(u64),
}

impl Slowness<'_> {
    /// Of an analysis; none where nothing can be said: of a table, and where no such detector had data.
    pub fn of(analysis: &Analysis) -> Option<Slowness<'_>> {
        if analysis.table.as_ref().is_some_and(|table| table.layout.kind == RowKind::Rows) {
            return None;
        }
        // A run says whose fault its findings are.
        let fault = |finding: &Finding| analysis.runs.iter().find(|run| run.id == finding.detector)?.fault.as_deref();
        let all: Vec<&Finding> = analysis.findings.iter().filter(|one| one.category == Category::Performance).collect();
        let causes: Vec<&Finding> = all.iter().copied().filter(|one| one.severity >= Severity::Medium).collect();
        if !causes.is_empty() {
            let sides: Vec<Sides<'_>> = causes.iter().map(|one| Sides::of(one, &analysis.site)).collect();
            let is_everybody = sides.iter().any(|one| one.users.is_empty());
            let affected: BTreeSet<Endpoint> = sides.iter().flat_map(|one| one.users).copied().gathered();
            let places: BTreeSet<Endpoint> = sides.iter().flat_map(|one| one.place).copied().gathered();
            return Some(Slowness::Slow {
                n_affected: if is_everybody { 0 } else { affected.len() as u64 },
                only: affected.first().copied().filter(|_| affected.len() == 1),
                place: places.first().copied().filter(|_| places.len() == 1 && !is_everybody),
                since_ns: causes.iter().map(|one| one.start_ns).min().unwrap_or(0),
                faults: causes.iter().filter_map(|one| fault(one)).gathered(),
                causes,
            });
        }
        if let Some(strongest) = all.first().copied().filter(|one| one.severity == Severity::Low) {
            return Some(Slowness::Signs { strongest, fault: fault(strongest) });
        }
        let looked = |run: &&DetectorRun| run.fault.is_some() && run.not_enough_data.is_none();
        let n = analysis.runs.iter().filter(looked).count() as u64;
        // Where nothing was captured, nothing was looked at.
        let is_looked_at = n > 0 && analysis.table.is_none() && analysis.summary.packets > 0;
        is_looked_at.then_some(Slowness::Nothing(n))
    }

    /// The answer in a sentence or two; `moment` writes a time. The cause that it ends with is left out: it is a link of its own.
    pub fn words(&self, moment: impl Fn(i64) -> String) -> String {
        match self {
            Slowness::Slow { n_affected, only, place, since_ns, faults, .. } => {
                let whom = match (*n_affected, only) {
                    (0, _) => "the whole local network".to_owned(),
                    (_, Some(host)) => host.to_string(),
                    (n, None) => counted(n, "host", "hosts"),
                };
                let place = place.map_or_else(String::new, |host| format!(" It is about the traffic with {host}."));
                let faults: Vec<&str> = faults.iter().copied().collect();
                let whose = match faults.as_slice() {
                    [] => String::new(),
                    [one] => format!(" It points to {one}."),
                    [others @ .., last] => format!(" It points to {} and to {last}.", others.join(", to ")),
                };
                let since = moment(*since_ns);
                format!("The network is slow, or does not work in part, for {whom} since {since}.{place}{whose}")
            }
            Slowness::Signs { fault: Some(whose), .. } => format!(
                "Little points to a slow network: the strongest sign is of low severity, and it points to {whose}."
            ),
            Slowness::Signs { fault: None, .. } => {
                "Little points to a slow network: the strongest sign is of low severity.".to_owned()
            }
            Slowness::Nothing(n) => format!(
                "Nothing points to a slow network: {} of loss, delay and failing services found nothing of low severity or more.",
                counted(*n, "detector", "detectors")
            ),
        }
    }

    /// What the answer rests on, most severe first.
    pub fn findings(&self) -> &[&Finding] {
        match self {
            Slowness::Slow { causes, .. } => causes,
            Slowness::Signs { strongest, .. } => std::slice::from_ref(strongest),
            Slowness::Nothing(_) => &[],
        }
    }
}

/// Detectors whose findings name clients as sources, and their server as target.
const CLIENTS_FIRST: &[&str] = &["mtu_black_hole", "receiver_stalled", "retransmission_storm", "window_limited"];
/// Detectors whose findings name a host and those that it talks to, with the port of a server where it is one.
const HOSTS_AND_PEERS: &[&str] = &["packet_loss", "path_latency"];

/// For whom a finding says that it is slow, and what with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sides<'a> {
    /// Those who work; none if it is the whole local network.
    pub users: &'a [Endpoint],
    /// What they work with; none if that is not known.
    pub place: &'a [Endpoint],
}

impl<'a> Sides<'a> {
    /// Of a finding of category performance: users are clients; of two hosts of which neither is known to be the server,
    /// the one inside.
    pub fn of(finding: &'a Finding, site: &Site) -> Sides<'a> {
        let is_inside = |one: &Endpoint| match one {
            Endpoint::Ip(host) => site.is_inside(*host),
            Endpoint::Mac(_) => true,
        };
        let (sources, targets) = (finding.sources.as_slice(), finding.targets.as_slice());
        let is = |list: &[&str]| list.contains(&finding.detector.as_str());
        let is_with_server = is(CLIENTS_FIRST) || is(HOSTS_AND_PEERS) && !finding.ports.is_empty();
        let are_users_first =
            is_with_server || is(HOSTS_AND_PEERS) && !targets.iter().any(is_inside) && sources.iter().any(is_inside);
        match targets.is_empty() {
            // A device that disturbs all others names nobody.
            true if sources.iter().all(|one| matches!(one, Endpoint::Mac(_))) => Sides { users: &[], place: &[] },
            true => Sides { users: sources, place: &[] },
            false if are_users_first => Sides { users: sources, place: targets },
            false => Sides { users: targets, place: sources },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    fn found(detector: &str, severity: Severity, targets: &[[u8; 4]]) -> Finding {
        Finding { category: Category::Performance, severity, start_ns: 7, ..made(detector, &[[10, 0, 0, 9]], targets) }
    }

    fn run(id: &str, fault: Option<&str>) -> DetectorRun {
        DetectorRun { id: id.to_owned(), n_findings: 0, not_enough_data: None, fault: fault.map(str::to_owned) }
    }

    fn words(analysis: &Analysis) -> String {
        Slowness::of(analysis).unwrap().words(|ns| format!("{ns} ns"))
    }

    #[test]
    fn the_answer_names_whom_since_when_and_whose_fault() {
        let mut analysis = Analysis {
            findings: vec![
                found("slow_server", Severity::High, &[[10, 0, 0, 1]]),
                found("packet_loss", Severity::Medium, &[[10, 0, 0, 1]]),
                found("dns_trouble", Severity::Low, &[[10, 0, 0, 3]]),
            ],
            runs: vec![
                run("slow_server", Some("the server, not the network")),
                run("packet_loss", Some("a path that loses packets")),
                run("dns_trouble", Some("the name server")),
            ],
            ..Analysis::default()
        };
        assert_eq!(
            words(&analysis),
            "The network is slow, or does not work in part, for 10.0.0.1 since 7 ns. \
             It is about the traffic with 10.0.0.9. It points to a path that loses packets and to the server, not the network."
        );
        analysis.findings.drain(..2);
        assert!(words(&analysis).ends_with("of low severity, and it points to the name server."));
        assert_eq!(Slowness::of(&analysis).unwrap().findings().len(), 1);
    }

    #[test]
    fn nothing_is_said_only_where_it_was_looked_for() {
        let runs = vec![run("packet_loss", Some("a path that loses packets")), run("beacon", None)];
        let mut analysis = Analysis { runs, ..Analysis::default() };
        assert_eq!(Slowness::of(&analysis), None, "nothing was captured");
        analysis.summary.packets = 1;
        assert!(words(&analysis).contains("1 detector of loss"));
        analysis.runs.remove(0);
        assert_eq!(Slowness::of(&analysis), None);
    }

    #[test]
    fn users_are_those_inside_and_the_server_is_where() {
        let said = |detector: &str, ports: &[u16], sides: [[u8; 4]; 2]| {
            let found = Finding {
                category: Category::Performance,
                ports: ports.to_vec(),
                ..made(detector, &[sides[0]], &[sides[1]])
            };
            let analysis = Analysis { findings: vec![found], site: Site::private(), ..Analysis::default() };
            let words = words(&analysis);
            let part = |from: &str, to: &str| {
                words.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or("").to_owned()
            };
            format!("{} with {}", part("part, for ", " since"), part("traffic with ", ". ").trim_end_matches('.'))
        };
        let (inside, server, outside) = ([10, 0, 0, 9], [10, 0, 0, 1], [203, 0, 113, 5]);
        assert_eq!(said("mtu_black_hole", &[80], [inside, outside]), "10.0.0.9 with 203.0.113.5");
        assert_eq!(said("retransmission_storm", &[80], [inside, server]), "10.0.0.9 with 10.0.0.1");
        assert_eq!(said("packet_loss", &[], [inside, outside]), "10.0.0.9 with 203.0.113.5");
        assert_eq!(said("path_latency", &[], [outside, inside]), "10.0.0.9 with 203.0.113.5");
        assert_eq!(said("slow_server", &[80], [server, outside]), "203.0.113.5 with 10.0.0.1");
    }

    #[test]
    fn a_storm_that_names_nobody_is_everybodys() {
        let storm = Finding {
            category: Category::Performance,
            sources: vec![Endpoint::Mac([2, 0, 0, 0, 0, 1])],
            ..made("broadcast_storm", &[], &[])
        };
        let analysis = Analysis { findings: vec![storm], ..Analysis::default() };
        assert!(words(&analysis).contains("for the whole local network since"));
    }
}
