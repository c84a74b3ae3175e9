//! The hour of the day.

use crate::explore::axis;
use crate::explore::dimension::{Asked, Dimension, Values, words};
use crate::explore::key::Key;
use crate::model::format::time::SECOND;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("hour", "Hour of the day", "Time"),
    "The hour of the day, 00 to 23, on the clock that times are shown in.",
    |_, _, _| (),
)
.found(Values::Moment(|ns, asked| {
    let is_clock = !has_relative_times(asked);
    is_clock.then(|| ns.saturating_add(axis::shift(asked.offset_minutes)).div_euclid(3600 * SECOND).rem_euclid(24))
}))
.in_steps(24, |key, asked| match key {
    Key::At(hour) => format!("{hour:02}:00"),
    other => words(other, asked),
});

/// Times that count from the start of a capture say nothing of the clock.
fn has_relative_times(asked: &Asked<'_>) -> bool {
    asked.sources.rows.is_some_and(|rows| rows.layout().has_relative_times)
}
