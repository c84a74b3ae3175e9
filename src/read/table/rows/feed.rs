//! Turns bytes as they arrive into rows.

use super::RowReader;
use crate::issue::{IssueKind, IssueLog};
use crate::read::Record;
use crate::read::table::cells::{Delimiter, RowEndSearch, is_torn};
use crate::read::table::header::Form;
use crate::read::table::{MOST_OPEN_QUOTES, MOST_ROW_BYTES};

/// What stands next in some bytes.
pub(super) struct Found {
    /// Where the row begins.
    pub start: usize,
    /// End of the row and where the next begins.
    pub end: Option<(usize, usize)>,
}

impl RowReader {
    /// Takes the next bytes, which stand at `at`.
    pub fn feed(&mut self, bytes: &[u8], at: u64, issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) {
        let (mut rest, mut at) = (bytes, at);
        let has_quotes = self.front.cut.has_quotes && memchr::memchr(b'"', bytes).is_some();
        let is_ascii = bytes.iter().fold(0, |all, byte| all | byte) < 0x80;
        while !rest.is_empty() && !self.is_over {
            if self.carry.is_empty() && self.row_end == RowEndSearch::default() {
                (self.cut, self.is_ascii) = (Delimiter { has_quotes, ..self.front.cut }, is_ascii);
            } else {
                self.know_nothing();
            }
            let Found { start, end } = self.next(rest);
            let Some((end, next)) = end else {
                let n_skipped = if self.carry.is_empty() { start } else { 0 };
                if self.is_skipping {
                    return;
                }
                if self.carry.is_empty() {
                    self.carry_at = at + n_skipped as u64;
                }
                self.carry.extend_from_slice(rest.get(n_skipped..).unwrap_or_default());
                if self.carry.len() > MOST_ROW_BYTES {
                    self.too_long(&[], issues, sink);
                }
                return;
            };
            let found = rest.get(start..end).unwrap_or_default();
            let behind = rest.get(next..).unwrap_or_default();
            (self.row_end, rest) = (RowEndSearch::default(), behind);
            let found_at = at + start as u64;
            at += next as u64;
            if std::mem::take(&mut self.is_skipping) {
                continue;
            }
            if self.carry.len() + found.len() > MOST_ROW_BYTES {
                if self.carry.is_empty() {
                    self.carry_at = found_at;
                }
                self.carry.extend_from_slice(found);
                self.carry.push(self.front.line_end);
                self.too_long(behind, issues, sink);
                return;
            }
            if self.carry.is_empty() {
                if self.is_torn(found) {
                    self.carry_at = found_at;
                    self.carry.extend_from_slice(found);
                    self.carry.push(self.front.line_end);
                    self.too_long(behind, issues, sink);
                    return;
                }
                self.row(found, found_at, issues, sink);
            } else {
                let mut row = std::mem::take(&mut self.carry);
                row.extend_from_slice(found);
                if self.is_torn(&row) {
                    row.push(self.front.line_end);
                    self.carry = row;
                    self.too_long(behind, issues, sink);
                    return;
                }
                self.row(&row, self.carry_at, issues, sink);
                row.clear();
                self.carry = row;
            }
        }
    }

    /// True if a row goes over several lines as a quote of it is closed by one of a later row.
    fn is_torn(&self, row: &[u8]) -> bool {
        let is_quoted = self.cut.has_quotes && self.front.form == Form::Delimited;
        let is_long = is_quoted && memchr::memchr(self.front.line_end, row).is_some();
        is_long && is_torn(row, self.cut, self.front.line_end, self.front.names.len())
    }

    /// True if the rest of the file is one row, as a quote is never closed.
    pub(super) fn has_open_quote(&self) -> bool {
        let is_lines = !self.front.form.is_listed();
        is_lines && self.row_end.is_in_quotes() && memchr::memchr(self.front.line_end, &self.carry).is_some()
    }

    /// The row in `carry` is too long. Most often a quote is never closed: its first line is taken as the row, and
    /// reading goes on behind that, in the rest of `carry` and then in `behind`.
    pub(super) fn too_long(&mut self, behind: &[u8], issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) {
        let mut all = std::mem::take(&mut self.carry);
        all.extend_from_slice(behind);
        let at = self.carry_at;
        issues.add(IssueKind::RowTooLong, Some(self.n_rows), Some(at));
        let is_lines = !self.front.form.is_listed();
        let first = memchr::memchr(self.front.line_end, &all).filter(|end| is_lines && *end <= MOST_ROW_BYTES);
        if let Some(end) = first {
            self.row_end = RowEndSearch::default();
            self.n_open_quotes += 1;
            self.front.cut.has_quotes &= self.n_open_quotes < MOST_OPEN_QUOTES;
            self.know_nothing();
            self.row(all.get(..end).unwrap_or_default(), at, issues, sink);
            self.feed(all.get(end + 1..).unwrap_or_default(), at + end as u64 + 1, issues, sink);
            return;
        }
        // Without a line end in sight: dropped up to the next, where reading goes on.
        let end = if is_lines { memchr::memchr(self.front.line_end, &all) } else { None };
        self.row_end = RowEndSearch::default();
        match end {
            Some(end) => self.feed(all.get(end + 1..).unwrap_or_default(), at + end as u64 + 1, issues, sink),
            None => self.is_skipping = true,
        }
    }

    /// Of the row at hand no more is known than of any.
    pub(super) fn know_nothing(&mut self) {
        (self.cut, self.is_ascii) = (self.front.cut, false);
    }

    pub(super) fn next(&mut self, bytes: &[u8]) -> Found {
        let (was_inside, (start, end)) = match (&mut self.walker, self.front.form) {
            (Some(walker), _) => (walker.is_inside(), walker.next(bytes)),
            (None, Form::JsonList) => (self.objects.is_inside(), self.objects.next(bytes)),
            _ => {
                let end = self.row_end.end(bytes, self.cut, self.front.line_end);
                return Found { start: 0, end: end.map(|end| (end, end + 1)) };
            }
        };
        let start = if was_inside { 0 } else { start.unwrap_or(bytes.len()) };
        Found { start, end: end.map(|end| (end, end)) }
    }
}
