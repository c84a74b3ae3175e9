//! `packetloupe methods`: every method that learns without labels which rows are unusual.

use super::table::table;
use super::{Failure, output};
use crate::learn::{CONSENSUS, METHODS};
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let cells = |id: &str| if CONSENSUS.contains(&id) { "yes" } else { "" };
    let rows: Vec<Vec<String>> = METHODS
        .iter()
        .map(|method| [method.id, method.label, cells(method.id), method.help].map(str::to_owned).to_vec())
        .collect();
    table(&["ID", "NAME", "CONSENSUS", "UNUSUAL TO IT"], &rows)
}

fn as_json() -> String {
    let methods: Vec<Value> = METHODS
        .iter()
        .map(|method| {
            json!({
                "id": method.id,
                "name": method.label,
                "in_consensus": CONSENSUS.contains(&method.id),
                "help": method.help,
                "fails": method.fails,
                "source": method.source,
                "explains": method.explains,
                "parameters": method.parameters.iter().map(|parameter| json!({
                    "id": parameter.id,
                    "label": parameter.label,
                    "help": parameter.help,
                    "unit": parameter.unit,
                    "default": parameter.default,
                    "min": parameter.min,
                    "max": parameter.max,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(methods))
}
