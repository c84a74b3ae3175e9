//! The scale of time and of a column's numbers: round steps that suit a span.

use crate::model::format::time::{self, DAY, HOUR, MINUTE, SECOND};

/// Intervals that a span is divided into, at most, if no width is asked for.
const MOST_USUAL: i64 = 240;
/// Intervals that can be asked for, at most.
pub const MOST: i64 = 60_000;
/// Bins of a column, at most about.
const MOST_BINS: f64 = 40.0;

/// Round widths of more than a day: whole weeks.
const LONGER: [i64; 3] = [7 * DAY, 28 * DAY, 364 * DAY];

/// Intervals of equal width.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Axis {
    /// Number of the first interval, counted from 1970 on the clock of the question.
    pub first: i64,
    /// Width, ns.
    pub width_ns: i64,
    /// Intervals.
    pub n: i64,
}

/// The intervals from one time to another, ns since 1970; none if the second is before the first.
///
/// # Errors
/// The width makes too many intervals.
pub fn time(from: i64, to: i64, width_ns: Option<i64>, offset_minutes: i32) -> Result<Option<Axis>, String> {
    if to < from {
        return Ok(None);
    }
    let width_ns = width_ns.unwrap_or_else(|| usual(to - from));
    let place = |ns: i64| ns.saturating_add(shift(offset_minutes)).div_euclid(width_ns);
    let n = place(to) - place(from) + 1;
    if n > MOST {
        return Err(format!("intervals of this width are too many: {n}, at most {MOST} can be counted"));
    }
    Ok(Some(Axis { first: place(from), width_ns, n }))
}

/// What is added to a time before it is divided into intervals.
pub fn shift(offset_minutes: i32) -> i64 {
    i64::from(offset_minutes) * MINUTE
}

/// The round width of intervals if none is asked for.
fn usual(span: i64) -> i64 {
    round(span, MOST_USUAL)
}

/// The smallest round width of which no more than so many fit into a span.
pub fn round(span: i64, most: i64) -> i64 {
    time::round_span(1000, &LONGER, |width| span / width < most).unwrap_or(3640 * DAY)
}

/// A width of time as `10s`, `250ms`, `5min`, `1h` or `1d`, ns.
pub fn width(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let unit = match unit.trim() {
        "ns" => 1,
        "us" | "µs" => 1000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" | "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit).filter(|width| (1..=3640 * DAY).contains(width))
}

/// Round bins for numbers from `least` to `most`: number of the first bin, width, bins.
pub fn bins(least: f64, most: f64) -> (i64, f64, i64) {
    let rough = (most - least) / MOST_BINS;
    if !(rough.is_finite() && rough > 0.0) {
        return (least.floor() as i64, 1.0, 1);
    }
    let mut power = 1.0;
    while power > rough {
        power /= 10.0;
    }
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    let width = [2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|width| *width >= rough);
    let width = width.unwrap_or(power * 10.0);
    let (first, last) = ((least / width).floor() as i64, (most / width).floor() as i64);
    (first, width, last - first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_round_and_few() {
        for span in [1, 999, 5_000_000, SECOND, 74 * SECOND, 4 * HOUR, 400 * DAY, 50_000 * DAY] {
            let width = usual(span);
            assert!(span / width < MOST_USUAL && width >= 1000, "{span}");
        }
        assert_eq!((usual(74 * SECOND), usual(DAY)), (500_000_000, 10 * MINUTE));
        assert_eq!(
            [width("10s"), width("5min"), width("250ms"), width("0s"), width("s"), width("1 y")]
                .map(|w| w.unwrap_or(0)),
            [10 * SECOND, 5 * MINUTE, 250_000_000, 0, 0, 0]
        );
    }

    #[test]
    fn bins_hold_all_numbers_in_round_steps() {
        for (least, most) in [(0.0, 1.0), (-3.0, 7.5), (1e6, 1e6 + 1.0), (0.0, 4e18), (5.0, 5.0), (1e-9, 3e-9)] {
            let (first, width, n) = bins(least, most);
            assert!(first as f64 * width <= least && (first + n) as f64 * width > most, "{least} {most}");
            assert!(n <= 50, "{n}");
        }
        assert_eq!(bins(0.0, 100.0), (0, 5.0, 21));
    }
}
