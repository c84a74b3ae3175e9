//! Captures and tables to what is unusual in them, as the page and the command get it.

use super::*;
use crate::model::listing::Page;
use crate::pipeline::{Pipeline, PipelineOptions};
use crate::protocol::anomalies::*;
use crate::protocol::{Filter, Window, decode, encode};
use crate::settings::Settings;
use std::fmt::Write;
use std::ops::ControlFlow;

fn pipeline(bytes: &[u8], name: &str) -> Pipeline {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    pipeline
}

fn sample() -> Pipeline {
    pipeline(include_bytes!("../../static/samples/portscan_syn.pcap"), "portscan_syn.pcap")
}

/// Numbers without meaning, one far out row, and a last column that is a label by its name; the last but one is a function
/// of it.
fn table(label: &str, n: u32) -> String {
    let mut text = format!("a,b,c,d,copy,{label}\n");
    let mut state = 12_345_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 33) as u32) / f64::from(1_u32 << 31)
    };
    for row in 0..n {
        // A sum of four uniform values is close enough to a normal one.
        let mut value = || (0..4).map(|_| next()).sum::<f64>();
        let [a, b, c, d] = [value(), value(), value(), value()];
        let d = if row == 77 { 40.0 } else { d };
        let class = u8::from(row % 5 == 3);
        writeln!(text, "{a:.4},{b:.4},{c:.4},{d:.4},{},{class}", 7 - 2 * class).unwrap();
    }
    text
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn learnt(queries: &mut AnomalyQueries, pipeline: &Pipeline, choice: AnomalyChoice) -> AnomalyResult {
    match queries.ask(pipeline, &[], &AnomalyQuery::Learn(choice), &mut go_on) {
        AnomalyAnswer::Learnt(result) => *result,
        other => panic!("{other:?}"),
    }
}

fn rows(queries: &mut AnomalyQueries, pipeline: &Pipeline, least: f64) -> Page<AnomalyRow> {
    let window =
        Window { filter: Filter::default(), sort: AnomalySort::Score, is_descending: true, offset: 0, count: 10 };
    match queries.ask(pipeline, &[], &AnomalyQuery::Rows(window, ScoredWithin { least, region: None }), &mut go_on) {
        AnomalyAnswer::Rows(page) => page,
        other => panic!("{other:?}"),
    }
}

fn of(scope: AnomalyScope) -> AnomalyChoice {
    AnomalyChoice { scope, ..AnomalyChoice::default() }
}

#[test]
fn every_scope_of_a_capture_is_learnt_from_and_its_rows_have_names_and_reasons() {
    let pipeline = sample();
    let mut queries = AnomalyQueries::default();
    for scope in [AnomalyScope::Flows, AnomalyScope::Hosts, AnomalyScope::Pairs, AnomalyScope::Windows] {
        let result = learnt(&mut queries, &pipeline, of(scope));
        assert_eq!(result.n_rows, result.n_all);
        assert_eq!(u64::from(result.cuts.last().unwrap().n_rows), result.n_rows);
        assert_eq!(result.agreement.len(), result.methods.len() * result.methods.len());
        let page = rows(&mut queries, &pipeline, result.cuts[4].threshold);
        assert_eq!(page.total, u64::from(result.cuts[4].n_rows));
        assert!(page.rows.windows(2).all(|pair| pair[0].score >= pair[1].score));
        let top = &page.rows[0];
        assert!(!top.name.is_empty() && !top.reasons.is_empty(), "{scope:?} {top:?}");
        let AnomalyAnswer::Reasons(Some(why)) =
            queries.ask(&pipeline, &[], &AnomalyQuery::Reasons(top.row), &mut go_on)
        else {
            panic!("no reasons")
        };
        assert!(why.features[0].contribution > 0.0 && why.without_first <= why.row.score, "{why:?}");
        assert!(why.nearest.is_some_and(|nearest| !nearest.name.is_empty()));
        assert_eq!(why.agreeing.len() + why.others.len(), result.methods.len());
    }
}

