//! `packetloupe settings`: every setting; and the file that `analyze --settings` takes.

use super::table::table;
use super::{Failure, output};
use crate::model::format::quantity::plain;
use crate::pipeline;
use crate::settings::{OnChange, Settings, file};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let rows: Vec<Vec<String>> = pipeline::descriptors()
        .into_iter()
        .map(|d| {
            vec![
                d.id.to_owned(),
                plain(d.default),
                d.unit.to_owned(),
                format!("{} to {}", plain(d.min), plain(d.max)),
                d.label.to_owned(),
            ]
        })
        .collect();
    table(&["ID", "DEFAULT", "UNIT", "RANGE", "LABEL"], &rows)
}

fn as_json() -> String {
    let settings: Vec<Value> = pipeline::descriptors()
        .into_iter()
        .map(|d| {
            json!({
                "id": d.id,
                "label": d.label,
                "help": d.help,
                "unit": d.unit,
                "min": d.min,
                "max": d.max,
                "default": d.default,
                "is_whole": d.is_whole,
                "effect": match d.on_change { OnChange::Evaluate => "judge", OnChange::Read => "read" },
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(settings))
}

/// Settings from a file, and a warning for each part that is not usable.
pub fn from_file(path: &Path) -> Result<(Settings, Vec<String>), Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    file::read(&text, &pipeline::descriptors()).map_err(|error| cannot(&error))
}
