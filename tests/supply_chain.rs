//! What the project is built of: licences, sources and double versions as `deny.toml` allows, and everything that scripts
//! install pinned by a lock file or a checksum. The same rules as `cargo deny check licenses bans sources`.

use crate::needs;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const LOCKS: [&str; 3] = ["Cargo.lock", "tests/fuzz/Cargo.lock", "scripts/wasm-bindgen/Cargo.lock"];
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| format!("{}: {error}", path.display()))
}

/// The texts in quotes of a list in `deny.toml`.
fn allowed(key: &str) -> Vec<String> {
    let text = read("deny.toml");
    let (_, list) = text.split_once(&format!("\n{key} = [")).unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Name, version, source and checksum of each package of a lock file.
fn packages(lock: &str) -> Vec<BTreeMap<String, String>> {
    let value = |line: &str| {
        let (key, value) = line.split_once(" = ")?;
        Some((key.to_owned(), value.trim_matches('"').to_owned()))
    };
    lock.split("[[package]]").skip(1).map(|part| part.lines().filter_map(value).collect()).collect()
}

/// True if an SPDX expression lets us choose among these licences. Old ones write `/` for OR.
fn may_use(expression: &str, allow: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let (result, used) = either(&tokens, allow);
    result && used == tokens.len()
}

fn either(tokens: &[&str], allow: &BTreeSet<&str>) -> (bool, usize) {
    let (mut result, mut used) = both(tokens, allow);
    while tokens.get(used) == Some(&"OR") {
        let (next, n) = both(&tokens[used + 1..], allow);
        (result, used) = (result | next, used + 1 + n);
    }
    (result, used)
}

fn both(tokens: &[&str], allow: &BTreeSet<&str>) -> (bool, usize) {
    let (mut result, mut used) = one(tokens, allow);
    while tokens.get(used) == Some(&"AND") {
        let (next, n) = one(&tokens[used + 1..], allow);
        (result, used) = (result & next, used + 1 + n);
    }
    (result, used)
}

fn one(tokens: &[&str], allow: &BTreeSet<&str>) -> (bool, usize) {
    match tokens {
        ["(", rest @ ..] => {
            let (result, used) = either(rest, allow);
            (result, used + 2)
        }
        // An exception to a licence that is allowed only allows more.
        [name, "WITH", _, ..] => (allow.contains(name), 3),
        [name, ..] => (allow.contains(name), 1),
        [] => (false, 0),
    }
}

#[test]
fn expressions_of_licences_are_understood() {
    let allow = BTreeSet::from(["MIT", "Apache-2.0"]);
    for good in
        ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR GPL-3.0) AND Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(may_use(good, &allow), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "", "GPL-3.0 WITH MIT"] {
        assert!(!may_use(bad, &allow), "{bad}");
    }
}

#[test]
fn licences_are_those_that_are_allowed() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--manifest-path"])
        .arg(Path::new(ROOT).join("Cargo.toml"))
        .output()
        .unwrap();
    if !output.status.success() {
        // What other systems need is not downloaded everywhere.
        return needs::leave_out("licences: not every package of Cargo.lock is downloaded");
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed = allowed("allow");
    let allow: BTreeSet<&str> = allowed.iter().map(String::as_str).collect();
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !may_use(&text(package, "license"), &allow))
        .map(|package| format!("{} ({})", text(package, "name"), text(package, "license")))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:?}");
}

#[test]
fn crates_come_from_crates_io_with_checksums() {
    for lock in LOCKS {
        for package in packages(&read(lock)) {
            let name = &package["name"];
            let Some(source) = package.get("source") else {
                assert!(
                    name.starts_with("packetloupe") || name == "wasm-bindgen-command",
                    "{lock}: {name} has no source"
                );
                continue;
            };
            assert_eq!(source, CRATES_IO, "{lock}: {name}");
            assert_eq!(package.get("checksum").map(String::len), Some(64), "{lock}: {name}");
        }
    }
}

#[test]
fn versions_that_are_there_twice_are_explained() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages(&read("Cargo.lock")) {
        versions.entry(package["name"].clone()).or_default().push(package["version"].clone());
    }
    let text = read("deny.toml");
    let skipped: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split_once('"'))
        .filter(|(_, reason)| reason.contains("reason = \""))
        .filter_map(|(spec, _)| spec.split_once('@').map(|(name, version)| (name.to_owned(), version.to_owned())))
        .collect();
    let is_of = |version: &str, spec: &str| version.strip_prefix(spec).is_some_and(|rest| rest.starts_with('.'));
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let is_explained =
            |version: &&String| skipped.iter().any(|(skipped, spec)| skipped == name && is_of(version, spec));
        let n = versions.iter().filter(|version| !is_explained(version)).count();
        assert!(n <= 1, "{name} is there as {versions:?}: replace one, or explain it in deny.toml");
    }
    for (name, spec) in &skipped {
        let has = versions.get(name).is_some_and(|all| all.len() > 1 && all.iter().any(|version| is_of(version, spec)));
        assert!(has, "deny.toml explains {name} {spec}, which is not there beside another");
    }
}

#[test]
fn what_npm_installs_has_checksums() {
    let locks = ["tests/browser", "scripts/npm/wasm-opt", "scripts/npm/node"];
    for folder in locks {
        let lock: Value = serde_json::from_str(&read(format!("{folder}/package-lock.json"))).unwrap();
        let packages = lock["packages"].as_object().unwrap();
        assert!(packages.len() > 1, "{folder}");
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            let integrity = package["integrity"].as_str().unwrap_or_default();
            assert!(integrity.starts_with("sha512-"), "{folder}: {name}");
        }
    }
}

/// Every file in scripts, with its lines joined where they end in a backslash, without comments.
fn commands() -> Vec<(PathBuf, String)> {
    let files = fs::read_dir(Path::new(ROOT).join("scripts")).unwrap().map(|entry| entry.unwrap().path());
    let texts =
        files.filter(|path| path.is_file()).filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)));
    texts
        .filter(|(_, text)| text.starts_with("#!/usr/bin/env bash"))
        .flat_map(|(path, text)| {
            let joined = text.replace("\\\n", " ");
            let lines: Vec<_> =
                joined.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect();
            lines.into_iter().map(move |line| (path.clone(), line))
        })
        .collect()
}

#[test]
fn scripts_install_and_build_what_is_locked() {
    let mut n_cargo = 0;
    for (path, line) in commands() {
        let is_run = |command: &str| {
            let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || "();&|".contains(c)).collect();
            let wanted: Vec<&str> = command.split(' ').collect();
            words.windows(wanted.len()).any(|words| words == wanted)
        };
        if ["build", "test", "clippy", "install", "check", "run"].iter().any(|task| is_run(&format!("cargo {task}"))) {
            n_cargo += 1;
            assert!(is_run("--locked"), "{}: {line}", path.display());
        }
        assert!(!is_run("npm install"), "{}: npm ci takes what the lock file names: {line}", path.display());
    }
    assert!(n_cargo >= 5, "{n_cargo} commands of cargo");
    assert!(read("Trunk.toml").contains("\nlocked = true\n"));
}
