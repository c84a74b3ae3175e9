//! The bytes of a row to values, cell by cell.
//!
//! Own code and not the crate csv: cells stay where they stand in the slice, uncopied, with their place in the file; lists of
//! Zeek that are parted by three spaces are read, and a quote that is never closed costs one row and not the rest.

use super::format::CellFormats;
use super::number::{Begun, leading, value};
use crate::model::rows::CellValue;

/// How the cells of a row are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delimiter {
    /// Between cells.
    pub separator: u8,
    /// Double quotes hold cells together.
    pub has_quotes: bool,
    /// Three spaces part cells too: the last columns of IoT-23's Zeek logs.
    pub has_triple_spaces: bool,
}

/// Puts the values of a row into `values`. Texts are ranges of the bytes that come back: the row itself, or `room`
/// where quotes had to be taken away.
pub fn values<'a>(
    row: &'a [u8],
    cut: Delimiter,
    formats: &CellFormats,
    values: &mut Vec<CellValue>,
    room: &'a mut Vec<u8>,
) -> &'a [u8] {
    values.clear();
    if cut.has_triple_spaces || (cut.has_quotes && memchr::memchr(b'"', row).is_some()) {
        let mut ends = Vec::new();
        unquote(row, cut, room, &mut ends);
        let mut start = 0;
        for end in ends {
            values.push(value(room.get(start..end).unwrap_or_default(), start, formats.of(values.len())));
            start = end;
        }
        return room;
    }
    let mut never_plain = formats.never_plain().iter();
    let mut next_never_plain = never_plain.next();
    let mut next = Some(0);
    while let Some(start) = next {
        next = if next_never_plain == Some(&values.len()) {
            next_never_plain = never_plain.next();
            never_a_number(row, start, cut.separator, formats, values)
        } else {
            one(row, start, cut.separator, formats, values)
        };
    }
    row
}

/// The same for the cells at these places alone, which ascend: all others are left out as if they were missing. Rows with
/// quotes are read as a whole.
pub fn some_values<'a>(
    row: &'a [u8],
    cut: Delimiter,
    formats: &CellFormats,
    places: &[usize],
    into: &mut Vec<CellValue>,
    room: &'a mut Vec<u8>,
) -> &'a [u8] {
    if cut.has_triple_spaces || (cut.has_quotes && memchr::memchr(b'"', row).is_some()) {
        return values(row, cut, formats, into, room);
    }
    into.clear();
    let mut start = 0;
    for place in places {
        let rest = row.get(start..).unwrap_or_default();
        if let Some(before) = place.checked_sub(into.len() + 1) {
            let Some(n) = skip(rest, cut.separator, before + 1) else { break };
            into.resize(*place, CellValue::Missing);
            start += n;
        }
        let next = if formats.never_plain().binary_search(place).is_ok() {
            never_a_number(row, start, cut.separator, formats, into)
        } else {
            one(row, start, cut.separator, formats, into)
        };
        let Some(next) = next else { return row };
        start = next;
    }
    let n_behind = memchr::memchr_iter(cut.separator, row.get(start..).unwrap_or_default()).count() + 1;
    into.resize(into.len() + n_behind, CellValue::Missing);
    row
}

/// Bytes up to and with the separator of this number, from 1, eight at a time: most cells are shorter.
#[inline]
fn skip(bytes: &[u8], separator: u8, mut number: usize) -> Option<usize> {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let separators = u64::from_ne_bytes([separator; 8]);
    let mut at = 0;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        // The highest bit of each byte that is the separator (Mycroft, in its exact form).
        let other = u64::from_le_bytes(*eight) ^ separators;
        let mut found = !(((other & LOW) + LOW) | other | LOW);
        let n = found.count_ones() as usize;
        if n >= number {
            (1..number).for_each(|_| found &= found - 1);
            return Some(at + found.trailing_zeros() as usize / 8 + 1);
        }
        number -= n;
        at += 8;
    }
    let behind = bytes.get(at..).unwrap_or_default();
    let place = memchr::memchr_iter(separator, behind).nth(number - 1)?;
    Some(at + place + 1)
}

/// Reads the cell that begins at `start`; where the next begins, if there is one.
#[inline(always)]
fn one(row: &[u8], start: usize, separator: u8, formats: &CellFormats, values: &mut Vec<CellValue>) -> Option<usize> {
    let rest = row.get(start..).unwrap_or_default();
    // Most cells are plain numbers: they are read and their end is found in one go. A value goes to its place at
    // once: one that is put together elsewhere first takes several times as long.
    let end = match leading(rest, separator) {
        Begun::Number(number, end) => {
            values.push(CellValue::Number(number));
            end
        }
        Begun::Other => {
            let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
            values.push(value(rest.get(..end).unwrap_or_default(), start, formats.of(values.len())));
            end
        }
    };
    (end < rest.len()).then_some(start + end + 1)
}

