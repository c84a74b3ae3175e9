//! The labels of a table: what each row is said to be.

use crate::explore::dimension::{Dimension, Takes, Values};
use crate::explore::key::Key;
use crate::stats::rows::cell;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("label", "Label", "Columns"),
    "What the label column of a table says that a row or flow is.",
    |_, _, _| (),
)
.found(Values::Cell(|bits, _| if bits == cell::MISSING { Key::Nothing } else { Key::Cell(bits) }))
.taking(Takes::Label)
.of_data();
