//! Flow features agree to a millionth with a second calculation over tshark's packet fields, in both modes; skips where
//! the shared captures, tshark or Python are absent.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;
use std::process::{Command, Output};

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures/lab");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/flows.py");

/// IPv4 and IPv6, long and short connections, pauses, bulk transfers, resets, odd flags, UDP both ways, pcapng.
const NAMES: [&str; 7] = [
    "benign_office.pcap",
    "benign_media.pcap",
    "benign_iot.pcapng",
    "slowloris.pcap",
    "long_connection.pcap",
    "rst_injection.pcap",
    "scan_xmas_null_fin.pcap",
];

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The calculation's verdict on one capture; an empty text if all values agree.
fn compare(mode: &str, settings: &str, name: &str) -> String {
    let place = |ending: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("parity-{mode}-{name}.{ending}"));
    let (flows, settings_file) = (place("csv"), place("json"));
    std::fs::write(&settings_file, settings).unwrap();
    let capture = Path::new(CAPTURES).join(name);
    let mut analyze = Command::new(env!("CARGO_BIN_EXE_packetloupe"));
    analyze.arg("analyze").arg(&capture).arg("--quiet").arg("--settings").arg(settings_file);
    let analysed = analyze.arg("--flows").arg(&flows).output().unwrap();
    if !analysed.status.success() {
        return format!("{name}: {}", said(&analysed));
    }
    let compared = Command::new("python3").arg(SCRIPT).arg(mode).arg(&capture).arg(&flows).output().unwrap();
    print!("{name}: {}", String::from_utf8_lossy(&compared.stdout));
    if compared.status.success() { String::new() } else { format!("{name}: {}", said(&compared)) }
}

fn compare_all(mode: &str, settings: &str) {
    if !Path::new(CAPTURES).is_dir() || !is_there("tshark") || !is_there("python3") {
        println!("skipped: no shared captures, no tshark or no Python here");
        return;
    }
    let wrong: Vec<String> = NAMES.map(|name| compare(mode, settings, name)).into();
    assert!(wrong.iter().all(String::is_empty), "{}", wrong.concat());
}

#[test]
fn corrected_values_agree_with_a_second_calculation() {
    compare_all("corrected", "{}");
}

#[test]
fn cic_compatible_values_agree_with_a_second_calculation() {
    compare_all("cic", r#"{"flow.cic_compatible": 1}"#);
}
