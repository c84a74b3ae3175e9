//! Where the ticks of an axis stand: round values, round times.

use crate::model::format::time;
use crate::model::format::time::{DAY, HOUR, MINUTE, SECOND};

/// Units of what is measured and not counted; ratios have none.
const MEASURED: [&str; 3] = ["s", "%", ""];

/// Round amounts from 0 to at least `max`, about `n` steps; of what is counted never of less than 1.
pub fn amounts(max: f64, n: usize, unit: &str) -> Vec<f64> {
    if MEASURED.contains(&unit) { values(max, n) } else { counts(max, n) }
}

/// Round counts from 0 to at least `max`, about `n` steps, never of less than 1.
pub fn counts(max: f64, n: usize) -> Vec<f64> {
    let ticks = values(max, n);
    match ticks.get(1) {
        Some(step) if *step < 1.0 => (0..=max.ceil().max(1.0) as usize).map(|i| i as f64).collect(),
        _ => ticks,
    }
}

/// Round values from at most `least` to at least `most`, 0 among them, about `n` steps. `least` is not above 0.
pub fn spread(least: f64, most: f64, n: usize) -> Vec<f64> {
    let rough = values(most.max(0.0) - least.min(0.0), n);
    let step = rough.get(1).copied().unwrap_or(1.0);
    let below = (-least.min(0.0) / step - 1e-9).ceil().max(0.0) as i64;
    let above = (most.max(0.0) / step - 1e-9).ceil().max(0.0) as i64;
    (-below..=above.max(1)).map(|i| i as f64 * step).collect()
}

/// Powers of ten from at most `least` to at least `most`, both above 0, every one or so many of them that there are at most `n`
/// steps; of less than nine powers.
pub fn powers(least: f64, most: f64, n: usize) -> Vec<f64> {
    let last = most.log10().ceil() as i32;
    let first = (least.log10().floor() as i32).clamp(last - 9, last - 1);
    let step = ((last - first) as usize).div_ceil(n.max(1)).max(1);
    let n_steps = ((last - first) as usize).div_ceil(step) as i32;
    (0..=n_steps).map(|place| 10f64.powi(last - (n_steps - place) * step as i32)).collect()
}

/// Round values from 0 to at least `max`, about `n` steps of 1, 2 or 5 times a power of ten.
fn values(max: f64, n: usize) -> Vec<f64> {
    if !(max.is_finite() && max > 0.0) {
        return vec![0.0];
    }
    let rough = max / n.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|x| x * power).find(|x| *x >= rough * 0.999).unwrap_or(rough);
    let last = (max / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last).map(|i| i as f64 * step).collect()
}

/// Round spans of more than a day.
const LONGER: [i64; 6] = [2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 365 * DAY];

/// At most `n` + 1 round times from `start_ns` to `end_ns` (ns since 1970) with their labels, on the clock that is
/// `offset_minutes` east of UTC.
pub fn times(start_ns: i64, end_ns: i64, n: usize, offset_minutes: i32) -> Vec<(i64, String)> {
    let span = end_ns.saturating_sub(start_ns);
    if span <= 0 || n == 0 {
        return vec![(start_ns, label(start_ns, SECOND, offset_minutes))];
    }
    let step = step(span, n as i64);
    let shift = i64::from(offset_minutes) * MINUTE;
    let first = start_ns.saturating_add(shift).saturating_sub(1).div_euclid(step).saturating_add(1);
    (first..)
        .map(|k| k.saturating_mul(step).saturating_sub(shift))
        .take_while(|t| *t <= end_ns)
        .take(n + 1)
        .map(|t| (t, label(t, step, offset_minutes)))
        .collect()
}

/// The smallest round step with which at most `n` fit into `span`.
fn step(span: i64, n: i64) -> i64 {
    let year = 365 * DAY;
    let step = time::round_span(1, &LONGER, |step| span / step <= n);
    step.unwrap_or_else(|| (span / n / year + 1).saturating_mul(year))
}

/// As much of the time as the step needs.
fn label(ns: i64, step: i64, offset_minutes: i32) -> String {
    let text = time::text(ns, offset_minutes);
    let part = match step {
        s if s < 1_000_000 => text.get(17..26),
        s if s < SECOND => text.get(14..23),
        s if s < MINUTE => text.get(11..19),
        s if s < DAY => text.get(11..16),
        _ => text.get(..10),
    };
    part.unwrap_or(&text).to_owned()
}

