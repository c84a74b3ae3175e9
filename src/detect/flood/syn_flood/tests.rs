//! Tests of SYN floods.

use super::*;
use crate::detect::support::testing::{self, Made, finish, inside, outside};
use crate::model::flow::TcpState;
use crate::settings::Settings;

fn requests(n: u32, a_second: f64, state: TcpState) -> Vec<Made> {
    (0..n)
        .map(|i| Made {
            from: (outside(1 + (i % 200) as u8), 1024 + i as u16),
            packets: [1, 1],
            bytes: [0, 0],
            seconds: 0.0,
            flags: [0x02, 0x12],
            state,
            ..Made::tcp(outside(1), inside(1), 80, f64::from(i) / a_second)
        })
        .collect()
}

#[test]
fn many_incomplete_requests_are_a_flood_and_completed_ones_are_not() {
    let found = finish(&ENTRY, &requests(3000, 200.0, TcpState::Answered), &[], &Settings::default()).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].ports, [80]);
    let busy: Vec<Made> = (0..3000).map(|i| Made::tcp(outside(1), inside(1), 80, f64::from(i) / 200.0)).collect();
    assert!(finish(&ENTRY, &busy, &[], &Settings::default()).findings.is_empty());
}

#[test]
fn a_flood_in_a_table_says_how_many_outcomes_are_known() {
    let mut flows: Vec<Flow> = requests(3000, 200.0, TcpState::Answered).iter().map(Made::flow).collect();
    for flow in &mut flows {
        flow.recorded = Some(Outcome::HalfOpen);
    }
    let unknown = |i: u32| Made::tcp(outside(1), inside(1), 80, f64::from(i) / 10.0).flow();
    flows.extend((0..200).map(|i| Flow { recorded: Some(Outcome::Unknown), ..unknown(i) }));
    let found = testing::finish_with(&ENTRY, &flows, &[], &Settings::default()).findings;
    let words = "The outcome is known for 3,000 of 3,200 TCP connections to it; the others were not evaluated.";
    assert!(found[0].explanation.ends_with(words), "{}", found[0].explanation);
    flows.retain(|flow| flow.recorded == Some(Outcome::Unknown));
    let rests = testing::finish_with(&ENTRY, &flows, &[], &Settings::default()).not_enough_data;
    assert!(rests.is_some_and(|why| why.contains("known for 0 of 200")));
}

#[test]
fn the_typical_value_of_a_second_is_that_of_the_settings() {
    let mut settings = Settings::default();
    assert!(settings.set(&LEAST, 500.0) && settings.set(&PERIOD, 10.0));
    let found = finish(&ENTRY, &requests(3000, 200.0, TcpState::Answered), &[], &settings).findings;
    let in_a_second = found[0].evidence.iter().find(|line| line.name == "Most incomplete requests in one second");
    assert_eq!(in_a_second.map(|line| line.typical.as_str()), Some("below 50"));
}

#[test]
fn a_dead_server_with_a_few_patient_clients_is_no_flood() {
    let found = |made: &[Made]| finish(&ENTRY, made, &[], &Settings::default()).findings.len();
    assert_eq!(found(&requests(300, 1.0, TcpState::Requested)), 0);
    let again = |made: Made| Made { packets: [3, 0], seconds: 3.0, flags: [0x02, 0], ..made };
    let patient = requests(800, 5.0, TcpState::Requested).into_iter().map(again).collect::<Vec<_>>();
    assert_eq!((found(&patient), found(&requests(600, 8.0, TcpState::Answered))), (0, 1));
}

#[test]
fn requests_of_many_to_ever_new_ports_are_one_flood_and_those_of_one_are_a_scan() {
    let found = |n_sources: u16| {
        let to_port = |(made, i): (Made, u16)| Made {
            from: (outside((i % n_sources) as u8), 1024 + i),
            to: (inside(1), 1 + i.wrapping_mul(7919)),
            ..made
        };
        let sprayed: Vec<Made> = requests(900, 15.0, TcpState::Refused).into_iter().zip(0_u16..).map(to_port).collect();
        testing::finish_kept(&ENTRY, &sprayed, &Settings::default()).findings
    };
    let flood = found(100);
    assert_eq!((flood.len(), flood[0].ports.len()), (1, 0));
    assert!(found(1).is_empty());
}

#[test]
fn the_sum_forgets_what_the_drift_allows() {
    assert!(largest_sum(&[(0, 1), (2, 1)], 10.0) < ALARM);
    assert!(largest_sum(&[(0, 100), (1, 100)], 10.0) > ALARM);
    let (near, far) = (largest_sum(&[(0, 10), (1, 10)], 10.0), largest_sum(&[(0, 10), (9, 10)], 10.0));
    assert!(near > far && (far - 0.65).abs() < 1e-9, "{near} {far}");
}

#[test]
fn clients_of_a_service_that_is_down_are_no_flood_if_they_do_other_things() {
    let refused = |i: u16| Made {
        from: (inside((i % 40) as u8), 2000 + i),
        ..Made::refused(inside(0), inside(200), 5432, f64::from(i) / 15.0)
    };
    let mut flows: Vec<Made> = (0..900).map(refused).collect();
    assert_eq!(testing::finish_kept(&ENTRY, &flows, &Settings::default()).findings.len(), 1);
    flows.extend((0..40).map(|i| Made::tcp(inside(i), outside(1), 443, 5.0)));
    assert!(testing::finish_kept(&ENTRY, &flows, &Settings::default()).findings.is_empty());
}

#[test]
fn two_programs_that_lost_their_service_are_no_flood_and_two_that_leave_requests_half_open_are() {
    let found = |made: &dyn Fn(u16) -> Made| {
        let tried = |i: u16| Made { from: (inside((i % 2) as u8), 2000 + i), ..made(i) };
        let mut flows: Vec<Made> = (0..400).map(tried).collect();
        flows.extend((0..2).map(|i| Made::tcp(inside(i), outside(1), 443, 5.0)));
        testing::finish_kept(&ENTRY, &flows, &Settings::default()).findings.len()
    };
    let second = |i: u16| f64::from(i) / 7.0;
    let half_open = |i: u16| Made {
        packets: [1, 1],
        bytes: [0, 0],
        seconds: 0.0,
        flags: [0x02, 0x12],
        state: TcpState::Answered,
        ..Made::tcp(inside(0), inside(200), 5432, second(i))
    };
    assert_eq!(found(&|i| Made::refused(inside(0), inside(200), 5432, second(i))), 0);
    assert_eq!(found(&half_open), 1);
}
