//! The native command where memory is short, or where small files unpack to much: it stays within bounds, or ends with a
//! sentence and the exit code that its help states.

#![cfg(target_os = "linux")]
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A compressed capture of so many packets without bytes.
fn empty_packets(name: &str, n: usize) -> PathBuf {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let header = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1].map(u32::to_le_bytes).concat();
    encoder.write_all(&header).unwrap();
    let packets = vec![0; 16 * 10_000];
    for _ in 0..n / 10_000 {
        encoder.write_all(&packets).unwrap();
    }
    let path = std::env::temp_dir().join(format!("packetloupe-memory-{}-{name}", std::process::id()));
    fs::write(&path, encoder.finish().unwrap()).unwrap();
    path
}

/// `analyze` of these files with so many KiB of address space.
fn analyze(files: &[PathBuf], kibibytes: u32) -> Output {
    let script = format!("ulimit -v {kibibytes}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_packetloupe"), "analyze", "--quiet", "--json", "-"]);
    // One arena: what threads reserve is not what they use.
    command.args(files).env("MALLOC_ARENA_MAX", "1").env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    let output = command.output().unwrap();
    files.iter().for_each(|file| fs::remove_file(file).unwrap());
    output
}

#[test]
fn small_compressed_captures_together_need_little_memory() {
    let files = ["a.gz", "b.gz"].map(|name| empty_packets(name, 1_000_000));
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() < 20_000));
    // All packets at once would take more than a gigabyte.
    let output = analyze(&files, 600 << 10);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document.pointer("/summary/packets").and_then(serde_json::Value::as_u64), Some(2_000_000));
}

#[test]
fn where_memory_is_short_the_command_says_so() {
    for n_files in [1, 2] {
        let files: Vec<_> = (0..n_files).map(|i| empty_packets(&format!("short-{n_files}-{i}.gz"), 10_000)).collect();
        // Enough to start, and less than is asked for ahead.
        let output = analyze(&files, 120 << 10);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{error}");
        assert!(error.contains("not enough memory") && error.lines().count() == 1, "{error}");
    }
}