#[test]
fn the_scanner_stands_out_among_hosts_by_what_it_contacts() {
    let pipeline = sample();
    let mut queries = AnomalyQueries::default();
    learnt(&mut queries, &pipeline, of(AnomalyScope::Hosts));
    let top = &rows(&mut queries, &pipeline, 0.0).rows[0];
    assert!(matches!(top.link, AnomalyLink::Flows(_)));
    assert!(top.reasons.iter().any(|reason| reason.contains("ports") || reason.contains("failed")), "{top:?}");
}

#[test]
fn rows_that_a_finding_means_say_so_and_one_that_means_many_is_named() {
    let mut pipeline = sample();
    let settings = Settings::default();
    (0..crate::pipeline::cards().len()).for_each(|place| pipeline.evaluate_one(place, &settings));
    let findings = pipeline.analysis(&settings).findings;
    let mut queries = AnomalyQueries::default();
    let choice = AnomalyChoice { methods: vec!["hbos".to_owned()], ..of(AnomalyScope::Flows) };
    let AnomalyAnswer::Learnt(result) = queries.ask(&pipeline, &findings, &AnomalyQuery::Learn(choice), &mut go_on)
    else {
        panic!("nothing learnt")
    };
    let (scan, n) = result.dominant.unwrap();
    assert!(scan.id.starts_with("port_scan") && n >= 900, "{scan:?} {n}");
    let window =
        Window { filter: Filter::default(), sort: AnomalySort::Score, is_descending: false, offset: 0, count: 5 };
    let query = AnomalyQuery::Rows(window, ScoredWithin::default());
    let AnomalyAnswer::Rows(page) = queries.ask(&pipeline, &findings, &query, &mut go_on) else { panic!("no rows") };
    // What there is most of is least unusual.
    assert!(page.rows.iter().all(|row| row.finding.as_ref() == Some(&scan)), "{page:?}");
}

#[test]
fn a_part_of_the_map_lists_the_rows_that_lie_there() {
    let pipeline = pipeline(table("class", 300).as_bytes(), "t.csv");
    let mut queries = AnomalyQueries::default();
    let map = learnt(&mut queries, &pipeline, of(AnomalyScope::Rows)).map.unwrap();
    let top = map.points.last().unwrap();
    let region = MapRegion::around((top.x, top.y));
    let window =
        Window { filter: Filter::default(), sort: AnomalySort::Score, is_descending: true, offset: 0, count: 256 };
    let query = AnomalyQuery::Rows(window, ScoredWithin { least: 2.0, region: Some(region) });
    let AnomalyAnswer::Rows(page) = queries.ask(&pipeline, &[], &query, &mut go_on) else { panic!("no rows") };
    let there = map.points.iter().filter(|point| region.has((point.x, point.y))).count() as u64;
    assert!(page.total == there && there < 100, "{} {there}", page.total);
    assert_eq!(page.rows[0].row, top.row);
    assert!(page.rows.iter().all(|row| map.points.iter().any(|of| of.row == row.row && region.has((of.x, of.y)))));
}

#[test]
fn who_learns_elsewhere_gives_the_same() {
    let pipeline = sample();
    let choice = AnomalyChoice { most_rows: 500, ..of(AnomalyScope::Flows) };
    let (mut here, mut there) = (AnomalyQueries::default(), AnomalyQueries::default());
    let result = learnt(&mut here, &pipeline, choice.clone());
    let task: Task = decode(&encode(&there.task(&pipeline, &choice).unwrap())).unwrap();
    let (learner, answer) = Learner::answer_to(task, &mut go_on);
    assert_eq!(answer, AnomalyAnswer::Learnt(Box::new(result.clone())));
    assert!(result.n_rows == 500 && result.n_all > 500);
    let window =
        Window { filter: Filter::default(), sort: AnomalySort::Score, is_descending: true, offset: 0, count: 10 };
    let answer = learner.unwrap().answer(&AnomalyQuery::Rows(window, ScoredWithin::default()));
    let AnomalyAnswer::Rows(page) = there.named(&pipeline, &[], answer) else { panic!("no rows") };
    assert_eq!(page, rows(&mut here, &pipeline, 0.0));
}

