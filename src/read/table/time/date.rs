//! The front of a text to the date that it names: in numbers or with the name of a month, day, month or year first.

use super::calendar::days_of_month;
use super::cursor::Cursor;
use super::{Order, Pair, words};

/// What a date says.
pub(super) struct Date {
    pub year: Option<i64>,
    pub month: i64,
    pub day: i64,
    pub pair: Option<Pair>,
}

/// The date that stands at the front.
pub(super) fn date(rest: &mut Cursor<'_>, order: Order) -> Option<Date> {
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
    if let Some(date) = day_of_year(rest, year) {
        return Some(date);
    }
    let month = if rest.peek()?.is_ascii_digit() && mark != b' ' {
        rest.digits().filter(|(_, n)| *n <= 2)?.0
    } else {
        words::month(rest.word()?)?
    };
    rest.one_of(&[mark])?;
    let (day, n) = rest.digits()?;
    (n <= 2).then_some(Date { year: Some(year), month, day, pair: None })
}

/// The number of a day in its year, as ISO 8601 and spacecraft write it: `2018-359T20:49:10`.
fn day_of_year(rest: &mut Cursor<'_>, year: i64) -> Option<Date> {
    let mut ahead = *rest;
    let (mut day, n) = ahead.digits()?;
    let is_behind = ahead.peek().is_some_and(|byte| matches!(byte, b'T' | b't' | b' ' | b':' | b'.' | b'-'));
    if n != 3 || !is_behind || day == 0 {
        return None;
    }
    for month in 1..=12 {
        let length = days_of_month(year, month)?;
        if day <= length {
            *rest = ahead;
            return Some(Date { year: Some(year), month, day, pair: None });
        }
        day -= length;
    }
    None
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

/// The year right behind the name of a month: `1May2024`, `01MAY24:10:00:00`.
fn glued_year(rest: &mut Cursor<'_>) -> Option<i64> {
    let mut ahead = *rest;
    let (year, n) = ahead.digits()?;
    if n != 4 && (n != 2 || ahead.peek() != Some(b':')) {
        return None;
    }
    *rest = ahead;
    Some(full_year(year, n))
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
        let year = behind(rest).or_else(|| if mark == 0 { glued_year(rest) } else { None });
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
