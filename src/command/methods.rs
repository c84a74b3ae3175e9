//! `packetloupe methods`: every method that learns which rows are unusual, and, with labels, what they are.

use super::table::table;
use super::{Failure, output};
use crate::learn::trained::CLASSIFIERS;
use crate::learn::{CONSENSUS, METHODS};
use crate::settings::Descriptor;
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let in_consensus = |id: &str| if CONSENSUS.contains(&id) { "yes" } else { "" };
    let rows: Vec<Vec<String>> = METHODS
        .iter()
        .map(|method| [method.id, method.label, in_consensus(method.id), method.help].map(str::to_owned).to_vec())
        .collect();
    let without = table(&["ID", "NAME", "CONSENSUS", "UNUSUAL TO IT"], &rows);
    let trained = CLASSIFIERS.iter().map(|of| [of.id, of.label, of.help].map(str::to_owned).to_vec());
    let trained = table(&["ID", "NAME", "HOW IT TELLS CLASSES APART"], &trained.collect::<Vec<_>>());
    format!("{without}\nTrained on labels, by `packetloupe train`:\n{trained}")
}

fn parameters(parameters: &[Descriptor]) -> Vec<Value> {
    let one = |parameter: &Descriptor| {
        json!({
            "id": parameter.id,
            "label": parameter.label,
            "help": parameter.help,
            "unit": parameter.unit,
            "default": parameter.default,
            "min": parameter.min,
            "max": parameter.max,
        })
    };
    parameters.iter().map(one).collect()
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
                "parameters": parameters(method.parameters),
                "trained": false,
            })
        })
        .chain(CLASSIFIERS.iter().map(|classifier| {
            json!({
                "id": classifier.id,
                "name": classifier.label,
                "help": classifier.help,
                "fails": classifier.fails,
                "source": classifier.source,
                "parameters": parameters(classifier.parameters),
                "trained": true,
            })
        }))
        .collect();
    format!("{:#}\n", Value::Array(methods))
}
