//! The Wireshark filter of every finding on the samples selects the packets meant, as tshark counts them; skips where
//! tshark is absent. `detectors.rs` does the same over the shared captures.

use crate::needs;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A filter may select a few packets more than a finding means: others of the same hosts within its time.
const SLACK: f64 = 0.05;

fn captures(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).into_iter().flatten().flatten();
    let is_capture = |path: &PathBuf| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_capture).collect();
    paths.sort();
    paths
}

#[test]
fn filters_select_the_packets_meant() {
    if needs::require(&[], &["tshark"]).is_none() {
        return;
    }
    let paths = captures("static/samples");
    let mut wrong = Vec::new();
    let mut n_filters = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
        pipeline.feed(&bytes).and_then(|()| pipeline.end()).unwrap();
        for finding in pipeline.evaluate(&settings).findings {
            let mut tshark = Command::new("tshark");
            tshark.arg("-r").arg(&path).args(["-Y", &finding.display_filter, "-T", "fields", "-e", "frame.number"]);
            let selected = String::from_utf8(tshark.output().unwrap().stdout).unwrap().lines().count() as f64;
            n_filters += 1;
            let meant = finding.n_packets as f64;
            if selected == 0.0 || (selected - meant).abs() > SLACK * meant {
                wrong.push(format!(
                    "{}: {}: {meant} meant, {selected} selected",
                    path.display(),
                    finding.display_filter
                ));
            }
        }
    }
    assert!(n_filters >= 5, "only {n_filters} filters were tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
