//! The native command as a script would use it: outputs, exit codes, messages, hostile names.

use crate::folder::Folder;
use crate::needs;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SCAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/portscan_syn.pcap");
const BENIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/benign_web.pcap");

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetloupe"));
    command.args(arguments).stdin(Stdio::null()).env("LC_ALL", "C");
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Exit code, standard output, standard error.
fn outcome(arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A classic pcap without packets.
fn empty_pcap() -> Vec<u8> {
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    bytes.extend([0; 8]);
    bytes.extend([0xff, 0xff, 0, 0, 1, 0, 0, 0]);
    bytes
}

#[test]
fn json_on_standard_output_is_the_document_and_nothing_else() {
    let (code, out, err) = outcome(&["analyze", SCAN, "--json", "-"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&out).unwrap();
    for key in ["schema", "file", "summary", "coverage", "issues", "findings", "expected", "incidents", "settings"] {
        assert!(document.get(key).is_some(), "{key}");
    }
    assert_eq!(document["schema"], 1);
    assert_eq!(document["file"]["name"], "portscan_syn.pcap");
    assert_eq!(document["file"]["bytes"], fs::metadata(SCAN).unwrap().len());
    assert_eq!(document["summary"]["packets"], document["coverage"]["packets_read"]);
    let scan = document["findings"].as_array().unwrap().iter().find(|f| f["detector"] == "port_scan").unwrap();
    assert_eq!((&scan["category"], &scan["severity"]), (&"scan".into(), &"high".into()));
    assert!(scan["start"].as_f64().unwrap() >= document["summary"]["first"].as_f64().unwrap());
}

#[test]
fn the_hash_is_that_of_the_file() {
    let (_, out, _) = outcome(&["analyze", BENIGN, "--json", "-"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    use sha2::Digest;
    let hash = sha2::Sha256::digest(fs::read(BENIGN).unwrap());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(document["file"]["sha256"], hex);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let once = || outcome(&["analyze", SCAN, "--json", "-"]).1;
    assert_eq!(once(), once());
}

#[test]
fn all_outputs_at_once_and_only_complete_files() {
    let folder = Folder::new("outputs");
    let (json, html, flows) = (folder.path("a.json"), folder.path("a.html"), folder.path("a.csv"));
    let (code, out, err) = outcome(&["analyze", SCAN, "--json", &json, "--html", &html, "--flows", &flows]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 3);

    let report = fs::read_to_string(&html).unwrap();
    assert!(report.starts_with("<!doctype html>") && report.ends_with("</html>\n"));
    assert!(report.contains("<svg") && !report.contains("<script") && !report.contains("javascript:"));
    let is_handler = |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with('=');
    assert!(!report.split(" on").skip(1).any(is_handler), "no attribute that runs a script");

    let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    for finding in document["findings"].as_array().unwrap() {
        assert!(report.contains(&format!("id=\"{}\"", finding["id"].as_str().unwrap())));
    }
    let csv = fs::read_to_string(&flows).unwrap();
    let header = csv.lines().next().unwrap();
    assert!(
        header.starts_with("Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,"),
        "{header}"
    );
    assert!(header.ends_with(",anomaly_score,severity,findings"), "{header}");
    assert_eq!(csv.lines().count() as u64 - 1, document["coverage"]["flows_kept"].as_u64().unwrap());
}

#[test]
fn without_outputs_a_summary_is_printed_unless_quiet() {
    let (code, out, err) = outcome(&["analyze", SCAN]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("portscan_syn.pcap") && out.contains("packets") && out.contains("High"), "{out}");
    assert_eq!(outcome(&["analyze", SCAN, "--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn findings_change_the_exit_code_only_when_asked() {
    assert_eq!(outcome(&["analyze", SCAN, "--quiet", "--fail-on", "high"]).0, 1);
    assert_eq!(outcome(&["analyze", SCAN, "--quiet", "--fail-on", "critical"]).0, 0);
    let folder = Folder::new("fail-on");
    let nothing = folder.with("empty.pcap", empty_pcap());
    assert_eq!(outcome(&["analyze", &nothing, "--quiet", "--fail-on", "info"]).0, 0);
}

#[test]
fn what_is_no_capture_is_refused_with_one_clear_line() {
    let folder = Folder::new("refused");
    let inputs = [
        folder.with("notes.txt", "These are notes, no capture, and they go on for a while.\n"),
        folder.with("empty.bin", ""),
        folder.path("not-there.pcap"),
        folder.0.to_str().unwrap().to_owned(),
    ];
    for input in &inputs {
        let out = folder.path("out.json");
        let (code, stdout, err) = outcome(&["analyze", input, "--json", &out]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{input}");
        assert!(err.starts_with("packetloupe: ") && err.lines().count() == 1 && err.len() > 20, "{err}");
        assert!(!Path::new(&out).exists());
    }
}

/// 300 rows of two columns that go together, ten of which do not, and their labels.
fn labelled() -> String {
    let row = |i: u32| match i % 30 {
        7 => format!("{},{},odd\n", 500 + i, 900 - i),
        _ => format!("{},{},normal\n", i % 20, 2 * (i % 20) + i % 3),
    };
    std::iter::once("a,b,what\n".to_owned()).chain((0..300).map(row)).collect()
}

#[test]
fn rows_are_scored_in_their_order() {
    let folder = Folder::new("score");
    let table = folder.with("table.csv", labelled());
    for detector in ["isolation_forest", "pca"] {
        let (code, out, err) = outcome(&["score", &table, "--detector", detector, "--seed", "7", "--label", "what"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let scores: Vec<f64> = out.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(scores.len(), 300);
        let least_odd = scores.iter().skip(7).step_by(30).copied().fold(1.0, f64::min);
        assert!(scores.iter().filter(|score| **score >= least_odd).count() <= 12, "{detector}");
    }
    assert_eq!(outcome(&["score", &table, "--detector", "nonsense"]).0, 2);
    assert_eq!(outcome(&["score", &table, "--detector", "port_scan"]).0, 3);
    assert_eq!(outcome(&["score", SCAN, "--detector", "pca"]).0, 3);
}

#[test]
fn methods_score_alone_and_together() {
    let folder = Folder::new("methods");
    let table = folder.with("table.csv", labelled());
    let scores = |option: &str, ids: &str| {
        let (code, out, err) = outcome(&["score", &table, option, ids, "--label", "what"]);
        assert_eq!((code, err.as_str()), (0, ""), "{ids}");
        let scores: Vec<f64> = out.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(scores.len(), 300);
        let least_odd = scores.iter().skip(7).step_by(30).copied().fold(1.0, f64::min);
        assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
        assert!(scores.iter().filter(|score| **score >= least_odd).count() <= 12, "{ids}");
        scores
    };
    assert_eq!(scores("--detector", "consensus"), scores("--detectors", "consensus"));
    assert_ne!(scores("--detectors", "mcd,knn"), scores("--detector", "mcd"));
    assert_eq!(outcome(&["score", &table, "--detectors", "mcd,nonsense"]).0, 2);
    assert_eq!(outcome(&["score", &table, "--detectors", "mcd", "--detector", "pca"]).0, 2);
    assert_eq!(outcome(&["score", SCAN, "--detectors", "mcd"]).0, 3);
    let methods = outcome(&["methods"]).1;
    assert!(methods.lines().any(|line| line.starts_with("dbscan") && line.contains("yes")), "{methods}");
}

#[test]
fn flows_hosts_and_windows_of_a_capture_are_scored_with_names_and_reasons() {
    let folder = Folder::new("scopes");
    let json = folder.path("learnt.json");
    let (code, out, err) =
        outcome(&["score", SCAN, "--methods", "consensus", "--scope", "hosts", "--threshold", "10%", "--json", &json]);
    assert_eq!(code, 0, "{err}");
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("host,score"));
    let scores: Vec<(String, f64)> = lines
        .map(|line| line.rsplit_once(',').map(|(name, score)| (name.to_owned(), score.parse().unwrap())).unwrap())
        .collect();
    let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(document["rows"].as_u64(), Some(scores.len() as u64));
    let top = &document["unusual"][0];
    let best = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!(
        (top["name"].as_str(), top["score"].as_f64().map(|score| score as f32)),
        (Some(best.0.as_str()), Some(best.1 as f32))
    );
    assert!(!top["reasons"].as_array().unwrap().is_empty());
    assert!(err.contains("at or above"), "{err}");
    let n = document["unusual"].as_array().unwrap().len();
    let share = document["proposals"].as_array().unwrap().iter().find(|of| of["id"] == "share").unwrap();
    assert_eq!(share["rows"].as_u64(), Some(n as u64));
    // Only these features, and none of another name.
    let (code, ..) = outcome(&[
        "score",
        SCAN,
        "--methods",
        "hbos",
        "--scope",
        "windows",
        "--features",
        "flows,bytes",
        "--json",
        &json,
        "--out",
        &folder.path("s.csv"),
    ]);
    let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((code, &document["features"]), (0, &serde_json::json!(["flows", "bytes"])));
    assert_eq!(outcome(&["score", SCAN, "--methods", "hbos", "--scope", "windows", "--features", "-nothing"]).0, 2);
    assert_eq!(outcome(&["score", SCAN, "--methods", "hbos", "--scope", "rows"]).0, 3);
    assert_eq!(outcome(&["score", SCAN, "--methods", "hbos", "--scope", "flows", "--threshold", "high"]).0, 2);
}

#[test]
fn detectors_are_evaluated_on_a_labelled_table() {
    let folder = Folder::new("evaluate");
    let table = folder.with("table.csv", labelled());
    let (code, out, _) = outcome(&["evaluate", &table, "--label", "what", "--json", "-"]);
    assert_eq!(code, 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&document["rows"], &document["attacks"]), (&300.into(), &10.into()));
    let detector = |id: &str| {
        document["detectors"].as_array().unwrap().iter().find(|detector| detector["id"] == id).unwrap().clone()
    };
    let forest = detector("isolation_forest");
    assert!(forest["auroc"].as_f64().unwrap() > 0.99 && forest["roc"].as_array().unwrap().len() > 2, "{forest}");
    assert!(forest["reported_by_class"]["odd"].as_f64().unwrap() > 0.5, "{forest}");
    assert!(detector("port_scan")["not_enough_data"].as_str().unwrap().contains("no addresses"));
    let (code, text, _) = outcome(&["evaluate", &table, "--label", "WHAT", "--detector", "pca"]);
    assert!(code == 0 && text.contains("AUROC") && text.contains("odd"), "{text}");
    let (code, _, err) = outcome(&["evaluate", &table, "--label", "no such"]);
    assert!(code == 2 && err.contains("a, b, what"), "{err}");
    assert_eq!(outcome(&["evaluate", SCAN, "--label", "x"]).0, 3);
}

#[test]
fn wrong_usage_is_told_from_a_bad_file() {
    let folder = Folder::new("usage");
    let missing = folder.path("no/such/folder/out.json");
    let broken = folder.with("broken.json", "[1, 2]");
    for arguments in [
        vec!["analyze"],
        vec!["analyze", SCAN, "--no-such-option"],
        vec!["analyze", SCAN, "--fail-on", "fatal"],
        vec!["analyze", SCAN, "--json", "-", "--html", "-"],
        vec!["analyze", SCAN, "--json", SCAN],
        vec!["query", SCAN, "--by", "protocol", "--csv", SCAN],
        vec!["score", SCAN, "--out", SCAN],
        vec!["baseline", SCAN, "--out", SCAN],
        vec!["analyze", SCAN, "--json", &missing],
        vec!["analyze", SCAN, "--settings", &broken],
        vec!["evaluate", SCAN],
    ] {
        let (code, out, err) = outcome(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!err.is_empty() && !err.contains("panicked"), "{err}");
    }
    assert_eq!(fs::metadata(SCAN).unwrap().len(), 487_277, "the capture was not written over");
    assert_eq!(outcome(&["--help"]).0, 0);
    assert_eq!(outcome(&["--version"]).0, 0);
}

#[test]
fn captures_are_unpacked_and_read_together() {
    let folder = Folder::new("together");
    let (scan, benign) = (fs::read(SCAN).unwrap(), fs::read(BENIGN).unwrap());
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &scan).unwrap();
    let packed_bytes = encoder.finish().unwrap();
    let packed = folder.with("scan.pcap.gz", &packed_bytes);
    let parse = |out: &str| -> Value { serde_json::from_str(out).unwrap() };
    let alone = parse(&outcome(&["analyze", SCAN, "--json", "-"]).1);
    let unpacked = parse(&outcome(&["analyze", &packed, "--json", "-"]).1);
    assert_eq!((&alone["findings"], &alone["summary"]), (&unpacked["findings"], &unpacked["summary"]));
    assert_eq!(unpacked["file"]["bytes"], packed_bytes.len());

    let (code, out, err) = outcome(&["analyze", &packed, BENIGN, "--json", "-"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let both = parse(&out);
    assert_eq!(both["file"]["name"], "scan.pcap.gz and benign_web.pcap");
    let hash = <sha2::Sha256 as sha2::Digest>::digest([packed_bytes, benign].concat());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(both["file"]["sha256"], hex);
    let quiet = parse(&outcome(&["analyze", BENIGN, "--json", "-"]).1);
    let packets = |document: &Value| document["summary"]["packets"].as_u64().unwrap();
    assert_eq!(packets(&both), packets(&alone) + packets(&quiet));
    assert!(both["findings"].as_array().unwrap().iter().any(|finding| finding["detector"] == "port_scan"));

    let notes = folder.with("notes.txt", "These are notes, no capture, and they go on for a while.\n");
    let (code, out, err) = outcome(&["analyze", SCAN, &notes, "--json", "-"]);
    assert_eq!((code, out.as_str(), err.lines().count()), (3, "", 1));
    assert!(err.contains("notes.txt"), "{err}");
}

#[test]
fn a_table_is_unpacked_but_read_alone() {
    let folder = Folder::new("packed_table");
    let plain = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tables/ctu13.binetflow");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &fs::read(plain).unwrap()).unwrap();
    let packed = folder.with("ctu13.binetflow.gz", encoder.finish().unwrap());
    let parse = |path: &str| -> Value { serde_json::from_str(&outcome(&["analyze", path, "--json", "-"]).1).unwrap() };
    let (known, read) = (parse(plain), parse(&packed));
    for key in ["summary", "issues", "findings", "table"] {
        assert_eq!(known[key], read[key], "{key}");
    }
    for files in [[SCAN, &packed], [plain, plain]] {
        let (code, out, err) = outcome(&["analyze", files[0], files[1], "--quiet"]);
        assert_eq!((code, out.as_str(), err.lines().count()), (3, "", 1));
        assert!(err.contains("ctu13.binetflow") && err.contains("Open a table on its own"), "{err}");
    }
}

#[test]
fn what_is_expected_is_set_apart_and_does_not_fail() {
    let folder = Folder::new("expected");
    let rules = r#"{"expected": [{"detector": "port_scan", "note": "Inventory"}, {"hosts": "10.0.0.0/8"}]}"#;
    let (settings, html) = (folder.with("settings.json", rules), folder.path("a.html"));
    let ask = |more: &[&str]| {
        let mut all = vec!["analyze", SCAN, "--settings", &settings];
        all.extend(more);
        outcome(&all)
    };
    let (_, out, err) = ask(&["--json", "-", "--html", &html]);
    assert!(err.contains("rule 2 of the allow-list is not used: unknown field `hosts`"), "{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let all: Value = serde_json::from_str(&outcome(&["analyze", SCAN, "--json", "-"]).1).unwrap();
    let n = |document: &Value, list: &str| document[list].as_array().unwrap().len();
    let n_scans = all["findings"].as_array().unwrap().iter().filter(|f| f["detector"] == "port_scan").count();
    assert!(n_scans > 0);
    assert_eq!((n(&document, "expected"), n(&document, "findings")), (n_scans, n(&all, "findings") - n_scans));
    assert_eq!(document["expected"][0]["rule"]["note"], "Inventory");
    let report = fs::read_to_string(html).unwrap();
    assert!(report.contains("id=\"expected\"") && report.contains("Inventory"));
    let (_, summary, _) = ask(&[]);
    assert!(summary.contains("expected here:\n  port_scan (1)"), "{summary}");
    assert_eq!(outcome(&["analyze", SCAN, "--quiet", "--json", &folder.path("b.json"), "--fail-on", "medium"]).0, 1);
    if n(&document, "findings") == 0 {
        assert_eq!(ask(&["--quiet", "--json", &folder.path("c.json"), "--fail-on", "medium"]).0, 0);
    }
}

#[test]
fn passwords_are_masked_unless_asked_for() {
    let files = ["captures/lab/cleartext_creds.pcap", "captures/lab/cleartext_creds.json"];
    let Some(shared) = needs::require(&files, &[]) else { return };
    let [capture, labels] = files.map(|file| shared.join(file).to_string_lossy().into_owned());
    let facts = fs::read_to_string(labels).unwrap();
    // The password that was sent, as the label has it.
    let password = facts.split_once("\\\"pw\\\": \\\"").unwrap().1.split_once('\\').unwrap().0;
    let folder = Folder::new("secrets");
    for (is_shown, more) in [(false, &[][..]), (true, &["--show-secrets"][..])] {
        let outputs = ["a.json", "a.html", "a.jsonl"].map(|name| folder.path(name));
        let [json, html, facts] = &outputs;
        let fixed = ["analyze", &capture, "--quiet", "--json", json, "--html", html, "--facts", facts];
        assert_eq!(outcome(&fixed.iter().chain(more).copied().collect::<Vec<_>>()).0, 0);
        for output in &outputs {
            assert_eq!(fs::read_to_string(output).unwrap().contains(password), is_shown, "{output}");
        }
        let document: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
        assert_eq!(document["settings"]["secrets_shown"], is_shown);
        assert_eq!(fs::read_to_string(html).unwrap().contains("This report shows readable passwords"), is_shown);
    }
}

#[test]
fn settings_are_taken_and_what_is_not_usable_is_said() {
    let folder = Folder::new("settings");
    let given = r#"{"flow.idle_timeout": 5, "flow.active_timeout": -3, "nonsense": 1, "seed": "x"}"#;
    let file = folder.with("settings.json", given);
    let (code, out, err) = outcome(&["analyze", SCAN, "--json", "-", "--settings", &file]);
    assert_eq!(code, 0);
    assert_eq!(err.lines().count(), 3, "{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["settings"]["changed"], serde_json::json!({"flow.idle_timeout": 5.0}));
    let ignored = document["issues"].as_array().unwrap().iter().find(|issue| issue["id"] == "setting-ignored").unwrap();
    assert_eq!(ignored["count"], 3);

    let (_, plain, _) = outcome(&["analyze", SCAN, "--json", "-"]);
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert!(document["summary"]["flows"].as_u64() > plain["summary"]["flows"].as_u64());
}

/// JSON, report, flow table and what is said on standard error, with these settings.
fn all_outputs(folder: &Folder, settings: &str, is_quiet: bool) -> (Value, String, String, String) {
    let [settings_file, json, html, flows] = ["s.json", "a.json", "a.html", "a.csv"].map(|name| folder.path(name));
    fs::write(&settings_file, settings).unwrap();
    let mut arguments =
        vec!["analyze", SCAN, "--settings", &settings_file, "--json", &json, "--html", &html, "--flows", &flows];
    arguments.extend(is_quiet.then_some("--quiet"));
    let (code, _, err) = outcome(&arguments);
    assert_eq!(code, 0, "{err}");
    let read = |path: &str| fs::read_to_string(path).unwrap();
    (serde_json::from_str(&read(&json)).unwrap(), read(&html), read(&flows), err)
}

#[test]
fn a_cic_compatible_flow_table_is_stated_in_every_output_and_changes_no_finding() {
    let folder = Folder::new("cic");
    let (plain, plain_report, plain_flows, err) = all_outputs(&folder, "{}", false);
    assert!(plain_report.contains("corrected definitions") && err.is_empty(), "{err}");
    let (json, report, flows, err) = all_outputs(&folder, r#"{"flow.cic_compatible": 1}"#, false);
    assert_eq!(json["settings"]["changed"], serde_json::json!({"flow.cic_compatible": 1.0}));
    assert!(json["issues"].as_array().unwrap().iter().any(|issue| issue["id"] == "cic-compatible"));
    assert_eq!((&json["findings"], &json["summary"]), (&plain["findings"], &plain["summary"]));
    assert!(report.contains("CIC-compatible: CICFlowMeter v4"));
    assert!(err.lines().count() == 1 && err.contains("CIC-compatible"), "{err}");
    assert_eq!(flows.lines().next(), plain_flows.lines().next());
    assert_ne!(flows, plain_flows);
    assert!(flows.contains(",high,port_scan-"), "findings are found again by the first packet's flow");
    assert_eq!(all_outputs(&folder, r#"{"flow.cic_compatible": 1}"#, true).3, "");
}

#[test]
fn more_columns_stand_behind_the_others_and_change_none_of_them() {
    let folder = Folder::new("more");
    let (_, _, plain, _) = all_outputs(&folder, "{}", true);
    let (_, _, more, _) = all_outputs(&folder, r#"{"flow.more_columns": 1}"#, true);
    let listed: Vec<Value> = serde_json::from_str(&outcome(&["features", "--json"]).1).unwrap();
    let names: Vec<&str> =
        listed.iter().filter(|row| row["set"] == "more columns").map(|row| row["name"].as_str().unwrap()).collect();
    for (place, (long, short)) in more.lines().zip(plain.lines()).enumerate() {
        let rest = long.strip_prefix(short).unwrap();
        assert_eq!(rest.split(',').skip(1).count(), names.len(), "{rest}");
        assert!(place > 0 || rest == format!(",{}", names.join(",")));
    }
    assert_eq!(more.lines().count(), plain.lines().count());
}

#[test]
fn a_cut_file_is_analysed_as_far_as_it_goes() {
    let folder = Folder::new("cut");
    let whole = fs::read(SCAN).unwrap();
    let cut = folder.with("cut.pcap", &whole[..whole.len() / 2 + 7]);
    let (code, out, _) = outcome(&["analyze", &cut, "--json", "-"]);
    assert_eq!(code, 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert!(document["summary"]["packets"].as_u64().unwrap() > 100);
    assert!(document["issues"].as_array().unwrap().iter().any(|issue| issue["id"] == "file-cut"));
}

#[test]
#[cfg(unix)]
fn hostile_names_stay_names() {
    let folder = Folder::new("hostile");
    let name = "<script>alert(1)<\u{1b}[31m\n\"'&=cmd().pcap";
    let file = folder.path("x").replace('x', "") + &name.replace('/', "");
    fs::copy(SCAN, &file).unwrap();
    let (code, report, _) = outcome(&["analyze", &file, "--html", "-"]);
    assert_eq!(code, 0);
    assert!(!report.contains("<script") && !report.contains('\u{1b}') && report.contains("&lt;script&gt;"));
    let (_, summary, _) = outcome(&["analyze", &file]);
    assert!(!summary.contains('\u{1b}') && summary.lines().next().unwrap().contains("=cmd().pcap"));
    let (_, json, _) = outcome(&["analyze", &file, "--json", "-"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["file"]["name"], name);
    let (code, _, err) = outcome(&["analyze", &format!("{file}.missing")]);
    assert_eq!((code, err.lines().count()), (3, 1), "{err:?}");
    assert!(!err.contains('\u{1b}'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child =
        command(&["analyze", SCAN, "--flows", "-"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
#[cfg(unix)]
fn a_capture_can_come_out_of_a_pipe() {
    let capture = fs::File::open(SCAN).unwrap();
    let mut cat = Command::new("cat").stdin(capture).stdout(Stdio::piped()).spawn().unwrap();
    let mut analyze = command(&["analyze", "/dev/stdin", "--json", "-"]);
    let output = analyze.stdin(cat.stdout.take().unwrap()).output().unwrap();
    cat.wait().unwrap();
    let document: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(document["file"]["bytes"], fs::metadata(SCAN).unwrap().len());
    assert!(document["findings"].as_array().unwrap().iter().any(|finding| finding["detector"] == "port_scan"));
}

#[test]
#[cfg(unix)]
fn a_device_is_written_to_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    assert_eq!(outcome(&["analyze", SCAN, "--json", "/dev/null", "--html", "/dev/null"]).0, 0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn lists_are_tables_for_people_and_json_for_machines() {
    for (list, first) in [("detectors", "ID"), ("features", "SET"), ("fields", "FIELD"), ("settings", "ID")] {
        let (code, table, err) = outcome(&[list]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(table.starts_with(first) && table.lines().count() > 4, "{table}");
        let (_, json, _) = outcome(&[list, "--json"]);
        let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(rows.len(), table.lines().count() - 1, "{list}");
    }
}

#[test]
fn a_filter_selects_the_flows_that_are_written() {
    let lines = |filter: &str| {
        let (code, out, err) = outcome(&["analyze", SCAN, "--facts", "-", "--quiet", "--where", filter]);
        assert_eq!(code, 0, "{err}");
        out.lines().count()
    };
    let (all, tcp, requests) = (lines(""), lines("tcp"), lines("tcp.flags.syn == 1 && tcp.flags.ack == 0"));
    assert!(all > tcp && tcp >= requests && requests > 900, "{all} {tcp} {requests}");
    assert_eq!((lines("!tcp"), lines("tcp.port == 1 && udp")), (all - tcp, 0));
    for before in [&["analyze", SCAN, "--facts", "-"][..], &["query", SCAN]] {
        let (code, out, err) = outcome(&[before, &["--where", "ip && tcp.prt == 80"]].concat());
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("Did you mean tcp.port?") && err.contains("        ^^^^^^^"), "{err}");
    }
}

#[test]
fn every_setting_that_is_listed_is_taken() {
    let folder = Folder::new("every");
    let (_, json, _) = outcome(&["settings", "--json"]);
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    // Choices are saved by their ids, other settings as numbers.
    let last = |row: &Value| match row["choices"].as_array().and_then(|choices| choices.last()) {
        Some(choice) => choice["id"].clone(),
        None => row["max"].clone(),
    };
    let given: serde_json::Map<String, Value> =
        rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), last(row))).collect();
    let file = folder.with("all.json", Value::Object(given).to_string());
    let nothing = folder.with("empty.pcap", empty_pcap());
    let (code, _, err) = outcome(&["analyze", &nothing, "--json", "-", "--settings", &file]);
    assert_eq!((code, err.as_str()), (0, ""));
}

/// A table whose headings are in no language.
const STRANGE: &str =
    "qqa,qqb,qqc,qqd\n10.0.0.1,10.0.0.2,04/07/2017 10:00:00,x\n10.0.0.1,10.0.0.3,04/07/2017 10:00:09,y\n";

#[test]
fn columns_are_taken_for_what_the_command_line_or_a_file_says() {
    let folder = Folder::new("columns");
    let table = folder.with("a.csv", STRANGE);
    let columns = |arguments: &[&str]| {
        let (code, out, err) = outcome(&[&["analyze", &table, "--json", "-", "--quiet"], arguments].concat());
        assert_eq!(code, 0, "{err}");
        let document: Value = serde_json::from_str(&out).unwrap();
        (document["table"].clone(), document["summary"]["first"].as_f64(), err)
    };
    let role = |table: &Value, place: usize| {
        let column = &table["columns"][place];
        (column["role"].as_str().unwrap().to_owned(), column["reason"].as_str().unwrap().to_owned())
    };
    let (found, first, err) = columns(&[]);
    assert_eq!(
        (role(&found, 0), first, err.as_str()),
        (("source address".into(), "values".into()), Some(1_499_162_400.0), "")
    );
    let line = "qqa=destination address, qqb=Source_Address,qqd=ignore";
    let (said, first, err) = columns(&["--columns", line, "--date-order", "month-day"]);
    assert_eq!((role(&said, 0), err.as_str()), (("destination address".into(), "chosen".into()), ""));
    assert_eq!((role(&said, 1).0.as_str(), role(&said, 3).0.as_str()), ("source address", "ignore"));
    assert_eq!((said["date_order"].as_str(), first), (Some("month first"), Some(1_491_559_200.0)));

    let file = folder.with(
        "columns.json",
        r#"{"columns": {"qqa": "destination address", "qqb": "source address", "qqd": "ignore"}, "table.date_order": "month_first"}"#,
    );
    let (by_file, ..) = columns(&["--columns", &file]);
    assert_eq!(by_file, said);
    let (by_settings, ..) = columns(&["--settings", &file]);
    assert_eq!(by_settings, said);
    let (_, first, _) = columns(&["--columns", &file, "--date-order", "auto"]);
    assert_eq!(first, Some(1_499_162_400.0));
}

#[test]
fn what_is_said_wrongly_of_columns_is_answered_with_what_there_is() {
    let folder = Folder::new("wrong-columns");
    let table = folder.with("a.csv", STRANGE);
    let (code, _, err) = outcome(&["analyze", &table, "--columns", "qqa=sender"]);
    assert_eq!(code, 2);
    assert!(err.contains("no such role") && err.contains("source address, source port"), "{err}");
    let (code, _, err) = outcome(&["analyze", &table, "--columns", "no-such-file"]);
    assert!(code == 2 && err.contains("no-such-file"), "{err}");
    let (code, out, err) = outcome(&["analyze", &table, "--columns", "Src=bytes,qqd=source port"]);
    assert_eq!(code, 0);
    assert!(err.contains("\"Src\": there is no such column; the columns are: qqa, qqb, qqc, qqd"), "{err}");
    assert!(err.contains("\"qqd\": its values cannot be taken for \"source port\""), "{err}");
    assert!(out.contains("Not used: \"Src\" as bytes.") && out.contains("Not used: \"qqd\" as source port."), "{out}");
    let (_, _, err) = outcome(&["analyze", SCAN, "--columns", "Src=bytes"]);
    assert!(err.contains("not a table"), "{err}");
}

#[test]
fn the_command_speaks_the_language_that_is_asked_for() {
    let (_, english, _) = outcome(&["analyze", SCAN]);
    let (code, german, err) = outcome(&["analyze", SCAN, "--language", "de"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for (word, other) in [("\nSummary:\n", "\nZusammenfassung:\n"), ("Severity", "Schweregrad"), ("Finding", "Befund")]
    {
        let has = |text: &str, word: &str| text.to_lowercase().contains(&word.to_lowercase());
        assert!(has(&english, word) && !has(&english, other), "{english}");
        assert!(has(&german, other) && !has(&german, word), "{german}");
    }
    assert_eq!(german.lines().count(), english.lines().count(), "{german}");
    let of_variable = |name: &str, value: &str| {
        let output = command(&["analyze", SCAN]).env_remove("LC_ALL").env(name, value).output().unwrap();
        text(&output.stdout)
    };
    assert_eq!(of_variable("LC_ALL", "de_AT.UTF-8"), german);
    assert_eq!(of_variable("LC_MESSAGES", "de"), german);
    let json = |language: &str| outcome(&["--language", language, "analyze", SCAN, "--json", "-"]).1;
    assert_eq!(json("de"), json("en"), "programs read it");
    let (code, _, err) = outcome(&["analyze", BENIGN, "--columns", "a=label", "--language", "de", "--quiet"]);
    assert!(code == 0 && err.contains("keine Tabelle"), "{err}");
    let (code, _, err) = outcome(&["analyze", "scans.pcap", "scans", "--language", "de"]);
    assert!(code == 3 && err.contains("scans.pcap") && !err.contains("Scans.pcap"), "{err}");
}
