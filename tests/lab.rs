//! Labelled lab captures: attacks are caught, benign traffic stays quiet; skips where these or Python are absent.

mod needs;

use std::path::Path;
use std::process::Command;

const LEAST_RECALL: f64 = 0.95;
/// Attacks that are named right, and whose finding comes first, of all.
const LEAST_NAMED: f64 = 0.85;
const MOST_FALSE_IN_BENIGN: u64 = 1;
const MOST_FALSE_IN_ATTACKS: u64 = 5;

#[test]
fn attacks_are_caught_and_benign_traffic_stays_quiet() {
    let Some(shared) = needs::require(&["captures/lab", "tools/score_findings.py"], &["python3"]) else { return };
    let scores = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab.json");
    let analyser = format!("{} analyze {{file}} --json - --quiet", env!("CARGO_BIN_EXE_packetloupe"));
    let run = Command::new("python3")
        .arg(shared.join("tools/score_findings.py"))
        .args(["--analyser", &analyser, "--json"])
        .arg(&scores)
        .arg(shared.join("captures/lab"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&run.stdout);
    println!("{printed}");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(scores).unwrap()).unwrap();
    let total = &document["total"];
    assert!(total["recall"].as_f64().unwrap() >= LEAST_RECALL, "{total}");
    let attacks = total["attacks"].as_f64().unwrap();
    for count in ["named", "first"] {
        assert!(total[count].as_f64().unwrap() >= LEAST_NAMED * attacks, "{total}");
    }
    assert!(total["false_in_attacks"].as_u64().unwrap() <= MOST_FALSE_IN_ATTACKS, "{total}");
    assert!(total["false_in_benign"].as_u64().unwrap() <= MOST_FALSE_IN_BENIGN, "{total}");
}
