//! A report in Markdown to the same report in another language, line by line; blocks of code stay.

use super::catalogue::Catalogue;

/// The text with its lines translated.
pub fn lines(markdown: &str, catalogue: &Catalogue) -> String {
    let mut is_code = false;
    let line = |line: &str| {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code || line.is_empty() { line.to_owned() } else { translated(line, catalogue) }
    };
    let mut out: String = markdown.lines().map(line).collect::<Vec<_>>().join("\n");
    if markdown.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// The signs at the front stay, and each cell of a table is a text.
fn translated(line: &str, catalogue: &Catalogue) -> String {
    if line.starts_with('|') {
        let cells = line.split('|').map(|cell| catalogue.translated(cell).unwrap_or_else(|| cell.to_owned()));
        return cells.collect::<Vec<_>>().join("|");
    }
    let text = line.trim_start_matches(['#', '-', ' ', '>', '*']);
    let front = line.get(..line.len() - text.len()).unwrap_or_default();
    // `1. ` of a list.
    let figures = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    let number =
        if figures > 0 && text.get(figures..).is_some_and(|rest| rest.starts_with(". ")) { figures + 2 } else { 0 };
    let (number, text) = text.split_at(number);
    format!("{front}{number}{}", spans(text, catalogue))
}

/// A line as a whole; else the words in bold and what is between them, each for itself.
fn spans(text: &str, catalogue: &Catalogue) -> String {
    if !text.contains("**") {
        return catalogue.translated(text).unwrap_or_else(|| text.to_owned());
    }
    let parts = text.split("**").map(|part| catalogue.translated(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join("**")
}
