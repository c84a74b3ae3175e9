//! Pseudonyms as a reader of the files sees them: no address, no MAC address and no name of the capture is in anything that
//! the command writes, and the same key gives the same files.

use crate::folder::Folder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Option and name of each output.
const OUTPUTS: [(&str, &str); 16] = [
    ("--report", "r.html"),
    ("--html", "h.html"),
    ("--json", "j.json"),
    ("--flows", "flows.csv"),
    ("--facts", "facts.jsonl"),
    ("--findings-csv", "f.csv"),
    ("--findings-jsonl", "f.jsonl"),
    ("--stix", "stix.json"),
    ("--sigma", "sigma.yml"),
    ("--indicator-list", "i.csv"),
    ("--beacons", "b.csv"),
    ("--conn-log", "conn.log"),
    ("--nfstream", "n.csv"),
    ("--eve", "eve.jsonl"),
    ("--report", "r.md"),
    ("--report", "r.json"),
];
/// Fields of facts whose text names somebody.
const NAMES: [&str; 12] = [
    "user",
    "host",
    "domain",
    "dns.query",
    "tls.sni",
    "tls.certificate_name",
    "http.host",
    "mail.from",
    "mail.to",
    "kerberos.realm",
    "dns.answer",
    "client",
];
/// What everybody has.
const COMMON: [&str; 16] = [
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "ff:ff:ff:ff:ff:ff",
    "00:00:00:00:00:00",
    "root",
    "admin",
    "administrator",
    "anonymous",
    "guest",
    "user",
    "test",
    "localhost",
    "workgroup",
    "local",
    "client",
];

fn run(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_packetloupe")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn is_of_token(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

fn fixture(id: &str) -> String {
    format!("{}/tests/fixtures/captures/{id}/attack.pcap", env!("CARGO_MANIFEST_DIR"))
}

/// True if the text has the token, not as a part of another one.
fn has(text: &str, token: &str) -> bool {
    text.match_indices(token).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + token.len()..].chars().next();
        !before.is_some_and(is_of_token) && !behind.is_some_and(is_of_token)
    })
}

/// Addresses, MAC addresses and names of a capture, in lower case.
fn originals(file: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let facts = String::from_utf8(run(&["analyze", "--quiet", file, "--facts", "-"]).stdout).unwrap();
    for flow in facts.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        for side in ["source", "destination", "name"] {
            all.insert(flow[side].as_str().unwrap_or_default().to_lowercase());
        }
        for fact in flow["facts"].as_array().unwrap() {
            let (id, value) = (fact["id"].as_str().unwrap(), fact["value"].as_str().unwrap_or_default());
            if NAMES.contains(&id) || ["mac", "address", "requested", "router"].contains(&id) {
                all.insert(value.trim_end_matches('.').to_lowercase());
            }
        }
    }
    let json: Value = serde_json::from_slice(&run(&["analyze", "--quiet", file, "--json", "-"]).stdout).unwrap();
    for finding in json["findings"].as_array().unwrap() {
        for list in ["sources", "targets", "names"] {
            all.extend(finding[list].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_lowercase()));
        }
        // Ids are hashes of addresses.
        all.insert(finding["id"].as_str().unwrap().to_owned());
    }
    // Names of several words are looked for by their longest one.
    let longest = |text: String| {
        text.split(['\\', '/', '@', ' ', ':']).max_by_key(|part| part.len()).unwrap_or_default().to_owned()
    };
    let whole = |text: String| if text.contains(':') { text } else { longest(text) };
    let mut all: BTreeSet<String> = all.into_iter().map(whole).filter(|text| text.len() > 2).collect();
    all.retain(|text| !COMMON.contains(&text.as_str()) && text.chars().any(|letter| !letter.is_ascii_digit()));
    all
}

