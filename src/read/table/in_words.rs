//! Describes a table and its cells in words for people.

use super::flow::Units;
use super::header::{Form, Header};
use super::time::Order;
use crate::model::format::text;
use crate::model::format::time;
use crate::model::rows::CellValue;

/// A value as a cell shows it; texts are ranges of `texts`.
pub fn value(value: CellValue, texts: &[u8]) -> String {
    match value {
        CellValue::Missing => String::new(),
        CellValue::Number(number) => number.to_string(),
        CellValue::Time(seconds) => time::iso(((seconds * 1e6).round() as i64).saturating_mul(1000)),
        CellValue::Text(start, end) => text::decode(texts.get(start as usize..end as usize).unwrap_or_default()),
    }
}

/// What a table is; of logs the kind is said.
pub fn name(front: &Header) -> String {
    if front.log_name.is_empty() { front.entry.name.to_owned() } else { front.log_name.clone() }
}

/// How a table is written.
pub fn form(front: &Header) -> String {
    let separator = match front.cut.separator {
        b',' => "comma",
        b';' => "semicolon",
        b'\t' => "tab",
        b'|' => "bar",
        _ => "other separator",
    };
    match front.form {
        Form::Delimited => {
            let header = if front.has_header { "" } else { ", no header" };
            format!("CSV, {separator}{header}")
        }
        Form::Zeek => format!("Zeek log, {separator}"),
        Form::Arff => "ARFF".to_owned(),
        Form::JsonLines => "JSON lines".to_owned(),
        Form::JsonList => "JSON list".to_owned(),
        Form::Envelope => "JSON document".to_owned(),
        Form::Lines => front.lines.map_or("text", |lines| lines.written).to_owned(),
    }
}

/// The units of its durations and gaps.
pub fn units(units: Units) -> String {
    let (durations, gaps) = (units.durations.name(), units.gaps.name());
    if durations == gaps { durations.to_owned() } else { format!("{durations}, gaps {gaps}") }
}

/// The order of day and month.
pub fn order(order: Order) -> String {
    match order {
        Order::DayFirst => "day first",
        Order::MonthFirst => "month first",
    }
    .to_owned()
}
