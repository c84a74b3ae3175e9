//! Build script: a hash of all sources, so that page and worker can tell whether they belong together.

use std::path::{Path, PathBuf};

fn main() {
    let mut paths = Vec::new();
    collect(Path::new("src"), &mut paths);
    paths.push(PathBuf::from("Cargo.toml"));
    paths.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in &paths {
        for byte in std::fs::read(path).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rustc-env=PACKETLOUPE_BUILD={hash:016x}");
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, paths) } else { paths.push(path) }
    }
}
