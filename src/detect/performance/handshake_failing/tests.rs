//! Handshakes that fail are found with the side and the reason.

use super::*;
use crate::detect::support::testing::{Line, Made, finish_with, inside, observe_messages, outside};
use crate::model::Severity;
use crate::model::flow::TcpState;
use crate::settings::Settings;

#[test]
fn alerts_again_and_again_are_told_with_their_meaning() {
    let alert = |i: u32, kind: TlsMessage| {
        let facts = vec![(FieldId::Message, kind.into()), (FieldId::TlsAlert, TlsAlert::CertificateExpired.into())];
        Line::request(AppProto::Tls, f64::from(i) * 9.0, inside(1 + (i % 3) as u8), (outside(9), 443), facts)
    };
    let told = |n: u32, kind| {
        let lines: Vec<Line> = (0..n).map(|i| alert(i, kind)).collect();
        observe_messages(&ENTRY, &lines, &Settings::default()).findings
    };
    let found = told(9, TlsMessage::FatalAlert);
    assert_eq!((found.len(), found[0].severity), (1, Severity::Medium));
    assert!(found[0].explanation.contains("the certificate of the service has expired"));
    assert!(told(2, TlsMessage::FatalAlert).is_empty() && told(9, TlsMessage::Warning).is_empty());
}

#[test]
fn alerts_that_say_who_does_not_accept_what_have_a_meaning() {
    let n_known = |is_of_server| TlsAlert::ALL.iter().filter(|alert| meaning(**alert, is_of_server).is_some()).count();
    assert_eq!((n_known(true), n_known(false)), (18, 18));
}

#[test]
fn a_service_that_hangs_up_is_told_and_one_that_answers_or_is_only_looked_at_is_not() {
    let found = |bytes: [u64; 2], flags: [u8; 2]| {
        let flow = |i: u32| {
            let (client, start) = (inside(1 + (i % 2) as u8), f64::from(i) * 20.0);
            let state = TcpState::Closed;
            Made { bytes, flags, state, ..Made::tcp(client, outside(9), 8080, start) }.flow()
        };
        let flows: Vec<Flow> = (0..8).map(flow).collect();
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.len()
    };
    assert_eq!((found([90, 0], [0x10, 0x11]), found([90, 0], [0x10, 0x14])), (1, 1));
    assert_eq!((found([90, 40], [0x10, 0x11]), found([0, 0], [0x11, 0x11])), (0, 0));
}

#[test]
fn a_service_that_takes_requests_and_does_not_answer_is_told() {
    let found = |seconds: f64, bytes: [u64; 2], n_well: u8| {
        let flow = |client: u8, seconds, bytes: [u64; 2]| {
            let made = Made::tcp(inside(client), inside(99), 1883, f64::from(client));
            let mut flow = Made { bytes, seconds, packets: [3, 2], flags: [0x11, 0x11], ..made }.flow();
            // The client has the last word.
            let backward = usize::from(flow.is_low_originator);
            flow.directions[backward].last_ns = flow.last_ns - 1000;
            flow
        };
        let mut flows: Vec<Flow> = (1..9).map(|client| flow(client, seconds, bytes)).collect();
        flows.extend((0..n_well).map(|client| flow(20 + client, 1.0, [60, 60])));
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings
    };
    let mute = found(5.0, [60, 0], 0);
    assert!(mute.len() == 1 && mute[0].title.contains("does not answer"), "{mute:?}");
    assert!(found(0.1, [60, 0], 0).is_empty(), "a client that only sends");
    assert!(found(5.0, [60, 0], 20).is_empty(), "most are answered");
}
