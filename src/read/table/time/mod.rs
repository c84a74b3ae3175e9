//! Reads dates and times as tables write them into seconds since 1970. A time without a zone is taken as UTC.

mod calendar;
mod cursor;
pub mod numeric;
mod words;

use crate::model::format::time::days_from_civil;
pub use calendar::{days_in_name, year};
use cursor::Cursor;

/// Which comes first where the year comes last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// `28/02/2018`
    #[default]
    DayFirst,
    /// `02/28/2018`
    MonthFirst,
}

/// How the dates of a table are written, as far as a single one does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DateFormat {
    /// Order of day and month.
    pub order: Order,
    /// The year of dates that name none; 0 if it is not known, which counts as 1970.
    pub year: u16,
    /// Hours before eight are in the afternoon: CICFlowMeter wrote twelve hours without AM or PM for the data sets of
    /// 2017 and 2018, whose captures run from eight to six.
    pub is_afternoon: bool,
}

/// What a text names of a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parts {
    /// Date and time of day.
    Whole,
    /// A date.
    Date,
    /// A time of day: seconds since midnight.
    Clock,
    /// Month, day and time of day without a year.
    NoYear,
}

/// A moment as a text names it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stamp {
    /// Seconds since 1970 UTC; of a time of day, since midnight.
    pub seconds: f64,
    /// What the text names.
    pub parts: Parts,
    /// The two numbers that stand before the year, as written, where either may be the day.
    pub pair: Option<Pair>,
    /// The hour as written, and whether AM or PM stands behind it.
    pub hour: Option<(u8, bool)>,
    /// A zone is named that is not known.
    pub has_unknown_zone: bool,
}

/// Day and month, or month and day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    /// What stands first.
    pub first: u8,
    /// What stands second.
    pub second: u8,
    /// What parts them: dots always stand behind the day.
    pub mark: u8,
    /// One of them has a digit alone.
    pub is_short: bool,
}

/// The longest text that can be a moment: a date with nanoseconds and the name of a zone.
const MOST_BYTES: usize = 72;
/// The shortest: `1:02`.
const LEAST_BYTES: usize = 4;

/// Years that captures are from, and some to come.
const YEARS: std::ops::Range<i64> = 1970..2200;

/// What a date says.
struct Date {
    year: Option<i64>,
    month: i64,
    day: i64,
    pair: Option<Pair>,
}

/// The moment that a text names, if it names one.
pub fn read(text: &[u8], format: DateFormat) -> Option<Stamp> {
    let text = bare(text);
    // Go writes its monotonic clock behind the time.
    let text = memchr::memmem::find(text, b" m=").map_or(text, |end| text.get(..end).unwrap_or_default());
    if !(LEAST_BYTES..=MOST_BYTES).contains(&text.len()) {
        return None;
    }
    if let Some(seconds) = json_date(text) {
        return Some(Stamp { seconds, parts: Parts::Whole, pair: None, hour: None, has_unknown_zone: false });
    }
    let mut rest = Cursor(text);
    let mut date = date(&mut rest, format.order);
    if date.is_some() {
        if rest.0.is_empty() {
            return stamp(date?, None, format);
        }
        pass_between(&mut rest)?;
    } else {
        rest = Cursor(text);
    }
    let mut clock = clock(&mut rest, date.is_some())?;
    rest.skip(b" \t");
    let half = half(&mut rest);
    clock.has_half = half.is_some();
    clock.is_after_noon = half.unwrap_or(false);
    let zone = zone(&mut rest, &mut date)?;
    clock.zone_minutes = zone.unwrap_or(0);
    clock.has_unknown_zone = zone.is_none();
    match date {
        Some(date) => stamp(date, Some(clock), format),
        None => Some(Stamp {
            seconds: clock.seconds(false)?,
            parts: Parts::Clock,
            pair: None,
            hour: Some((clock.hour as u8, clock.has_half)),
            has_unknown_zone: clock.has_unknown_zone,
        }),
    }
}

