//! Moments in time as nanoseconds since 1970 UTC, and their text.

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Nanoseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Nanoseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// Round spans from a second to a day, ns.
const ROUND: [i64; 18] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
];

/// The shortest round span that `fits`, ns: below a second 1, 2 or 5 times a power of ten from `least_power` on, beyond a
/// day one of `longer`.
pub fn round_span(least_power: i64, longer: &[i64], fits: impl Fn(i64) -> bool) -> Option<i64> {
    let powers = std::iter::successors(Some(least_power), |power| Some(power * 10)).take_while(|power| *power < SECOND);
    let parts = powers.flat_map(|power| [power, 2 * power, 5 * power]);
    parts.chain(ROUND).chain(longer.iter().copied()).find(|span| fits(*span))
}

/// Moments stay within this of 1970, so that the time between any two fits into 64 bits: 146 years, to 2116.
pub const FURTHEST_NS: i64 = (1 << 62) - 1;

/// Nanoseconds since 1970 as seconds; a double keeps it to about 0.2 µs.
pub fn seconds(ns: i64) -> f64 {
    // Whole and part apart: the sum is rounded once, not twice.
    ns.div_euclid(SECOND) as f64 + ns.rem_euclid(SECOND) as f64 / 1e9
}

/// Seconds to the nearest nanosecond, clamped to what 64 bits can hold.
pub fn from_seconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}

/// `2026-11-21 09:41:05.123456 ` in UTC shifted by `offset_minutes` (minutes east of UTC); no zone is written.
pub fn text(ns: i64, offset_minutes: i32) -> String {
    let ns = ns.saturating_add(i64::from(offset_minutes) * 60 * SECOND);
    let (whole, part) = (ns.div_euclid(SECOND), ns.rem_euclid(SECOND));
    let (days, clock) = (whole.div_euclid(86_400), whole.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:06}", part / 1000)
}

/// `2026-11-21 09:41:05` in UTC.
pub fn to_second(ns: i64) -> String {
    text(ns.div_euclid(SECOND) * SECOND, 0).split('.').next().unwrap_or_default().to_owned()
}

/// `2026-11-21 09:41:05 UTC`.
pub fn utc(ns: i64) -> String {
    format!("{} UTC", to_second(ns))
}

/// `2026-11-21T09:41:05.123456Z`
pub fn iso(ns: i64) -> String {
    format!("{}Z", text(ns, 0).replace(' ', "T"))
}

/// Year, month and day of a day number since 1970-01-01 in the proleptic Gregorian calendar, by counting
/// 400-year eras that begin on 1 March.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// The day number since 1970-01-01 of a year, month (from 1) and day (from 1) in the same calendar.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (month + 9).rem_euclid(12);
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A span for people: `350 µs`, `12.4 ms`, `3.20 s`, `4 min 5 s`, `2 h`, `5 d 2 h`.
pub fn span(ns: i64) -> String {
    let s = ns as f64 / 1e9;
    let whole = ns / SECOND;
    match s.abs() {
        0.0 => "0 s".to_owned(),
        x if x < 1e-3 => format!("{:.0} µs", s * 1e6),
        x if x < 1.0 => format!("{:.1} ms", s * 1e3),
        x if x < 60.0 => format!("{s:.2} s"),
        x if x < 3600.0 => two(whole / 60, "min", whole % 60, "s"),
        x if x < 86_400.0 => two(whole / 3600, "h", whole / 60 % 60, "min"),
        _ => two(whole / 86_400, "d", whole / 3600 % 24, "h"),
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right_around_leap_days_and_before_1970() {
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
        assert_eq!(text(0, 0), "1970-01-01 00:00:00.000000");
        assert_eq!(text(951_782_400 * SECOND, 0), "2000-02-29 00:00:00.000000");
        assert_eq!(text(-SECOND, 0), "1969-12-31 23:59:59.000000");
        assert_eq!(iso(4_102_444_800 * SECOND + 1000), "2100-01-01T00:00:00.000001Z");
        assert_eq!(to_second(-1), "1969-12-31 23:59:59");
        assert_eq!(text(0, 90), "1970-01-01 01:30:00.000000");
    }
}
