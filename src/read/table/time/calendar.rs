//! Lengths of months, and the year of a moment.

use crate::model::format::time::{civil_from_days, days_from_civil};

/// Days of a month; none if there is no such month.
pub fn days_of_month(year: i64, month: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Some(match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
}

/// Days since 1970 of the dates in a name that begin with their year: `flows_2017-07-05.csv`, `20170705`, `2017.07.05`.
pub fn days_in_name(name: &str) -> Vec<i64> {
    let bytes = name.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let number = |from: usize, n: usize| {
        let digits = bytes.get(from..from + n)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0')))
    };
    let date = |at: usize| {
        let gap = usize::from(matches!(bytes.get(at + 4)?, b'-' | b'_' | b'.'));
        let (month_at, day_at) = (at + 4 + gap, at + 6 + 2 * gap);
        let is_parted = gap == 0 || bytes.get(at + 4) == bytes.get(month_at + 2);
        let (year, month, day) = (number(at, 4)?, number(month_at, 2)?, number(day_at, 2)?);
        let is_date = (1990..2100).contains(&year) && (1..=days_of_month(year, month)?).contains(&day);
        // The first fourteen digits of a longer number are no date.
        let is_whole = !is_digit(day_at + 2) || (gap == 0 && number(day_at + 2, 6).is_some() && !is_digit(day_at + 8));
        (is_date && is_parted && is_whole).then(|| days_from_civil(year, month, day))
    };
    let starts = (0..bytes.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1)));
    starts.filter_map(date).collect()
}

/// The year that a moment lies in, seconds since 1970.
pub fn year(seconds: f64) -> u16 {
    let (year, ..) = civil_from_days((seconds / 86_400.0).floor() as i64);
    u16::try_from(year).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format::time::days_from_civil;

    #[test]
    fn names_of_files_say_days() {
        let july = days_from_civil(2017, 7, 5);
        for name in ["flows_2017-07-05.csv", "20170705", "2017.07.05-2.log", "nfcapd.20170705103000", "x20170705_1200"]
        {
            assert_eq!(days_in_name(name), [july], "{name}");
        }
        assert_eq!(days_in_name("2017-07-05_to_2017-07-06"), [july, july + 1]);
        for name in ["", "2017", "05-07-2017", "2017-13-05", "201707051", "2017-0705", "1234567890", "ü2017-07"] {
            assert_eq!(days_in_name(name), [0; 0], "{name}");
        }
    }

    #[test]
    fn years_begin_on_the_first_of_january() {
        for year_wanted in [1970_u16, 1999, 2000, 2001, 2018, 2024, 2100] {
            let first = days_from_civil(i64::from(year_wanted), 1, 1) as f64 * 86_400.0;
            assert_eq!((year(first), year(first - 1.0)), (year_wanted, year_wanted - 1));
        }
        assert_eq!(
            [days_of_month(2000, 2), days_of_month(1900, 2), days_of_month(2018, 13)],
            [Some(29), Some(28), None]
        );
    }
}
