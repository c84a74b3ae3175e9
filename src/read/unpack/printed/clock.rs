//! Times as they are printed before packets to nanoseconds since 1970, also where the day is missing.

use crate::model::format::time::days_from_civil;

const DAY_NS: i64 = 86_400_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;
/// What comes so much earlier than what was before is of the next day.
const NEXT_DAY_NS: i64 = DAY_NS / 2;

/// Counts days where times have none: the first is that of 1970-01-01.
#[derive(Default)]
pub struct Clock {
    day: i64,
    before_ns: i64,
    has_undated: bool,
}

impl Clock {
    /// The time at the front of a line: a date and a time of day, a time of day, or seconds since 1970.
    pub fn read(&mut self, line: &[u8]) -> Option<i64> {
        let text = std::str::from_utf8(line.get(..line.len().min(40))?).ok()?.trim_start();
        let mut words = text.split_ascii_whitespace();
        let first = words.next()?;
        let time_ns = if let Some(days) = date(first) {
            days * DAY_NS + time_of_day(words.next()?)?
        } else if let Some(of_day) = time_of_day(first) {
            self.undated(of_day)
        } else {
            epoch(first)?
        };
        self.before_ns = time_ns;
        Some(time_ns)
    }

    /// A time of day, of the day that it must be of.
    pub fn undated(&mut self, of_day_ns: i64) -> i64 {
        if self.has_undated && self.day * DAY_NS + of_day_ns + NEXT_DAY_NS < self.before_ns {
            self.day += 1;
        }
        self.has_undated = true;
        self.before_ns = self.day * DAY_NS + of_day_ns;
        self.before_ns
    }

    /// The time of a packet that has none: just behind the one before.
    pub fn next(&mut self) -> i64 {
        let time_ns = if self.has_undated || self.before_ns > 0 { self.before_ns + 1000 } else { 0 };
        (self.has_undated, self.before_ns) = (true, time_ns);
        time_ns
    }

    /// True if there were times without a day.
    pub fn has_undated(&self) -> bool {
        self.has_undated
    }
}

/// `2021-05-04` as the number of its day.
fn date(word: &str) -> Option<i64> {
    let mut parts = word.split(['-', '/']).map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let is_date = (1970..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (is_date && parts.next().is_none()).then(|| days_from_civil(year, month, day))
}

/// `15:04:00.000001` in nanoseconds.
fn time_of_day(word: &str) -> Option<i64> {
    let mut parts = word.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds_ns = decimal(parts.next()?)?;
    let is_time = (0..24).contains(&hours) && (0..60).contains(&minutes) && seconds_ns < 61 * SECOND_NS;
    (is_time && parts.next().is_none()).then(|| (hours * 60 + minutes) * 60 * SECOND_NS + seconds_ns)
}

/// Seconds since 1970 with a fraction.
fn epoch(word: &str) -> Option<i64> {
    decimal(word).filter(|ns| word.contains('.') && *ns > 100_000_000 * SECOND_NS)
}

/// Seconds with or without a fraction, in nanoseconds.
fn decimal(word: &str) -> Option<i64> {
    let (whole, fraction) = word.split_once(['.', ',']).unwrap_or((word, ""));
    let is_number = !whole.is_empty() && whole.len() <= 10 && fraction.len() <= 12;
    let is_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let nanos: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    if !is_number || !is_digits {
        return None;
    }
    whole.parse::<i64>().ok()?.checked_mul(SECOND_NS)?.checked_add(nanos.parse().ok()?)
}
