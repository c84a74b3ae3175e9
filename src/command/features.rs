//! `packetloupe features`: every feature of a flow.

use super::table::table;
use super::{Failure, output};
use crate::flow::features;
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let rows: Vec<Vec<String>> =
        features::described().map(|f| [f.set, f.name, f.unit, f.formula].map(str::to_owned).to_vec()).collect();
    table(&["SET", "NAME", "UNIT", "FORMULA"], &rows)
}

fn as_json() -> String {
    let features: Vec<Value> = features::described()
        .map(|f| json!({ "set": f.set, "name": f.name, "unit": f.unit, "formula": f.formula }))
        .collect();
    format!("{:#}\n", Value::Array(features))
}
