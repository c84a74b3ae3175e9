//! What each detector finds in captures of benign traffic is what the table in the project says; skips where these are
//! absent. With PACKETLOUPE_WRITE_BENIGN_RATES set it writes the table instead.

use crate::needs;
use packetloupe::model::{Analysis, Severity};
use packetloupe::pipeline::{self, Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::path::{Path, PathBuf};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/detect/benign_rates.csv");
const WRITE: &str = "PACKETLOUPE_WRITE_BENIGN_RATES";

/// Public benign captures, and those of the lab, in order of their names.
fn captures(shared: &Path) -> Vec<PathBuf> {
    let files = |folder: &str| {
        let listed = std::fs::read_dir(shared.join("captures").join(folder)).into_iter().flatten();
        listed.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let is_lab = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("benign_"));
    let mut all = files("benign");
    all.extend(files("lab").into_iter().filter(is_lab));
    all.retain(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng"));
    all.sort();
    all
}

fn analyse(path: &Path) -> Analysis {
    let (bytes, settings) = (std::fs::read(path).unwrap(), Settings::default());
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "a.pcap", bytes.len() as u64));
    pipeline.feed(&bytes).and_then(|()| pipeline.end()).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    pipeline.evaluate(&settings)
}

fn measured(captures: &[PathBuf]) -> String {
    let analyses: Vec<Analysis> = captures.iter().map(|path| analyse(path)).collect();
    let mut table = "detector,captures,captures_with_finding,captures_with_medium,findings\n".to_owned();
    for (card, _) in pipeline::cards() {
        let counts = |least: Severity| -> Vec<usize> {
            let is_meant = |one: &&packetloupe::model::Finding| one.detector == card.id && one.severity >= least;
            analyses.iter().map(|analysis| analysis.findings.iter().filter(is_meant).count()).collect()
        };
        let with = |counts: &[usize]| counts.iter().filter(|n| **n > 0).count();
        let (any, medium) = (counts(Severity::Info), counts(Severity::Medium));
        let n: usize = any.iter().sum();
        table.push_str(&format!("{},{},{},{},{n}\n", card.id, captures.len(), with(&any), with(&medium)));
    }
    table
}

#[test]
fn the_table_of_benign_rates_is_up_to_date() {
    let Some(shared) = needs::require(&["captures/benign", "captures/lab"], &[]) else { return };
    let measured = measured(&captures(&shared));
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(TABLE, measured).unwrap();
        return;
    }
    let written = std::fs::read_to_string(TABLE).unwrap();
    assert_eq!(written, measured, "run: {WRITE}=1 cargo test --release --test suite benign_rates");
}
