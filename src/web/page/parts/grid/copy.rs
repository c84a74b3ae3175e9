//! Rows of a grid as text with tabs, to be pasted into a spreadsheet.

use super::row::{Head, ShownColumn};

/// A line of headings and a line for each row, of the columns that are shown.
pub fn text(columns: &[Head], shown: &[ShownColumn], rows: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        let own = shown
            .iter()
            .map(|(at, _, _)| cells.get(*at).map(|cell| cell.replace(['\t', '\n', '\r'], " ")).unwrap_or_default());
        own.collect::<Vec<_>>().join("\t")
    };
    let head = columns.iter().map(|column| column.label.to_string()).collect();
    std::iter::once(head).chain(rows).map(line).collect::<Vec<_>>().join("\n")
}