/// A bin's span in words: `09:40:10 to 09:40:20`; with dates for bins of an hour or more.
pub fn range(start_ns: i64, bin_ns: i64, offset_minutes: i32) -> String {
    let is_round = |unit: i64| start_ns % unit == 0 && bin_ns % unit == 0;
    // No finer than it must be to tell neighbours apart: bins need not begin on round times.
    let part = match bin_ns {
        b if b >= HOUR => 0..16,
        b if b >= MINUTE && is_round(MINUTE) => 11..16,
        b if b >= 10 * SECOND || is_round(SECOND) => 11..19,
        b if b >= SECOND / 100 => 11..23,
        _ => 14..26,
    };
    let words = |ns| {
        let text = time::text(ns, offset_minutes);
        text.get(part.clone()).unwrap_or(&text).to_owned()
    };
    format!("{} to {}", words(start_ns), words(start_ns.saturating_add(bin_ns)))
}

/// The day and zone of an axis: `2026-11-21, UTC`, `2026-11-21, UTC+01:00`.
pub fn day(ns: i64, offset_minutes: i32) -> String {
    let text = time::text(ns, offset_minutes);
    format!("{}, {}", text.get(..10).unwrap_or(&text), zone(offset_minutes))
}

/// `UTC`, `UTC+01:00`, `UTC-03:30`
pub fn zone(offset_minutes: i32) -> String {
    if offset_minutes == 0 {
        return "UTC".to_owned();
    }
    let size = offset_minutes.unsigned_abs();
    format!("UTC{}{:02}:{:02}", if offset_minutes < 0 { '-' } else { '+' }, size / 60, size % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_round_and_reach_the_largest() {
        assert_eq!(values(93.0, 4), [0.0, 50.0, 100.0]);
        assert_eq!(values(100.0, 4), [0.0, 50.0, 100.0]);
        assert_eq!(values(0.0, 4), [0.0]);
        assert_eq!(counts(2.0, 4), [0.0, 1.0, 2.0]);
        assert_eq!((amounts(0.4, 4, "packets"), amounts(0.4, 2, "s")), (vec![0.0, 1.0], vec![0.0, 0.2, 0.4]));
        for exponent in -3..20 {
            let max = 3.7 * 10f64.powi(exponent);
            let ticks = values(max, 4);
            assert!((3..=6).contains(&ticks.len()) && ticks.last().is_some_and(|last| *last >= max), "{ticks:?}");
        }
    }

    #[test]
    fn values_below_zero_have_ticks_too() {
        assert_eq!(spread(-4.6, 9.0, 3), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(spread(0.0, 0.0, 3), [0.0, 1.0]);
        assert!(spread(-1e20, 1e20, 3).len() <= 6);
    }

    #[test]
    fn times_stand_on_round_clock_times() {
        let start = 1_795_254_000 * SECOND; // 2026-11-21 09:40:00 UTC
        let labels = |span: i64, offset| -> Vec<String> {
            times(start + 1, start + span, 5, offset).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(40 * SECOND, 0), ["09:40:10", "09:40:20", "09:40:30", "09:40:40"]);
        assert_eq!(labels(4 * HOUR, 0), ["10:00", "11:00", "12:00", "13:00"]);
        assert_eq!(labels(4 * HOUR, 30), ["11:00", "12:00", "13:00", "14:00"]);
    }

    #[test]
    fn any_span_gives_a_few_ticks() {
        let mut span = 1;
        while span < i64::MAX / 4 {
            let ticks = times(1_700_000_000 * SECOND, 1_700_000_000 * SECOND + span, 6, 0);
            assert!(ticks.len() <= 7, "{span}: {ticks:?}");
            span *= 3;
        }
        assert_eq!(times(5, 5, 6, 0).len(), 1);
    }

    #[test]
    fn ranges_are_as_fine_as_the_bins() {
        let start = 1_795_254_000 * SECOND;
        assert_eq!(range(start, 10 * SECOND, 0), "09:40:00 to 09:40:10");
        assert_eq!(range(start, 5 * MINUTE, 60), "10:40 to 10:45");
        assert_eq!(range(start, HOUR, 0), "2026-11-21 09:40 to 2026-11-21 10:40");
        assert_eq!(range(start + 1_000_000, 20_000_000, 0), "09:40:00.001 to 09:40:00.021");
    }

    #[test]
    fn zones() {
        assert_eq!([zone(0), zone(60), zone(-210)], ["UTC", "UTC+01:00", "UTC-03:30"]);
    }
}
