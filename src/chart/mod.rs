//! Analysis to charts as data, one file per chart; `draw` makes pictures of them.

use crate::model::Analysis;
use crate::model::analysis::Timeline;
use crate::model::chart::{Change, ChartSeries, ChartSpec, Marks};
use crate::model::format::quantity::percent;
use crate::model::format::time;

mod boxes;
mod changes;
mod course;
mod explored;
mod likeness;
mod packet_sizes;
mod packets_over_time;
mod protocols;
mod top_ports;
mod top_talkers;
mod traffic_over_time;

pub mod draw;

pub use course::{course, is_in_change, place};
pub use explored::explored;

/// Most bars of a top list: as many as are taken in at a glance. Set by us.
const MOST_BARS: usize = 10;

/// Every chart, in the order in which they are shown.
pub const ALL: &[Entry] = &[
    traffic_over_time::ENTRY,
    packets_over_time::ENTRY,
    protocols::ENTRY,
    top_talkers::ENTRY,
    top_ports::ENTRY,
    packet_sizes::ENTRY,
];

/// A chart's line in the table.
pub struct Entry {
    /// Id: the file's stem.
    pub id: &'static str,
    /// What it shows, for people: its title, or how that begins.
    pub name: &'static str,
    /// Builds it; times are written as many minutes east of UTC as the second argument says.
    pub make: fn(&Analysis, i32) -> ChartSpec,
}

/// All charts of an analysis, in order.
pub fn all(analysis: &Analysis, offset_minutes: i32) -> Vec<ChartSpec> {
    ALL.iter().map(|entry| (entry.make)(analysis, offset_minutes)).collect()
}

/// Traffic over time, with the most severe findings marked in place of changes.
pub fn with_findings(analysis: &Analysis, offset_minutes: i32) -> ChartSpec {
    let mut spec = (traffic_over_time::ENTRY.make)(analysis, offset_minutes);
    let marked = changes::of_findings(analysis);
    let said = changes_summary(&changes::changes(analysis), offset_minutes);
    spec.summary.truncate(spec.summary.len() - said.len());
    if !marked.is_empty() {
        spec.summary.push_str(" The most severe findings are marked.");
    }
    if let Marks::Areas { changes, .. } = &mut spec.marks {
        *changes = marked;
    }
    spec
}

/// A chart of the kinds of traffic over time. The names are title, what is counted, and unit.
fn over_time(
    id: &str,
    (title, counted, unit): (&str, &str, &str),
    (analysis, values): (&Analysis, &[Vec<u64>; 5]),
    offset_minutes: i32,
    words: impl Fn(f64) -> String,
) -> ChartSpec {
    let timeline = &analysis.stats.timeline;
    let changes = changes::changes(analysis);
    let series: Vec<ChartSeries> = Timeline::KINDS
        .iter()
        .zip(values)
        .map(|(name, values)| ChartSeries {
            name: (*name).to_owned(),
            values: values.iter().map(|value| *value as f64).collect(),
        })
        .collect();
    let bin = bin_words(timeline.bin_ns);
    let title = if timeline.bin_ns > 0 { format!("{title}, {counted} per {bin}") } else { title.to_owned() };
    ChartSpec {
        id: id.to_owned(),
        title,
        summary: over_time_summary(timeline, &series, offset_minutes, &bin, words)
            + &changes_summary(&changes, offset_minutes),
        marks: Marks::Areas { start_ns: timeline.start_ns, bin_ns: timeline.bin_ns, offset_minutes, series, changes },
        unit: unit.to_owned(),
        has_data: false,
    }
}

fn over_time_summary(
    timeline: &Timeline,
    series: &[ChartSeries],
    offset_minutes: i32,
    bin: &str,
    words: impl Fn(f64) -> String,
) -> String {
    let n_bins = series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let in_bin = |place: usize| series.iter().filter_map(|s| s.values.get(place)).sum::<f64>();
    let (mut total, mut peak) = (0.0, (0, 0.0));
    for place in 0..n_bins {
        let sum = in_bin(place);
        total += sum;
        if sum > peak.1 {
            peak = (place, sum);
        }
    }
    if total <= 0.0 || timeline.bin_ns <= 0 {
        return "There is no traffic to show.".to_owned();
    }
    let mut main = ("", 0.0);
    for one in series {
        let sum: f64 = one.values.iter().sum();
        if sum > main.1 {
            main = (one.name.as_str(), sum);
        }
    }
    let began = timeline.start_ns.saturating_add(timeline.bin_ns.saturating_mul(peak.0 as i64));
    let clock = time::text(began, offset_minutes);
    let n_letters = if timeline.bin_ns >= time::SECOND { 19 } else { 23 };
    let clock = clock.get(..n_letters).unwrap_or(&clock);
    format!(
        "{} in {}, most of it {} ({}); the busiest {bin} began at {clock} {} with {}.",
        words(total),
        bin_words(timeline.bin_ns.saturating_mul(n_bins as i64)),
        main.0,
        percent(main.1, total),
        draw::ticks::zone(offset_minutes),
        words(peak.1),
    )
}

/// A sentence on what is marked; empty if nothing is.
fn changes_summary(changes: &[Change], offset_minutes: i32) -> String {
    let words = |change: &Change| format!("{} from {}", change.number, change_time(change, offset_minutes));
    let all: Vec<String> = changes.iter().map(words).collect();
    match all.len() {
        0 => String::new(),
        1 => format!(" One change is marked: {}.", all.join("")),
        n => format!(" {n} changes are marked: {}.", all.join(", ")),
    }
}

/// From when to when a change lasts: `09:40:10 to 09:40:20`.
pub fn change_time(change: &Change, offset_minutes: i32) -> String {
    draw::ticks::range(change.start_ns, (change.end_ns - change.start_ns + 1).max(1), offset_minutes)
}

/// What is marked on a chart of any measure over time: the changes that findings hold, and the spans of the worst findings that
/// are no longer than a part of the whole, in order of time.
pub fn marked(analysis: &Analysis) -> Vec<Change> {
    changes::marked(analysis)
}

/// Those with a part between two times, numbered anew.
pub fn changes_between(all: &[Change], from_ns: i64, to_ns: i64) -> Vec<Change> {
    let within = all.iter().filter(|change| change.end_ns >= from_ns && change.start_ns < to_ns);
    within.zip(1..).map(|(change, number)| Change { number, ..change.clone() }).collect()
}

/// The numbers of the changes that a bin has a part in: `1`, `1, 2`; empty if none.
pub fn changes_within(changes: &[Change], start_ns: i64, bin_ns: i64) -> String {
    let end_ns = start_ns.saturating_add(bin_ns);
    let is_within = |change: &&Change| change.start_ns < end_ns && change.end_ns >= start_ns;
    let numbers: Vec<String> = changes.iter().filter(is_within).map(|change| change.number.to_string()).collect();
    numbers.join(", ")
}

/// A span without needless decimals: `10 s`, `250 ms`, `5 min`.
fn bin_words(ns: i64) -> String {
    time::span(ns).replace(".00 s", " s").replace(".0 ms", " ms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_every_chart_of_nothing_says_so() {
        let ids: BTreeSet<&str> = ALL.iter().map(|entry| entry.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for (entry, spec) in ALL.iter().zip(all(&Analysis::default(), 0)) {
            assert_eq!(entry.id, spec.id);
            assert!(!spec.title.is_empty() && spec.summary.ends_with('.'), "{}", entry.id);
            assert!(draw::is_empty(&spec), "{}", entry.id);
        }
    }
}
