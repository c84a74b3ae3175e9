//! All sources of texts: Rust, the plain scripts, the lessons, the page's shell.

use super::{Text, plain, rules, rust};
use std::path::Path;

/// All texts for people below `root`, by file and line; each once, where it stands first.
pub fn all(root: &Path) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut add = |english: String, file: &str, line: usize| {
        if seen.insert(english.clone()) {
            found.push(Text { english, file: file.to_owned(), line });
        }
    };
    for file in crate::source::files() {
        let name = format!("src/{}", file.path);
        if is_test(&name) {
            continue;
        }
        for literal in rust::literals(&file.text) {
            for text in rules::texts(&literal, &name) {
                add(text, &name, literal.line);
            }
        }
    }
    for (name, kind) in PLAIN {
        let source = std::fs::read_to_string(root.join(name)).unwrap();
        for (literal, line) in kind(&source) {
            for text in rules::plain(&literal) {
                add(text, name, line);
            }
        }
    }
    found
}

/// What a file of its kind says, each with its line.
type Kind = fn(&str) -> Vec<(String, usize)>;

const PLAIN: &[(&str, Kind)] = &[
    ("index.html", plain::shell),
    ("static/start.js", plain::script),
    ("static/offline.js", plain::script),
    ("static/tour.js", plain::script),
    ("static/handles.js", plain::script),
    ("scripts/one_file_start.js", plain::script),
    ("static/lessons/lessons.json", plain::lessons),
];

/// The texts of one file's source, in order, each once.
pub fn of_rust(source: &str, file: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in rust::literals(source).iter().flat_map(|literal| rules::texts(literal, file)) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs")
        || name.contains("/tests/")
        || name.contains("/testing/")
        || name.ends_with("/testing.rs")
}