/// The same for a cell that is no plain number even if it looks so.
fn never_a_number(
    row: &[u8],
    start: usize,
    separator: u8,
    formats: &CellFormats,
    values: &mut Vec<CellValue>,
) -> Option<usize> {
    let rest = row.get(start..).unwrap_or_default();
    let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
    values.push(value(rest.get(..end).unwrap_or_default(), start, formats.of(values.len())));
    (end < rest.len()).then_some(start + end + 1)
}

/// Copies the cells of a row to `room` without their quotes, one behind the other, and their ends to `ends`.
pub fn unquote(row: &[u8], cut: Delimiter, room: &mut Vec<u8>, ends: &mut Vec<usize>) {
    room.clear();
    let mut rest = row;
    loop {
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let quoted = rest.get(spaces..).filter(|_| cut.has_quotes).and_then(|rest| rest.strip_prefix(b"\""));
        if let Some(inside) = quoted {
            rest = copy_quoted(inside, room);
        }
        // Behind the closing quote, what stands before the separator belongs to the cell.
        let n = memchr::memchr(cut.separator, rest).unwrap_or(rest.len());
        let (cell, behind) = rest.split_at_checked(n).unwrap_or((rest, &[]));
        if cut.has_triple_spaces {
            triple(cell, room, ends);
        } else {
            room.extend_from_slice(cell);
            ends.push(room.len());
        }
        match behind.split_first() {
            Some((_, next)) => rest = next,
            None => return,
        }
    }
}

/// True if a row of several lines is rather several rows of which quotes are left open: it has not as many cells as there are
/// columns, or a cell of several lines goes on behind the quote that closes it.
pub fn is_torn(row: &[u8], cut: Delimiter, line_end: u8, n_columns: usize) -> bool {
    let (mut rest, mut n_cells, mut room) = (row, 0, Vec::new());
    loop {
        n_cells += 1;
        let quoted = rest.trim_ascii_start().strip_prefix(b"\"");
        if let Some(inside) = quoted {
            room.clear();
            rest = copy_quoted(inside, &mut room);
        }
        let (cell, behind) = match memchr::memchr(cut.separator, rest) {
            Some(end) => (rest.get(..end), rest.get(end + 1..)),
            None => (Some(rest), None),
        };
        let is_long = quoted.is_some() && memchr::memchr(line_end, &room).is_some();
        if is_long && cell.is_some_and(|cell| !cell.trim_ascii().is_empty()) {
            return true;
        }
        match behind {
            Some(next) => rest = next,
            None => return n_cells != n_columns,
        }
    }
}

/// Copies up to the closing quote, doubled quotes as one; gives what is behind it.
fn copy_quoted<'a>(mut inside: &'a [u8], room: &mut Vec<u8>) -> &'a [u8] {
    while let Some(n) = memchr::memchr(b'"', inside) {
        let (text, behind) = inside.split_at_checked(n).unwrap_or((inside, &[]));
        room.extend_from_slice(text);
        let behind = behind.get(1..).unwrap_or_default();
        match behind.strip_prefix(b"\"") {
            Some(next) => {
                room.push(b'"');
                inside = next;
            }
            None => return behind,
        }
    }
    room.extend_from_slice(inside);
    &[]
}

/// A cell that runs of three or more spaces part further.
fn triple(cell: &[u8], room: &mut Vec<u8>, ends: &mut Vec<usize>) {
    let mut rest = cell.trim_ascii();
    while let Some(n) = memchr::memmem::find(rest, b"   ") {
        let (part, behind) = rest.split_at_checked(n).unwrap_or((rest, &[]));
        room.extend_from_slice(part);
        ends.push(room.len());
        rest = behind.trim_ascii_start();
    }
    room.extend_from_slice(rest);
    ends.push(room.len());
}

/// The cells of a row as texts.
pub fn texts(row: &[u8], cut: Delimiter) -> Vec<Vec<u8>> {
    let (mut room, mut ends) = (Vec::new(), Vec::new());
    unquote(row, cut, &mut room, &mut ends);
    let mut start = 0;
    ends.into_iter()
        .map(|end| {
            let cell = room.get(start..end).unwrap_or_default().trim_ascii().to_vec();
            start = end;
            cell
        })
        .collect()
}