/// The moment of a text in a column where any may stand: only those that begin with a date in numbers.
pub fn parse(cell: &[u8], format: DateFormat) -> Option<f64> {
    let is_mark = |at: usize| cell.get(at).is_some_and(|byte| matches!(byte, b'/' | b'-' | b'.'));
    if cell.len() < 8 || !(is_mark(4) || is_mark(2) || is_mark(1)) {
        return None;
    }
    read(cell, format).filter(|stamp| matches!(stamp.parts, Parts::Whole | Parts::Date)).map(|stamp| stamp.seconds)
}

/// Without the quotes and brackets around it.
fn bare(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    let inside = |open: u8, close: u8| text.strip_prefix(&[open]).and_then(|text| text.strip_suffix(&[close]));
    inside(b'[', b']').or_else(|| inside(b'"', b'"')).or_else(|| inside(b'\'', b'\'')).unwrap_or(text).trim_ascii()
}

/// `/Date(1545770950000+0100)/`: milliseconds since 1970 UTC; the zone only says where it was written.
fn json_date(text: &[u8]) -> Option<f64> {
    // The slashes may stand behind the marks by which JSON quotes them.
    let inside = text.strip_prefix(b"\\").unwrap_or(text).strip_prefix(b"/Date(")?.strip_suffix(b"/")?;
    let inside = inside.strip_suffix(b"\\").unwrap_or(inside).strip_suffix(b")")?;
    let n = inside.iter().skip(1).position(|byte| matches!(byte, b'+' | b'-')).map_or(inside.len(), |n| n + 1);
    let milliseconds: i64 = std::str::from_utf8(inside.get(..n)?).ok()?.parse().ok()?;
    Some(milliseconds as f64 / 1e3)
}

/// The date that stands at the front.
fn date(rest: &mut Cursor<'_>, order: Order) -> Option<Date> {
    if rest.peek().is_some_and(|byte| !byte.is_ascii_digit()) {
        let word = rest.word()?;
        if let Some(month) = words::month(word) {
            return month_first(rest, month);
        }
        // The name of a weekday, as in RFC 2822 and in ctime.
        rest.skip(b".");
        if rest.skip(b", ") == 0 || word.len() > 12 {
            return None;
        }
        if rest.peek().is_some_and(|byte| !byte.is_ascii_digit()) {
            let month = words::month(rest.word()?)?;
            return month_first(rest, month);
        }
    }
    let (first, n) = rest.digits()?;
    match n {
        8 if matches!(rest.peek(), Some(b'T' | b't' | b' ' | b'_' | b'-')) => {
            Some(Date { year: Some(first / 10_000), month: first / 100 % 100, day: first % 100, pair: None })
        }
        4 => year_first(rest, first),
        1 | 2 => day_first(rest, first, n, order),
        _ => None,
    }
}

/// `2018-12-25`, `2018/12/25`, `2018-Dec-25`, `2018 Dec 25`.
fn year_first(rest: &mut Cursor<'_>, year: i64) -> Option<Date> {
    let mark = rest.one_of(b"-/. ")?;
    let month = if rest.peek()?.is_ascii_digit() && mark != b' ' {
        rest.digits().filter(|(_, n)| *n <= 2)?.0
    } else {
        words::month(rest.word()?)?
    };
    rest.one_of(&[mark])?;
    let (day, n) = rest.digits()?;
    (n <= 2).then_some(Date { year: Some(year), month, day, pair: None })
}

/// `Dec 25, 2018`, `Dec 25th 2018`, `Dec-25-18`, `Dec 25 ` before a time of day.
fn month_first(rest: &mut Cursor<'_>, month: i64) -> Option<Date> {
    rest.skip(b".");
    if rest.skip(b" -/") == 0 {
        return None;
    }
    let (day, _) = rest.digits().filter(|(_, n)| *n <= 2)?;
    let _ = [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|end| rest.pass(end));
    let year = behind(rest);
    Some(Date { year, month, day, pair: None })
}

/// The year behind day and month, if one stands there and not a time of day.
fn behind(rest: &mut Cursor<'_>) -> Option<i64> {
    let mut ahead = *rest;
    let mark = ahead.peek()?;
    ahead.skip(b".");
    if ahead.skip(b",-/ ") == 0 && mark != b'.' {
        return None;
    }
    let (number, n) = ahead.digits()?;
    let is_year = match n {
        4 => true,
        2 => matches!(mark, b'-' | b'/') && ahead.peek() != Some(b':'),
        _ => false,
    };
    is_year.then(|| {
        *rest = ahead;
        full_year(number, n)
    })
}

