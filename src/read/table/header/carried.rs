//! The front of a table whose rows carry the records of another tool to what those records are.

use super::{Form, Header, ROWS};
use crate::read::table::carried::{Carrier, has_time};
use crate::read::table::cells::RowEndSearch;
use crate::read::table::dialect::KnownBy;
use crate::read::table::format::CellFormats;
use crate::read::table::json::{self, Keys, Objects};

/// Most bytes of records that are looked at.
const MOST: usize = 1 << 16;

/// What the rows carry, if a cell of theirs is called as records are, and holds those of a tool that is known.
pub(super) fn look(bytes: &[u8], outer: &Header) -> Option<Header> {
    let rows = rows(bytes.get(outer.skip..)?, outer);
    let carrier = match outer.form.is_delimited() {
        true => Carrier::of(&outer.names, Some(outer.cut))?,
        false => Carrier::of(&names(&rows), None)?,
    };
    let (mut text, mut n_timed, mut n) = (Vec::new(), 0, 0);
    for row in &rows {
        let (record, _) = carrier.record(row);
        if record.trim_ascii().is_empty() {
            continue;
        }
        n += 1;
        n_timed += usize::from(has_time(&record));
        text.extend_from_slice(record.trim_ascii());
        text.push(b'\n');
        if text.len() > MOST {
            break;
        }
    }
    // Headings that each record would have to repeat, and lines that are cells by their order, are no records.
    let inner = super::look(&text, None).filter(|inner| n > 0 && inner.skip == 0)?;
    let is_known = match inner.form {
        Form::Lines => true,
        Form::JsonLines => !matches!(inner.entry.known_by, KnownBy::Rest),
        _ => false,
    };
    let carrier = if n_timed * 2 > n || inner.form != Form::Lines { carrier.without_time() } else { carrier };
    let walker = outer.walker.clone();
    let has_header = outer.form.is_delimited();
    is_known.then(|| Header {
        form: match outer.form {
            Form::Envelope | Form::JsonList => outer.form,
            _ if inner.lines.is_some() => Form::Lines,
            _ => Form::JsonLines,
        },
        cut: outer.cut,
        line_end: outer.line_end,
        skip: outer.skip,
        walker,
        has_header,
        carrier: Some(carrier),
        ..inner
    })
}

/// Rows of the front.
fn rows<'a>(mut rest: &'a [u8], outer: &Header) -> Vec<&'a [u8]> {
    let (mut objects, mut walker, mut rows) = (Objects::default(), outer.walker.clone(), Vec::new());
    while rows.len() < ROWS && !rest.is_empty() {
        let (start, end, next) = match (&mut walker, outer.form) {
            (Some(walker), _) => {
                let (Some(start), Some(end)) = walker.next(rest) else { break };
                (start, end, end)
            }
            (None, Form::JsonList | Form::JsonLines) => {
                let (Some(start), Some(end)) = objects.next(rest) else { break };
                (start, end, end)
            }
            _ => {
                let Some(end) = RowEndSearch::default().end(rest, outer.cut, outer.line_end) else { break };
                (0, end, end + 1)
            }
        };
        rows.push(rest.get(start..end).unwrap_or_default());
        rest = rest.get(next..).unwrap_or_default();
    }
    rows
}

/// Names of the members of the first rows.
fn names(rows: &[&[u8]]) -> Vec<String> {
    let (mut keys, mut values, mut room) = (Keys::default(), Vec::new(), Vec::new());
    for row in rows.iter().take(10) {
        json::values(row, &mut keys, &CellFormats::texts(), &mut values, &mut room);
    }
    keys.names
}
