//! Answers to questions of measures and dimensions, as CSV and as JSON.

use super::cell;
use crate::model::explore::{Answer, AnswerValue, Scale, ValueKind};
use crate::model::format::{time, visible};
use serde_json::{Value, json};

/// A heading, then one line a row: the values of its dimensions, then its figures in their units. What is unknown is an
/// empty cell; rows that a limit leaves out are the last line.
pub fn csv(answer: &Answer) -> Vec<u8> {
    let mut out = Vec::new();
    let heads = answer.dimensions.iter().map(|head| &head.term).chain(answer.measures.iter().map(|head| &head.term));
    line(&mut out, heads.map(|term| Cell::Text(term.to_string())));
    for row in &answer.rows {
        let values = row.values.iter().map(|value| Cell::Text(value.text.clone()));
        line(&mut out, values.chain(row.figures.iter().map(|figure| Cell::Number(*figure))));
    }
    if !answer.others.is_empty() {
        let names = answer.dimensions.iter().map(|_| Cell::Text("(others)".to_owned()));
        line(&mut out, names.chain(answer.others.iter().map(|figure| Cell::Number(*figure))));
    }
    out
}

enum Cell {
    Text(String),
    Number(Option<f64>),
}

fn line(out: &mut Vec<u8>, cells: impl Iterator<Item = Cell>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Text(text) => cell::text(out, &text),
            Cell::Number(number) => cell::number(out, number.unwrap_or(f64::NAN)),
        }
    }
    out.push(b'\n');
}

/// An object a row: the values of its dimensions and its figures by their ids, what is unknown as null.
pub fn lines(answer: &Answer) -> String {
    let is_time = |nth: usize| matches!(answer.dimensions.get(nth).map(|head| head.scale), Some(Scale::Time { .. }));
    let mut out = String::new();
    for row in &answer.rows {
        let values = answer.dimensions.iter().zip(row.values.iter().enumerate());
        let values = values.map(|(head, (nth, value))| (head.term.to_string(), one(value, is_time(nth))));
        let figures = answer.measures.iter().zip(&row.figures);
        let figures = figures.map(|(head, figure)| (head.term.to_string(), json!(figure)));
        let object: serde_json::Map<String, Value> = values.chain(figures).collect();
        out.push_str(&visible::json(&Value::Object(object).to_string()));
        out.push('\n');
    }
    out
}

/// One document: dimensions and measures with their units, rows, total, what was left out and what is to be said.
pub fn json(answer: &Answer) -> String {
    let dimensions: Vec<Value> = answer.dimensions.iter().map(|head| {
        let width = match head.scale {
            Scale::Time { width_ns, .. } => json!(time::seconds(width_ns)),
            _ => Value::Null,
        };
        json!({ "id": head.term.to_string(), "label": head.label, "overlapping": head.is_overlapping, "width": width })
    }).collect();
    let measures: Vec<Value> = answer
        .measures
        .iter()
        .map(|head| json!({ "id": head.term.to_string(), "label": head.label, "unit": head.unit, "unknown": head.n_unknown }))
        .collect();
    let is_time = |nth: usize| matches!(answer.dimensions.get(nth).map(|head| head.scale), Some(Scale::Time { .. }));
    let rows: Vec<Value> = answer
        .rows
        .iter()
        .map(|row| {
            let values = row.values.iter().enumerate().map(|(nth, value)| one(value, is_time(nth)));
            json!({ "values": values.collect::<Vec<_>>(), "figures": row.figures, "filter": row.filter() })
        })
        .collect();
    let document = json!({
        "schema": 1,
        "dimensions": dimensions,
        "measures": measures,
        "rows": rows,
        "rows_in_all": answer.n_rows,
        "total": answer.total,
        "others": if answer.others.is_empty() { Value::Null } else { json!(answer.others) },
        "notes": answer.notes,
    });
    format!("{}\n", visible::json(&format!("{document:#}")))
}

/// A value: a time in seconds since 1970, a name as a text, and what is none as null.
fn one(value: &AnswerValue, is_time: bool) -> Value {
    match value.kind {
        ValueKind::Value if is_time => json!(time::seconds(value.at)),
        ValueKind::Value | ValueKind::Others => json!(value.text),
        ValueKind::Nothing | ValueKind::Unknown => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::explore::{AnswerRow, DimensionHead, MeasureHead, Term};

    #[test]
    fn rows_are_lines_and_what_is_unknown_is_empty() {
        let text = |text: &str, kind| AnswerValue { text: text.to_owned(), kind, ..AnswerValue::default() };
        let row = |value, figure| AnswerRow { values: vec![value], figures: vec![figure, Some(1.5)] };
        let measure = |id: &str| MeasureHead { term: Term::new(id), ..MeasureHead::default() };
        let answer = Answer {
            dimensions: vec![DimensionHead { term: Term::of("column", "=a,b"), ..DimensionHead::default() }],
            measures: vec![measure("bytes"), measure("duration_mean")],
            rows: vec![
                row(text("=cmd|x", ValueKind::Value), Some(2e9)),
                row(text("(unknown)", ValueKind::Unknown), None),
            ],
            others: vec![Some(7.0), None],
            ..Answer::default()
        };
        let written = String::from_utf8(csv(&answer)).unwrap();
        assert_eq!(
            written,
            "\"column==a,b\",bytes,duration_mean\n'=cmd|x,2000000000,1.5\n(unknown),,1.5\n(others),7,\n"
        );
        let objects: Vec<Value> = lines(&answer).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects[0], json!({"column==a,b": "=cmd|x", "bytes": 2e9, "duration_mean": 1.5}));
        assert_eq!((objects.len(), &objects[1]["bytes"]), (2, &Value::Null));
        let document: Value = serde_json::from_str(&json(&answer)).unwrap();
        assert_eq!(document["rows"][1]["values"][0], Value::Null);
        assert_eq!(document["rows"][1]["figures"], json!([null, 1.5]));
        assert_eq!(document["others"], json!([7.0, null]));
    }
}
