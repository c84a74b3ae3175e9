//! Calls that make, change or start services, tasks and processes on another Windows host, per pair, to findings.

use crate::detect::card::Card;
use crate::detect::detector::AppEvent;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::gather;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldSet;
use crate::model::app::kinds::directory::RpcFunction;
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding};
use crate::settings::{Descriptor, OnChange};
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "remote_execution",
    name: "Remote control of Windows",
    category: Category::LateralMovement,
    technique: Some(("T1569.002", "Service Execution")),
    sees: "A host makes or starts a service, a scheduled task or a process on another host over the network.",
    matters: "That is how an intruder with a password goes from one machine to the next: PsExec, at, schtasks and WMI all do it.",
    otherwise: "Administrators and their tools do the same all day. Who does it, from where, and at what time decides.",
    source: "MITRE ATT&CK T1569.002, T1053.002, T1053.005, T1047; the interfaces MS-SCMR, MS-TSCH and MS-WMI.",
};

const CALLS: Descriptor = Descriptor {
    id: "remote_execution.calls",
    label: "Calls",
    help: "So many such calls of one host on another. One is enough to start a program.",
    unit: "calls",
    min: 1.0,
    max: 10_000.0,
    default: 1.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[CALLS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    interest: Interest::MESSAGES,
    make: || Box::new(RemoteExecution::default()),
};

/// Functions that start something, and the technique that each is.
const FUNCTIONS: &[(RpcFunction, (&str, &str))] = &[
    (RpcFunction::CreateServiceW, ("T1569.002", "Service Execution")),
    (RpcFunction::CreateServiceA, ("T1569.002", "Service Execution")),
    (RpcFunction::StartServiceW, ("T1569.002", "Service Execution")),
    (RpcFunction::StartServiceA, ("T1569.002", "Service Execution")),
    (RpcFunction::ChangeServiceConfigW, ("T1569.002", "Service Execution")),
    (RpcFunction::NetrJobAdd, ("T1053.002", "At")),
    (RpcFunction::SchRpcRegisterTask, ("T1053.005", "Scheduled Task")),
    (RpcFunction::SchRpcRun, ("T1053.005", "Scheduled Task")),
    (RpcFunction::ExecMethod, ("T1047", "Windows Management Instrumentation")),
];
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct RemoteExecution {
    pairs: Tally<(Addr, Addr, u16), BTreeMap<usize, u64>, MOST_PAIRS>,
}

impl Detector for RemoteExecution {
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        FieldSet::of(&[FieldId::Function])
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let (Some(flow), Some(function)) = (event.flow, event.message.fields.kind::<RpcFunction>(FieldId::Function))
        else {
            return;
        };
        let Some(place) = FUNCTIONS.iter().position(|(name, _)| *name == function) else { return };
        let ((from, _), (to, port)) = (flow.originator(), flow.responder());
        if let Some(calls) = self.pairs.of((from, to, port)) {
            *calls.entry(place).or_default() += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CALLS);
        let n_calls = |calls: &BTreeMap<usize, u64>| calls.values().sum::<u64>();
        let mut cases = self.pairs.sorted_where(|calls| n_calls(calls) as f64 >= least);
        cases.sort_by_key(|(key, calls)| (std::cmp::Reverse(n_calls(calls)), **key));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((from, to, port), _)| Between::service(*from, *to, *port)).collect();
        let gathered = gather(context, &between, |_, _| true);
        let findings = cases.iter().zip(gathered).map(|((key, calls), flows)| {
            let mut finding = finding(**key, calls, least);
            flows.fill(&mut finding);
            finding_builder::finish(finding, true)
        });
        Conclusion { findings: findings.collect(), n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() }
    }
}

fn finding((from, to, port): (Addr, Addr, u16), calls: &BTreeMap<usize, u64>, least: f64) -> Finding {
    let n = calls.values().sum::<u64>();
    let names: Vec<&str> =
        calls.keys().filter_map(|place| FUNCTIONS.get(*place)).map(|(function, _)| function.label()).collect();
    let confidence = 0.7;
    let mut finding = finding_builder::begin(&CARD);
    finding.title = format!("{from} starts programs on {to} over the network");
    rate(&mut finding, Impact::CONTROL, confidence, (n as f64, least));
    if let Some((_, technique)) = calls.keys().next().and_then(|place| FUNCTIONS.get(*place)) {
        finding_builder::technique(&mut finding, *technique);
    }
    finding.sources = finding_builder::addresses([from]);
    finding.targets = finding_builder::addresses([to]);
    finding.ports = vec![port];
    finding.protocol = "MS RPC".to_owned();
    finding.evidence = vec![
        evidence("Calls that make or start something", n as f64, "calls", "0 between workstations"),
        evidence("Different functions", names.len() as f64, "functions", "0"),
    ];
    finding.explanation = format!(
        "{from} called {} on {to}: {}. These functions make, change or start services, tasks or processes there.",
        names.join(", "),
        count(n as usize, "call")
    );
    finding.benign_causes = lines(&[
        "An administrator, or a tool that distributes programs and updates",
        "A monitor that looks after services",
    ]);
    finding.advice = lines(&[
        "Ask whether an administrator worked from there at that time",
        "Look in the target's event log for the service or task that was made (events 7045 and 4698)",
        "Look at what the source did before: did it guess passwords, did it scan",
    ]);
    finding.display_filter = format!("{} && tcp.port == {port}", finding_builder::pair_filter(from, to));
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Line;
    use crate::detect::support::testing::hear;
    use crate::detect::support::testing::inside;
    use crate::model::app::protocol::AppProto;
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    #[test]
    fn making_a_service_is_reported_and_looking_at_one_is_not() {
        let found = |function: RpcFunction| {
            let facts = vec![(FieldId::Function, function.into())];
            let (from, to) = ((inside(1), 40_000), (inside(2), 445));
            let line =
                Line { protocol: AppProto::Smb, second: 1.0, from, to, direction: Direction::ToResponder, facts };
            hear(&ENTRY, &[line], &Settings::default()).findings
        };
        assert_eq!(found(RpcFunction::NetrJobAdd)[0].technique.as_deref(), Some("T1053.002"));
        assert!(found(RpcFunction::OpenServiceW).is_empty());
    }
}
