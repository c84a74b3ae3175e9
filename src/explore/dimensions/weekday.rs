//! The day of the week.

use crate::explore::axis;
use crate::explore::dimension::{Dimension, Values, words};
use crate::explore::key::Key;
use crate::model::format::time::SECOND;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// 1970 began on a Thursday.
const FIRST: i64 = 3;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("weekday", "Weekday", "Time"),
    "The day of the week, on the clock that times are shown in.",
    |_, _, _| (),
)
.found(Values::Moment(|ns, asked| {
    let is_relative = asked.sources.rows.is_some_and(|rows| rows.layout().has_relative_times);
    let days = ns.saturating_add(axis::shift(asked.offset_minutes)).div_euclid(86_400 * SECOND);
    (!is_relative).then(|| (days + FIRST).rem_euclid(7))
}))
.in_steps(7, |key, asked| match key {
    Key::At(day) => DAYS.get(day as usize).copied().unwrap_or_default().to_owned(),
    other => words(other, asked),
});
