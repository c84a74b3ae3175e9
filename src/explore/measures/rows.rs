//! How many rows of a table.

use crate::explore::measure::{Measure, Measured, Value};

/// The measure's entry in the register.
pub const ENTRY: Measure =
    Measure::of_flows(("rows", "Rows", "rows", "Columns"), "Rows of a table.", |_, _| Measured::Nothing)
        .from(Value::Row(|_| Measured::Known(1.0)));
