//! Holds the docs to the sources: the glossary has every type it should, links lead somewhere, pages stay short, and the
//! policy in the hosting files is the page's own.

use crate::source::files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files whose public types are contracts between parts, beside all of `model`.
const CONTRACTS: &[&str] = &[
    "decode/app/parser.rs",
    "detect/detector.rs",
    "detect/card.rs",
    "flow/endpoints.rs",
    "flow/expectations.rs",
    "flow/fields.rs",
    "flow/names.rs",
    "flow/optional.rs",
    "flow/reassembly/mod.rs",
    "flow/table/mod.rs",
];

/// Pages and the most lines that they may have.
const LIMITS: &[(&str, usize)] = &[("README.md", 120), ("CONTRIBUTING.md", 150), ("docs/glossary.md", 100)];

/// Starts of the words that an address on the web has in a link.
const ELSEWHERE: &[&str] = &["http://", "https://", "#", "mailto:"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// Names of the public types that a source file declares.
fn public_types(code: &str) -> impl Iterator<Item = &str> {
    code.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("pub ")?;
        let name = ["struct ", "enum ", "trait ", "type "].iter().find_map(|kind| rest.strip_prefix(kind))?;
        let end = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
        name.get(..end).filter(|name| name.starts_with(char::is_uppercase))
    })
}

#[test]
fn the_glossary_has_every_type_of_model_and_contracts() {
    let glossary = read("docs/glossary.md");
    let terms: BTreeSet<&str> = glossary
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let mut missing = Vec::new();
    let mut known = BTreeSet::new();
    for file in files() {
        let types: Vec<&str> = public_types(&file.code).collect();
        known.extend(types.iter().map(|name| (*name).to_owned()));
        let is_held = file.path.starts_with("model/")
            || file.path.starts_with("pipeline/")
            || CONTRACTS.contains(&file.path.as_str());
        if is_held {
            missing.extend(
                types.iter().filter(|name| !terms.contains(*name)).map(|name| format!("{}: {name}", file.path)),
            );
        }
    }
    assert!(missing.is_empty(), "not in docs/glossary.md:\n{}", missing.join("\n"));
    let gone: Vec<&&str> =
        terms.iter().filter(|term| term.starts_with(char::is_uppercase) && !known.contains(**term)).collect();
    assert!(gone.is_empty(), "in docs/glossary.md, but no type: {gone:?}");
    for contract in CONTRACTS {
        assert!(root().join("src").join(contract).is_file(), "no file {contract}");
    }
}

#[test]
fn the_glossary_says_where_each_type_is() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files() {
        for name in public_types(&file.code) {
            places.entry(name.to_owned()).or_default().push(file.path.clone());
        }
    }
    let mut wrong = Vec::new();
    for line in read("docs/glossary.md").lines().filter(|line| line.starts_with("| `")) {
        let [_, terms, _, place, ..] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        for term in terms.split('`').skip(1).step_by(2) {
            let Some(files) = places.get(term) else { continue };
            let is_there = |place: &str| files.iter().any(|file| file.starts_with(place.trim()));
            if !place.split(',').any(is_there) {
                wrong.push(format!("{term} is in {}, not in{place}", files.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_public_type_name_is_used_twice_within_a_part() {
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for file in files() {
        let part = file.path.split('/').next().unwrap_or_default().to_owned();
        for name in public_types(&file.code) {
            places.entry((part.clone(), name.to_owned())).or_default().push(file.path.clone());
        }
    }
    assert!(places.len() > 100, "types not found");
    let twice: Vec<String> = places
        .iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(name, files)| format!("{name:?}: {files:?}"))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn pages_stay_short_and_their_links_lead_somewhere() {
    let mut wrong = Vec::new();
    for (page, most) in LIMITS {
        let n = read(page).lines().count();
        if n > *most {
            wrong.push(format!("{page} has {n} lines, more than {most}"));
        }
    }
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<PathBuf> = docs
        .chain(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page)))
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    assert!(pages.len() > 5);
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            let is_elsewhere = ELSEWHERE.iter().any(|start| target.starts_with(start));
            if !is_elsewhere && !page.parent().unwrap_or(Path::new("")).join(path).exists() {
                wrong.push(format!("{}: no {target}", page.display()));
            }
        }
        // Sources and tests that a page names in code type.
        for word in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "docs/", "scripts/"].iter().any(|start| word.starts_with(start));
            let word = word.split([' ', '<']).next().unwrap_or_default();
            if is_path && !word.ends_with('/') && !text.contains(&format!("`{word}<")) && !root().join(word).exists() {
                wrong.push(format!("{}: no {word}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What scripts, benchmarks and tests of the page read of the sources, they would miss only when they run.
#[test]
fn sources_that_scripts_name_are_there() {
    let mut names = BTreeSet::new();
    for folder in ["scripts", "tests/bench", "tests/browser", "tests/browser/lib", "tests/agreement"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let Ok(text) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
            let is_part = |c: char| c.is_ascii_alphanumeric() || "_/.".contains(c);
            let words = text.split("src/").skip(1).filter_map(|rest| rest.split(|c| !is_part(c)).next());
            names.extend(words.filter(|word| word.ends_with(".rs")).map(|word| format!("src/{word}")));
        }
    }
    assert!(!names.is_empty(), "no source is named");
    let gone: Vec<&String> = names.iter().filter(|name| !root().join(name).is_file()).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn hosting_files_have_the_policy_of_the_page() {
    let page = read("index.html");
    let policy = page.split("content=\"default-src").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let policy = format!("default-src{policy}; frame-ancestors 'none'");
    for file in ["docs/hosting.md", "docs/hosting/nginx.conf", "docs/hosting/htaccess", "docs/hosting/_headers"] {
        let text = read(file);
        assert!(text.contains(&policy), "{file} lacks {policy}");
        for (header, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            let has = text.lines().any(|line| line.contains(header) && line.contains(value));
            assert!(has, "{file} lacks {header}: {value}");
        }
    }
}
