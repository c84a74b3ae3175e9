//! `packetloupe fields`: every field that filters can name, with its type and meaning.

use super::table::table;
use super::{Failure, output};
use crate::filter::{self, FieldType, KnownBy};
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let row = |field: &filter::Field| vec![field.id.to_owned(), field.kind.name().to_owned(), field.help.to_owned()];
    table(&["FIELD", "TYPE", "MEANING"], &filter::all().iter().map(row).collect::<Vec<_>>())
}

fn as_json() -> String {
    let one = |field: &filter::Field| {
        let names: Vec<Value> = match field.kind {
            FieldType::Named(names) => {
                names.iter().map(|(number, name)| json!({ "number": number, "name": name })).collect()
            }
            _ => Vec::new(),
        };
        let of = match field.known {
            KnownBy::Side | KnownBy::Flow => "flow",
            KnownBy::Index | KnownBy::Packet => "packet",
        };
        json!({ "id": field.id, "type": field.kind.name(), "meaning": field.help, "of": of, "names": names })
    };
    format!("{:#}\n", Value::Array(filter::all().iter().map(one).collect()))
}
