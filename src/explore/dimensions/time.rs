//! Intervals of time.

use crate::explore::axis;
use crate::explore::dimension::{Asked, Dimension, Takes, Values, words};
use crate::explore::key::Key;
use crate::model::format::time;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("time", "Time", "Time"),
    "Intervals of equal width, as time=10s, or about so many, as time=~50; without either, as suits the selection.",
    |_, _, _| (),
)
.found(Values::Moment(place))
.taking(Takes::Width)
.in_steps(0, text);

fn place(ns: i64, asked: &Asked<'_>) -> Option<i64> {
    let place = ns.saturating_add(axis::shift(asked.offset_minutes)).div_euclid(asked.width_ns.max(1)) - asked.first;
    (0..asked.n).contains(&place).then_some(place)
}

/// Start of an interval, ns since 1970.
pub fn start(place: i64, asked: &Asked<'_>) -> i64 {
    (asked.first.saturating_add(place)).saturating_mul(asked.width_ns).saturating_sub(axis::shift(asked.offset_minutes))
}

fn text(key: Key, asked: &Asked<'_>) -> String {
    let Key::At(place) = key else { return words(key, asked) };
    let text = time::text(start(place, asked), asked.offset_minutes);
    let digits = match asked.width_ns {
        w if w % time::SECOND == 0 => 19,
        w if w % 1_000_000 == 0 => 23,
        _ => 26,
    };
    text.get(..digits).unwrap_or(&text).to_owned()
}
