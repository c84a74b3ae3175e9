//! The values of a column of a table.

use crate::explore::dimension::{Asked, Dimension, Takes, Values};
use crate::explore::key::Key;
use crate::stats::rows::cell;

/// See the file.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("column", "Column", "Columns"),
    "The values of a column of a table, as column=Label.",
    |_, _, _| (),
)
.found(Values::Cell(value))
.taking(Takes::Column);

/// The value of a cell.
pub fn value(bits: u64, _: &Asked<'_>) -> Key {
    match bits {
        cell::MISSING => Key::Nothing,
        other if cell::code(other) == Some(cell::OTHER) => Key::Others,
        other => Key::Cell(other),
    }
}
