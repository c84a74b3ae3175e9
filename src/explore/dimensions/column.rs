//! The values of a column of a table.

use crate::explore::dimension::{Asked, Dimension, Takes, Values, words};
use crate::explore::filter;
use crate::explore::key::Key;
use crate::stats::rows::cell;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("column", "Column", "Columns"),
    "The values of a column of a table, as column=Label.",
    |_, _, _| (),
)
.found(Values::Cell(value))
.taking(Takes::Column)
.of_data()
.filtered(filters);

/// Texts have one where rows are no flows.
fn filters(key: Key, asked: &Asked<'_>) -> Option<String> {
    let Key::Cell(own) = key else { return None };
    let heading = &asked.sources.rows?.layout().columns.get(asked.column?)?.name;
    (asked.sources.has_rows_only() && cell::code(own).is_some()).then(|| filter::cell(heading, &words(key, asked)))
}

/// The value of a cell.
pub fn value(bits: u64, _: &Asked<'_>) -> Key {
    match bits {
        cell::MISSING => Key::Nothing,
        other if cell::code(other) == Some(cell::OTHER) => Key::Others,
        other => Key::Cell(other),
    }
}
