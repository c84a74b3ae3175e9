//! Evidence that is a course of values: what a finding's small chart draws.

use serde::{Deserialize, Serialize};

/// What the values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesKind {
    /// So much in each span of time; the first number of a point is where its span begins.
    Rate,
    /// Seconds between one call and the next, at the time of the call.
    Gaps,
    /// A sum that is carried on, by the number of the step from 1.
    Walk,
}

impl SeriesKind {
    /// The id that the JSON contract uses.
    pub fn id(self) -> &'static str {
        match self {
            SeriesKind::Rate => "rate",
            SeriesKind::Gaps => "gaps",
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
}

impl Series {
    /// Most points.
    pub const MOST: usize = 240;

    /// So many things in each of at most [`Series::MOST`] spans as wide as whole steps of `step_ns`, a second each as a
    /// rate. `times_ns` ascending; at least two spans, or there is no course to see.
    pub fn rate(name: &str, unit: &str, times_ns: &[i64], step_ns: i64, level: Option<Level>) -> Option<Series> {
        let (first, last) = (*times_ns.first()?, *times_ns.last()?);
        let counts = times_ns.iter().map(|time| (*time, 1));
        Series::rate_of(name, unit, counts, (first, last), step_ns, level)
    }

    /// As [`Series::rate`], of counts at moments between the first and the last.
    pub fn rate_of(
        name: &str,
        unit: &str,
        counts: impl Iterator<Item = (i64, u64)>,
        (first, last): (i64, i64),
        step_ns: i64,
        level: Option<Level>,
    ) -> Option<Series> {
        let steps = last.saturating_sub(first) / step_ns.max(1);
        let width = step_ns.max(1).saturating_mul(steps / Series::MOST as i64 + 1);
        let n = (last.saturating_sub(first) / width + 1) as usize;
        if n < 2 {
            return None;
        }
        let mut sums = vec![0_u64; n.min(Series::MOST)];
        for (time, count) in counts {
            let place = time.saturating_sub(first) / width;
            if let Some(sum) = usize::try_from(place).ok().and_then(|place| sums.get_mut(place)) {
                *sum += count;
            }
        }
        let seconds = width as f64 / 1e9;
        let point = |(place, sum): (usize, u64)| (first.saturating_add(width.saturating_mul(place as i64)), sum as f64 / seconds);
        let points = sums.into_iter().enumerate().map(point).collect();
        Some(Series { kind: SeriesKind::Rate, name: name.to_owned(), unit: unit.to_owned(), points, level })
    }

    /// The gaps between moments (ascending): the first [`Series::MOST`], because skipped beats must not be blurred.
    pub fn gaps(name: &str, times_ns: &[i64], level: Option<Level>) -> Option<Series> {
        let points: Vec<(i64, f64)> = times_ns
            .windows(2)
            .take(Series::MOST)
            .filter_map(|pair| match pair {
                [before, after] => Some((*after, after.saturating_sub(*before) as f64 / 1e9)),
                _ => None,
            })
            .collect();
        (points.len() >= 2).then(|| Series {
            kind: SeriesKind::Gaps,
            name: name.to_owned(),
            unit: "s".to_owned(),
            points,
            level,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::SECOND;

    #[test]
    fn a_rate_counts_per_second_in_few_spans_whatever_the_length() {
        let times: Vec<i64> = (0..1000).map(|i| i * SECOND / 10).collect();
        let series = Series::rate("Packets", "packets/s", &times, SECOND, None).unwrap();
        assert_eq!((series.points.len(), series.points[3]), (100, (3 * SECOND, 10.0)));
        let long: Vec<i64> = (0..10_000).map(|i| i * SECOND).collect();
        let series = Series::rate("Packets", "packets/s", &long, SECOND, None).unwrap();
        assert!(series.points.len() <= Series::MOST);
        assert!((series.points[0].1 - 1.0).abs() < 1e-9);
        assert!(Series::rate("Packets", "", &[5, 5], SECOND, None).is_none() && Series::rate("", "", &[], 1, None).is_none());
        assert!(Series::rate("Packets", "", &[0, i64::MAX], 1, None).unwrap().points.len() <= Series::MOST);
    }

    #[test]
    fn gaps_stand_at_the_later_call() {
        let series = Series::gaps("Gaps", &[0, 10 * SECOND, 21 * SECOND], None).unwrap();
        assert_eq!(series.points, [(10 * SECOND, 10.0), (21 * SECOND, 11.0)]);
        assert!(Series::gaps("Gaps", &[0, 10], None).is_none());
    }
}
