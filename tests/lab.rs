//! Labelled lab captures: attacks are caught, benign traffic stays quiet; skips where these or Python are absent.

use crate::needs;
use std::path::Path;
use std::process::Command;

/// What must hold of a set of captures: shares of its attacks, and counts of findings.
struct Floors {
    recall: f64,
    /// Attacks that are named right, and whose finding comes first, of all.
    named: f64,
    first: f64,
    /// Trouble of category performance that is found with its cause.
    trouble: f64,
    false_in_attacks: u64,
    false_in_benign: u64,
}

#[test]
fn attacks_are_caught_and_benign_traffic_stays_quiet() {
    let floors =
        Floors { recall: 1.0, named: 0.95, first: 0.95, trouble: 0.0, false_in_attacks: 2, false_in_benign: 0 };
    score("captures/lab", &floors);
}

#[test]
fn so_are_those_with_random_tools_rates_and_places() {
    let floors = Floors { recall: 0.9, named: 0.8, first: 0.9, trouble: 0.9, false_in_attacks: 2, false_in_benign: 1 };
    score("captures/varied", &floors);
}

fn score(folder: &str, floors: &Floors) {
    let Some(shared) = needs::require(&[folder, "tools/score_findings.py"], &["python3"]) else { return };
    let scores = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder.replace('/', "-")).with_extension("json");
    let analyser = format!("{} analyze {{file}} --json - --quiet", env!("CARGO_BIN_EXE_packetloupe"));
    let run = Command::new("python3")
        .arg(shared.join("tools/score_findings.py"))
        .args(["--analyser", &analyser, "--json"])
        .arg(&scores)
        .arg(shared.join(folder))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&run.stdout);
    println!("{printed}");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(scores).unwrap()).unwrap();
    let total = &document["total"];
    let number = |name: &str| total[name].as_f64().unwrap_or(0.0);
    let attacks = number("attacks");
    assert!(number("recall") >= floors.recall, "{total}");
    assert!(number("named") >= floors.named * attacks && number("first") >= floors.first * attacks, "{total}");
    assert!(number("trouble_recall") >= floors.trouble, "{total}");
    assert!(number("false_in_attacks") <= floors.false_in_attacks as f64, "{total}");
    assert!(number("false_in_benign") <= floors.false_in_benign as f64, "{total}");
}
