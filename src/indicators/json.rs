//! Indicators of JSON documents: STIX 2 bundles (patterns of indicators, observables) and MISP's events.

use super::value::Value;
use crate::model::format::time;
use serde_json::Value as Json;

/// Observables whose `value` is an indicator (STIX 2.1, section 6).
const OBSERVABLES: [&str; 4] = ["ipv4-addr", "ipv6-addr", "domain-name", "url"];
/// Starts of the types of MISP's attributes that hold indicators.
const ATTRIBUTES: [&str; 13] = [
    "ip-",
    "domain",
    "hostname",
    "url",
    "uri",
    "md5",
    "sha1",
    "sha256",
    "ja3",
    "ja4",
    "hassh",
    "filename|",
    "x509-fingerprint",
];
/// Objects may hold each other so deep.
const MOST_DEPTH: usize = 8;

/// What an object of a document holds.
pub struct Found {
    /// Its indicator; none if it should hold one and does not.
    pub value: Option<Value>,
    /// Number of the object, from 1.
    pub entry: u64,
    /// Its date.
    pub date: Option<String>,
}

/// What a document holds, in its order.
pub fn read(document: &Json) -> Vec<Found> {
    let (mut n, mut list) = (0, Vec::new());
    match document.get("objects").and_then(Json::as_array) {
        Some(objects) => objects.iter().for_each(|object| stix(object, &mut list, &mut n)),
        None => misp(document, &mut list, &mut n, 0),
    }
    list
}

fn stix(object: &Json, list: &mut Vec<Found>, n: &mut u64) {
    *n += 1;
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    let entry = *n;
    match text("type") {
        Some("indicator") => {
            let date = text("valid_from").or(text("created")).map(str::to_owned);
            for literal in literals(text("pattern").unwrap_or_default()) {
                list.push(Found { value: Value::parse(&literal), entry, date: date.clone() });
            }
        }
        Some(kind) if OBSERVABLES.contains(&kind) => {
            list.push(Found { value: text("value").and_then(Value::parse), entry, date: None });
        }
        Some("file") => {
            let hashes = object.get("hashes").and_then(Json::as_object).into_iter().flatten();
            hashes.for_each(|(_, hash)| {
                list.push(Found { value: hash.as_str().and_then(Value::parse), entry, date: None })
            });
        }
        _ => {}
    }
}

/// The texts in quotes that a pattern compares with (STIX 2.1, section 9.5): those behind a sign of equality or in a set.
fn literals(pattern: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut letters = pattern.chars();
    let mut before = String::new();
    while let Some(letter) = letters.next() {
        if letter != '\'' {
            before.push(letter);
            continue;
        }
        let mut literal = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => literal.extend(letters.next()),
                '\'' => break,
                _ => literal.push(letter),
            }
        }
        // A name of a key, as in hashes.'SHA-256', is no value.
        if before.trim_end().ends_with(['=', '(', ',']) || before.trim_end().ends_with("ISSUBSET") {
            literals.push(literal);
        }
        before.clear();
    }
    literals
}

fn misp(value: &Json, list: &mut Vec<Found>, n: &mut u64, depth: usize) {
    if depth > MOST_DEPTH {
        return;
    }
    match value {
        Json::Array(all) => all.iter().for_each(|one| misp(one, list, n, depth + 1)),
        Json::Object(object) => {
            for (key, inner) in object {
                match (key.as_str(), inner.as_array()) {
                    ("Attribute", Some(attributes)) => attributes.iter().for_each(|one| attribute(one, list, n)),
                    ("Event" | "Object" | "response", _) => misp(inner, list, n, depth + 1),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn attribute(attribute: &Json, list: &mut Vec<Found>, n: &mut u64) {
    *n += 1;
    let text = |key: &str| attribute.get(key).and_then(Json::as_str);
    let kind = text("type").unwrap_or_default();
    if !ATTRIBUTES.iter().any(|start| kind.starts_with(start)) {
        return;
    }
    let seconds = text("timestamp").and_then(|seconds| seconds.parse::<i64>().ok());
    let date = seconds.and_then(|seconds| seconds.checked_mul(time::SECOND)).map(time::iso);
    // A pair is two values, of which a file name is none and a port neither.
    for part in text("value").unwrap_or_default().split('|') {
        let value = Value::parse(part);
        let is_hash = matches!(value, Some(Value::Hash(_)));
        if value.is_some() && (is_hash || !kind.starts_with("filename|")) {
            list.push(Found { value, entry: *n, date: date.clone() });
        }
    }
}
