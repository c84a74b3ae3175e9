//! Moments that are written as one number: epochs of several systems and units, days of spreadsheets, digits of a date.

use super::calendar::days_of_month;
use crate::model::format::time::days_from_civil;

/// What the numbers of a column count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scale {
    /// Seconds since 1970, or since a capture began.
    #[default]
    Second,
    /// Milliseconds since 1970.
    Milli,
    /// Microseconds since 1970.
    Micro,
    /// Nanoseconds since 1970.
    Nano,
    /// Windows' FILETIME: tenths of a microsecond since 1601.
    FileTime,
    /// Ticks of .NET: tenths of a microsecond since the year 1.
    Ticks,
}

/// Seconds from 1601 to 1970, and from the year 1 to 1970.
const FROM_1601: f64 = 11_644_473_600.0;
const FROM_YEAR_1: f64 = 62_135_596_800.0;

impl Scale {
    /// The scale of numbers of this size: the bounds lie where no moment between 1980 and 2100 does.
    pub fn of(number: f64) -> Scale {
        match number.abs() {
            x if x < 1e11 => Scale::Second,
            x if x < 1e14 => Scale::Milli,
            x if x < 1e17 => Scale::Micro,
            x if x < 1.7e17 => Scale::FileTime,
            x if (6.2e17..6.7e17).contains(&x) => Scale::Ticks,
            _ => Scale::Nano,
        }
    }

    /// Microseconds since 1970.
    pub fn microseconds(self, number: f64) -> f64 {
        match self {
            Scale::Second => number * 1e6,
            Scale::Milli => number * 1e3,
            Scale::Micro => number,
            Scale::Nano => number * 1e-3,
            Scale::FileTime => number / 10.0 - FROM_1601 * 1e6,
            Scale::Ticks => number / 10.0 - FROM_YEAR_1 * 1e6,
        }
    }

    /// Seconds since 1970.
    pub fn seconds(self, number: f64) -> f64 {
        match self {
            Scale::Second => number,
            Scale::Milli => number / 1e3,
            Scale::Micro => number / 1e6,
            Scale::Nano => number / 1e9,
            Scale::FileTime => number / 1e7 - FROM_1601,
            Scale::Ticks => number / 1e7 - FROM_YEAR_1,
        }
    }
}

/// Days from the start of a spreadsheet's calendar, 1899-12-30, to 1970.
const SPREADSHEET_DAYS: f64 = 25_569.0;
/// Days of spreadsheets that are dates of captures: 1980 to 2100.
pub const SPREADSHEET: std::ops::Range<f64> = 29_221.0..73_051.0;

/// The moment of a spreadsheet's day; to the millisecond, which is what its digits hold.
pub fn of_spreadsheet(day: f64) -> f64 {
    ((day - SPREADSHEET_DAYS) * 86_400_000.0).round() / 1e3
}

/// The moment of `20181225`, `201812252049`, `20181225204910`, and the last with parts of a second behind it, with or
/// without a point.
pub fn of_digits(text: &[u8]) -> Option<f64> {
    let n = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, behind) = text.split_at_checked(n)?;
    let number = |from: usize, to: usize| {
        Some(digits.get(from..to)?.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0')))
    };
    let is_known = matches!(n, 8 | 12 | 14 | 17 | 20);
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    if !is_known || !(1980..2100).contains(&year) || !(1..=days_of_month(year, month)?).contains(&day) {
        return None;
    }
    let (hour, minute, second) = (number(8, 10).unwrap_or(0), number(10, 12).unwrap_or(0), number(12, 14).unwrap_or(0));
    let parts = match behind.split_first() {
        None => digits.get(14..).unwrap_or_default(),
        Some((b'.' | b',', parts)) if n == 14 && parts.iter().all(u8::is_ascii_digit) => parts,
        Some(_) => return None,
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let fraction = parts.iter().take(9).rev().fold(0.0, |all, digit| (all + f64::from(digit - b'0')) / 10.0);
    let whole = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(whole as f64 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_scale_name_the_same_moment() {
        let moment = 1_545_770_950.0;
        for number in
            [moment, moment * 1e3, moment * 1e6, moment * 1e9, (moment + FROM_1601) * 1e7, (moment + FROM_YEAR_1) * 1e7]
        {
            let seconds = Scale::of(number).seconds(number);
            assert!((seconds - moment).abs() < 1e-4, "{number}: {seconds}");
        }
        assert_eq!(of_spreadsheet(43_459.867_476_85), moment);
    }

    #[test]
    fn digits_of_a_date_are_read() {
        for (text, expected) in [
            ("20181225204910", Some(1_545_770_950.0)),
            ("20181225204910.5", Some(1_545_770_950.5)),
            ("20181225204910250", Some(1_545_770_950.25)),
            ("201812252049", Some(1_545_770_940.0)),
            ("20181225", Some(1_545_696_000.0)),
            ("20181325204910", None),
            ("1545770950", None),
            ("20181225204910x", None),
        ] {
            assert_eq!(of_digits(text.as_bytes()), expected, "{text}");
        }
    }
}
