//! Build script: a hash of all sources, so that page and worker can tell whether they belong together.

#[path = "maths/fnv.rs"]
mod fnv;

use std::path::{Path, PathBuf};

fn main() {
    let mut paths = Vec::new();
    collect(Path::new("src"), &mut paths);
    paths.push(PathBuf::from("Cargo.toml"));
    paths.sort();
    let mut hash = fnv::OFFSET_BASIS;
    for path in &paths {
        hash = fnv::add(hash, &std::fs::read(path).unwrap_or_default());
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    // Two words: of eight digits the compiler makes a number, which nobody finds in the program again.
    let again = fnv::add(hash, &hash.to_le_bytes());
    println!("cargo::rustc-env=PACKETLOUPE_BUILD={hash:08x}{again:08x}");
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, paths) } else { paths.push(path) }
    }
}
