//! Dates of the Gregorian calendar to days since 1970.

/// Days since 1970-01-01 of a date, by counting 400-year eras that begin on 1 March.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

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
    let day = (seconds / 86_400.0).floor() as i64;
    // A year has at least 365 days, so the guess is never too early by more than some years of leap days.
    let guess = 1970 + day / 366 - 1;
    let year = (guess..).take_while(|year| days(*year, 1, 1) <= day).last().unwrap_or(guess);
    u16::try_from(year).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_begin_on_the_first_of_january() {
        for year_wanted in [1970_u16, 1999, 2000, 2001, 2018, 2024, 2100] {
            let first = days(i64::from(year_wanted), 1, 1) as f64 * 86_400.0;
            assert_eq!((year(first), year(first - 1.0)), (year_wanted, year_wanted - 1));
        }
        assert_eq!(
            [days_of_month(2000, 2), days_of_month(1900, 2), days_of_month(2018, 13)],
            [Some(29), Some(28), None]
        );
    }
}
