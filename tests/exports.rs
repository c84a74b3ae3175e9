//! Exports of the command, read back by another reader than the one that wrote them: our own of other tools' logs, and tshark.

use crate::needs;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampNanosecondType};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const SCAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/portscan_syn.pcap");
const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/benign_web.pcap");

fn command(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_packetloupe")).args(arguments).output().unwrap()
}

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("packetloupe-exports-{}-{name}", std::process::id()))
}

/// What an option writes of a capture; more arguments behind.
fn written(option: &str, file: &str, more: &[&str]) -> Vec<u8> {
    let out = place(&format!("{}{}", &option[2..], more.len()));
    let output = command(&[&["analyze", "--quiet", file, option, out.to_str().unwrap()], more].concat());
    assert!(output.status.success(), "{option}: {}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(&out).unwrap();
    fs::remove_file(out).unwrap();
    bytes
}

/// The JSON document of a file with this content.
fn read_back(name: &str, content: &[u8]) -> Value {
    let path = place(name);
    fs::write(&path, content).unwrap();
    let output = command(&["analyze", "--quiet", path.to_str().unwrap(), "--json", "-"]);
    fs::remove_file(path).unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn document(file: &str) -> Value {
    serde_json::from_slice(&command(&["analyze", "--quiet", file, "--json", "-"]).stdout).unwrap()
}

#[test]
fn logs_of_other_tools_hold_the_same_flows() {
    for file in [SCAN, WEB] {
        let own = document(file);
        // Packets of ARP and the like belong to no flow.
        let facts = String::from_utf8(written("--facts", file, &[])).unwrap();
        let flows: Vec<Value> = facts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let n_packets: u64 = flows
            .iter()
            .flat_map(|flow| [&flow["sent"], &flow["received"]])
            .filter_map(|side| side["packets"].as_u64())
            .sum();
        for (option, name, tool) in
            [("--conn-log", "conn.log", "Zeek"), ("--nfstream", "n.csv", "NFStream"), ("--eve", "eve.json", "Suricata")]
        {
            let read = read_back(name, &written(option, file, &[]));
            assert_eq!(read["summary"]["flows"], own["summary"]["flows"], "{option} of {file}");
            let format = read["file"]["format"].as_str().unwrap();
            assert!(format.contains(tool), "{option}: {format}");
            if option != "--eve" {
                assert_eq!(read["summary"]["packets"], n_packets, "{option} of {file}");
            }
        }
    }
}

#[test]
fn findings_are_there_once_in_every_form() {
    let own = document(SCAN);
    let ids: Vec<&str> = own["findings"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    let table = String::from_utf8(written("--findings-csv", SCAN, &[])).unwrap();
    let firsts: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(firsts, ids);
    let lines = String::from_utf8(written("--findings-jsonl", SCAN, &[])).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().map(|line| line["id"].as_str().unwrap()).eq(ids.iter().copied()));
    let bundle: Value = serde_json::from_slice(&written("--stix", SCAN, &[])).unwrap();
    let notes = bundle["objects"].as_array().unwrap().iter().filter(|object| object["type"] == "note");
    assert!(notes.map(|note| note["external_references"][0]["external_id"].as_str().unwrap()).eq(ids.iter().copied()));
    // What is selected, and what is not.
    for (filter, n) in [("tcp || udp", ids.len()), ("udp.port == 1", 0)] {
        let table = written("--findings-csv", SCAN, &["--where", filter]);
        assert_eq!(String::from_utf8(table).unwrap().lines().count(), 1 + n, "{filter}");
    }
}

#[test]
fn beacon_scores_are_listed_for_pairs_that_call_often_enough() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/captures/beacon/attack.pcap");
    let own = document(fixture);
    let beacon = own["findings"].as_array().unwrap().iter().find(|one| one["detector"] == "beacon").unwrap().clone();
    let text = String::from_utf8(written("--beacons", fixture, &[])).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..4], ["Source IP", "Destination IP", "FQDN", "Beacon Score"]);
    let scores: Vec<f64> = rows[1..].iter().map(|row| row[3].parse().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] > 0.5, "{scores:?}");
    let is_named = |row: &&Vec<&str>| beacon["sources"][0] == row[0] && beacon["targets"][0] == row[1];
    assert!(rows[1..].iter().any(|row| is_named(&row)), "{text}");
    let none = String::from_utf8(written("--beacons", fixture, &["--where", "udp.port == 1"])).unwrap();
    assert_eq!(none.lines().count(), 1);
}

/// Cells as texts, as the CSV file has them but for the digits of numbers; the first column, a time, in nanoseconds.
fn cells(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let cell = |array: &dyn Array, row: usize| {
        if array.is_null(row) {
            String::new()
        } else if let Some(times) = array.as_primitive_opt::<TimestampNanosecondType>() {
            times.value(row).to_string()
        } else if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
            numbers.value(row).to_string()
        } else {
            array.as_string::<i32>().value(row).to_owned()
        }
    };
    let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    rows.map(|(batch, row)| batch.columns().iter().map(|array| cell(array, row)).collect()).collect()
}

