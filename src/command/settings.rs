//! `packetloupe settings`: every setting; and the file that `analyze --settings` takes.

use super::table::table;
use super::{Failure, output};
use crate::attach;
use crate::model::format::quantity::plain;
use crate::pipeline;
use crate::settings::{Descriptor, Kind, OnChange, Settings, file};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let rows: Vec<Vec<String>> = pipeline::descriptors()
        .into_iter()
        .map(|d| vec![d.id.to_owned(), default(d), d.unit.to_owned(), range(d), d.label.to_owned()])
        .collect();
    table(&["ID", "DEFAULT", "UNIT", "RANGE", "LABEL"], &rows)
}

fn default(d: &Descriptor) -> String {
    match d.kind() {
        Kind::Choice(choices) => choices.at(d.default).map_or("", |choice| choice.id).to_owned(),
        Kind::Networks => "inferred".to_owned(),
        _ => plain(d.default),
    }
}

fn range(d: &Descriptor) -> String {
    match d.kind() {
        Kind::Choice(choices) => format!("one of {}, see --json", choices.choices.len()),
        Kind::Networks => "networks as 10.0.0.0/8, 192.168.0.0/16".to_owned(),
        _ => format!("{} to {}", plain(d.min), plain(d.max)),
    }
}

/// What a setting lets choose from: ids and names. Nothing for other settings.
fn choices(d: &Descriptor) -> Option<Vec<Value>> {
    let Kind::Choice(choices) = d.kind() else { return None };
    Some(choices.choices.iter().map(|choice| json!({ "id": choice.id, "label": choice.label })).collect())
}

fn as_json() -> String {
    let settings: Vec<Value> = pipeline::descriptors()
        .into_iter()
        .map(|d| {
            json!({
                "id": d.id,
                "label": d.label,
                "kind": d.kind().id(),
                "choices": choices(d),
                "help": d.help,
                "unit": d.unit,
                "min": (!d.is_networks).then_some(d.min),
                "max": (!d.is_networks).then_some(d.max),
                "default": if d.is_networks { json!("") } else { json!(d.default) },
                "is_whole": d.is_whole,
                "effect": match d.on_change { OnChange::Evaluate => "evaluate", OnChange::Read => "read" },
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(settings))
}

/// Settings from a file, whose warnings are said; the defaults without one.
pub fn or_default(path: Option<&Path>) -> Result<Settings, Failure> {
    let Some(path) = path else { return Ok(Settings::default()) };
    let (settings, warnings) = from_file(path)?;
    warnings.iter().for_each(|warning| output::notice(warning));
    Ok(settings)
}

/// Settings from a file, and a warning for each part that is not usable.
pub fn from_file(path: &Path) -> Result<(Settings, Vec<String>), Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    file::read(&text, &attach::known_settings()).map_err(|error| cannot(&error))
}