/// Of two digits, those from 70 on are of the last century.
fn full_year(year: i64, n_digits: usize) -> i64 {
    match (n_digits, year) {
        (1 | 2, 70..) => year + 1900,
        (1 | 2, _) => year + 2000,
        _ => year,
    }
}

/// `25/12/2018`, `12/25/2018`, `25.12.2018`, `25-Dec-2018`, `25 Dec 18`.
fn day_first(rest: &mut Cursor<'_>, first: i64, n_first: usize, order: Order) -> Option<Date> {
    let mark = rest.one_of(b"/-. ").unwrap_or(0);
    rest.skip(b" ");
    if !rest.peek()?.is_ascii_digit() {
        let month = words::month(rest.word()?)?;
        let year = behind(rest);
        return Some(Date { year, month, day: first, pair: None });
    }
    if !matches!(mark, b'/' | b'-' | b'.') {
        return None;
    }
    let (second, n_second) = rest.digits().filter(|(_, n)| *n <= 2)?;
    rest.one_of(&[mark])?;
    let (year, n_year) = rest.digits()?;
    // `1.2.18` is a version rather than a date, unless a time of day follows.
    let is_date = match n_year {
        4 => true,
        2 => mark != b'.' || memchr::memchr(b':', rest.0).is_some(),
        _ => false,
    };
    if !is_date {
        return None;
    }
    let (day, month) = match order {
        // An order that cannot be is turned round.
        Order::MonthFirst if first <= 12 => (second, first),
        Order::DayFirst if second > 12 => (second, first),
        _ => (first, second),
    };
    let is_short = n_first == 1 || n_second == 1;
    let pair = Pair { first: u8::try_from(first).ok()?, second: u8::try_from(second).ok()?, mark, is_short };
    Some(Date { year: Some(full_year(year, n_year)), month, day, pair: Some(pair) })
}

/// What may stand between a date and a time of day.
fn pass_between(rest: &mut Cursor<'_>) -> Option<()> {
    rest.skip(b" \t");
    let _ = rest.one_of(b"Tt,-_:").is_some() || rest.pass(b"at");
    rest.skip(b" \t");
    rest.peek()?.is_ascii_digit().then_some(())
}

/// A time of day.
struct Clock {
    hour: i64,
    minute: i64,
    second: i64,
    fraction: f64,
    has_half: bool,
    is_after_noon: bool,
    zone_minutes: i64,
    has_unknown_zone: bool,
}

impl Clock {
    /// Seconds since midnight UTC.
    fn seconds(&self, is_afternoon: bool) -> Option<f64> {
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
fn clock(rest: &mut Cursor<'_>, is_dated: bool) -> Option<Clock> {
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
fn half(rest: &mut Cursor<'_>) -> Option<bool> {
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
fn zone(rest: &mut Cursor<'_>, date: &mut Option<Date>) -> Option<Option<i64>> {
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

fn stamp(date: Date, clock: Option<Clock>, format: DateFormat) -> Option<Stamp> {
    let has_year = date.year.is_some();
    let year = date.year.unwrap_or(if format.year == 0 { 1970 } else { i64::from(format.year) });
    let most_days =
        if has_year { calendar::days_of_month(year, date.month)? } else { calendar::days_of_month(2000, date.month)? };
    if !(1..=most_days).contains(&date.day) || !YEARS.contains(&year) {
        return None;
    }
    let parts = match (&clock, has_year) {
        (None, true) => Parts::Date,
        (Some(_), true) => Parts::Whole,
        (Some(_), false) => Parts::NoYear,
        (None, false) => return None,
    };
    let is_afternoon = format.is_afternoon && date.pair.is_some();
    let of_day = match &clock {
        Some(clock) => clock.seconds(is_afternoon)?,
        None => 0.0,
    };
    Some(Stamp {
        seconds: days_from_civil(year, date.month, date.day) as f64 * 86_400.0 + of_day,
        parts,
        pair: date.pair,
        hour: clock.as_ref().map(|clock| (clock.hour as u8, clock.has_half)),
        has_unknown_zone: clock.is_some_and(|clock| clock.has_unknown_zone),
    })
}

#[cfg(test)]
mod tests;
