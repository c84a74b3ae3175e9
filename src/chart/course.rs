//! The course of a finding's evidence to a small chart, with a sentence that says what it shows.

use super::draw::ticks;
use crate::model::Series;
use crate::model::chart::{ChartSpec, Marks};
use crate::model::finding::series::SeriesKind;
use crate::model::format::quantity::count;
use crate::model::format::quantity::with_unit;
use crate::model::format::time;

/// The chart of a series; `id` tells it from others on the page.
pub fn course(id: &str, series: &Series, offset_minutes: i32) -> ChartSpec {
    ChartSpec {
        id: id.to_owned(),
        title: series.name.clone(),
        summary: summary(series, offset_minutes),
        marks: Marks::Course { offset_minutes, course: series.clone() },
        unit: series.unit.clone(),
        has_data: false,
    }
}

/// The moment or step of a point.
pub fn place(series: &Series, at: i64, offset_minutes: i32) -> String {
    if series.kind == SeriesKind::Walk {
        return format!("Step {}", count(at.unsigned_abs()));
    }
    let text = time::text(at, offset_minutes);
    text.get(..19).unwrap_or(&text).to_owned()
}

fn summary(series: &Series, offset_minutes: i32) -> String {
    let spans: Vec<String> =
        series.changes.iter().map(|(from, to)| ticks::range(*from, (to - from + 1).max(1), offset_minutes)).collect();
    let marked =
        if spans.is_empty() { String::new() } else { format!(" Far from the baseline: {}.", spans.join(", ")) };
    values(series, offset_minutes) + &marked
}

/// True if a point lies in a time that is marked as off the usual.
pub fn is_in_change(series: &Series, at: i64) -> bool {
    series.changes.iter().any(|(from, to)| (*from..=*to).contains(&at))
}

fn values(series: &Series, offset_minutes: i32) -> String {
    let words = |value: f64| with_unit(value, &series.unit);
    let mut sorted: Vec<f64> = series.points.iter().map(|(_, value)| *value).filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
        return "There is no data to show.".to_owned();
    };
    let n = series.points.len();
    let level = series.level.as_ref().map_or(String::new(), |l| format!("; {}: {}", l.name, words(l.value)));
    let zone = ticks::zone(offset_minutes);
    match series.kind {
        SeriesKind::Rate => {
            let peak = series.points.iter().find(|(_, value)| value == most).map_or(0, |(at, _)| *at);
            let at = place(series, peak, offset_minutes);
            format!("Peak {} at {at} {zone}{level}.", words(*most))
        }
        SeriesKind::Sums => {
            let peak = series.points.iter().find(|(_, value)| value == most).map_or(0, |(at, _)| *at);
            let total: f64 = series.points.iter().map(|(_, value)| value).sum();
            let at = place(series, peak, offset_minutes);
            format!("{} in all; peak {} at {at} {zone}.", words(total), words(*most))
        }
        SeriesKind::Values => {
            let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
            format!("{n} values from {} to {}, median {}{level}.", words(*least), words(*most), words(middle))
        }
        SeriesKind::Gaps => {
            let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
            let n = count(n as u64);
            format!("{n} gaps from {} to {}, median {}{level}.", words(*least), words(*most), words(middle))
        }
        SeriesKind::Walk => {
            let past = series
                .level
                .as_ref()
                .and_then(|level| series.points.iter().find(|(_, value)| *value >= level.value).map(|(at, _)| *at));
            let past = past.map_or(String::new(), |at| format!(", reached at step {}", count(at.unsigned_abs())));
            format!("{} steps up to {}{level}{past}.", count(n as u64), words(*most))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::series::Level;
    use crate::model::format::time::SECOND;

    #[test]
    fn a_sentence_says_what_the_chart_shows() {
        let gaps = Series::gaps("Gaps", &[0, 60 * SECOND, 121 * SECOND, 180 * SECOND], None).unwrap();
        assert_eq!(course("c", &gaps, 0).summary, "3 gaps from 59 s to 61 s, median 60 s.");
        let walk = Series {
            kind: SeriesKind::Walk,
            name: "Walk".into(),
            unit: String::new(),
            points: vec![(1, 1.4), (2, 2.8), (3, 4.2), (4, 5.5)],
            level: Some(Level { name: "a scanner from".into(), value: 4.0 }),
            changes: Vec::new(),
        };
        assert_eq!(course("c", &walk, 0).summary, "4 steps up to 5.5; a scanner from: 4, reached at step 3.");
        let rate =
            Series { kind: SeriesKind::Rate, points: vec![(0, 1.0), (SECOND, 7.0)], unit: "packets/s".into(), ..walk };
        assert!(course("c", &rate, 0).summary.starts_with("Peak 7 packets/s at 1970-01-01 00:00:01 UTC;"));
    }
}
