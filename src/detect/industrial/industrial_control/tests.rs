//! Writes and stops of controllers by strangers are found, polling is not.

use super::*;
use crate::detect::support::testing::{Line, TestValue, inside, observe_messages, outside};
use crate::model::Severity;
use crate::model::app::kinds::industrial::{
    CipClass, CipError, CipMessage, CipService, Dnp3Function, Iec104Cause, Iec104Message, Iec104Type, ModbusFunction,
    S7Error, S7Function, S7Message,
};
use crate::settings::Settings;

type Fields = Vec<(FieldId, TestValue)>;

fn line(protocol: AppProto, second: f64, client: Addr, port: u16, facts: Fields) -> Line {
    Line::request(protocol, second, client, (inside(50), port), facts)
}

fn s7(second: f64, client: Addr, function: S7Function) -> Line {
    let facts = vec![(FieldId::Message, S7Message::Job.into()), (FieldId::Function, function.into())];
    line(AppProto::S7comm, second, client, 102, facts)
}

fn modbus(second: f64, client: Addr, function: ModbusFunction) -> Line {
    line(AppProto::Modbus, second, client, 502, vec![(FieldId::Function, function.into())])
}

fn found(lines: &[Line]) -> Vec<Finding> {
    observe_messages(&ENTRY, lines, &Settings::default()).findings
}

#[test]
fn one_stop_is_high_unless_it_is_refused() {
    let stop = s7(1.0, inside(66), S7Function::PlcStop);
    let one = found(std::slice::from_ref(&stop));
    assert_eq!((one[0].severity, one[0].technique.as_deref()), (Severity::High, Some("T0858")));
    let refusal = vec![
        (FieldId::Message, S7Message::AckData.into()),
        (FieldId::Function, S7Function::PlcStop.into()),
        (FieldId::Error, S7Error::Access.into()),
    ];
    let answer = line(AppProto::S7comm, 1.1, inside(66), 102, refusal).answered();
    assert_eq!(found(&[stop, answer])[0].severity, Severity::Medium);
}

#[test]
fn a_write_of_the_master_is_ordinary_and_that_of_a_stranger_is_not() {
    let reads = |client: Addr| (0..30).map(move |i| modbus(f64::from(i), client, ModbusFunction::ReadCoils));
    let write = |client: Addr| modbus(60.0, client, ModbusFunction::WriteSingleCoil);
    let of_master: Vec<Line> = reads(inside(10)).chain([write(inside(10))]).collect();
    assert_eq!(found(&of_master)[0].severity, Severity::Info);
    assert_eq!(found(&[write(inside(66))])[0].severity, Severity::Low, "nothing is known of either");
    let of_stranger: Vec<Line> = reads(inside(10)).chain([write(inside(66))]).collect();
    assert_eq!(found(&of_stranger)[0].severity, Severity::Medium);
    assert!(found(&[write(outside(1))])[0].severity >= Severity::Medium);
    assert!(found(&reads(inside(10)).collect::<Vec<_>>()).is_empty());
}

#[test]
fn alarms_that_are_switched_on_again_are_those_of_a_master_that_begins() {
    let dnp3 = |second: f64, function: Dnp3Function| {
        line(AppProto::Dnp3, second, inside(10), 20_000, vec![(FieldId::Function, function.into())])
    };
    let off = || dnp3(1.0, Dnp3Function::DisableUnsolicited);
    assert!(found(&[off(), dnp3(2.0, Dnp3Function::EnableUnsolicited)]).is_empty());
    assert_eq!(found(&[off()])[0].technique.as_deref(), Some("T0878"));
    assert_eq!(found(&[dnp3(1.0, Dnp3Function::ColdRestart)])[0].severity, Severity::High);
}

#[test]
fn a_master_that_begins_in_the_capture_is_one_once_it_has_read() {
    let dnp3 = |second: u8, function: Dnp3Function| {
        line(AppProto::Dnp3, second.into(), inside(10), 20_000, vec![(FieldId::Function, function.into())])
    };
    let begins = [dnp3(0, Dnp3Function::DisableUnsolicited)];
    let reads = (1..31).map(|second| dnp3(second, Dnp3Function::Read));
    let goes_on = [dnp3(31, Dnp3Function::EnableUnsolicited), dnp3(32, Dnp3Function::Operate)];
    let all: Vec<Line> = begins.into_iter().chain(reads).chain(goes_on).collect();
    assert_eq!(found(&all)[0].severity, Severity::Info);
}

