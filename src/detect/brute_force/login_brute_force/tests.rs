//! Tests of the detector of repeated failed logins.

use super::*;
use crate::detect::support::testing::TestValue;
use crate::detect::support::testing::{Line, inside, observe_in_one, observe_messages};
use crate::model::app::kinds::login::Outcome;
use crate::settings::Settings;

fn line(i: u32, direction: Direction, facts: Vec<(FieldId, TestValue)>) -> Line {
    let (protocol, second) = (AppProto::Http, f64::from(i));
    Line { direction, ..Line::request(protocol, second, inside(1), (inside(2), 8080), facts) }
}

/// A request with a password that each answer judges.
fn basic(password: String) -> Vec<(FieldId, TestValue)> {
    vec![(FieldId::HttpAuth, "Basic".into()), (FieldId::User, "admin".into()), (FieldId::Password, password.into())]
}

fn tries(n: u32, password: impl Fn(u32) -> String) -> usize {
    // Ids of connections count up, so a try and its answer are kept as one message of the server.
    let lines: Vec<Line> = (0..n)
        .flat_map(|i| {
            let facts = basic(password(i));
            [
                line(i, Direction::ToResponder, facts),
                line(i, Direction::ToOriginator, vec![(FieldId::Login, Outcome::Refused.into())]),
            ]
        })
        .collect();
    let findings = observe_messages(&ENTRY, &lines, &Settings::default()).findings;
    findings.iter().filter(|finding| finding.severity >= crate::model::Severity::Medium).count()
}

#[test]
fn a_finding_says_of_how_many_tries_the_outcome_is_known() {
    let lines: Vec<Line> = (0..60)
        .flat_map(|i| {
            let facts = basic(format!("pass{i}"));
            let answer = line(i, Direction::ToOriginator, vec![(FieldId::Login, Outcome::Refused.into())]);
            let answer = (i % 2 == 0).then_some(answer);
            [Some(line(i, Direction::ToResponder, facts)), answer].into_iter().flatten()
        })
        .collect();
    let found = observe_messages(&ENTRY, &lines, &Settings::default()).findings;
    let words = "The outcome is known for 30 of 60 login attempts; the others were not evaluated.";
    assert!(found[0].explanation.ends_with(words), "{}", found[0].explanation);
}

#[test]
fn many_refused_passwords_are_guessing_and_one_old_password_is_not() {
    assert_eq!(tries(40, |i| format!("pass{i}")), 1);
    assert_eq!(tries(5, |i| format!("pass{i}")), 0);
    assert_eq!(tries(40, |_| "old".to_owned()), 0);
}

/// A login of client 1 at a host each, and whether it works.
fn outcomes(protocol: AppProto, gap: f64, logins: &[(u8, bool)]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (i, (server, is_good)) in logins.iter().enumerate() {
        let outcome = if *is_good { Outcome::Accepted } else { Outcome::Refused };
        let facts = vec![(FieldId::Login, outcome.into())];
        lines.push(Line::request(protocol, i as f64 * gap, inside(1), (inside(*server), 22), facts).answered());
    }
    lines
}

fn loud(lines: &[Line]) -> Vec<crate::model::Finding> {
    let mut findings = observe_messages(&ENTRY, lines, &Settings::default()).findings;
    findings.retain(|finding| finding.severity >= crate::model::Severity::Medium);
    findings
}

#[test]
fn a_guess_an_hour_is_guessing_and_an_error_now_and_then_is_not() {
    assert_eq!(loud(&outcomes(AppProto::Ssh, 3600.0, &[(2, false); 7])).len(), 1);
    let domain = [(2, true), (2, false), (2, true), (2, true), (2, false), (2, false), (2, true)].repeat(20);
    assert!(loud(&outcomes(AppProto::Smb, 5.0, &domain)).is_empty());
    assert!(loud(&outcomes(AppProto::Ssh, 5.0, &[(2, false), (2, false), (2, false), (2, true)])).is_empty());
}

#[test]
fn a_key_that_is_offered_first_is_no_guess() {
    let tries = |outcomes: &[Outcome]| {
        let line = |outcome: &Outcome| {
            let facts = vec![(FieldId::Login, (*outcome).into())];
            Line::request(AppProto::Ssh, 0.0, inside(1), (inside(2), 22), facts).answered()
        };
        let lines: Vec<Line> = outcomes.iter().map(line).collect();
        observe_in_one(&ENTRY, &lines, &Settings::default()).findings.len()
    };
    assert_eq!(tries(&[Outcome::Refused; 6]), 1);
    // All of one connection here: five that fail are nobody's guesses, nor is a sixth behind one that works.
    assert_eq!(tries(&[[Outcome::Refused; 5].as_slice(), &[Outcome::Accepted, Outcome::Refused]].concat()), 0);
    assert_eq!(loud(&outcomes(AppProto::Ssh, 60.0, &[(2, false); 6])).len(), 1);
}

