//! Dates and times as tables write them, to seconds since 1970. What names no zone is taken for UTC.

/// Which comes first where the year comes last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// `28/02/2018`
    #[default]
    DayFirst,
    /// `02/28/2018`
    MonthFirst,
    /// Day first, and hours before eight are in the afternoon: CICFlowMeter writes twelve hours without AM or PM, and
    /// the captures of its data sets run from eight to six.
    DayFirstAfternoon,
}

/// The longest text that can be a moment.
const MOST_BYTES: usize = 40;

/// The moment that a cell names, if it names one.
pub fn parse(cell: &[u8], order: Order) -> Option<f64> {
    let is_dated = |at: usize| cell.get(at).is_some_and(|byte| matches!(byte, b'/' | b'-'));
    if cell.len() > MOST_BYTES || cell.len() < 8 || !(is_dated(4) || is_dated(2) || is_dated(1)) {
        return None;
    }
    let mut rest = Rest(cell);
    let first = rest.digits()?;
    let mark = rest.one_of(b"/-")?;
    let second = rest.digits()?;
    rest.one_of(&[mark])?;
    let third = rest.digits()?;
    let (year, month, day) = match order {
        _ if is_dated(4) => (first, second, third),
        Order::MonthFirst if second <= 31 => (third, first, second),
        // An order that cannot be is turned round.
        _ if second > 12 => (third, first, second),
        _ => (third, second, first),
    };
    let year = if year < 70 { year + 2000 } else { year };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    let midnight = days(year, month, day) as f64 * 86_400.0;
    if rest.0.is_empty() {
        return Some(midnight);
    }
    rest.one_of(b" T")?;
    let clock = clock(&mut rest, order)?;
    rest.is_done().then_some(midnight + clock)
}

/// Hours, minutes, seconds, AM or PM, and a zone, as seconds since midnight UTC.
fn clock(rest: &mut Rest<'_>, order: Order) -> Option<f64> {
    let mut hour = rest.digits()?;
    rest.one_of(b":")?;
    let minute = rest.digits()?;
    let (mut second, mut part) = (0, 0.0);
    if rest.one_of(b":").is_some() {
        second = rest.digits()?;
        if rest.one_of(b".,").is_some() {
            part = rest.part();
        }
    }
    rest.spaces();
    let half = rest.one_of(b"aApP").filter(|_| rest.one_of(b"mM").is_some());
    match half {
        Some(b'p' | b'P') if hour < 12 => hour += 12,
        Some(b'a' | b'A') if hour == 12 => hour = 0,
        None if order == Order::DayFirstAfternoon && hour < 8 => hour += 12,
        _ => {}
    }
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let mut seconds = (hour * 3600 + minute * 60 + second) as f64 + part;
    rest.spaces();
    if let Some(sign) = rest.one_of(b"+-") {
        let zone = rest.digits()?;
        let minutes =
            if rest.one_of(b":").is_some() { zone * 60 + rest.digits()? } else { zone / 100 * 60 + zone % 100 };
        seconds += minutes as f64 * if sign == b'+' { -60.0 } else { 60.0 };
    } else if rest.one_of(b"Z").is_none() {
        let _ = rest.word(b"UTC") || rest.word(b"GMT");
    }
    Some(seconds)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar, by counting 400-year eras that begin on 1 March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// What is left of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Up to ten digits; none if there is no digit.
    fn digits(&mut self) -> Option<i64> {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n)?;
        if n == 0 || n > 10 {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0')))
    }

    /// Digits behind the point.
    fn part(&mut self) -> f64 {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n).unwrap_or_default();
        self.0 = rest;
        let nanoseconds =
            (0..9).fold(0_u32, |all, place| all * 10 + digits.get(place).map_or(0, |d| u32::from(d - b'0')));
        f64::from(nanoseconds) / 1e9
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn word(&mut self, wanted: &[u8]) -> bool {
        let found = self.0.strip_prefix(wanted);
        self.0 = found.unwrap_or(self.0);
        found.is_some()
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn is_done(&self) -> bool {
        self.0.trim_ascii().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_of_the_dialects() {
        let day = 1_499_385_600.0; // 2017-07-07
        for (text, order, expected) in [
            ("2017-07-07", Order::DayFirst, day),
            ("7/7/2017 3:30", Order::DayFirst, day + 12_600.0),
            ("7/7/2017 3:30", Order::DayFirstAfternoon, day + 55_800.0),
            ("07/07/2017 03:30:01 PM", Order::DayFirst, day + 55_801.0),
            ("07/07/2017 12:00:00 AM", Order::DayFirst, day),
            ("2017/07/07 00:00:00.250000", Order::DayFirst, day + 0.25),
            ("2017-07-07T02:00:00.5+0200", Order::DayFirst, day + 0.5),
            ("2017-07-06T22:00:00-02:00", Order::DayFirst, day),
            ("2017-07-07 00:00:00 UTC", Order::DayFirst, day),
            ("28/02/2018 08:22:13", Order::DayFirstAfternoon, 1_519_806_133.0),
            ("02/28/2018 08:22:13", Order::DayFirst, 1_519_806_133.0),
            ("02/03/2018", Order::MonthFirst, 1_517_616_000.0),
        ] {
            assert_eq!(parse(text.as_bytes(), order), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in
            ["10.0.0.1", "80-443-9999", "1-2-3", "2017-13-01", "2017-07-07 25:00", "2017-07-07 1", "99/99/2017", "a"]
        {
            assert_eq!(parse(text.as_bytes(), Order::DayFirst), None, "{text}");
        }
    }
}
