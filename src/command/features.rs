//! `packetloupe features`: every feature of a flow, and what CICFlowMeter is known to do otherwise.

use super::table::table;
use super::{Failure, output};
use crate::flow::features;
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let rows: Vec<Vec<String>> = features::described()
        .map(|f| vec![f.set.to_owned(), f.name, f.unit.to_owned(), f.formula, f.known_bug.to_owned()])
        .collect();
    table(&["SET", "NAME", "UNIT", "FORMULA", "KNOWN BUG OF CICFLOWMETER V4"], &rows)
}

fn as_json() -> String {
    let features: Vec<Value> = features::described()
        .map(
            |f| json!({ "set": f.set, "name": f.name, "unit": f.unit, "formula": f.formula, "known_bug": f.known_bug }),
        )
        .collect();
    format!("{:#}\n", Value::Array(features))
}
