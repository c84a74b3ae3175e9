//! Flow features agree to a millionth with a second calculation over tshark's packet fields, in both modes; skips where
//! the shared captures, tshark or Python are absent.

use crate::needs;
use std::path::Path;
use std::process::{Command, Output};

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

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The calculation's verdict on one capture; an empty text if all values agree.
fn compare(mode: &str, settings: &str, capture: &Path) -> String {
    let name = capture.file_name().unwrap_or_default().to_string_lossy();
    let place = |ending: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("parity-{mode}-{name}.{ending}"));
    let (flows, settings_file) = (place("csv"), place("json"));
    std::fs::write(&settings_file, settings).unwrap();
    let mut analyze = Command::new(env!("CARGO_BIN_EXE_packetloupe"));
    analyze.arg("analyze").arg(capture).arg("--quiet").arg("--settings").arg(settings_file);
    let analysed = analyze.arg("--flows").arg(&flows).output().unwrap();
    if !analysed.status.success() {
        return format!("{name}: {}", said(&analysed));
    }
    let compared = Command::new("python3").arg(SCRIPT).arg(mode).arg(capture).arg(&flows).output().unwrap();
    print!("{name}: {}", String::from_utf8_lossy(&compared.stdout));
    if compared.status.success() { String::new() } else { format!("{name}: {}", said(&compared)) }
}

fn compare_all(mode: &str, settings: &str) {
    let Some(shared) = needs::require(&["captures/lab"], &["tshark", "python3"]) else { return };
    let lab = shared.join("captures/lab");
    let wrong: Vec<String> = NAMES.map(|name| compare(mode, settings, &lab.join(name))).into();
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
