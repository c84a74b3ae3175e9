//! How a table was read, for the JSON document: each column with what it is taken for and why.

use crate::model::rows::{Column, Layout};
use serde::Serialize;

/// A table.
#[derive(Serialize)]
pub struct TableOut<'a> {
    dialect: &'a str,
    written: &'a str,
    time_unit: &'a str,
    date_order: &'a str,
    label: Option<&'a str>,
    columns: Vec<ColumnOut<'a>>,
}

#[derive(Serialize)]
struct ColumnOut<'a> {
    name: &'a str,
    role: &'static str,
    reason: &'static str,
}

/// A table as the document has it.
pub fn table<'a>(layout: &'a Layout) -> TableOut<'a> {
    let column =
        |column: &'a Column| ColumnOut { name: &column.name, role: column.role.id(), reason: column.reason.id() };
    TableOut {
        dialect: &layout.dialect,
        written: &layout.written,
        time_unit: &layout.time_unit,
        date_order: &layout.date_order,
        label: layout.label_name(),
        columns: layout.columns.iter().map(column).collect(),
    }
}
