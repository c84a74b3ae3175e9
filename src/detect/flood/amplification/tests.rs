//! Tests of reflection and amplification.

use super::*;
use crate::detect::support::testing::TestValue;
use crate::detect::support::testing::{Line, Made, finish, inside, observe_messages, outside};
use crate::settings::Settings;

fn answers(n_servers: u8, mean: u64) -> usize {
    let made = |i: u32| Made {
        protocol: 17,
        from: (outside((i % u32::from(n_servers)) as u8), 53),
        packets: [10, 0],
        bytes: [10 * mean, 0],
        seconds: 1.0,
        ..Made::tcp(inside(9), inside(1), (1024 + i) as u16, 1.0)
    };
    let flows: Vec<Made> = (0..100).map(made).collect();
    finish(&ENTRY, &flows, &[], &Settings::default()).findings.len()
}

#[test]
fn large_answers_of_many_servers_are_reported() {
    assert_eq!(answers(20, 1200), 1);
    let asker = |i: u8| Made {
        protocol: 17,
        packets: [0, 10],
        bytes: [0, 12_000],
        ..Made::tcp(inside(1), outside(i), 123, 1.0)
    };
    let turned: Vec<Made> = (0..100).map(asker).collect();
    assert_eq!(finish(&ENTRY, &turned, &[], &Settings::default()).findings.len(), 1, "seen from the victim's side");
    assert_eq!(answers(20, 60), 0, "small answers");
}

#[test]
fn a_few_answers_a_second_are_reported_on_any_port_unless_they_were_asked_for() {
    let found = |n_servers: u8, port: u16, to_port: u16, question: Option<(Addr, u16)>| {
        let made = |i: u16| Made {
            protocol: 17,
            from: (outside((i % u16::from(n_servers)) as u8), port),
            packets: [1, 0],
            bytes: [1300, 0],
            seconds: 0.0,
            ..Made::tcp(inside(9), inside(1), if to_port == 0 { 2000 + i } else { to_port }, f64::from(i) / 5.0)
        };
        let mut flows: Vec<Made> = (0..120).map(made).collect();
        flows.extend(question.map(|(server, back)| Made {
            protocol: 17,
            from: (inside(1), 40_000),
            packets: [1, u32::from(back)],
            ..Made::tcp(inside(1), server, port, 0.0)
        }));
        finish(&ENTRY, &flows, &[], &Settings::default()).findings.len()
    };
    assert_eq!((found(20, 11_211, 0, None), found(2, 11_211, 53, None), found(9, 53, 53, None)), (1, 1, 1));
    assert_eq!(found(20, 40_123, 0, None), 0, "few servers of no such service");
    assert_eq!(found(1, 123, 0, Some((outside(0), 1))), 0, "its own time server");
    assert_eq!(found(20, 1900, 4000, Some((Addr::v4([239, 255, 255, 250]), 0))), 0, "it asked all");
}

fn asked(n: u32, protocol: AppProto, facts: &[(FieldId, TestValue)]) -> usize {
    let line = |i: u32| {
        Line::request(
            protocol,
            f64::from(i),
            outside(1),
            (inside(1), 123),
            facts.iter().map(|(kind, value)| (*kind, value.clone())).collect(),
        )
    };
    observe_messages(&ENTRY, &(0..n).map(line).collect::<Vec<_>>(), &Settings::default()).findings.len()
}

#[test]
fn questions_for_lists_are_reported_and_those_for_time_are_not() {
    use FieldId::{Command, Message};
    assert_eq!(
        asked(3, AppProto::Ntp, &[(Message, NtpMessage::Private.into()), (Command, NtpCommand::Monlist.into())]),
        1
    );
    assert_eq!(
        asked(50, AppProto::Ntp, &[(Message, NtpMessage::Control.into()), (Command, NtpCommand::ReadVariables.into())]),
        0
    );
    assert_eq!(asked(50, AppProto::Ntp, &[(Message, NtpMessage::Client.into())]), 0);
    assert_eq!(
        (
            asked(40, AppProto::Dns, &[(FieldId::DnsType, DnsType::Any.into())]),
            asked(5, AppProto::Dns, &[(FieldId::DnsType, DnsType::Any.into())])
        ),
        (1, 0)
    );
}
