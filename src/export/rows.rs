//! Rows of any table to lines of CSV or JSON: a heading, then a row a line, whatever the table is.

use super::cell;
use crate::maths::number::number;
use crate::model::format::{time, visible};
use serde_json::{Map, Value, json};

/// A form of file for rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowFormat {
    /// Comma-separated, with headings; texts are never formulas.
    Csv,
    /// A JSON object a line.
    Lines,
}

impl RowFormat {
    /// All.
    pub const ALL: [RowFormat; 2] = [RowFormat::Csv, RowFormat::Lines];

    /// As buttons name it.
    pub fn label(self) -> &'static str {
        match self {
            RowFormat::Csv => "CSV",
            RowFormat::Lines => "JSON lines",
        }
    }

    /// End of a file's name, and its media type.
    pub fn file(self) -> (&'static str, &'static str) {
        match self {
            RowFormat::Csv => ("csv", "text/csv"),
            RowFormat::Lines => ("jsonl", "application/jsonl"),
        }
    }
}

/// A cell of a row.
#[derive(Clone, PartialEq, Debug)]
pub enum RowCell {
    /// A text; empty where there is none.
    Text(String),
    /// A number; none where it is not known.
    Number(Option<f64>),
    /// A time, ns since 1970.
    Time(i64),
    /// A cell of the file: a number is written as it stands there.
    Raw(String),
}

/// The line of headings; nothing where each line names its cells.
pub fn heading(format: RowFormat, heads: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    if format == RowFormat::Csv {
        cell::line(&mut out, heads);
    }
    out
}

/// The line of a row.
pub fn line(format: RowFormat, heads: &[String], row: &[RowCell]) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        RowFormat::Csv => {
            for (place, of) in row.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                match of {
                    RowCell::Text(text) => cell::text(&mut out, text),
                    RowCell::Number(number) => number.iter().for_each(|number| cell::number(&mut out, *number)),
                    RowCell::Time(ns) => cell::text(&mut out, &time::iso(*ns)),
                    RowCell::Raw(text) if is_number(text) => out.extend_from_slice(text.as_bytes()),
                    RowCell::Raw(text) => cell::text(&mut out, text),
                }
            }
        }
        RowFormat::Lines => {
            let value = |of: &RowCell| match of {
                RowCell::Text(text) => json!(text),
                RowCell::Number(number) => json!(number),
                RowCell::Time(ns) => json!(time::seconds(*ns)),
                RowCell::Raw(text) => {
                    serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| json!(text), Value::from)
                }
            };
            // Keys keep the order of the columns; of equal headings the last would win, so they are told apart by place.
            let mut object = Map::new();
            for (place, (head, of)) in heads.iter().zip(row).enumerate() {
                let key = if object.contains_key(head) { format!("{head} ({})", place + 1) } else { head.clone() };
                object.insert(key, value(of));
            }
            out.extend_from_slice(visible::json(&Value::Object(object).to_string()).as_bytes());
        }
    }
    out.push(b'\n');
    out
}

/// A number that every reader of tables takes for one.
fn is_number(text: &str) -> bool {
    number(text).is_some_and(f64::is_finite)
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e' | b'E' | b'+'))
        && !text.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_lines_without_formulas_and_equal_headings_are_told_apart() {
        let heads = ["=a".to_owned(), "b".to_owned(), "b".to_owned(), "t".to_owned(), "n".to_owned()];
        let raw = |text: &str| RowCell::Raw(text.to_owned());
        let row = [
            RowCell::Text("=cmd|x".to_owned()),
            raw("-5.50"),
            raw("-x,1"),
            RowCell::Time(1_500_000_000),
            RowCell::Number(None),
        ];
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!(text(heading(RowFormat::Csv, &heads)), "'=a,b,b,t,n\n");
        let csv = text(line(RowFormat::Csv, &heads, &row));
        assert_eq!(csv, "'=cmd|x,-5.50,\"'-x,1\",1970-01-01T00:00:01.500000Z,\n");
        assert!(heading(RowFormat::Lines, &heads).is_empty());
        let object: Value = serde_json::from_str(&text(line(RowFormat::Lines, &heads, &row))).unwrap();
        assert_eq!(object, json!({"=a": "=cmd|x", "b": -5.5, "b (3)": "-x,1", "t": 1.5, "n": null}));
    }
}
