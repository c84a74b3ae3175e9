//! Every input that fuzzing begins with, or once failed on, goes through its target: `scripts/fuzz` goes on from there.

use crate::fuzz::{captures, files, filters, packets, payloads, tables};
use std::path::Path;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 6] = [
    ("captures", captures::run),
    ("files", files::run),
    ("filters", filters::run),
    ("packets", packets::run),
    ("payloads", payloads::run),
    ("tables", tables::run),
];

#[test]
fn all_seeds_of_fuzzing_go_through_their_targets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    let mut folders: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, TARGETS.map(|(name, _)| name), "a target without seeds, or seeds without a target");
    for (name, run) in TARGETS {
        for entry in std::fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            std::panic::catch_unwind(|| run(&bytes)).unwrap_or_else(|_| panic!("{} fails", path.display()));
        }
    }
}
