//! Evidence that is a course of values: what a finding's small chart draws.

use crate::model::format::time::SECOND;
use serde::{Deserialize, Serialize};

/// What the values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesKind {
    /// The busiest second of each span of time; the first number of a point is where its span begins.
    Rate,
    /// All within each span of time; the first number of a point is where its span begins.
    Sums,
    /// Seconds between one event and the next, at the time of the later one.
    Gaps,
    /// A value each, at its moment.
    Values,
    /// A sum that is carried on, by the number of the step from 1.
    Walk,
}

impl SeriesKind {
    /// The id that the JSON contract uses.
    pub fn id(self) -> &'static str {
        match self {
            SeriesKind::Rate => "rate",
            SeriesKind::Sums => "sums",
            SeriesKind::Gaps => "gaps",
            SeriesKind::Values => "values",
            SeriesKind::Walk => "walk",
        }
    }
}

/// A horizontal line to compare the values with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Level {
    /// What it is: `threshold`, `usual gap`.
    pub name: String,
    /// Where it is, in the unit of the values.
    pub value: f64,
}

/// A course of values.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// What the values are.
    pub kind: SeriesKind,
    /// In a few words, for a heading.
    pub name: String,
    /// Unit of the values; empty for plain numbers.
    pub unit: String,
    /// Place and value, in order; at most [`Series::MOST`]. A place is ns since 1970, of a walk the number of the step.
    pub points: Vec<(i64, f64)>,
    /// What to compare with.
    pub level: Option<Level>,
    /// When the values were off what is usual in this capture for a while: first and last moment, ns since 1970, in order;
    /// at most [`Series::MOST_CHANGES`].
    pub changes: Vec<(i64, i64)>,
}

impl Series {
    /// Most points.
    pub const MOST: usize = 240;
    /// Most changes.
    pub const MOST_CHANGES: usize = 8;
    /// Spans of sums: as many columns as are visible on a narrow screen.
    const MOST_SUMS: i64 = 90;

    /// How much fell into each of at most 90 spans of whole seconds. A part is its first and last moment (ns since 1970)
    /// and an amount, which is spread evenly between them. `what` says what is summed; the name adds the width.
    pub fn sums(what: &str, unit: &str, parts: impl Iterator<Item = (i64, i64, f64)> + Clone) -> Option<Series> {
        let first = parts.clone().map(|(first, ..)| first).min()?.div_euclid(SECOND);
        let last = parts.clone().map(|(first, last, _)| last.max(first)).max()?.div_euclid(SECOND);
        let width = last.saturating_sub(first) / Series::MOST_SUMS + 1;
        let n = (last.saturating_sub(first) / width) as usize + 1;
        if n < 2 {
            return None;
        }
        let place = |ns: i64| (ns.div_euclid(SECOND).saturating_sub(first) / width).max(0) as usize;
        // What begins and ends in each span, carried on: the cost is that of the parts, however long they last.
        let mut steps = vec![0.0; n + 1];
        for (from, to, amount) in parts {
            let (from, to) = (place(from), place(to.max(from)));
            let each = amount / (to - from + 1) as f64;
            if let Some(step) = steps.get_mut(from) {
                *step += each;
            }
            if let Some(step) = steps.get_mut(to + 1) {
                *step -= each;
            }
        }
        let mut sum = 0.0;
        let points = steps.iter().take(n).enumerate().map(|(place, step)| {
            sum += step;
            let start = first.saturating_add(width.saturating_mul(place as i64)).saturating_mul(SECOND);
            (start, (f64::max(sum, 0.0) * 1000.0).round() / 1000.0)
        });
        let points = points.collect();
        let name = format!(
            "{what} in each {}",
            crate::model::format::time::span(width.saturating_mul(SECOND)).replace(".00 s", " s")
        );
        Some(Series { kind: SeriesKind::Sums, name, unit: unit.to_owned(), points, level: None, changes: Vec::new() })
    }

    /// As [`Series::sums`], of moments that count as one each.
    pub fn counts(what: &str, unit: &str, times_ns: &[i64]) -> Option<Series> {
        Series::sums(what, unit, times_ns.iter().map(|time| (*time, *time, 1.0)))
    }