#[test]
fn one_client_that_tries_many_servers_is_one_finding() {
    let tries: Vec<(u8, bool)> = (0..12).map(|i| (2 + i % 6, false)).collect();
    let found = loud(&outcomes(AppProto::Ssh, 60.0, &tries));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title, "192.168.1.1 guesses SSH passwords on 6 servers: 12 refused");
    assert_eq!(found[0].targets.len(), 6);
}

#[test]
fn one_service_is_guessed_at_by_a_client_that_works_with_others() {
    let tries: Vec<(u8, bool)> = (0..60).map(|i| if i % 3 == 0 { (2, false) } else { (3, true) }).collect();
    let found = loud(&outcomes(AppProto::Ssh, 60.0, &tries));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].targets, [inside(2).into()]);
}

#[test]
fn a_form_failed_if_the_same_user_sends_another_password() {
    let form = |i: u32, user: String, password: String| {
        let facts = vec![(FieldId::User, user.into()), (FieldId::Password, password.into())];
        let answer = line(i, Direction::ToOriginator, vec![(FieldId::HttpStatus, 200_u64.into())]);
        [line(i, Direction::ToResponder, facts), answer]
    };
    let guesses: Vec<Line> = (0..8).flat_map(|i| form(i, "admin".to_owned(), format!("pass{i}"))).collect();
    assert_eq!(loud(&guesses).len(), 1);
    let people: Vec<Line> =
        (0..40).flat_map(|i| form(i, format!("user{}", i % 20), format!("own{}", i % 20))).collect();
    assert!(loud(&people).is_empty());
}

#[test]
fn few_tries_on_many_users_are_spraying() {
    let lines: Vec<Line> = (0..16)
        .flat_map(|i| {
            let facts = vec![(FieldId::User, format!("user{}", i % 8).into())];
            [
                line(i, Direction::ToResponder, facts),
                line(i, Direction::ToOriginator, vec![(FieldId::Login, Outcome::Refused.into())]),
            ]
        })
        .collect();
    assert_eq!(loud(&lines)[0].technique.as_deref(), Some("T1110.003"));
}

#[test]
fn a_guest_in_the_place_of_many_users_is_guessing_and_one_users_guest_share_is_not() {
    let findings = |users: &[&str]| {
        let line = |direction, facts| Line {
            direction,
            ..Line::request(AppProto::Smb, 0.0, inside(1), (inside(2), 445), facts)
        };
        let login = |user: &&str| {
            let answer = vec![(FieldId::Login, Outcome::Accepted.into()), (FieldId::Method, Method::Guest.into())];
            [
                line(Direction::ToResponder, vec![(FieldId::User, (*user).to_owned().into())]),
                line(Direction::ToOriginator, answer),
            ]
        };
        let lines: Vec<Line> = users.iter().flat_map(login).collect();
        observe_in_one(&ENTRY, &lines, &Settings::default()).findings.len()
    };
    assert_eq!(findings(&["anna", "ben", "cleo", "dora", "emil"].repeat(4)), 1);
    assert_eq!(findings(&["anna"; 40]), 0);
}

#[test]
fn many_communities_of_snmp_are_guesses_and_the_few_of_a_manager_are_not() {
    let found = |n: u32| {
        let ask = |i: u32| {
            let facts = vec![(FieldId::Community, format!("word{}", i % n).into())];
            Line::request(AppProto::Snmp, f64::from(i), inside(1), (inside(2), 161), facts)
        };
        observe_in_one(&ENTRY, &(0..60).map(ask).collect::<Vec<Line>>(), &Settings::default()).findings
    };
    let guessing = found(60);
    assert_eq!((guessing.len(), guessing[0].targets.as_slice()), (1, &[crate::model::Endpoint::Ip(inside(2))][..]));
    assert!(found(3).is_empty());
}

#[test]
fn few_failures_are_guessing_of_who_tries_the_port_of_many_hosts_in_vain() {
    use crate::detect::support::testing::{Made, outside};
    let key: Key = (outside(1), inside(2), 23, AppProto::Telnet);
    let is_guessing = |n_refused: u64, n_accepted: u64, n_hosts: u8, port: u16| {
        let pair = Pair { n_refused, n_accepted, ..Pair::default() };
        let mut contacts = Contacts::default();
        let tried = |i: u8| Made::refused(outside(1), inside(10 + i), port, f64::from(i)).flow();
        (0..n_hosts).for_each(|i| contacts.add(&tried(i)));
        let n_swept = swept(&contacts, &Site::private(), &[(&key, &pair)]).get(&(outside(1), 23)).copied().unwrap_or(0);
        let case = Case::of(key.0, key.3, LoginWalk::default(), &[(&key, &pair)]);
        case.of_sweep(n_swept).is_guessing(20.0, LoginWalk::FAILURES)
    };
    assert!(is_guessing(3, 0, 12, 23));
    assert!(!is_guessing(2, 0, 12, 23) && !is_guessing(3, 0, 6, 23), "few failures, or few other hosts");
    assert!(!is_guessing(3, 0, 12, 80) && !is_guessing(3, 1, 12, 23), "another port, or a login that works");
}
