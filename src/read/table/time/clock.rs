//! A time of day and what stands behind it (AM or PM, a zone, a year) to seconds since midnight UTC.

use super::cursor::Cursor;
use super::date::Date;
use super::words;

/// A time of day.
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

/// Minutes east of UTC that stand at the end: outer none if something else does, inner none if the zone is not known. A
/// year may stand there too, as in ctime.
pub(super) fn zone(rest: &mut Cursor<'_>, date: &mut Option<Date>) -> Option<Option<i64>> {
    let mut minutes = None;
    let mut is_known = true;
    loop {
        rest.skip(b" \t");
        let Some(next) = rest.peek() else { break };
        match next {
            b'+' | b'-' => {
                let sign = if rest.one_of(b"-").is_some() { -1 } else { 1 };
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
                // A comment: the zone once more, by its name.
                rest.0 = rest.0.get(rest.0.iter().position(|byte| matches!(byte, b')' | b']'))? + 1..)?;
            }
            _ => {
                let n = rest.0.iter().take_while(|byte| byte.is_ascii_alphabetic() || b" ./_".contains(byte)).count();
                let (name, behind) = rest.0.split_at_checked(n).filter(|(name, _)| !name.is_empty())?;
                rest.0 = behind;
                let named = words::zone(name);
                is_known &= named.is_some() || minutes.is_some();
                minutes = minutes.or(named);
            }
        }
    }
    Some(if is_known { Some(minutes.unwrap_or(0)) } else { None })
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
