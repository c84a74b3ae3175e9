//! Broken captures end in a result with issues or in a clear refusal: quickly, in little memory, without a panic. Over
//! the shared captures; skips where these are absent.

use flate2::Compression;
use flate2::write::GzEncoder;
use packetloupe::pipeline::Pipeline;
use packetloupe::settings::Settings;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures");
const MOST_TIME: Duration = Duration::from_secs(5);
const MOST_KIB: u64 = 256 * 1024;
/// Prefixes that are tried of one file.
const MOST_PREFIXES: usize = 150;

/// Reads, judges, and says what is wrong with how that went.
fn complaint(name: &str, bytes: &[u8]) -> Option<String> {
    let began = Instant::now();
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(&settings, name, bytes.len() as u64);
    let refusal = pipeline.feed(bytes).and_then(|()| pipeline.end()).err();
    let analysis = pipeline.judge(&settings);
    let took = began.elapsed();
    if took > MOST_TIME {
        return Some(format!("{name}, {} bytes, took {took:?}", bytes.len()));
    }
    match refusal {
        Some(refusal) if !refusal.to_string().ends_with('.') => Some(format!("{name} is refused with {refusal:?}")),
        Some(_) => None,
        None => {
            let coverage = analysis.coverage;
            let is_damaged = coverage.bytes_skipped > 0 || coverage.packets_decoded < coverage.packets_read;
            let is_silent = is_damaged && analysis.issues.is_empty();
            is_silent.then(|| format!("{name}, {} bytes, is damaged and says nothing", bytes.len()))
        }
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(CAPTURES).join(folder)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The most memory that this process ever held; none where the system does not tell.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
#[allow(clippy::unwrap_used)]
fn broken_captures_and_prefixes_of_good_ones_end_well() {
    let broken = files("malformed");
    if broken.is_empty() {
        println!("skipped: no shared captures here");
        return;
    }
    let mut wrong = Vec::new();
    for path in &broken {
        wrong.extend(complaint(&name(path), &fs::read(path).unwrap()));
    }
    let mut n_prefixes = 0;
    for path in files("formats").iter().chain(&files("lab").into_iter().step_by(6).collect::<Vec<_>>()) {
        let whole = fs::read(path).unwrap();
        let gzip = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&whole).unwrap();
            encoder.finish().unwrap()
        };
        // The front of a file is where formats differ; of a long one that is enough.
        for bytes in [whole.as_slice(), &gzip()] {
            let front = bytes.get(..bytes.len().min(30_000)).unwrap();
            for end in (0..=front.len()).step_by(front.len().div_ceil(MOST_PREFIXES).max(1)) {
                wrong.extend(complaint(&name(path), front.get(..end).unwrap()));
                n_prefixes += 1;
            }
        }
    }
    println!("{} broken captures, {n_prefixes} prefixes", broken.len());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    match peak_kib() {
        Some(kib) => assert!(kib <= MOST_KIB, "{kib} KiB at most"),
        None => println!("skipped: this system does not tell how much memory was held"),
    }
}
