//! Theft of secrets from a domain is found by what was asked, and replication between controllers is not.

use super::*;
use crate::detect::support::testing::{Line, inside, observe_messages};
use crate::model::Severity;
use crate::model::flow::Direction;
use crate::settings::Settings;

fn found(from: u8, functions: &[RpcFunction]) -> Vec<Finding> {
    let line = |(i, function): (usize, &RpcFunction)| {
        Line::request(
            AppProto::MsRpc,
            i as f64,
            inside(from),
            (inside(2), 49_668),
            vec![(FieldId::Function, (*function).into())],
        )
    };
    let mut lines: Vec<Line> = functions.iter().enumerate().map(line).collect();
    // Host 9 is a controller.
    lines.push(
        Line::request(
            AppProto::Kerberos,
            0.0,
            inside(7),
            (inside(9), 88),
            vec![(FieldId::Message, KerberosMessage::TgsRep.into())],
        )
        .answered(),
    );
    observe_messages(&ENTRY, &lines, &Settings::default()).findings
}

#[test]
fn log_ins_without_end_and_copies_of_secrets_are_reported() {
    assert!(found(1, &[RpcFunction::NetrServerAuthenticate3; 60])[0].severity >= Severity::High);
    assert_eq!(found(1, &[RpcFunction::NetrServerAuthenticate3; 4]).len(), 0, "a computer that starts");
    let copy = found(1, &[RpcFunction::IdlDRSGetNCChanges]);
    assert!(copy[0].severity >= Severity::High && copy[0].technique.as_deref() == Some("T1003.006"));
    assert!(
        found(9, &[RpcFunction::IdlDRSGetNCChanges])[0].severity < Severity::Medium,
        "controllers copy from each other"
    );
}

#[test]
fn a_list_of_users_needs_several_questions() {
    assert_eq!(found(1, &[RpcFunction::SamrLookupNamesInDomain, RpcFunction::SamrLookupNamesInDomain]).len(), 0);
    let list = [
        RpcFunction::SamrLookupNamesInDomain,
        RpcFunction::SamrQueryInformationUser,
        RpcFunction::SamrGetGroupsForUser,
    ];
    assert_eq!(found(1, &list)[0].technique.as_deref(), Some("T1087.002"));
}

#[test]
fn one_call_that_is_the_whole_damage_is_high_alone() {
    use RpcFunction::{ElfrClearELFW, IdlDRSReplicaAdd, LsarRetrievePrivateData, RpcAddPrinterDriverEx};
    for (function, technique) in
        [(IdlDRSReplicaAdd, "T1207"), (LsarRetrievePrivateData, "T1003.004"), (RpcAddPrinterDriverEx, "T1210")]
    {
        let one = found(1, &[function]);
        assert!(one[0].severity >= Severity::High && one[0].technique.as_deref() == Some(technique), "{one:?}");
    }
    assert_eq!(found(1, &[ElfrClearELFW])[0].technique.as_deref(), Some("T1070.001"));
}

#[test]
fn an_answer_alone_is_the_callers_and_less_sure() {
    let answer = Line {
        protocol: AppProto::MsRpc,
        second: 1.0,
        from: (inside(1), 40_000),
        to: (inside(2), 49_668),
        direction: Direction::ToOriginator,
        facts: vec![(FieldId::AnsweredFunction, RpcFunction::IdlDRSGetNCChanges.into())],
    };
    let findings = observe_messages(&ENTRY, &[answer], &Settings::default()).findings;
    assert_eq!(
        (findings[0].sources.clone(), findings[0].targets.clone()),
        (vec![inside(1).into()], vec![inside(2).into()])
    );
    assert!(findings[0].severity >= Severity::Medium, "{:?}", findings[0]);
    assert!(findings[0].confidence < found(1, &[RpcFunction::IdlDRSGetNCChanges])[0].confidence);
    assert!(findings[0].explanation.contains("Of 1 of 1 only the answer"), "{}", findings[0].explanation);
}

#[test]
fn the_caller_is_who_sends_the_call_whoever_came_first() {
    let line = Line {
        protocol: AppProto::MsRpc,
        second: 1.0,
        from: (inside(2), 49_668),
        to: (inside(1), 40_000),
        direction: Direction::ToOriginator,
        facts: vec![(FieldId::Function, RpcFunction::IdlDRSGetNCChanges.into())],
    };
    let findings = observe_messages(&ENTRY, &[line], &Settings::default()).findings;
    assert_eq!(findings[0].sources, [inside(1).into()]);
}
