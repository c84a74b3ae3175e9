//! `packetloupe settings`: every setting; and the file that `analyze --settings` takes.

use super::table::table;
use super::{Failure, output};
use crate::model::quantity::plain;
use crate::pipeline;
use crate::settings::{Descriptor, Effect, Settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
                "effect": match d.effect { Effect::Judge => "judge", Effect::Read => "read" },
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(settings))
}

/// Settings from a JSON object of ids and numbers, and a warning for each that is not usable.
pub fn from_file(path: &Path) -> Result<(Settings, Vec<String>), Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    let given: BTreeMap<String, Value> =
        serde_json::from_str(&text).map_err(|error| cannot(&format!("not a JSON object of settings: {error}")))?;
    Ok(from_values(&given))
}

fn from_values(given: &BTreeMap<String, Value>) -> (Settings, Vec<String>) {
    let known: Vec<Descriptor> = pipeline::descriptors().into_iter().copied().collect();
    // What is no number is not usable either way, so it goes the way of a number that is not.
    let numbers = given.iter().map(|(id, value)| (id.clone(), value.as_f64().unwrap_or(f64::NAN))).collect();
    let (settings, ignored) = Settings::from_map(&numbers, &known);
    let warnings = ignored.iter().map(|id| {
        let Some(d) = known.iter().find(|d| d.id == id) else {
            return format!("setting {id} is not known; see `packetloupe settings`");
        };
        let value = given.get(id).map(Value::to_string).unwrap_or_default();
        let kind = if d.is_whole { "a whole number" } else { "a number" };
        let range = format!("{} to {}", plain(d.min), plain(d.max));
        format!("setting {id} is {value}, not {kind} from {range}; the default {} is used", plain(d.default))
    });
    (settings, warnings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_usable_is_said_once_each_and_the_rest_is_used() {
        let given = [
            ("flow.idle_timeout", json!(60)),
            ("flow.active_timeout", json!(-1)),
            ("flow.most", json!("many")),
            ("seed", json!(0.5)),
            ("no.such", json!(1)),
        ];
        let (settings, warnings) = from_values(&given.map(|(id, value)| (id.to_owned(), value)).into());
        assert_eq!(settings.changed().iter().collect::<Vec<_>>(), [(&"flow.idle_timeout".to_owned(), &60.0)]);
        assert_eq!(warnings.len(), 4);
        assert!(warnings.iter().any(|w| w.contains("no.such is not known")));
        assert!(
            warnings.iter().any(|w| w.contains("flow.most is \"many\", not a whole number from 4,096 to 5,000,000"))
        );
    }
}
