//! Evidence that is a course of values: what a finding's small chart draws.

use super::time::SECOND;
use serde::{Deserialize, Serialize};

/// What the values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesKind {
    /// The busiest second of each span of time; the first number of a point is where its span begins.
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

    /// The busiest second in each of at most [`Series::MOST`] spans of whole seconds: so it can be compared with a
    /// threshold however long it lasts. `seconds` are seconds since 1970 with what was counted in each, ascending; within
    /// a single one there is no course to see.
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
        Some(Series { kind: SeriesKind::Rate, name: name.to_owned(), unit: unit.to_owned(), points, level })
    }

    /// The gaps between moments (ascending): the first [`Series::MOST`], because skipped beats must not be blurred.
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
    fn gaps_stand_at_the_later_call() {
        let series = Series::gaps("Gaps", &[0, 10 * SECOND, 21 * SECOND], None).unwrap();
        assert_eq!(series.points, [(10 * SECOND, 10.0), (21 * SECOND, 11.0)]);
        assert!(Series::gaps("Gaps", &[0, 10], None).is_none());
    }
}