#[test]
fn reports_to_one_do_not_hide_that_another_reads() {
    let reports = |second: u8| {
        let facts = vec![(FieldId::Function, Dnp3Function::UnsolicitedResponse.into())];
        line(AppProto::Dnp3, second.into(), inside(66), 20_000, facts).answered()
    };
    let asks = |second: u8, client: Addr, function: Dnp3Function| {
        line(AppProto::Dnp3, second.into(), client, 20_000, vec![(FieldId::Function, function.into())])
    };
    let reads = (0..12).map(|second| asks(second, inside(10), Dnp3Function::Read));
    let lines = reads.chain((12..20).map(reports)).chain([asks(20, inside(66), Dnp3Function::Operate)]);
    assert_eq!(found(&lines.collect::<Vec<_>>())[0].severity, Severity::Medium);
}

#[test]
fn messages_without_direction_leave_room_for_those_who_ask() {
    let supervises = |port: u16| Line {
        from: (inside(10), port),
        ..line(AppProto::Iec104, 1.0, inside(10), 2404, vec![(FieldId::Message, Iec104Message::Supervisory.into())])
    };
    let lines = (1..=MOST_PAIRS as u16).map(supervises).chain([s7(2.0, inside(66), S7Function::PlcStop)]);
    assert_eq!(found(&lines.collect::<Vec<_>>()).len(), 1);
}

#[test]
fn a_service_of_cip_is_judged_with_its_object() {
    let request = |service: CipService, class: CipClass| {
        let facts = [CipMessage::Request.into(), service.into(), class.into()];
        let facts = [FieldId::Message, FieldId::Function, FieldId::Class].into_iter().zip(facts).collect();
        line(AppProto::EtherNetIp, 1.0, inside(66), 44_818, facts)
    };
    let technique = |service: CipService, class: CipClass| found(&[request(service, class)])[0].technique.clone();
    assert_eq!(technique(CipService::Stop, CipClass::Controller).as_deref(), Some("T0858"));
    assert_eq!(technique(CipService::Stop, CipClass::Other).as_deref(), Some("T0855"));
    assert_eq!(technique(CipService::Delete, CipClass::Program).as_deref(), Some("T0809"));
    assert_eq!(technique(CipService::Delete, CipClass::Connection).as_deref(), Some("T0855"));
    assert_eq!(found(&[request(CipService::Reset, CipClass::Port)])[0].severity, Severity::Low);
    // The answer does not say which of the two was refused.
    let refusal = |service: CipService| {
        let facts = [CipMessage::Response.into(), service.into(), CipError::PrivilegeViolation.into()];
        let facts = [FieldId::Message, FieldId::Function, FieldId::Error].into_iter().zip(facts).collect();
        line(AppProto::EtherNetIp, 2.0, inside(66), 44_818, facts).answered()
    };
    let stops = || [request(CipService::Stop, CipClass::Controller), request(CipService::Stop, CipClass::Other)];
    let once: Vec<Line> = stops().into_iter().chain([refusal(CipService::Stop)]).collect();
    let twice: Vec<Line> = stops().into_iter().chain([(); 2].map(|()| refusal(CipService::Stop))).collect();
    assert_eq!((found(&once)[0].severity, found(&twice)[0].severity), (Severity::High, Severity::Medium));
    let deletion = [request(CipService::Delete, CipClass::Program), refusal(CipService::Delete)];
    assert_eq!(found(&deletion)[0].severity, Severity::Medium);
}

#[test]
fn answers_are_no_commands_and_the_worst_names_the_finding() {
    let command = |second: f64, cause: Iec104Cause, kind: Iec104Type| {
        let facts = vec![
            (FieldId::Message, Iec104Message::Information.into()),
            (FieldId::Function, kind.into()),
            (FieldId::Cause, cause.into()),
        ];
        line(AppProto::Iec104, second, inside(66), 2404, facts)
    };
    let (act, done) = (Iec104Cause::Activation, Iec104Cause::ActivationConfirm);
    let both = [command(1.0, act, Iec104Type::SingleCommand), command(2.0, act, Iec104Type::ResetProcess)];
    assert_eq!(found(&both)[0].technique.as_deref(), Some("T0816"));
    assert!(found(&[command(1.0, done, Iec104Type::SingleCommand)]).is_empty());
    let reset = vec![(FieldId::Message, CipMessage::Request.into()), (FieldId::Function, CipService::Reset.into())];
    let reset = found(&[line(AppProto::EtherNetIp, 1.0, inside(66), 44_818, reset)]);
    assert_eq!((reset.len(), reset[0].severity), (1, Severity::High));
}
