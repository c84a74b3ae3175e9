//! Answers from an analysis what administrators ask first: is the network slow, for whom, since when, and what is the
//! cause.

use crate::maths::sorting::Gather;
use crate::model::analysis::DetectorRun;
use crate::model::format::quantity::counted;
use crate::model::rows::RowKind;
use crate::model::{Analysis, Category, Endpoint, Finding, Severity};
use std::collections::BTreeSet;

/// Whether a network is slow.
#[derive(Clone, Debug, PartialEq)]
pub enum Slowness<'a> {
    /// It is for some: the causes, most severe first, and the hosts that they affect.
    Slow {
        /// Findings of category performance of medium severity or more.
        causes: Vec<&'a Finding>,
        /// How many addresses are affected, as far as findings list them.
        n_affected: u64,
        /// The one address that is, if it is one.
        only: Option<Endpoint>,
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
            let affected: BTreeSet<Endpoint> = causes
                .iter()
                .flat_map(|one| if one.targets.is_empty() { &one.sources } else { &one.targets })
                .copied()
                .gathered();
            return Some(Slowness::Slow {
                n_affected: affected.len() as u64,
                only: affected.first().copied().filter(|_| affected.len() == 1),
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
        (n > 0 && analysis.table.is_none()).then_some(Slowness::Nothing(n))
    }

    /// The answer in a sentence or two; `moment` writes a time. The cause that it ends with is left out: it is a link of its own.
    pub fn words(&self, moment: impl Fn(i64) -> String) -> String {
        match self {
            Slowness::Slow { n_affected, only, since_ns, faults, .. } => {
                let whom = only.map_or_else(|| counted(*n_affected, "host", "hosts"), |host| host.to_string());
                let faults: Vec<&str> = faults.iter().copied().collect();
                let whose = match faults.as_slice() {
                    [] => String::new(),
                    [one] => format!(" It points to {one}."),
                    [others @ .., last] => format!(" It points to {} and to {last}.", others.join(", to ")),
                };
                format!("The network is slow, or does not work in part, for {whom} since {}.{whose}", moment(*since_ns))
            }
            Slowness::Signs { fault, .. } => {
                let whose = fault.map_or_else(String::new, |whose| format!(", and it points to {whose}"));
                format!("Little points to a slow network: the strongest sign is of low severity{whose}.")
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
             It points to a path that loses packets and to the server, not the network."
        );
        analysis.findings.drain(..2);
        assert!(words(&analysis).ends_with("of low severity, and it points to the name server."));
        assert_eq!(Slowness::of(&analysis).unwrap().findings().len(), 1);
    }

    #[test]
    fn nothing_is_said_only_where_it_was_looked_for() {
        let runs = vec![run("packet_loss", Some("a path that loses packets")), run("beacon", None)];
        let mut analysis = Analysis { runs, ..Analysis::default() };
        assert!(words(&analysis).contains("1 detector of loss"));
        analysis.runs.remove(0);
        assert_eq!(Slowness::of(&analysis), None);
    }
}