#[test]
fn labels_judge_and_are_never_looked_at_and_the_odd_row_is_found() {
    let pipeline = pipeline(table("attack_cat", 600).as_bytes(), "t.csv");
    let mut queries = AnomalyQueries::default();
    let choice = of(AnomalyScope::Rows);
    let AnomalyAnswer::Offer(offer) = queries.ask(&pipeline, &[], &AnomalyQuery::Offer(choice.clone()), &mut go_on)
    else {
        panic!("no offer")
    };
    let withheld: Vec<&str> = offer.features.iter().filter(|f| f.withheld.is_some()).map(|f| f.name.as_str()).collect();
    assert_eq!(withheld, ["copy", "attack_cat"]);
    let result = learnt(&mut queries, &pipeline, choice.clone());
    assert_eq!(result.features, ["a", "b", "c", "d"]);
    let judged = result.judged.unwrap();
    assert_eq!((judged.label.as_str(), judged.classes.len()), ("attack_cat", 2));
    let page = rows(&mut queries, &pipeline, 0.0);
    assert_eq!((page.rows[0].name.as_str(), &page.rows[0].link), ("row 78", &AnomalyLink::Row(77)));
    assert!(page.rows[0].reasons[0].starts_with("d 40"), "{:?}", page.rows[0]);
    // People may say otherwise.
    let added = AnomalyChoice { added: vec!["copy".to_owned()], removed: vec!["a".to_owned()], ..choice };
    assert_eq!(learnt(&mut queries, &pipeline, added.clone()).features, ["b", "c", "d", "copy"]);
    let wrong = AnomalyChoice { added: vec!["e".to_owned()], ..added };
    let refused = queries.ask(&pipeline, &[], &AnomalyQuery::Learn(wrong), &mut go_on);
    assert_eq!(refused, AnomalyAnswer::Refused("There is no feature called \"e\" of rows.".to_owned()));
}

/// Names that labels have in public data sets and elsewhere.
const LABELS: [&str; 30] = [
    "label",
    "Label",
    "labels",
    "attack_label",
    "attackID",
    "attack_cat",
    "Attack_type",
    "attack_name",
    "class",
    "class1",
    "Class2",
    "category",
    "sub_category",
    "Binary Label",
    "Multi-Label",
    "target",
    "is_attack",
    "isAnomaly",
    "is_malicious",
    "result",
    "severity",
    "outcome",
    "verdict",
    "ground_truth",
    "y",
    "threat",
    "malware",
    "Label.1",
    "detailed-label",
    "traffic_type",
];

#[test]
fn of_noise_beside_a_label_of_any_name_no_method_learns_the_label() {
    for (place, label) in LABELS.into_iter().enumerate() {
        let pipeline = pipeline(table(label, 300).as_bytes(), "t.csv");
        let mut queries = AnomalyQueries::default();
        // All methods with some names, the default's with the others: each costs time.
        let methods = if place % 15 == 0 { vec!["*".to_owned()] } else { Vec::new() };
        let result = learnt(&mut queries, &pipeline, AnomalyChoice { methods, ..of(AnomalyScope::Rows) });
        assert_eq!(result.features, ["a", "b", "c", "d"], "{label}");
        // 60 of 300: the area of scores that know nothing has a deviation of 0.042.
        let judged = result.judged.unwrap_or_else(|| panic!("{label} judges nothing"));
        assert!((0.35..0.65).contains(&judged.auroc), "{label}: {}", judged.auroc);
        for method in &result.methods {
            let auroc = method.judged.unwrap()[0];
            assert!((0.35..0.65).contains(&auroc), "{label}, {}: {auroc}", method.id);
        }
    }
}

#[test]
fn work_that_is_stopped_says_so_and_what_is_not_there_is_refused() {
    let pipeline = sample();
    let mut queries = AnomalyQueries::default();
    let stopped =
        queries.ask(&pipeline, &[], &AnomalyQuery::Learn(of(AnomalyScope::Flows)), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped, AnomalyAnswer::Cancelled);
    let none = queries.ask(&pipeline, &[], &AnomalyQuery::Learn(of(AnomalyScope::Rows)), &mut go_on);
    assert_eq!(none, AnomalyAnswer::Refused("This file has no rows.".to_owned()));
    let early = queries.ask(&pipeline, &[], &AnomalyQuery::Reasons(0), &mut go_on);
    assert!(matches!(early, AnomalyAnswer::Refused(_)));
}
