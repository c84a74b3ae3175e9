//! Trained models and baselines by the whole line: a labelled table or captures, a file, and what it says of others.

use crate::folder::Folder;
use packetloupe::attach;
use packetloupe::baseline::Profile;
use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::protocol::Scope;
use packetloupe::protocol::anomalies::AnomalyScope;
use packetloupe::protocol::training::{TrainingAnswer, TrainingChoice};
use packetloupe::query::{self, Source};
use packetloupe::settings::Settings;
use packetloupe::training::{LabelFile, NamedMarks, queries};
use serde_json::Value;
use std::fs;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

const SCAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/portscan_syn.pcap");
const BENIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/benign_web.pcap");

/// Exit code, standard output, standard error.
fn outcome(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetloupe"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn done(arguments: &[&str]) -> (String, String) {
    let (code, out, err) = outcome(arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    (out, err)
}

fn findings(json: &str, detector: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(json).unwrap();
    document["findings"].as_array().unwrap().iter().filter(|of| of["detector"] == detector).cloned().collect()
}

/// The columns of HIKARI-2021 (Ferriyan and others, Applied Sciences 11, 2021), as its table heads them.
const HIKARI: &str = ",Unnamed: 0,uid,originh,originp,responh,responp,flow_duration,fwd_pkts_tot,bwd_pkts_tot,fwd_data_pkts_tot,\
bwd_data_pkts_tot,fwd_pkts_per_sec,bwd_pkts_per_sec,flow_pkts_per_sec,down_up_ratio,fwd_header_size_tot,fwd_header_size_min,\
fwd_header_size_max,bwd_header_size_tot,bwd_header_size_min,bwd_header_size_max,flow_FIN_flag_count,flow_SYN_flag_count,\
flow_RST_flag_count,fwd_PSH_flag_count,bwd_PSH_flag_count,flow_ACK_flag_count,fwd_URG_flag_count,bwd_URG_flag_count,\
flow_CWR_flag_count,flow_ECE_flag_count,fwd_pkts_payload.min,fwd_pkts_payload.max,fwd_pkts_payload.tot,fwd_pkts_payload.avg,\
fwd_pkts_payload.std,bwd_pkts_payload.min,bwd_pkts_payload.max,bwd_pkts_payload.tot,bwd_pkts_payload.avg,bwd_pkts_payload.std,\
flow_pkts_payload.min,flow_pkts_payload.max,flow_pkts_payload.tot,flow_pkts_payload.avg,flow_pkts_payload.std,fwd_iat.min,\
fwd_iat.max,fwd_iat.tot,fwd_iat.avg,fwd_iat.std,bwd_iat.min,bwd_iat.max,bwd_iat.tot,bwd_iat.avg,bwd_iat.std,flow_iat.min,\
flow_iat.max,flow_iat.tot,flow_iat.avg,flow_iat.std,payload_bytes_per_second,fwd_subflow_pkts,bwd_subflow_pkts,\
fwd_subflow_bytes,bwd_subflow_bytes,fwd_bulk_bytes,bwd_bulk_bytes,fwd_bulk_packets,bwd_bulk_packets,fwd_bulk_rate,\
bwd_bulk_rate,active.min,active.max,active.tot,active.avg,active.std,idle.min,idle.max,idle.tot,idle.avg,idle.std,\
fwd_init_window_size,bwd_init_window_size,fwd_last_window_size,traffic_category,Label";

/// A table with these columns, made for the test: guessing sends a few small packets and gets as few back, the rest of the traffic is larger
/// and slower. It says nothing about the real table.
fn hikari(n: u32, from: u32) -> String {
    let mut text = format!("{HIKARI}\n");
    let mut state = u64::from(from) * 977 + 1;
    let mut draw = |low: u64, high: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (state >> 33) % (high - low + 1)
    };
    for row in 0..n {
        let is_attack = row.is_multiple_of(4);
        let (sent, got) = if is_attack { (draw(10, 16), draw(9, 14)) } else { (draw(4, 60), draw(4, 90)) };
        let payload = if is_attack { draw(1500, 2100) } else { draw(200, 90_000) };
        let seconds = if is_attack { draw(2000, 2600) } else { draw(10, 60_000) } as f64 / 1000.0;
        let number = row + from;
        let mut values = vec![number.to_string(), number.to_string(), format!("C{number:06}x")];
        values.push(format!("103.255.15.{}", draw(2, 40)));
        values.push(draw(1024, 65_000).to_string());
        values.push("128.199.242.104".to_owned());
        values.push("443".to_owned());
        values.push(format!("{seconds:.6}"));
        for name in HIKARI.split(',').skip(8) {
            values.push(match name {
                "fwd_pkts_tot" => sent.to_string(),
                "bwd_pkts_tot" => got.to_string(),
                "fwd_pkts_payload.tot" => payload.to_string(),
                "bwd_pkts_payload.tot" => draw(1000, 9000).to_string(),
                "flow_FIN_flag_count" | "flow_SYN_flag_count" => "2".to_owned(),
                "traffic_category" if is_attack => "Bruteforce".to_owned(),
                "traffic_category" => (if draw(0, 3) == 0 { "Background" } else { "Benign" }).to_owned(),
                "Label" => u8::from(is_attack).to_string(),
                _ => draw(0, 50).to_string(),
            });
        }
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}

#[test]
fn a_model_of_hikaris_columns_is_trained_measured_and_used() {
    let folder = Folder::new("hikari");
    let (table, later) = (folder.with("hikari.csv", hikari(800, 0)), folder.with("later.csv", hikari(400, 5000)));
    let model = folder.path("model.json");
    let (out, err) = done(&["train", &table, "--label", "traffic_category", "--classes", "--model", &model]);
    assert!(err.contains("Label is held back"), "{err}");
    assert!(out.contains("Bruteforce 200 (attack)"), "{out}");
    let read: Value = serde_json::from_str(&fs::read_to_string(&model).unwrap()).unwrap();
    let columns: Vec<&str> =
        read["recipe"]["columns"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    for held in ["Label", "traffic_category", "uid", "originh", "responp", "Unnamed: 0"] {
        assert!(!columns.contains(&held), "{held} is learnt from");
    }
    assert!(columns.contains(&"fwd_pkts_payload.tot"));

    let (out, _) = done(&["evaluate", &later, "--label", "traffic_category", "--model", &model, "--json", "-"]);
    let measured: Value = serde_json::from_str(&out).unwrap();
    assert!(measured["model"]["measures"]["auroc"].as_f64().unwrap() > 0.99, "{measured}");

    let (out, _) = done(&["analyze", &later, "--model", &model, "--json", "-", "-q"]);
    let found = findings(&out, "trained_model");
    assert!(!found.is_empty());
    assert!(found.iter().all(|of| of["title"].as_str().unwrap().contains("look")), "{found:?}");
    let evidence = found[0]["evidence"].as_array().unwrap();
    assert!(evidence.len() > 2 && evidence[0]["name"] == "Probability", "{evidence:?}");

    let (code, _, err) = outcome(&["analyze", SCAN, "--model", &model]);
    assert_eq!(code, 2);
    assert!(err.contains("trained on rows of a table") && err.contains("--scope flows"), "{err}");

    // Without times its rows are no flows, so there is no model for captures either: that is said, not guessed.
    let of_flows = folder.path("flows.json");
    let by_flows = ["train", &table, "--label", "traffic_category", "--scope", "flows", "--model", &of_flows];
    let (code, _, err) = outcome(&by_flows);
    assert_eq!(code, 3);
    assert!(err.contains("cannot be read as flows"), "{err}");
}

#[test]
fn a_table_that_lacks_a_column_is_refused_by_its_name() {
    let folder = Folder::new("lacking");
    let rows = |names: &str, n: u32| {
        let row = |i: u32| {
            format!("{},{},{}", i % 3 * 40 + i % 7, i * 31 % 101, if i.is_multiple_of(3) { "scan" } else { "normal" })
        };
        format!("{names}\n{}\n", (0..n).map(row).collect::<Vec<_>>().join("\n"))
    };
    let (table, other) =
        (folder.with("a.csv", rows("size,gap,what", 300)), folder.with("b.csv", rows("size,pause,what", 300)));
    let model = folder.path("model.json");
    done(&["train", &table, "--label", "what", "--model", &model, "-q"]);
    let (code, _, err) = outcome(&["analyze", &other, "--model", &model]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no gap"), "{err}");
    let (code, _, err) = outcome(&["analyze", &other, "--model", &table]);
    assert!(code == 2 && err.contains("no model file"), "{err}");
    // The same table, seed and method give the same bytes.
    let again = folder.path("again.json");
    done(&["train", &table, "--label", "what", "--model", &again, "-q"]);
    assert_eq!(fs::read(&model).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn every_method_is_tested_in_folds_and_of_noise_nothing_is_learnt() {
    let folder = Folder::new("folds");
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 1000
    };
    let mut rows = String::from("a,b,c,what\n");
    for _ in 0..600 {
        let label = if draw() < 300 { "attack" } else { "normal" };
        rows.push_str(&format!("{},{},{},{label}\n", draw(), draw(), draw()));
    }
    let table = folder.with("noise.csv", &rows);
    let (out, _) = done(&["evaluate", &table, "--label", "what", "--method", "all", "--json", "-"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    let methods = document["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 5);
    for method in methods {
        let auroc = method["measures"]["auroc"].as_f64().unwrap();
        // Four standard errors of an AUROC of 0.5 with 180 and 420 rows: 0.10.
        assert!((auroc - 0.5).abs() < 0.11, "{}: {auroc}", method["id"]);
    }
    assert_eq!(outcome(&["evaluate", &table, "--label", "what", "--method", "nonsense"]).0, 2);
    assert_eq!(outcome(&["evaluate", &table, "--label", "what", "--method", "nearest", "--folds", "time"]).0, 3);
}

#[test]
fn a_capture_with_labels_gives_a_model_that_finds_the_scan_again() {
    let folder = Folder::new("labels");
    let (out, _) = done(&["analyze", SCAN, "--json", "-", "-q"]);
    let scan = findings(&out, "port_scan").remove(0);
    let (source, target) = (scan["sources"][0].as_str().unwrap(), scan["targets"][0].as_str().unwrap());
    let marks = format!(
        r#"[{{"label": "port scan", "sources": ["{source}"], "targets": ["{target}"], "filter": "tcp", "file": "portscan_syn.pcap"}}]"#
    );
    let labels = folder.with("labels.json", &marks);
    let model = folder.path("model.json");
    let (out, _) = done(&["train", SCAN, BENIGN, "--labels", &labels, "--classes", "--model", &model]);
    assert!(out.contains("port scan") && out.contains("(attack)"), "{out}");
    let (out, _) = done(&["analyze", SCAN, "--model", &model, "--json", "-", "-q"]);
    let found = findings(&out, "trained_model");
    let of_scan = found.iter().find(|of| of["sources"][0] == source).unwrap();
    assert!(of_scan["title"].as_str().unwrap().contains("\"port scan\""), "{of_scan}");
    assert!(of_scan["explanation"].as_str().unwrap().contains("means the same flows"), "{of_scan}");
    let wrong = folder.with("wrong.json", r#"[{"label": "x", "adress": "1.2.3.4"}]"#);
    let (code, _, err) = outcome(&["train", SCAN, "--labels", &wrong, "--model", &model]);
    assert!(code == 2 && err.contains("\"adress\""), "{err}");
}

#[test]
fn what_a_baseline_does_not_have_is_reported_and_what_it_has_is_not() {
    let folder = Folder::new("baseline");
    let normal = folder.path("normal.json");
    let (out, _) = done(&["baseline", BENIGN, "--out", &normal]);
    assert!(out.contains("internal host"), "{out}");
    let (out, _) = done(&["analyze", BENIGN, "--baseline", &normal, "--json", "-", "-q"]);
    assert!(findings(&out, "baseline_change").is_empty(), "{out}");
    let (out, _) = done(&["analyze", SCAN, "--baseline", &normal, "--json", "-", "-q"]);
    let found = findings(&out, "baseline_change");
    let titles: Vec<&str> = found.iter().map(|of| of["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|title| title.starts_with("New since the baseline")), "{titles:?}");
    assert!(titles.iter().any(|title| title.contains("shifted since the baseline")), "{titles:?}");
    let (code, _, err) = outcome(&["analyze", SCAN, "--baseline", SCAN]);
    assert_eq!(code, 2, "{err}");
}

/// A file read as the page reads it.
fn read(path: &str) -> (Pipeline, Analysis) {
    let (settings, bytes) = (Settings::default(), fs::read(path).unwrap());
    let name = path.rsplit('/').next().unwrap();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, bytes.len() as u64));
    pipeline.feed(&bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    (pipeline, analysis)
}

#[test]
fn the_page_trains_and_measures_as_the_command_does() {
    let folder = Folder::new("desk");
    let table = folder.with("hikari.csv", hikari(800, 0));
    let (pipeline, _) = read(&table);
    let choice = TrainingChoice {
        methods: vec!["random_forest".to_owned(), "naive_bayes".to_owned()],
        is_balanced: true,
        n_folds: 4,
        seed: 7,
        ..TrainingChoice::default()
    };
    let offer = queries::offer(&pipeline, &choice, None);
    assert!(offer.why_not.is_none() && offer.label.is_some() && offer.classes.len() > 1, "{:?}", offer.classes);
    let label = offer.label.unwrap();
    let is_held = |name: &str| offer.features.iter().any(|(of, _, why)| of == name && why.is_some());
    assert!(is_held("Label") && is_held("traffic_category") && is_held("uid"));
    let task = queries::task(&pipeline, vec!["hikari.csv".to_owned()], &choice, None).unwrap();
    let mut last = 0.0;
    let mut report = |share: f32| {
        assert!(share >= last - 1e-3, "progress goes back from {last} to {share}");
        last = share.max(last);
        ControlFlow::Continue(())
    };
    let (models, answer) = queries::train(&task, &mut report);
    let TrainingAnswer::Trained(result) = answer else { panic!("{answer:?}") };
    let more = ["--balanced", "--n-folds", "4", "--seed", "7"];
    let model = folder.path("model.json");
    done(&[&["train", &table, "--label", &label, "--model", &model, "--quiet"], &more[..]].concat());
    assert!(models[0].text() == fs::read_to_string(&model).unwrap(), "the model is another one");
    let methods = ["--method", "random_forest,naive_bayes", "--json", "-"];
    let (out, _) = done(&[&["evaluate", &table, "--label", &label], &methods[..], &more[..]].concat());
    let theirs: Value = serde_json::from_str(&out).unwrap();
    for (ours, theirs) in result.methods.iter().zip(theirs["methods"].as_array().unwrap()) {
        let (of, measures) = (&ours.measures, &theirs["measures"]);
        let figures = [
            (of.auroc, "auroc"),
            (of.average_precision, "average_precision"),
            (of.f1, "f1"),
            (of.recall, "recall"),
            (of.precision, "precision"),
            (of.false_positive_rate, "false_positive_rate"),
            (of.accuracy, "accuracy"),
            (of.brier, "brier"),
        ];
        for (own, name) in figures {
            assert_eq!(Some(own), measures[name].as_f64(), "{name} of {}", ours.id);
        }
        assert_eq!(Some(ours.threshold), theirs["threshold"].as_f64());
        let weights = theirs["importances"].as_array().unwrap();
        let named = |of: &Value| (of["column"].as_str().unwrap().to_owned(), of["error_rises"].as_f64().unwrap());
        assert_eq!(ours.importances, weights.iter().take(100).map(named).collect::<Vec<_>>());
        assert_eq!(ours.leaks.len(), theirs["leaks"].as_array().unwrap().len());
    }
    let stopped = queries::train(&task, &mut |_| ControlFlow::Break(()));
    assert!(stopped.0.is_empty() && stopped.1 == TrainingAnswer::Cancelled);
}

#[test]
fn a_capture_with_a_file_of_labels_is_trained_on_as_the_command_does() {
    let folder = Folder::new("desk_labels");
    let (pipeline, analysis) = read(SCAN);
    let scan = analysis.findings.iter().find(|of| of.detector == "port_scan").unwrap();
    let text = format!(r#"[{{"label": "port scan", "sources": ["{}"], "filter": "tcp"}}]"#, scan.sources[0]);
    let labels = folder.with("labels.json", &text);
    let mut source = FileSource(fs::read(SCAN).unwrap());
    let passing = |filter: &str| query::passing_flows(&pipeline, &analysis, &mut source, filter);
    let marks = LabelFile::read(&text).unwrap().marks_of("portscan_syn.pcap", passing).unwrap();
    let marks = NamedMarks { file: "labels.json".to_owned(), marks };
    let choice = TrainingChoice {
        scope: AnomalyScope::Flows,
        methods: vec!["naive_bayes".to_owned()],
        ..TrainingChoice::default()
    };
    let offer = queries::offer(&pipeline, &choice, Some(&marks));
    assert!(offer.is_marked && offer.why_not.is_none() && offer.label.as_deref() == Some("labels.json"));
    assert!(offer.classes.iter().any(|(name, n, is_attack)| name == "port scan" && *n > 900 && *is_attack));
    let task = queries::task(&pipeline, vec!["portscan_syn.pcap".to_owned()], &choice, Some(&marks)).unwrap();
    let (models, _) = queries::train(&task, &mut |_| ControlFlow::Continue(()));
    let model = folder.path("model.json");
    done(&["train", SCAN, "--labels", &labels, "--method", "naive_bayes", "--model", &model, "-q"]);
    assert!(models[0].text() == fs::read_to_string(&model).unwrap(), "the model is another one");
}

#[test]
fn what_is_no_labelled_table_says_why_nothing_can_be_trained() {
    let folder = Folder::new("unlabelled");
    let table = folder.with("t.csv", "a,b\n1,2\n3,4\n5,6\n");
    for path in [&table, SCAN] {
        let (pipeline, _) = read(path);
        let choice = TrainingChoice { methods: vec!["naive_bayes".to_owned()], ..TrainingChoice::default() };
        let offer = queries::offer(&pipeline, &choice, None);
        assert!(offer.why_not.is_some_and(|why| why.contains("Nothing can be trained")));
        assert!(queries::task(&pipeline, Vec::new(), &choice, None).is_err());
    }
}

/// The bytes of the only file.
struct FileSource(Vec<u8>);

impl Source for FileSource {
    fn read_at(&mut self, _: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.0.get(offset as usize..).map(|rest| rest[..rest.len().min(length)].to_vec())
    }
}

struct NoBytes;

impl Source for NoBytes {
    fn read_at(&mut self, _: u8, _: u64, _: usize) -> Option<Vec<u8>> {
        None
    }
}

#[test]
fn the_page_learns_what_is_normal_and_compares_as_the_command_does() {
    let folder = Folder::new("compare");
    let normal = folder.path("normal.json");
    done(&["baseline", BENIGN, "--out", &normal, "-q"]);
    let (pipeline, analysis) = read(BENIGN);
    let own = attach::learn(&pipeline, &analysis, vec!["benign_web.pcap".to_owned()], None).unwrap();
    assert_eq!(own.text(), fs::read_to_string(&normal).unwrap());
    assert!(attach::comparison(&own, &pipeline, &analysis, None).unwrap().kinds.is_empty());
    // A part of the time holds less, and what is not there any more has vanished.
    let middle = own.things.values().flat_map(|of| of.values()).map(|of| of.first_ns).max().unwrap();
    let scope = Scope { to_ns: Some(middle), ..Scope::default() };
    let part = query::flows_within(&pipeline, &analysis, &mut NoBytes, &scope).unwrap().unwrap();
    assert!(!part.is_empty() && part.len() < pipeline.flows().len());
    let less = attach::learn(&pipeline, &analysis, Vec::new(), Some(&part)).unwrap();
    assert!(less.n_flows < own.n_flows);
    let compared = attach::comparison(&own, &pipeline, &analysis, Some(&part)).unwrap();
    assert!(compared.kinds.iter().all(|kind| !kind.is_new) && !compared.kinds.is_empty());
    let (scan, of_scan) = read(SCAN);
    let told = attach::comparison(&own, &scan, &of_scan, None).unwrap();
    let (out, _) = done(&["analyze", SCAN, "--baseline", &normal, "--json", "-", "-q"]);
    let found = findings(&out, "baseline_change");
    let is_new = |kind: &&packetloupe::protocol::comparison::ChangedKind| kind.is_new;
    for kind in told.kinds.iter().filter(is_new) {
        let nouns = [&kind.nouns.0, &kind.nouns.1];
        let title = |of: &&Value| of["title"].as_str().is_some_and(|title| title.starts_with("New since the baseline"));
        let fits =
            |of: &Value| nouns.iter().any(|noun| of["title"].as_str().is_some_and(|title| title.contains(*noun)));
        assert!(found.iter().filter(title).any(fits), "{:?}", kind.nouns);
    }
    assert!(told.shifts.iter().all(|of| of.p < 0.001 && of.delta.abs() > 0.1) && !told.shifts.is_empty());
    let nothing = attach::comparison(&Profile::default(), &scan, &of_scan, Some(&[]));
    assert!(nothing.is_err_and(|why| why.contains("no flows")));
}