    /// The busiest second in each of at most [`Series::MOST`] spans of whole seconds, so it can be compared with a
    /// threshold for any duration. `seconds` are seconds since 1970 with the count in each, ascending; a single second
    /// makes no series.
    pub fn rate(
        name: &str,
        unit: &str,
        seconds: impl Iterator<Item = (i64, u64)> + Clone,
        level: Option<Level>,
    ) -> Option<Series> {
        let (first, last) = (seconds.clone().next()?.0, seconds.clone().last()?.0);
        let length = last.saturating_sub(first);
        let width = length / Series::MOST as i64 + 1;
        let n = (length / width) as usize + 1;
        if n < 2 {
            return None;
        }
        let mut peaks = vec![0_u64; n.min(Series::MOST)];
        for (second, count) in seconds {
            let place = usize::try_from(second.saturating_sub(first) / width).ok();
            if let Some(peak) = place.and_then(|place| peaks.get_mut(place)) {
                *peak = count.max(*peak);
            }
        }
        let start = |place: usize| first.saturating_add(width.saturating_mul(place as i64)).saturating_mul(SECOND);
        let points = peaks.into_iter().enumerate().map(|(place, peak)| (start(place), peak as f64)).collect();
        Some(Series {
            kind: SeriesKind::Rate,
            name: name.to_owned(),
            unit: unit.to_owned(),
            points,
            level,
            changes: Vec::new(),
        })
    }

    /// The gaps between moments (ascending): the first [`Series::MOST`], because averages would hide the ones that were skipped.
    pub fn gaps(name: &str, times_ns: &[i64], level: Option<Level>) -> Option<Series> {
        let points: Vec<(i64, f64)> = times_ns
            .windows(2)
            .take(Series::MOST)
            .filter_map(|pair| match pair {
                [before, after] => Some((*after, after.saturating_sub(*before) as f64 / SECOND as f64)),
                _ => None,
            })
            .collect();
        (points.len() >= 2).then(|| Series {
            kind: SeriesKind::Gaps,
            name: name.to_owned(),
            unit: "s".to_owned(),
            points,
            level,
            changes: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_its_peaks_in_few_spans_whatever_the_length() {
        let rate = |seconds: &[(i64, u64)]| Series::rate("Packets", "packets/s", seconds.iter().copied(), None);
        let series = rate(&[(10, 5), (11, 7), (13, 2)]).unwrap();
        assert_eq!(series.points, [(10, 5.0), (11, 7.0), (12, 0.0), (13, 2.0)].map(|(s, n)| (s * SECOND, n)));
        let long: Vec<(i64, u64)> = (0..10_000).map(|i| (i, if i == 5000 { 900 } else { 1 })).collect();
        let series = rate(&long).unwrap();
        assert!(series.points.len() <= Series::MOST);
        assert_eq!(series.points.iter().filter(|(_, peak)| *peak == 900.0).count(), 1);
        assert!(rate(&[(5, 3)]).is_none() && rate(&[]).is_none());
        assert!(rate(&[(i64::MIN, 1), (i64::MAX, 1)]).unwrap().points.len() <= Series::MOST);
    }

    #[test]
    fn sums_keep_the_total_in_few_spans() {
        let parts = [(0, 9 * SECOND, 100.0), (5 * SECOND, 5 * SECOND, 7.0)];
        let series = Series::sums("Bytes", "B", parts.into_iter()).unwrap();
        assert_eq!(
            (series.points.len(), series.points[5], series.name.as_str()),
            (10, (5 * SECOND, 17.0), "Bytes in each 1 s")
        );
        let long = Series::counts("Tries", "tries", &[0, 3600 * SECOND, 3600 * SECOND]).unwrap();
        assert!(long.points.len() <= 90 && long.points.iter().map(|(_, n)| n).sum::<f64>() == 3.0);
        assert!(Series::counts("Tries", "tries", &[5]).is_none() && Series::counts("Tries", "tries", &[]).is_none());
        assert!(Series::counts("Tries", "tries", &[i64::MIN, i64::MAX]).unwrap().points.len() <= 90);
    }

    #[test]
    fn gaps_stand_at_the_later_event() {
        let series = Series::gaps("Gaps", &[0, 10 * SECOND, 21 * SECOND], None).unwrap();
        assert_eq!(series.points, [(10 * SECOND, 10.0), (21 * SECOND, 11.0)]);
        assert!(Series::gaps("Gaps", &[0, 10], None).is_none());
    }
}
