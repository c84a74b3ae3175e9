//! Reads dates and times as tables write them into seconds since 1970. A time without a zone is taken as UTC.

mod calendar;
mod clock;
mod cursor;
mod date;
pub mod numeric;
mod rewrite;
mod words;
mod zones;

use crate::model::format::time::days_from_civil;
pub use calendar::{days_in_name, year};
use clock::{Clock, Zone, clock, half, zone};
use cursor::Cursor;
use date::{Date, date};

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
    /// Minutes east of UTC of times that name no zone, where the heading does.
    pub zone_minutes: i16,
}

/// Minutes east of UTC of the zone that a heading names in brackets: `Start time (CEST)`, `Time [UTC+02:00]`.
pub fn zone_of_heading(name: &str) -> Option<i16> {
    let (_, behind) = name.split_once(['(', '['])?;
    let (inside, _) = behind.split_once([')', ']'])?;
    match zone(&mut Cursor(inside.as_bytes()), &mut None, &Clock::default())? {
        Zone::At(minutes) => i16::try_from(minutes).ok(),
        Zone::Unnamed | Zone::Unknown => None,
    }
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

/// The shortest text with Go's monotonic clock: `2024-01-01 00:00:00 +0000 UTC m=+0`.
const LEAST_WITH_MONOTONIC: usize = 34;

/// Years that captures are from, and some to come.
const YEARS: std::ops::Range<i64> = 1970..2200;

/// The moment that a text names, if it names one.
pub fn read(text: &[u8], format: DateFormat) -> Option<Stamp> {
    let of_others = || read_plain(rewrite::rewrite(text)?.as_bytes(), format);
    read_plain(text, format).or_else(|| if may_be_rewritten(text) { of_others() } else { None })
}

/// True for a text of which other marks might make a moment: rare, so that other texts cost nothing.
fn may_be_rewritten(text: &[u8]) -> bool {
    let has_digit = text.iter().take(12).any(u8::is_ascii_digit);
    let has_mark = || text.iter().any(|byte| *byte >= 0x80 || matches!(byte, b'"' | b'\'' | b'h' | b'H' | b'.'));
    has_digit && text.len() <= MOST_BYTES && has_mark()
}

fn read_plain(text: &[u8], format: DateFormat) -> Option<Stamp> {
    let text = bare(text);
    // Go writes its monotonic clock behind a time with date and zone.
    let monotonic = if text.len() < LEAST_WITH_MONOTONIC { None } else { memchr::memmem::find(text, b" m=") };
    let text = monotonic.map_or(text, |end| text.get(..end).unwrap_or_default());
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
    if date.is_none() {
        date = date_behind(&mut rest, format.order);
    }
    let zone = zone(&mut rest, &mut date, &clock)?;
    clock.zone_minutes = match zone {
        Zone::At(minutes) => minutes,
        Zone::Unnamed => i64::from(format.zone_minutes),
        Zone::Unknown => 0,
    };
    clock.has_unknown_zone = zone == Zone::Unknown;
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

/// The date behind a time of day: `20:49:10 25/12/2018`.
fn date_behind(rest: &mut Cursor<'_>, order: Order) -> Option<Date> {
    let mut ahead = *rest;
    ahead.skip(b" \t,");
    let found = date(&mut ahead, order).filter(|date| date.year.is_some())?;
    *rest = ahead;
    Some(found)
}

/// The moment of a text in a column where any may stand: only those that begin with a date in numbers.
pub fn parse(cell: &[u8], format: DateFormat) -> Option<f64> {
    let is_mark = |at: usize| cell.get(at).is_some_and(|byte| matches!(byte, b'/' | b'-' | b'.'));
    if cell.len() < 8 || !(is_mark(4) || is_mark(2) || is_mark(1)) {
        return None;
    }
    // Addresses come here too: other marks are looked for in columns of times only.
    read_plain(cell, format)
        .filter(|stamp| matches!(stamp.parts, Parts::Whole | Parts::Date))
        .map(|stamp| stamp.seconds)
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

/// What may stand between a date and a time of day.
fn pass_between(rest: &mut Cursor<'_>) -> Option<()> {
    rest.skip(b" \t");
    let _ = rest.one_of(b"Tt,-_:@").is_some() || rest.pass(b"at") || pass_point(rest);
    rest.skip(b" \t");
    rest.peek()?.is_ascii_digit().then_some(())
}

/// Passes a point before a time of day, as Argus may be told to write: `05/13/24.10:00:30`.
fn pass_point(rest: &mut Cursor<'_>) -> bool {
    let is_clock = matches!(rest.0, [b'.', b'0'..=b'9', b':', ..] | [b'.', b'0'..=b'9', b'0'..=b'9', b':', ..]);
    is_clock && rest.pass(b".")
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
