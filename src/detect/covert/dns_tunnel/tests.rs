//! Tests of DNS tunnels, with generated messages.

use super::*;
use crate::detect::support::testing::{Line, TestValue, inside, observe_messages, outside};
use crate::model::app::kinds::names::DnsType;
use crate::settings::Settings;

/// Questions for names that `make` makes.
fn found(n: u32, make: impl Fn(u32) -> String) -> Vec<Finding> {
    let lines: Vec<Line> = (0..n)
        .map(|i| {
            Line::request(
                AppProto::Dns,
                f64::from(i),
                inside(1),
                (outside(53), 53),
                vec![(FieldId::DnsQuery, make(i).into()), (FieldId::DnsType, DnsType::A.into())],
            )
        })
        .collect();
    observe_messages(&ENTRY, &lines, &Settings::default()).findings
}

#[test]
fn data_in_names_is_reported_and_ordinary_names_are_not() {
    let tunnel = found(80, |i| format!("{:040x}.d.example.pw", u128::from(i) * 0x9e37_79b9_7f4a_7c15));
    assert_eq!(tunnel.len(), 1);
    assert!(tunnel[0].display_filter.contains("example[.]pw"));
    assert!(found(500, |i| format!("www{}.example.com", i % 300)).is_empty(), "short names");
    assert!(found(500, |i| format!("{:040x}.example.com", i % 20)).is_empty(), "repeated names");
    assert!(found(80, |i| format!("{i:040x}.ip6.arpa")).is_empty(), "names of addresses");
}

#[test]
fn what_only_leaves_is_told_from_a_tunnel_whose_client_asks_for_what_waits() {
    let full = |i: u32| format!("{:040x}.d.example.pw", u128::from(i) * 0x9e37_79b9_7f4a_7c15);
    let technique = |findings: &[Finding]| findings[0].technique.clone();
    assert_eq!(technique(&found(80, full)).as_deref(), Some("T1048.003"));
    let with_polls = |i: u32| if i.is_multiple_of(3) { format!("pa{i:x}kq.example.pw") } else { full(i) };
    assert_eq!(technique(&found(80, with_polls)).as_deref(), Some("T1071.004"));
}

#[test]
fn numbered_text_records_full_of_data_are_reported_and_short_ones_are_not() {
    let answers = |n_records: u64, n_bytes: u64, label: fn(u32) -> String| {
        let line = |i: u32| {
            Line::request(
                AppProto::Dns,
                f64::from(i),
                inside(1),
                (outside(53), 53),
                vec![
                    (FieldId::DnsQuery, format!("{}.example.pw", label(i)).into()),
                    (FieldId::DnsType, DnsType::Txt.into()),
                    (FieldId::DnsAnswers, n_records.into()),
                    (FieldId::DnsAnswerBytes, n_bytes.into()),
                ],
            )
            .answered()
        };
        observe_messages(&ENTRY, &(0..12).map(line).collect::<Vec<_>>(), &Settings::default()).findings.len()
    };
    assert_eq!((answers(1, 300, |i| format!("l.{i}")), answers(1, 90, |i| format!("l.{i}"))), (1, 0));
    assert_eq!(answers(1, 300, |_| "_dmarc".to_owned()), 0);
    assert_eq!(answers(0, 700, |i| format!("l.{i}")), 0, "signed proofs that there is no such name");
}

/// Answers to twelve or more names, of this type each with what `answer` makes.
fn answered(n: u32, kind: DnsType, label: fn(u32) -> String, answer: &dyn Fn(u32) -> TestValue) -> Vec<Finding> {
    let line = |i: u32| {
        let facts = vec![
            (FieldId::DnsQuery, format!("{}.example.pw", label(i)).into()),
            (FieldId::DnsType, kind.into()),
            (FieldId::DnsAnswers, 1.into()),
            (FieldId::DnsAnswer, answer(i)),
        ];
        Line::request(AppProto::Dns, f64::from(i), inside(1), (outside(53), 53), facts).answered()
    };
    observe_messages(&ENTRY, &(0..n).map(line).collect::<Vec<_>>(), &Settings::default()).findings
}

#[test]
fn addresses_that_are_bytes_are_reported_and_those_of_a_provider_are_not() {
    let bytes = |i: u32| i.wrapping_add(7).wrapping_mul(0x9e37_79b9).to_be_bytes();
    let counted = |i: u32| format!("c{i}");
    let data = answered(40, DnsType::A, counted, &|i| Addr::v4(bytes(i)).into());
    assert_eq!(data.len(), 1);
    assert!(data[0].title.contains("data in 40 addresses of names of example.pw"), "{}", data[0].title);
    assert!(data[0].severity >= crate::model::Severity::Medium);
    let wide = |i: u32| {
        let mut all = [0; 16];
        (0..4).for_each(|part| all[4 * part..][..4].copy_from_slice(&bytes(4 * i + part as u32)));
        Addr::v6(all)
    };
    assert_eq!(answered(40, DnsType::Aaaa, counted, &|i| wide(i).into()).len(), 1);
    let provider = |i: u32| Addr::v4([203, 0, (113 + i / 200) as u8, i as u8]);
    assert!(answered(40, DnsType::A, counted, &|i| provider(i).into()).is_empty(), "side by side");
    assert!(answered(40, DnsType::A, counted, &|_| Addr::v4([9; 4]).into()).is_empty(), "the same");
    assert!(answered(12, DnsType::A, counted, &|i| Addr::v4(bytes(i)).into()).is_empty(), "few");
}