/// How far the search for a row's end has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowEndSearch {
    is_inside: bool,
    is_past_start: bool,
    /// A quote was met inside quotes: it closes them unless another follows.
    is_open: bool,
}

impl RowEndSearch {
    /// True if a quote is open.
    pub fn is_in_quotes(&self) -> bool {
        self.is_inside && !self.is_open
    }

    /// The place of the line end that ends the row, searching on from where the last search ended.
    pub fn end(&mut self, bytes: &[u8], cut: Delimiter, line_end: u8) -> Option<usize> {
        if *self == RowEndSearch::default() || !cut.has_quotes {
            let end = memchr::memchr(line_end, bytes);
            let row = bytes.get(..end.unwrap_or(bytes.len()))?;
            if !cut.has_quotes || memchr::memchr(b'"', row).is_none() {
                let last = row.iter().rev().find(|byte| **byte == cut.separator || !matches!(byte, b' ' | b'\t'));
                self.is_past_start = last.is_some_and(|last| *last != cut.separator);
                return end;
            }
        }
        for (place, byte) in bytes.iter().enumerate() {
            if self.is_inside {
                match (*byte == b'"', self.is_open) {
                    (true, _) => self.is_open = !self.is_open,
                    (false, true) => {
                        (self.is_inside, self.is_open) = (false, false);
                        if *byte == line_end {
                            return Some(place);
                        }
                        self.is_past_start = *byte != cut.separator;
                    }
                    (false, false) => {}
                }
            } else if *byte == line_end {
                return Some(place);
            } else if *byte == cut.separator {
                self.is_past_start = false;
            } else if *byte == b'"' && !self.is_past_start {
                self.is_inside = true;
            } else if *byte != b' ' && *byte != b'\t' {
                self.is_past_start = true;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Delimiter = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };

    fn split(row: &str) -> Vec<String> {
        texts(row.as_bytes(), COMMA).into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect()
    }

    #[test]
    fn quotes_hold_cells_together() {
        assert_eq!(split("a,b,,c"), ["a", "b", "", "c"]);
        assert_eq!(split(r#""a,b","say ""hi""",c"d"#), ["a,b", "say \"hi\"", "c\"d"]);
        assert_eq!(split(r#""open,a"#), ["open,a"]);
        assert_eq!(split(""), [""]);
        let tab = Delimiter { separator: b'\t', has_quotes: false, has_triple_spaces: true };
        assert_eq!(texts(b"1\t(empty)   Malicious   C&C", tab), [&b"1"[..], b"(empty)", b"Malicious", b"C&C"]);
    }

    #[test]
    fn values_are_the_same_with_and_without_quotes() {
        let (mut out, mut room) = (Vec::new(), Vec::new());
        let bytes = values(b"1,\"x, y\",-", COMMA, &CellFormats::default(), &mut out, &mut room);
        let (start, end) =
            if let CellValue::Text(start, end) = out[1] { (start as usize, end as usize) } else { (0, 0) };
        assert_eq!((out[0], &bytes[start..end], out[2]), (CellValue::Number(1.0), &b"x, y"[..], CellValue::Missing));
    }

    proptest! {
        #[test]
        fn some_values_are_those_of_all(
            row in "([0-9a.]{0,10},){0,12}[0-9a.]{0,10}|[\",1]{0,9}",
            chosen in prop::collection::btree_set(0usize..14, 0..8),
        ) {
            let places: Vec<usize> = chosen.iter().copied().collect();
            let (mut all, mut some, mut room, mut room_of_some) = Default::default();
            values(row.as_bytes(), COMMA, &CellFormats::default(), &mut all, &mut room);
            some_values(row.as_bytes(), COMMA, &CellFormats::default(), &places, &mut some, &mut room_of_some);
            prop_assert_eq!(all.len(), some.len());
            for place in chosen {
                prop_assert_eq!(all.get(place), some.get(place));
            }
        }

        #[test]
        fn a_row_ends_at_the_same_place_whatever_the_slices(text in "[ab,\"\n ]{0,40}", cut in 0usize..40) {
            let bytes = text.as_bytes();
            let whole = RowEndSearch::default().end(bytes, COMMA, b'\n');
            let (front, back) = bytes.split_at(cut.min(bytes.len()));
            let mut search = RowEndSearch::default();
            let pieces = search.end(front, COMMA, b'\n').or_else(|| {
                search.end(back, COMMA, b'\n').map(|place| place + front.len())
            });
            prop_assert_eq!(whole, pieces);
        }
    }
}
