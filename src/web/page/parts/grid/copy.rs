//! Rows of a grid as text with tabs, to be pasted into a spreadsheet.

use super::row::{Column, Row};
use crate::session::Shared;
use crate::web::page::parts::text::Times;

/// A line of headings and a line for each row, of the columns that are shown.
pub fn text<R: Row>(
    columns: &[Column<R::Sort>],
    shown: &[(usize, bool)],
    rows: &[Shared<R>],
    (times, look): (Times, &R::Look),
) -> String {
    let line = |cells: Vec<String>| {
        let own = shown
            .iter()
            .map(|(at, _)| cells.get(*at).map(|cell| cell.replace(['\t', '\n', '\r'], " ")).unwrap_or_default());
        own.collect::<Vec<_>>().join("\t")
    };
    let head = line(columns.iter().map(|column| column.label.to_string()).collect());
    let body = rows.iter().map(|row| line(row.cells(times, look)));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}
