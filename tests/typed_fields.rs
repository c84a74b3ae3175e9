//! Walks `src/detect` for comparisons with words: detectors ask for enums, and only tokens of protocols stay texts.

use crate::source::{SourceFile, files};
use std::collections::BTreeSet;

/// Texts that detectors may compare with, and the files that do: what stands in packets, and units and names of figures.
const TOKENS: &[(&str, &[&str])] = &[
    // Methods of Stratum and Ethereum's getwork.
    ("detect/command_control/mining", &["mining.submit", "submit", "eth_submitWork"]),
    // Kinds of WebSocket messages that carry data (RFC 6455, section 5.6).
    ("detect/command_control/beacon/within", &["text", "binary"]),
    ("detect/command_control/mining/pools", &["www."]),
    // Labels of services (RFC 2782).
    ("detect/covert/dns_tunnel/asked", &["._"]),
    ("detect/flood/connection_flood", &["POST"]),
    // What browsers call themselves (RFC 9110, section 10.1.5).
    ("detect/exfiltration/bulk_exfiltration/around", &["Mozilla/", "Opera/"]),
    // No application protocol in a JA4 fingerprint.
    ("detect/support/odd_server", &["00"]),
    ("detect/support/domains", &[".arpa"]),
    ("detect/support/dns_lookups", &[".arpa"]),
    // The principal of the ticket-granting service (RFC 4120, section 7.3).
    ("detect/lateral/kerberoasting", &["krbtgt"]),
    // The method of HTTP by which WS-Management is asked (DSP0226, section 5).
    ("detect/lateral/remote_execution", &["POST"]),
    // NT statuses as MS-ERREF names them, or their numbers, and what PostgreSQL says.
    (
        "detect/support/service_answers/failure",
        &[
            "STATUS_PENDING",
            "STATUS_DISK_FULL",
            "STATUS_UNSUCCESSFUL",
            "0xc00000e9",
            "0xc000009c",
            "0xc0000185",
            "STATUS_IO_TIMEOUT",
            "too many c",
            "remaining connection slots",
            "the database system is",
        ],
    ),
    ("detect/ml/outliers", &["µs", "B"]),
    ("detect/statistical/traffic_change/shift", &["Packets", "Bytes"]),
];

/// Signs of attacks in requests: a whole file of texts that stand in packets.
const SIGNS: &str = "detect/exploit/web_attack/signatures";

/// What stands before a text that something is compared with.
const BEFORE: [&str; 10] = [
    "==",
    "!=",
    "== Some(",
    "!= Some(",
    ".contains(",
    ".starts_with(",
    ".ends_with(",
    ".eq(",
    "strip_prefix(",
    "eq_ignore_ascii_case(",
];
/// What stands behind a text that is a pattern.
const BEHIND: [&str; 4] = ["=>", ") =>", "| \"", ") if "];

#[test]
fn detectors_compare_no_words() {
    let (mut found, mut used) = (BTreeSet::new(), BTreeSet::new());
    let detectors = |file: &&SourceFile| file.module.starts_with("detect/") && file.module != SIGNS;
    for file in files().iter().filter(detectors).filter(|file| !file.code.is_empty()) {
        let code = file.text.split("#[cfg(test)]").next().unwrap();
        for literal in code.lines().flat_map(compared) {
            let is_known = TOKENS.iter().any(|(module, texts)| *module == file.module && texts.contains(&literal));
            let to = if is_known { &mut used } else { &mut found };
            to.insert(format!("{}: {literal:?}", file.module));
        }
    }
    assert!(found.is_empty(), "compared with a word; ask for a variant of an enum: {found:#?}");
    let n_listed = TOKENS.iter().map(|(_, texts)| texts.len()).sum::<usize>();
    assert_eq!(used.len(), n_listed, "listed and compared no more? {used:#?}");
}

#[test]
fn comparisons_are_seen() {
    assert_eq!(compared(r#"if said.text(KIND) == Some("TGS-REQ") && n == 1 {"#), ["TGS-REQ"]);
    assert_eq!(compared(r#"Some("read" | "write") => true,"#), ["read", "write"]);
    assert_eq!(compared(r#"x.is_some_and(|m| m.contains("heartbeat")) // == "no""#), ["heartbeat"]);
    assert_eq!(compared(r#"finding.title = format!("{} and {}", "a", b);"#), [""; 0]);
    assert_eq!(compared(r#"1 => Some("as if"),"#), [""; 0]);
}

/// The texts in a line that something is compared with.
fn compared(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split('"').collect();
    let mut compared = Vec::new();
    let mut before = String::new();
    for place in (1..parts.len()).step_by(2) {
        before.push_str(parts[place - 1]);
        if before.contains("//") {
            break;
        }
        let rest = parts[place + 1..].join("\"");
        let is_compared = BEFORE.iter().any(|end| before.trim_end().ends_with(end))
            || BEHIND.iter().any(|start| rest.trim_start().starts_with(start))
            || before.trim_end().ends_with('|') && before.contains('"');
        if is_compared {
            compared.push(parts[place]);
        }
        before.push('"');
    }
    compared
}
