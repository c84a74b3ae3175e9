//! Rows to lines with aligned columns.

use crate::model::format::visible;

/// Lines with a heading; the last column is not padded. Control characters are made visible.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let widths: Vec<usize> = (0..headings.len())
        .map(|place| all().filter_map(|row| row.get(place)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let cell = visible::text(cell);
            format!("{cell:<width$}")
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["µ".to_owned(), "b".to_owned()], vec!["long one".to_owned(), String::new()]];
        assert_eq!(table(&["A", "B"], &rows), "A         B\nµ         b\nlong one\n");
    }
}
