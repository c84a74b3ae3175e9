//! Counts, times, protocols, conversations and names agree with tshark's over the shared captures, and what differs is
//! explained in `agreement/explained.csv`; skips where the shared captures, tshark or Python are absent.

use crate::needs;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement/agree.py");

#[test]
fn what_tshark_says_is_what_we_say() {
    let Some(shared) = needs::require(&["captures"], &["tshark", "python3"]) else { return };
    let mut agree = Command::new("python3");
    agree.arg(SCRIPT).args(["--program", env!("CARGO_BIN_EXE_packetloupe"), "--captures"]).arg(shared.join("captures"));
    let output = agree.output().unwrap();
    let [table, wrong] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    print!("{table}");
    assert!(output.status.success(), "{wrong}");
}

const HEALTH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement/health.py");

#[test]
fn connections_are_as_healthy_as_tshark_says() {
    let folders = ["captures/lab", "captures/varied", "captures/attack", "captures/benign"];
    let Some(shared) = needs::require(&folders, &["tshark", "python3"]) else { return };
    let mut agree = Command::new("python3");
    agree.arg(HEALTH).args(["--program", env!("CARGO_BIN_EXE_packetloupe"), "--captures"]).arg(shared.join("captures"));
    let output = agree.output().unwrap();
    let [table, wrong] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    print!("{table}");
    assert!(output.status.success(), "{wrong}");
}
