//! Learns the columns of a table from the first JSON objects.

use super::{Form, Header, ROWS, log_name, log_of_columns};
use crate::model::rows::CellValue;
use crate::read::table::dialect::{self, Entry};
use crate::read::table::format::CellFormats;
use crate::read::table::json::envelope::{self, Element, Walker};
use crate::read::table::json::{self, Keys};
use crate::read::table::{log, wording};
use std::collections::BTreeSet;

pub(super) fn enveloped(start: &[u8], found: envelope::Found, skip: usize, chosen: Option<&'static Entry>) -> Header {
    let of_tuples = dialect::AZURE_FLOWS;
    let is_tuples = found.element == Element::Text;
    let names =
        if found.element == Element::Object { names_of_objects(start, &found.walker) } else { found.names.clone() };
    let lower: Vec<String> = names.iter().map(|name| wording::heading(name)).collect();
    let by_content = || if is_tuples { of_tuples } else { dialect::find(Some(&lower), &[]) };
    Header {
        walker: Some(found.walker),
        lines: dialect::lines_of(of_tuples).filter(|_| is_tuples),
        ..Header::new(Form::Envelope, chosen.unwrap_or_else(by_content), found.names, skip)
    }
}

/// Names of the members of the first objects.
fn names_of_objects(start: &[u8], walker: &Walker) -> Vec<String> {
    let (mut keys, mut values, mut texts) = <(Keys, Vec<CellValue>, Vec<u8>)>::default();
    let (mut walker, mut rest) = (walker.clone(), start);
    for _ in 0..ROWS {
        let (Some(from), Some(end)) = walker.next(rest) else { break };
        let object = rest.get(from..end).unwrap_or_default();
        json::values(object, &mut keys, &CellFormats::default(), &mut values, &mut texts);
        rest = rest.get(end..).unwrap_or_default();
    }
    keys.names
}

pub(super) fn json_objects(start: &[u8], form: Form, skip: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    // The names of the first objects tell the dialect.
    let (mut keys, mut values, mut texts) = Default::default();
    let (mut n_rows, mut first) = (0, None);
    let mut paths = BTreeSet::new();
    let mut rest = start;
    let mut objects = json::Objects::default();
    while let (Some(from), Some(end)) = objects.next(rest) {
        let object = rest.get(from..end)?;
        if !json::values(object, &mut keys, &CellFormats::default(), &mut values, &mut texts) {
            break;
        }
        n_rows += 1;
        first = first.or(Some(object));
        paths.extend(log::zeek::path(&keys.names, &values, &texts));
        rest = rest.get(end..)?;
        if n_rows == ROWS {
            break;
        }
    }
    if n_rows == 0 {
        return None;
    }
    let lower: Vec<String> = keys.names.iter().map(|name| wording::heading(name)).collect();
    let skip = if form == Form::JsonList { skip + 1 } else { skip };
    let entry = chosen.unwrap_or_else(|| dialect::find(Some(&lower), &[]));
    let log = log_of_columns(entry, &lower);
    // Objects over several lines, or several on one line, are found like those of a list.
    let is_over_lines = first.is_some_and(|first| memchr::memchr(b'\n', first).is_some())
        || first.and_then(|first| start.get(first.len()..)).is_some_and(|behind| {
            let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b',')).count();
            behind.get(blanks) == Some(&b'{')
        });
    let form = if is_over_lines { Form::JsonList } else { form };
    Some(Header { log, log_name: log_name(entry, log, paths), ..Header::new(form, entry, Vec::new(), skip) })
}
