//! Reads headers that declare the columns before the rows: those of Zeek and Weka.

use super::{Form, Header, log_name, log_of_columns};
use crate::model::format::text;
use crate::read::table::cells::{Delimiter, texts};
use crate::read::table::dialect::{self, Entry, KnownBy};
use crate::read::table::{log, wording};
use std::collections::BTreeSet;

pub(super) fn has_line(bytes: &[u8], begin: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b'\n')
        .take(200)
        .any(|line| line.trim_ascii_start().get(..begin.len()).is_some_and(|front| front.eq_ignore_ascii_case(begin)))
}

pub(super) fn zeek(start: &[u8], before: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let mut separator = b'\t';
    let mut at = 0;
    let mut path = String::new();
    for line in start.split_inclusive(|byte| *byte == b'\n') {
        let trimmed = line.trim_ascii();
        at += line.len();
        if let Some(said) = trimmed.strip_prefix(b"#separator ") {
            separator = said_separator(said)?;
        }
        if let Some(said) = trimmed.strip_prefix(b"#path") {
            path = text::decode(said.get(1..).unwrap_or_default().trim_ascii());
        }
        if let Some(names) = trimmed.strip_prefix(b"#fields") {
            let has_triple_spaces = memchr::memmem::find(names, b"   ").is_some();
            let cut = Delimiter { separator, has_quotes: false, has_triple_spaces };
            let names: Vec<String> = texts(names.get(1..)?, cut).iter().map(|name| text::decode(name)).collect();
            let mut front = declared(Form::Zeek, cut, before + at, names, chosen);
            let is_zeek = dialect::is_zeek(front.entry) || matches!(front.entry.known_by, KnownBy::Rest);
            if is_zeek && chosen.is_none() && !path.is_empty() {
                let kind = log::named(&path).unwrap_or(&log::UNKNOWN);
                front.entry = dialect::of_zeek(kind);
                front.log = front.entry.log.map(|_| kind);
                front.log_name = format!("Zeek {path}.log");
            }
            return Some(front);
        }
    }
    None
}

/// `\\x09`, or the mark itself.
fn said_separator(said: &[u8]) -> Option<u8> {
    match said.strip_prefix(b"\\x") {
        Some(code) => u8::from_str_radix(std::str::from_utf8(code.get(..2)?).ok()?, 16).ok(),
        None => said.first().copied(),
    }
}

pub(super) fn arff(start: &[u8], before: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let mut names = Vec::new();
    let mut at = 0;
    for line in start.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let line = line.trim_ascii();
        let is = |word: &[u8]| line.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
        if is(b"@attribute") {
            let rest = text::decode(line.get(10..)?.trim_ascii());
            let name = match rest.split_once(['\'', '"']) {
                Some(("", quoted)) => quoted.split(['\'', '"']).next().unwrap_or_default().to_owned(),
                _ => rest.split_whitespace().next().unwrap_or_default().to_owned(),
            };
            names.push(name);
        } else if is(b"@data") {
            let cut = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
            return Some(declared(Form::Arff, cut, before + at, names, chosen));
        }
    }
    None
}

/// The front of a form that declares its columns before the rows, which begin at `skip`.
fn declared(form: Form, cut: Delimiter, skip: usize, names: Vec<String>, chosen: Option<&'static Entry>) -> Header {
    let lower: Vec<String> = names.iter().map(|name| wording::heading(name)).collect();
    let entry = chosen.unwrap_or_else(|| dialect::find(Some(&lower), &[]));
    let log = log_of_columns(entry, &lower);
    let log_name = log_name(entry, log, BTreeSet::new());
    Header { cut, log, log_name, ..Header::new(form, entry, names, skip) }
}
