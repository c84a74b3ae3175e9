//! Counts, times, protocols, conversations and names agree with tshark's over the shared captures, and what differs is
//! explained in `agreement/explained.csv`; skips where the shared captures, tshark or Python are absent.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;
use std::process::Command;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement/agree.py");

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn what_tshark_says_is_what_we_say() {
    if !Path::new(CAPTURES).is_dir() || !is_there("tshark") || !is_there("python3") {
        println!("skipped: no shared captures, no tshark or no Python here");
        return;
    }
    let mut agree = Command::new("python3");
    agree.arg(SCRIPT).args(["--program", env!("CARGO_BIN_EXE_packetloupe"), "--captures", CAPTURES]);
    let output = agree.output().unwrap();
    let [table, wrong] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    print!("{table}");
    assert!(output.status.success(), "{wrong}");
}
