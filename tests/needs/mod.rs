//! What a test needs and a clone may lack (shared captures and tables, tshark, Python), to where it is or a note that the
//! test was not run. scripts/test names what is noted, and does not count it as passed.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of captures, tables and tools beside the project; PACKETLOUPE_SHARED names another.
pub fn shared() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("PACKETLOUPE_SHARED").map_or_else(beside, PathBuf::from)
}

/// The shared folder, if these paths are in it and these programs can be run; otherwise the test is noted as not run, and
/// has to return. To be called once by a test.
#[track_caller]
pub fn require(paths: &[&str], programs: &[&str]) -> Option<PathBuf> {
    let shared = shared();
    let is_there = |path: &str| shared.join(path).exists();
    let is_installed =
        |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let mut missing: Vec<String> =
        paths.iter().filter(|path| !is_there(path)).map(|path| format!("shared/{path}")).collect();
    missing.extend(programs.iter().filter(|name| !is_installed(name)).map(|name| (*name).to_owned()));
    if missing.is_empty() {
        return Some(shared);
    }
    note("test", &format!("{} missing", missing.join(" and ")));
    None
}

/// Notes a check that a test leaves out while the rest of it is run.
#[track_caller]
pub fn leave_out(why: &str) {
    note("part", why);
}

/// A line for people, and one in the file that PACKETLOUPE_NOT_RUN names: kind, suite, reason. It is written at once, so
/// that lines of tests that run at the same time do not mix.
#[track_caller]
fn note(kind: &str, why: &str) {
    let file = Path::new(Location::caller().file());
    let room = file.parent().filter(|_| file.ends_with("mod.rs")).unwrap_or(file);
    let suite = room.file_stem().unwrap_or_default().display();
    println!("not run: {suite} ({why})");
    if let Some(path) = std::env::var_os("PACKETLOUPE_NOT_RUN") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{kind}\t{suite}\t{why}\n").as_bytes()).unwrap();
    }
}
