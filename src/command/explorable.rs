//! `packetloupe dimensions` and `packetloupe measures`: what `packetloupe query` can be asked for.

use super::table::table;
use super::{Failure, output};
use crate::explore::dimension::Takes;
use crate::explore::{DIMENSIONS, MEASURES};
use serde_json::{Value, json};

/// Lists the dimensions.
pub fn dimensions(is_json: bool) -> Result<(), Failure> {
    let all = DIMENSIONS.iter();
    output::print(&if is_json {
        let all = all.map(|d| {
            json!({ "id": d.id, "label": d.label, "group": d.group, "help": d.help, "takes": takes(d.takes),
                "ordered": d.steps.is_some(), "overlapping": d.is_overlapping })
        });
        format!("{:#}\n", Value::Array(all.collect()))
    } else {
        let rows: Vec<Vec<String>> =
            all.map(|d| [d.id, d.label, d.group, takes(d.takes), d.help].map(str::to_owned).to_vec()).collect();
        table(&["ID", "NAME", "GROUP", "TAKES", "MEANS"], &rows)
    })
}

/// Lists the measures.
pub fn measures(is_json: bool) -> Result<(), Failure> {
    let all = MEASURES.iter();
    output::print(&if is_json {
        let all = all.map(|m| {
            json!({ "id": m.id, "label": m.label, "unit": m.unit, "group": m.group, "help": m.help, "takes": takes(m.takes) })
        });
        format!("{:#}\n", Value::Array(all.collect()))
    } else {
        let rows: Vec<Vec<String>> =
            all.map(|m| [m.id, m.label, m.unit, m.group, takes(m.takes), m.help].map(str::to_owned).to_vec()).collect();
        table(&["ID", "NAME", "UNIT", "GROUP", "TAKES", "MEANS"], &rows)
    })
}

/// What stands behind `=`.
fn takes(takes: Takes) -> &'static str {
    match takes {
        Takes::Nothing | Takes::Label => "",
        Takes::Width => "a width of time",
        Takes::Field => "a field",
        Takes::Column => "a column",
        Takes::Numbers => "a column of numbers",
    }
}
