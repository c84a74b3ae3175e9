//! Tests of the JSON document.

use super::*;
use crate::model::finding::series::{Level, SeriesKind};
use crate::model::finding::{Category, Evidence, Finding};
use crate::model::rows::{Column, Layout, TableFacts};
use crate::model::{Addr, Annotation, Endpoint, Series, Verdict};
use serde_json::{Value, json};

fn sample() -> Analysis {
    let mut analysis = Analysis { seed: 42, ..Analysis::default() };
    analysis.file.name = "a \"b\" </script>\u{0}.pcap".to_owned();
    analysis.summary.first_ns = Some(1_795_254_000_123_456_789);
    analysis.summary.last_ns = Some(1_795_254_060_000_000_000);
    analysis.changed_settings.insert("port_scan.ports".to_owned(), Setting::Number(20.0));
    analysis.issues.push(Issue {
        id: "file-cut".to_owned(),
        severity: IssueSeverity::Error,
        count: 1,
        first_packet: Some(5),
        first_offset: None,
        text: "Cut.".to_owned(),
    });
    analysis.findings.push(Finding {
        id: "port_scan-1".to_owned(),
        detector: "port_scan".to_owned(),
        category: Category::BruteForce,
        title: "t".to_owned(),
        severity: Severity::High,
        score: f64::NAN,
        confidence: 0.5,
        technique: None,
        technique_name: None,
        start_ns: 1_500_000_000,
        end_ns: 2_000_000_000,
        sources: vec![Endpoint::Ip(Addr::v4([10, 0, 0, 1])), Endpoint::Mac([1, 2, 3, 4, 5, 6])],
        targets: vec![Endpoint::Ip(Addr::v6([0; 16]))],
        ports: vec![22],
        protocol: "TCP".to_owned(),
        names: vec!["a.example".to_owned()],
        series: Some(Series {
            kind: SeriesKind::Gaps,
            name: "Gaps".to_owned(),
            unit: "s".to_owned(),
            points: vec![(1_500_000_000, 60.0), (2_000_000_000, f64::NAN)],
            level: Some(Level { name: "usual".to_owned(), value: 60.0 }),
            changes: vec![(1_500_000_000, 2_000_000_000)],
        }),
        evidence: vec![Evidence {
            name: "n".to_owned(),
            value: f64::INFINITY,
            unit: String::new(),
            typical: String::new(),
        }],
        explanation: "e".to_owned(),
        benign_causes: vec![],
        advice: vec![],
        display_filter: "tcp".to_owned(),
        n_flows: 3,
        n_packets: 9,
        flow_serials: vec![1],
        packet_indices: vec![],
        repeats: None,
        same_traffic: Vec::new(),
        is_supposed: false,
    });
    let mut other = analysis.findings.clone();
    other.iter_mut().for_each(|finding| finding.id = "port_scan-2".to_owned());
    let rule = Rule { port: Some(22), note: "Inventory".to_owned(), ..Rule::default() };
    analysis.expected = other.into_iter().map(|finding| Expected { finding, rule: rule.clone() }).collect();
    analysis.rules = vec![rule];
    let annotation = Annotation { verdict: Some(Verdict::False), note: "Ours".to_owned() };
    analysis.annotations.insert("port_scan-1".to_owned(), annotation);
    analysis.incidents.push(Incident {
        id: "port_scan-1".to_owned(),
        sentence: "First this, then that.".to_owned(),
        severity: Severity::High,
        start_ns: 1_500_000_000,
        end_ns: 2_000_000_000,
        findings: vec!["port_scan-1".to_owned()],
    });
    let layout =
        Layout { columns: vec![Column::named("Src"), Column::named("Label")], label: Some(1), ..Layout::default() };
    analysis.table = Some(TableFacts { layout, ..TableFacts::default() });
    analysis
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_document_has_the_fields_of_the_contract() {
    let text = super::json(&sample());
    let read: Value = serde_json::from_str(&text).unwrap();
    let mut expected = [
        "schema",
        "file",
        "summary",
        "coverage",
        "issues",
        "findings",
        "expected",
        "incidents",
        "site",
        "table",
        "settings",
    ];
    expected.sort_unstable();
    assert_eq!(keys(&read), expected);
    assert_eq!(read["schema"], 1);
    assert_eq!(keys(&read["file"]), ["bytes", "format", "link_types", "name", "sha256"]);
    assert_eq!(read["file"]["name"], "a \"b\" </script>\u{0}.pcap");
    assert_eq!(read["summary"]["last"], 1_795_254_060.0);
    assert_eq!(read["issues"][0]["severity"], "error");
    assert_eq!(read["settings"]["changed"], json!({"port_scan.ports": 20.0}));
    assert_eq!(keys(&read["settings"]), ["changed", "expected", "secrets_shown", "seed"]);
    assert_eq!((&read["settings"]["seed"], &read["settings"]["secrets_shown"]), (&json!(42), &json!(false)));
    let rule = json!({"host": null, "peer": null, "port": 22, "name": null, "detector": null, "note": "Inventory"});
    assert_eq!(read["settings"]["expected"], json!([rule]));
    assert_eq!((&read["expected"][0]["id"], &read["expected"][0]["rule"]), (&json!("port_scan-2"), &rule));
    assert_eq!(read["incidents"][0]["findings"], json!(["port_scan-1"]));
    assert_eq!(read["table"]["label"], "Label");
    assert_eq!(read["table"]["columns"][0], json!({"name": "Src", "role": "figure", "reason": "nothing"}));
}

#[test]
fn a_finding_has_the_fields_of_the_contract_in_its_order() {
    let text = super::json(&sample());
    let fields = "id detector category title severity score confidence technique technique_name start end sources \
                  targets ports protocol evidence explanation benign_causes advice display_filter flows packets names series repeats verdict \
                  note";
    let mut rest = text.split_once("\"findings\"").unwrap().1;
    for field in fields.split(' ') {
        rest = rest.split_once(&format!("\"{field}\": ")).unwrap_or_else(|| panic!("{field}")).1;
    }
    let read: Value = serde_json::from_str(&text).unwrap();
    let finding = &read["findings"][0];
    let n_own = fields.split(' ').count();
    assert_eq!((keys(finding).len(), keys(&read["expected"][0]).len()), (n_own, n_own + 1));
    assert_eq!((&finding["category"], &finding["severity"]), (&json!("brute-force"), &json!("high")));
    assert_eq!(finding["sources"], json!(["10.0.0.1", "01:02:03:04:05:06"]));
    assert_eq!((&finding["start"], &finding["technique"]), (&json!(1.5), &Value::Null));
    assert_eq!((&finding["flows"], &finding["packets"]), (&json!(3), &json!(9)));
    assert_eq!((&finding["verdict"], &finding["note"]), (&json!("false"), &json!("Ours")));
    assert_eq!(finding["series"]["points"], json!([[1.5, 60.0], [2.0, 0.0]]));
    assert_eq!(finding["series"]["changes"], json!([[1.5, 2.0]]));
    assert_eq!(read["expected"][0]["verdict"], Value::Null);
}

#[test]
fn every_field_is_described_in_the_docs() {
    fn walk(value: &Value, docs: &str) {
        match value {
            Value::Object(fields) => fields.iter().filter(|(name, _)| !name.contains('.')).for_each(|(name, field)| {
                let is_there = docs.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
                assert!(is_there, "{name} is not described");
                walk(field, docs);
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, docs)),
            _ => {}
        }
    }
    let read: Value = serde_json::from_str(&super::json(&sample())).unwrap();
    walk(&read, include_str!("../json.md"));
}

#[test]
fn numbers_are_finite() {
    let read: Value = serde_json::from_str(&super::json(&sample())).unwrap();
    assert_eq!(read["findings"][0]["score"], 0.0);
    assert_eq!(read["findings"][0]["evidence"][0]["value"], f64::MAX);
}