#[test]
fn typed_columns_hold_what_the_csv_file_holds() {
    let settings = place("columns.json");
    fs::write(&settings, r#"{"flow.more_columns": 1}"#).unwrap();
    let settings = settings.to_str().unwrap();
    for (file, more) in [(WEB, &["--settings", settings][..]), (SCAN, &[]), (SCAN, &["--where", "udp.port == 1"])] {
        let csv = String::from_utf8(written("--flows", file, more)).unwrap();
        let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        let parquet = bytes::Bytes::from(written("--parquet", file, more));
        let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
        let names: Vec<String> = parquet.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names[1..], lines[0], "{file}");
        let parquet: Vec<RecordBatch> = parquet.build().unwrap().map(Result::unwrap).collect();
        let arrow = std::io::Cursor::new(written("--arrow", file, more));
        let arrow = arrow_ipc::reader::FileReader::try_new(arrow, None).unwrap();
        assert_eq!(arrow.schema().field(0).name(), "start");
        let arrow: Vec<RecordBatch> = arrow.map(Result::unwrap).collect();
        assert_eq!(cells(&parquet), cells(&arrow), "{file}");
        let rows = cells(&parquet);
        assert_eq!(rows.len(), lines.len() - 1);
        for (row, line) in rows.iter().zip(&lines[1..]) {
            for ((name, own), text) in names.iter().zip(row).skip(1).zip(line) {
                let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1e-6);
                let is_same = match (own.parse::<f64>(), text.parse::<f64>()) {
                    (Ok(own), Ok(number)) => is_near(own, number),
                    _ => own == text,
                };
                assert!(is_same, "{file}: {name}: {own} for {text}");
            }
        }
    }
    fs::remove_file(settings).unwrap();
}

#[test]
fn packets_come_back_as_they_were() {
    let own = document(SCAN);
    let all = written("--pcapng", SCAN, &[]);
    let read = read_back("all.pcapng", &all);
    for key in ["packets", "bytes", "flows", "first", "last"] {
        assert_eq!(read["summary"][key], own["summary"][key], "{key}");
    }
    let ids = |document: &Value| -> Vec<String> {
        document["findings"].as_array().unwrap().iter().map(|one| one["id"].to_string()).collect()
    };
    assert_eq!(ids(&read), ids(&own));
    let some = read_back("some.pcapng", &written("--pcapng", SCAN, &["--where", "tcp.flags.reset == 1"]));
    let n = some["summary"]["packets"].as_u64().unwrap();
    assert!(n > 0 && n < own["summary"]["packets"].as_u64().unwrap(), "{n}");
}

#[test]
fn tshark_reads_packets_and_comments() {
    let Some(_) = needs::require(&[], &["tshark"]) else { return };
    let path = place("tshark.pcapng");
    fs::write(&path, written("--pcapng", SCAN, &[])).unwrap();
    let tshark = |arguments: &[&str]| {
        let output = Command::new("tshark").arg("-r").arg(&path).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let own = document(SCAN);
    let all = tshark(&["-T", "fields", "-e", "frame.time_epoch"]);
    assert_eq!(all.lines().count() as u64, own["summary"]["packets"].as_u64().unwrap());
    let comments = tshark(&["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"]);
    let finding = &own["findings"][0];
    assert!(
        comments.contains(finding["id"].as_str().unwrap()) && comments.contains(finding["title"].as_str().unwrap())
    );
    let n = finding["packets"].as_u64().unwrap() as usize;
    assert!(comments.lines().count() >= n, "{} of {n}", comments.lines().count());
    fs::remove_file(path).unwrap();
}

#[test]
fn packets_that_cannot_be_read_again_are_refused_in_words() {
    let packed = place("packed.pcap.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &fs::read(WEB).unwrap()).unwrap();
    fs::write(&packed, encoder.finish().unwrap()).unwrap();
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exports.rs");
    let output = command(&["analyze", "--quiet", packed.to_str().unwrap(), "--pcapng", "-"]);
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{why}");
    assert!(why.contains("unpack it first") && output.stdout.is_empty(), "{why}");
    fs::remove_file(packed).unwrap();
    assert_eq!(command(&["analyze", table, "--pcapng", "-"]).status.code(), Some(3));
}

#[test]
fn indicators_that_were_seen_are_findings() {
    let own = document(SCAN);
    let host = own["findings"][0]["sources"][0].as_str().unwrap().to_owned();
    let list = place("feed.csv");
    fs::write(&list, format!("date,ioc_value\n2026-01-02,198.51.100.77\n2026-01-03,{host}\n")).unwrap();
    let name = list.file_name().unwrap().to_str().unwrap();
    let arguments = ["analyze", "--quiet", SCAN, "--json", "-", "--indicators", list.to_str().unwrap()];
    let output = command(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let matches: Vec<&Value> =
        document["findings"].as_array().unwrap().iter().filter(|one| one["detector"] == "indicator").collect();
    assert_eq!(matches.len(), 1);
    assert_eq!(matches[0]["title"], format!("{host} is on the list {name} (line 3, dated 2026-01-03)"));
    assert!(matches[0]["flows"].as_u64().unwrap() > 0);
    // The same findings as before are there too, and the report is written.
    let all = document["findings"].as_array().unwrap().len();
    assert_eq!(all, own["findings"].as_array().unwrap().len() + 1);
    let report = String::from_utf8(written("--html", SCAN, &["--indicators", list.to_str().unwrap()])).unwrap();
    assert!(report.contains(&format!("{host} is on the list")));
    // What we write as a list is one; what is none is refused.
    let indicators = written("--indicator-list", SCAN, &["--indicators", list.to_str().unwrap()]);
    assert!(indicators.starts_with(b"type,value,findings\n"));
    let output = command(&["analyze", "--quiet", SCAN, "--indicators", SCAN]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(list).unwrap();
}
