//! Lengths of months, and the year of a moment.

use crate::model::format::time::civil_from_days;

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
