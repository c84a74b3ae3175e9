//! Stacked areas over time, in steps as wide as a bin: what is drawn is what was counted.

use super::super::theme::{Rgb, Theme};
use super::super::{text, ticks};
use super::{Anchor, LABEL, Rect, SMALL, Scene, Shape, Zone, axis_width, changes, sane};
use crate::chart::changes_within;
use crate::model::chart::{Change, ChartSeries};
use crate::model::format::quantity::with_unit;

/// The bins' place in time.
pub struct Clock {
    /// Start of the first bin, ns since 1970.
    pub start_ns: i64,
    /// Width of a bin, ns.
    pub bin_ns: i64,
    /// Minutes east of UTC that times are written in.
    pub offset_minutes: i32,
}

impl Clock {
    fn bin_start(&self, bin: usize) -> i64 {
        self.start_ns.saturating_add(self.bin_ns.saturating_mul(bin as i64))
    }
}

/// How values are laid out upwards.
#[derive(Clone, Copy, PartialEq)]
pub enum Axis {
    /// Series on top of each other.
    Stacked,
    /// Each from the base line.
    Linear,
    /// Each by powers of ten; what is nothing lies on the base line.
    Log,
}

const LEGEND_ROW: f64 = 20.0;
const SWATCH: f64 = 10.0;

pub fn lay_out(
    scene: &mut Scene,
    clock: &Clock,
    (series, changes): (&[ChartSeries], &[Change]),
    unit: &str,
    theme: &Theme,
    (axis, (width, height)): (Axis, (f64, f64)),
) {
    let n_bins = series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let totals: Vec<f64> = (0..n_bins).map(|bin| series.iter().map(|s| value(s, bin)).sum()).collect();
    let values = ValueAxis::of(axis, series, &totals, unit);
    let named: Vec<(String, (i64, i64))> =
        changes.iter().map(|change| (change.number.to_string(), (change.start_ns, change.end_ns))).collect();
    let legend = legend(scene, series, theme, width) + changes::head(named.len());
    let left = axis_width(&values.ticks, unit);
    let plot = Rect {
        x: left,
        y: legend + 8.0,
        width: (width - left - 8.0).max(10.0),
        height: (height - legend - 8.0 - 38.0).max(10.0),
    };
    scene.layout.plot = plot;
    let share = |value: f64| values.share(value);
    scene.value_axis_by(&values.ticks, unit, theme, &share);
    if axis == Axis::Stacked {
        stack(scene, series, (n_bins, values.top), theme);
    } else {
        let step = plot.width / n_bins as f64;
        // The largest last, so that it lies on top.
        for (place, one) in series.iter().enumerate().rev() {
            line(scene, one, step, &share, theme.series_colour(place));
        }
    }
    time_axis(scene, clock, n_bins, theme);
    changes::lay_out(scene, &named, (clock.start_ns, clock.bin_start(n_bins)), theme);
    let totals = if axis == Axis::Stacked { totals } else { Vec::new() };
    scene.layout.zones = zones(plot, clock, n_bins, &|bin| {
        let value = read_out(series, bin, totals.get(bin).copied(), unit);
        match changes_within(changes, clock.bin_start(bin), clock.bin_ns) {
            numbers if numbers.is_empty() => value,
            numbers => format!("{value}, change {numbers}"),
        }
    });
}

/// Values laid out upwards.
struct ValueAxis {
    axis: Axis,
    ticks: Vec<f64>,
    bottom: f64,
    top: f64,
}

impl ValueAxis {
    fn of(axis: Axis, series: &[ChartSeries], totals: &[f64], unit: &str) -> ValueAxis {
        let each = || series.iter().flat_map(|one| one.values.iter().copied().map(sane));
        let largest = match axis {
            Axis::Stacked => totals.iter().copied().fold(0.0, f64::max),
            Axis::Linear | Axis::Log => each().fold(0.0, f64::max),
        };
        let least = each().filter(|value| *value > 0.0).fold(largest, f64::min);
        let ticks = if axis == Axis::Log { ticks::powers(least, largest, 6) } else { ticks::amounts(largest, 4, unit) };
        let (bottom, top) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
        ValueAxis { axis, ticks, bottom, top }
    }

    /// How far up a value is, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        match self.axis {
            Axis::Log if value <= self.bottom => 0.0,
            Axis::Log => (value / self.bottom).ln() / (self.top / self.bottom).ln(),
            _ => value / self.top,
        }
    }
}

/// Areas on top of each other.
fn stack(scene: &mut Scene, series: &[ChartSeries], (n_bins, top): (usize, f64), theme: &Theme) {
    let plot = scene.layout.plot;
    let step = plot.width / n_bins as f64;
    let y = |sum: &f64| plot.bottom() - plot.height * sum / top;
    let mut base = vec![0.0; n_bins];
    for (place, one) in series.iter().enumerate() {
        let lower = base.clone();
        for (bin, sum) in base.iter_mut().enumerate() {
            *sum += value(one, bin);
        }
        if lower != base {
            let mut points = steps(&base, plot.x, step, y);
            points.extend(steps(&lower, plot.x, step, y).into_iter().rev());
            scene.shapes.push(Shape::Polygon { points, colour: theme.series_colour(place) });
        }
    }
}

