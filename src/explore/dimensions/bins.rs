//! The numbers of a column of a table in bins of equal width.

use crate::explore::dimension::{Dimension, Takes, Values, words};
use crate::explore::key::Key;
use crate::model::format::quantity::plain;
use crate::stats::rows::cell;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("bins", "Column in bins", "Columns"),
    "The numbers of a column of a table in bins of equal, round width, as bins=Duration.",
    |_, _, _| (),
)
.found(Values::Cell(|bits, asked| match cell::as_number(bits) {
    Some(value) if value.is_finite() => Key::At((value / asked.width).floor() as i64 - asked.first),
    Some(_) => Key::Word("infinite"),
    None if bits == cell::MISSING => Key::Nothing,
    None => Key::Word("text"),
}))
.taking(Takes::Numbers)
.in_steps(0, |key, asked| match key {
    Key::At(place) => {
        let from = asked.first.saturating_add(place);
        let border = |place: i64| plain(place as f64 * asked.width);
        if asked.width == 1.0 { border(from) } else { format!("{} to {}", border(from), border(from + 1)) }
    }
    other => words(other, asked),
});
