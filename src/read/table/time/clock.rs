//! A time of day and what stands behind it (AM or PM, a zone, a year) to seconds since midnight UTC.

use super::cursor::Cursor;
use super::date::Date;
use super::{words, zones};
use crate::model::format::time::days_from_civil;

/// A time of day.
#[derive(Default)]
pub(super) struct Clock {
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub fraction: f64,
    pub has_half: bool,
    pub is_after_noon: bool,
    pub zone_minutes: i64,
    pub has_unknown_zone: bool,
}

impl Clock {
    /// Seconds since midnight UTC.
    pub fn seconds(&self, is_afternoon: bool) -> Option<f64> {
        let hour = match self.hour {
            hour if self.has_half && !(1..=12).contains(&hour) && hour != 0 => hour,
            hour if self.has_half => hour % 12 + if self.is_after_noon { 12 } else { 0 },
            hour if is_afternoon && hour < 8 => hour + 12,
            hour => hour,
        };
        if hour > 24 || self.minute > 59 || self.second > 60 {
            return None;
        }
        let whole = hour * 3600 + (self.minute - self.zone_minutes) * 60 + self.second;
        Some(whole as f64 + self.fraction)
    }
}

/// Hours, minutes, seconds and their parts. Digits alone only behind a date.
pub(super) fn clock(rest: &mut Cursor<'_>, is_dated: bool) -> Option<Clock> {
    let (number, n) = rest.digits()?;
    let (hour, minute, mut second) = match n {
        6 if is_dated => (number / 10_000, number / 100 % 100, number % 100),
        4 if is_dated => (number / 100, number % 100, 0),
        1 | 2 => {
            rest.one_of(b":")?;
            let (minute, _) = rest.digits().filter(|(_, n)| *n <= 2)?;
            (number, minute, 0)
        }
        _ => return None,
    };
    let mut has_seconds = n == 6;
    if n <= 2 && rest.one_of(b":").is_some() {
        (second, _) = rest.digits().filter(|(_, n)| *n <= 2)?;
        has_seconds = true;
    }
    let has_fraction = has_seconds && rest.one_of(b".,").is_some();
    let fraction = if has_fraction { rest.fraction() } else { 0.0 };
    Some(Clock {
        hour,
        minute,
        second,
        fraction,
        has_half: false,
        is_after_noon: false,
        zone_minutes: 0,
        has_unknown_zone: false,
    })
}

/// AM or PM: true after noon.
pub(super) fn half(rest: &mut Cursor<'_>) -> Option<bool> {
    let mut ahead = *rest;
    let is_after_noon = ahead.one_of(b"aApP")?.eq_ignore_ascii_case(&b'p');
    ahead.skip(b".");
    ahead.one_of(b"mM")?;
    ahead.skip(b".");
    if ahead.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    *rest = ahead;
    Some(is_after_noon)
}

/// The zone of a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Zone {
    /// None is named.
    Unnamed,
    /// Minutes east of UTC.
    At(i64),
    /// One is named that is not known.
    Unknown,
}

/// The zone that stands at the end; none if something else does. A year may stand there too, as in ctime.
pub(super) fn zone(rest: &mut Cursor<'_>, date: &mut Option<Date>, clock: &Clock) -> Option<Zone> {
    let mut minutes = None;
    let mut is_known = true;
    // `Etc/GMT+5` is west of UTC (POSIX).
    let mut east = 1;
    loop {
        rest.skip(b" \t");
        let Some(next) = rest.peek() else { break };
        match next {
            b'+' | b'-' => {
                let sign = if rest.one_of(b"-").is_some() { -east } else { east };
                rest.skip(b"+");
                let offset = offset(rest)?;
                // `UTC+1` names it in two pieces.
                minutes = Some(minutes.unwrap_or(0) + sign * offset);
            }
            b'0'..=b'9' => {
                let (year, n) = rest.digits()?;
                let date = date.as_mut().filter(|date| date.year.is_none() && n == 4)?;
                date.year = Some(year);
            }
            b'(' | b'[' => {
                // A comment: mostly the zone once more, by its name.
                let end = rest.0.iter().position(|byte| matches!(byte, b')' | b']'))?;
                minutes = minutes.or_else(|| named(rest.0.get(1..end)?, date, clock));
                rest.0 = rest.0.get(end + 1..)?;
            }
            _ => {
                let n = rest.0.iter().take_while(|byte| byte.is_ascii_alphabetic() || b" ./_".contains(byte)).count();
                let (name, behind) = rest.0.split_at_checked(n).filter(|(name, _)| !name.is_empty())?;
                rest.0 = behind;
                east = if name.eq_ignore_ascii_case(b"Etc/GMT") { -1 } else { 1 };
                let named = if east < 0 { Some(0) } else { named(name, date, clock) };
                is_known &= named.is_some() || minutes.is_some();
                minutes = minutes.or(named);
            }
        }
    }
    Some(if is_known { minutes.map_or(Zone::Unnamed, Zone::At) } else { Zone::Unknown })
}

/// Minutes east of UTC of a zone by its name; of one that is named after a place, at this moment.
fn named(name: &[u8], date: &Option<Date>, clock: &Clock) -> Option<i64> {
    if let Some(minutes) = words::zone(name) {
        return Some(minutes);
    }
    let day = date.as_ref().and_then(|date| Some((date.year?, days_from_civil(date.year?, date.month, date.day))));
    zones::minutes(
        name,
        day.zip(clock.seconds(false)).map(|((year, day), of_day)| (year, day * 86_400 + of_day as i64)),
    )
}

/// `01`, `0100`, `01:00`, `1` behind a sign, in minutes.
fn offset(rest: &mut Cursor<'_>) -> Option<i64> {
    let (number, n) = rest.digits()?;
    if n > 2 {
        return Some(number / 100 * 60 + number % 100).filter(|_| n <= 4);
    }
    let minutes = if rest.one_of(b":").is_some() { rest.digits()?.0 } else { 0 };
    Some(number * 60 + minutes)
}