/// Bins to be pointed at, with their time and what is read out there.
fn zones(plot: Rect, clock: &Clock, n_bins: usize, read_out: &dyn Fn(usize) -> String) -> Vec<Zone> {
    let step = plot.width / n_bins as f64;
    let zone = |bin: usize| Zone {
        rect: Rect { x: plot.x + step * bin as f64, width: step, ..plot },
        label: ticks::range(clock.bin_start(bin), clock.bin_ns, clock.offset_minutes),
        value: read_out(bin),
    };
    (0..n_bins).map(zone).collect()
}

/// A line in steps as wide as a bin, from thin upright and level strokes.
pub fn line(scene: &mut Scene, series: &ChartSeries, step: f64, share: &dyn Fn(f64) -> f64, colour: Rgb) {
    const LINE: f64 = 2.0;
    let plot = scene.layout.plot;
    let mut before: Option<f64> = None;
    for bin in 0..series.values.len() {
        let (x, y) = (plot.x + step * bin as f64, plot.bottom() - plot.height * share(value(series, bin)));
        if let Some(before) = before.filter(|before| (before - y).abs() > 0.5) {
            let (from, to) = (before.min(y), before.max(y));
            scene.rect(Rect { x: x - LINE / 2.0, y: from - LINE / 2.0, width: LINE, height: to - from + LINE }, colour);
        }
        scene.rect(Rect { x, y: y - LINE / 2.0, width: step, height: LINE }, colour);
        before = Some(y);
    }
}

fn value(series: &ChartSeries, bin: usize) -> f64 {
    series.values.get(bin).copied().map_or(0.0, sane)
}

/// The outline of a run of sums, left to right, without points that change nothing.
fn steps(sums: &[f64], x: f64, step: f64, y: impl Fn(&f64) -> f64) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut last = None;
    for (bin, sum) in sums.iter().enumerate() {
        if last != Some(sum) {
            let edge = x + step * bin as f64;
            if let Some(last) = last {
                points.push((edge, y(last)));
            }
            points.push((edge, y(sum)));
            last = Some(sum);
        }
    }
    if let Some(last) = last {
        points.push((x + step * sums.len() as f64, y(last)));
    }
    points
}

/// Names the series that have anything; gives the height that it takes.
pub fn legend(scene: &mut Scene, series: &[ChartSeries], theme: &Theme, width: f64) -> f64 {
    let present = series.iter().enumerate().filter(|(_, s)| s.values.iter().any(|value| sane(*value) > 0.0));
    let (mut x, mut y) = (0.0, LEGEND_ROW / 2.0);
    for (place, one) in present {
        let name = text::fit(&one.name, LABEL, width / 2.0);
        let room = SWATCH + 6.0 + text::width(&name, LABEL) + 16.0;
        if x > 0.0 && x + room > width {
            (x, y) = (0.0, y + LEGEND_ROW);
        }
        let swatch = Rect { x, y: y - SWATCH / 2.0, width: SWATCH, height: SWATCH };
        scene.rect(swatch, theme.series_colour(place));
        scene.text((x + SWATCH + 6.0, y), name, LABEL, theme.text, Anchor::Start);
        x += room;
    }
    y + LEGEND_ROW / 2.0
}

fn time_axis(scene: &mut Scene, clock: &Clock, n_bins: usize, theme: &Theme) {
    let plot = scene.layout.plot;
    let end = clock.bin_start(n_bins);
    let n_ticks = (plot.width / 90.0).clamp(1.0, 8.0) as usize;
    let span = end.saturating_sub(clock.start_ns).max(1) as f64;
    for (time, label) in ticks::times(clock.start_ns, end, n_ticks, clock.offset_minutes) {
        let x = plot.x + plot.width * (time - clock.start_ns) as f64 / span;
        scene.rect(Rect { x: x - 0.5, y: plot.bottom(), width: 1.0, height: 4.0 }, theme.axis);
        let half = text::width(&label, SMALL) / 2.0;
        let middle = x.min(plot.right() + 8.0 - half).max(half);
        scene.text((middle, plot.bottom() + 13.0), label, SMALL, theme.muted, Anchor::Middle);
    }
    let day = ticks::day(clock.start_ns, clock.offset_minutes);
    scene.text((plot.x, plot.bottom() + 29.0), day, SMALL, theme.muted, Anchor::Start);
}

/// The total and what it is made of: `1.20 MB (TCP 1.10 MB, UDP 100 kB)`.
pub fn read_out(series: &[ChartSeries], bin: usize, total: Option<f64>, unit: &str) -> String {
    let parts: Vec<String> = series
        .iter()
        .filter(|s| value(s, bin) > 0.0)
        .map(|s| format!("{} {}", s.name, with_unit(value(s, bin), unit)))
        .collect();
    match parts.len() {
        0 => with_unit(0.0, unit),
        1 => parts.join(""),
        _ => match total {
            Some(total) => format!("{} ({})", with_unit(total, unit), parts.join(", ")),
            None => parts.join(", "),
        },
    }
}