#[test]
fn nothing_of_the_capture_is_in_any_output() {
    let ids = [
        "arp_spoofing",
        "beacon",
        "kerberoasting",
        "cleartext_login",
        "rogue_router",
        "dga",
        "web_attack",
        "dhcp_trouble",
        "login_brute_force",
        "ipv6_abuse",
        "mail_exfiltration",
        "name_poisoning",
    ];
    for id in ids {
        let (file, folder) = (fixture(id), Folder::new(&format!("pseudonyms-{id}")));
        let originals = originals(&file);
        assert!(originals.len() > 2, "{id}: {originals:?}");
        let mut wrong = Vec::new();
        for (option, name) in OUTPUTS {
            let out = folder.path(name);
            run(&["analyze", "--quiet", &file, "--pseudonyms", "--pseudonym-key", KEY, option, &out]);
            let text = fs::read_to_string(&out).unwrap().to_lowercase();
            assert!(text.len() > 15, "{id}: {name}");
            if name.ends_with(".json") {
                serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{id}: {name}: {error}"));
            }
            wrong.extend(
                originals.iter().filter(|token| has(&text, token)).map(|token| format!("{id}: {name} has {token}")),
            );
        }
        let printed = run(&["analyze", &file, "--pseudonyms", "--pseudonym-key", KEY]);
        let text = String::from_utf8(printed.stdout).unwrap().to_lowercase();
        wrong.extend(
            originals.iter().filter(|token| has(&text, token)).map(|token| format!("{id}: the terminal has {token}")),
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Flows as anybody sees them: when they began, between which ends.
fn flows_of(facts: &[u8]) -> BTreeSet<String> {
    let facts = std::str::from_utf8(facts).unwrap();
    let flows = facts.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |flow: Value| {
        let mut ends = [("source", "source_port"), ("destination", "destination_port")]
            .map(|(host, port)| format!("{} {}", flow[host], flow[port]));
        ends.sort();
        format!("{} {} {ends:?}", flow["start"], flow["protocol"])
    };
    flows.map(text).collect()
}

#[test]
fn packets_are_headers_under_the_pseudonyms_of_all_other_files() {
    for id in ["arp_spoofing", "beacon", "cleartext_login", "dhcp_trouble", "ipv6_abuse", "name_poisoning"] {
        let (file, folder) = (fixture(id), Folder::new(&format!("pseudonymous-packets-{id}")));
        let packets = folder.path("p.pcapng");
        run(&["analyze", "--quiet", &file, "--pseudonyms", "--pseudonym-key", KEY, "--pcapng", &packets]);
        let facts = run(&["analyze", "--quiet", &file, "--pseudonyms", "--pseudonym-key", KEY, "--facts", "-"]);
        let read = run(&["analyze", "--quiet", &packets, "--facts", "-"]);
        assert_eq!(flows_of(&facts.stdout), flows_of(&read.stdout), "{id}");
        let summary = |file: &str| {
            let json = run(&["analyze", "--quiet", file, "--json", "-"]).stdout;
            let json: Value = serde_json::from_slice(&json).unwrap();
            (json["summary"]["packets"].clone(), json["summary"]["bytes"].clone())
        };
        assert_eq!(summary(&file), summary(&packets), "{id}: packets and bytes on the wire");
        let text = String::from_utf8_lossy(&fs::read(&packets).unwrap()).to_lowercase();
        let left: Vec<String> = originals(&file).into_iter().filter(|token| has(&text, token)).collect();
        assert!(left.is_empty(), "{id}: {left:?}");
        // Addresses stand in packets as bytes, which reading them shows.
        let printed = String::from_utf8(run(&["analyze", &packets]).stdout).unwrap().to_lowercase();
        let left: Vec<String> = originals(&file).into_iter().filter(|token| has(&printed, token)).collect();
        assert!(left.is_empty(), "{id}: {left:?}");
    }
}

#[test]
fn typed_columns_have_pseudonyms() {
    let file = fixture("cleartext_login");
    let originals = originals(&file);
    for option in ["--parquet", "--arrow"] {
        let folder = Folder::new(&format!("pseudonyms{option}"));
        let plain = folder.path("plain");
        run(&["analyze", "--quiet", &file, option, &plain]);
        let out = folder.path("out");
        run(&["analyze", "--quiet", &file, "--pseudonyms", "--pseudonym-key", KEY, option, &out]);
        let texts = |path: &str| match option {
            // Parquet compresses its pages.
            "--parquet" => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
                let batches = builder.build().unwrap().map(Result::unwrap);
                batches.map(|batch| format!("{batch:?}")).collect::<String>().to_lowercase()
            }
            _ => String::from_utf8_lossy(&fs::read(path).unwrap()).to_lowercase(),
        };
        let in_plain = originals.iter().filter(|token| texts(&plain).contains(token.as_str())).count();
        assert!(in_plain > 0, "{option}: a test that could not fail");
        let left: Vec<_> = originals.iter().filter(|token| has(&texts(&out), token)).collect();
        assert!(left.is_empty(), "{option}: {left:?}");
    }
}

#[test]
fn a_key_is_shown_once_and_gives_the_same_again() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/captures/beacon/attack.pcap");
    let first = run(&["analyze", "--quiet", file, "--pseudonyms", "--json", "-"]);
    let said = String::from_utf8(first.stderr).unwrap();
    let key = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(key.len(), 64, "{said}");
    let again = run(&["analyze", "--quiet", file, "--pseudonyms", "--pseudonym-key", key, "--json", "-"]);
    assert!(again.stderr.is_empty());
    assert_eq!(again.stdout, first.stdout);
    let other = run(&["analyze", "--quiet", file, "--pseudonyms", "--json", "-"]);
    assert_ne!(other.stdout, first.stdout);
    let refused = Command::new(env!("CARGO_BIN_EXE_packetloupe"))
        .args(["analyze", "--quiet", file, "--pseudonyms", "--pseudonym-key", "12", "--json", "-"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn reports_have_the_sections_that_are_chosen_in_each_format() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/static/samples/portscan_syn.pcap");
    let folder = Folder::new("report-options");
    let written = |name: &str, more: &[&str]| {
        let out = folder.path(name);
        run(&[&["analyze", "--quiet", file, "--report", &out], more].concat());
        fs::read_to_string(out).unwrap()
    };
    let full = written("full.html", &[]);
    let short = written("short.html", &["--report-audience", "short"]);
    assert!(short.len() * 2 < full.len() && !short.contains("id=\"details\"") && short.contains("id=\"timeline\""));
    let class = written("class.html", &["--report-audience", "teaching"]);
    assert!(class.contains("id=\"answers\"") && class.contains("id=\"terms\"") && !full.contains("id=\"answers\""));
    for report in [&full, &short, &class] {
        assert!(report.contains("SHA-256 of the file: <code>") && report.contains("id=\"summary\""));
    }
    let some = written("some.md", &["--report-sections", "hosts,detectors"]);
    assert!(some.contains("## Hosts involved") && some.contains("- Found nothing ("), "{some}");
    assert!(!some.contains("## Findings in detail") && some.contains("SHA-256 of the file"));
    let one_chart = written("chart.html", &["--report-sections", "charts", "--report-charts", "protocols"]);
    let has = |title: &str| one_chart.contains(&format!("<h3>{title}"));
    assert!(has("Protocols by bytes") && !has("Packets over time") && full.contains("<h3>Packets over time"));
    let json: Value = serde_json::from_str(&written("some.json", &["--report-sections", "hosts"])).unwrap();
    assert!(json.get("findings").is_none() && json["hosts"].as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!(json["report"]["sections"], serde_json::json!(["hosts"]));
    assert!(written("named.txt", &["--report-format", "markdown"]).starts_with("# Packetloupe report"));
}