#[test]
fn two_names_with_several_servers_and_some_of_them_the_same_are_of_a_provider() {
    let found = |addresses: [&[u8]; 2]| {
        let name =
            |i: u32| format!("e{:014x}.edge.example.net", u128::from(i + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4);
        let lines = (0..8_u32).flat_map(|i| {
            let query = vec![(FieldId::DnsQuery, name(i).into()), (FieldId::DnsType, DnsType::A.into())];
            let given = addresses.get(i as usize).copied().unwrap_or_default().iter();
            let mut answer = query.clone();
            answer.push((FieldId::DnsAnswers, u64::from(i < 2).into()));
            answer.extend(given.map(|last| (FieldId::DnsAnswer, Addr::v4([203, 0, 113, *last]).into())));
            let line = |facts| Line::request(AppProto::Dns, f64::from(i), inside(1), (outside(53), 53), facts);
            [line(query), line(answer).answered()]
        });
        observe_messages(&ENTRY, &lines.collect::<Vec<Line>>(), &Settings::default()).findings.len()
    };
    assert_eq!((found([&[1, 2, 3], &[2, 4]]), found([&[1], &[2]])), (0, 1));
}

#[test]
fn many_names_with_several_servers_that_come_again_are_of_a_provider() {
    let found = |server: fn(u32) -> u8| {
        let name =
            |i: u32| format!("e{:014x}.edge.example.net", u128::from(i + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4);
        let lines = (0..20_u32).flat_map(|i| {
            let query = vec![(FieldId::DnsQuery, name(i).into()), (FieldId::DnsType, DnsType::A.into())];
            let mut answer = query.clone();
            answer.push((FieldId::DnsAnswers, 3.into()));
            let given = (0..3).map(|k| (FieldId::DnsAnswer, Addr::v4([203, 0, 113, server(3 * i + k)]).into()));
            answer.extend(given);
            let line = |facts| Line::request(AppProto::Dns, f64::from(i), inside(1), (outside(53), 53), facts);
            [line(query), line(answer).answered()]
        });
        observe_messages(&ENTRY, &lines.collect::<Vec<Line>>(), &Settings::default()).findings.len()
    };
    assert_eq!((found(|k| (k * 7 % 25) as u8), found(|k| k as u8)), (0, 1));
}

#[test]
fn alias_names_that_are_data_are_reported_and_aliases_of_services_are_not() {
    let counted = |i: u32| format!("c{i}");
    let data = |i: u32| format!("{:032x}.example.pw", (u128::from(i) + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
    let found = answered(12, DnsType::Cname, counted, &|i| data(i).into());
    assert!(found.len() == 1 && found[0].title.contains("data in 12 alias names under example.pw"), "{found:?}");
    assert!(answered(12, DnsType::Cname, counted, &|i| format!("www{i}.example.com").into()).is_empty());
    assert!(answered(4, DnsType::Cname, counted, &|i| data(i).into()).is_empty(), "few");
}

#[test]
fn ten_slow_questions_with_data_are_reported_and_look_ups_of_checksums_are_not() {
    let bytes = |i: u32| i.wrapping_add(7).wrapping_mul(0x9e37_79b9);
    let found = |n: u32, name: &dyn Fn(u32) -> String, kind: DnsType, life: u64, n_bytes: u64| {
        let line = |i: u32| {
            let facts = vec![
                (FieldId::DnsQuery, name(i).into()),
                (FieldId::DnsType, kind.into()),
                (FieldId::DnsAnswers, 1.into()),
                (FieldId::DnsTtl, life.into()),
                (FieldId::DnsAnswerBytes, n_bytes.into()),
            ];
            let ask = || Line::request(AppProto::Dns, f64::from(i * 20), inside(1), (outside(53), 53), facts.clone());
            [ask(), ask().answered()]
        };
        let lines: Vec<Line> = (0..n).flat_map(line).collect();
        observe_messages(&ENTRY, &lines, &Settings::default()).findings
    };
    let data = |i: u32| format!("{:x}k{:x}z{:x}.d.example.pw", bytes(i), bytes(i * 3 + 1), bytes(i * 5 + 2));
    let weak = found(9, &data, DnsType::Txt, 1, 220);
    assert!(weak.len() == 1 && weak[0].severity >= crate::model::Severity::Medium, "{weak:?}");
    assert!(found(4, &data, DnsType::Txt, 1, 220).is_empty(), "few");
    let checksum = |i: u32| {
        format!("{:08x}{:08x}{:08x}{:08x}.avqs.example.com", bytes(i), bytes(i + 90), bytes(i + 180), bytes(i + 270))
    };
    assert!(found(80, &checksum, DnsType::Txt, 600, 100).is_empty(), "a virus scanner");
    let content = |i: u32| format!("d{:08x}{:06x}.example.net", bytes(i), bytes(i + 99) >> 8);
    assert!(found(60, &content, DnsType::A, 300, 90).is_empty(), "a content network");
}
