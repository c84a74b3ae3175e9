//! Calls that make, change or start services, tasks and processes on another Windows host, per pair, to findings.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::directory::RpcFunction;
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "remote_execution",
    name: "Remote control of Windows",
    category: Category::LateralMovement,
    technique: Some(("T1569.002", "Service Execution")),
    sees: "A host makes or starts a service, a scheduled task or a process on another host over the network.",
    matters: "That is how an intruder with a password goes from one machine to the next: PsExec, at, schtasks and WMI all do it.",
    otherwise: "Administrators and their tools do the same all day. Who does it, from where, and at what time decides.",
    benign_causes: &[
        "An administrator, or a tool that distributes programs and updates",
        "A monitor that looks after services",
    ],
    advice: &[
        "Ask whether an administrator worked from there at that time",
        "Look in the target's event log for the service or task that was made (events 7045 and 4698)",
        "Look at what the source did before: did it guess passwords, did it scan",
    ],
    part_of: &[],
    source: "MITRE ATT&CK T1569.002, T1053.002, T1053.005, T1047; the interfaces MS-SCMR, MS-TSCH and MS-WMI.",
};

const CALLS: Descriptor = Descriptor::count("remote_execution.calls", "Calls", 1.0)
    .range(1.0, 10_000.0)
    .unit("calls")
    .help("So many such calls of one host on another. One is enough to start a program.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<RemoteExecution>(CARD, &[CALLS], Interest::MESSAGES);

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
        Report::of_table(&self.pairs, |calls| n_calls(calls) as f64 >= least)
            .largest_first(|(_key, calls)| n_calls(calls))
            .each_with_flows(
                context,
                |((from, to, port), _)| Between::service(*from, *to, *port),
                |_, _| true,
                |(key, calls), flows| finding(**key, calls, least).flows(flows).build(),
            )
    }
}

fn finding((from, to, port): (Addr, Addr, u16), calls: &BTreeMap<usize, u64>, least: f64) -> FindingBuilder {
    let n = calls.values().sum::<u64>();
    let names: Vec<&str> =
        calls.keys().filter_map(|place| FUNCTIONS.get(*place)).map(|(function, _)| function.label()).collect();
    let confidence = Confidence::LIKELY;
    Finding::builder(&CARD)
        .title(format!("{from} starts programs on {to} over the network"))
        .rated(Impact::CONTROL, confidence, (n as f64, least))
        .technique(calls.keys().next().and_then(|place| FUNCTIONS.get(*place)).map(|(_, technique)| *technique))
        .service((from, to, port), "MS RPC")
        .evidence([
            evidence("Calls that make or start something", n as f64, "calls", "0 between workstations"),
            evidence("Different functions", names.len() as f64, "functions", "0"),
        ])
        .explanation(format!(
            "{from} called {} on {to}: {}. These functions make, change or start services, tasks or processes there.",
            names.join(", "),
            count(n as usize, "call")
        ))
        .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(from, to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, hear, inside};
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
