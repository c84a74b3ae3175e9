//! A course of values: what happened in each span as columns, gaps as dots, a walk as a line of stairs; and a level.

use super::super::theme::Theme;
use super::super::{text, ticks};
use super::{Anchor, Rect, SMALL, Scene, Zone, changes};
use crate::model::finding::series::Series;
use crate::model::finding::series::SeriesKind;
use crate::model::format::quantity::short;
use crate::model::format::quantity::with_unit;
use crate::model::format::time;

/// Room for the words of the level, px.
const HEAD: f64 = 20.0;
/// Room for the brackets over changes, px.
const MARK: f64 = 10.0;
/// Room for the ticks and the day, px.
const FOOT: f64 = 38.0;
/// Width of a dot and of its neighbour that it may touch, px.
const DOT: f64 = 4.0;
/// Thickness of a walk's line, px.
const LINE: f64 = 2.0;
/// Length of a dash of the level and of the gap behind it, px.
const DASH: f64 = 5.0;

/// Height that suits it, px.
pub const HEIGHT: f64 = 180.0;

pub fn lay_out(scene: &mut Scene, series: &Series, offset_minutes: i32, theme: &Theme, (width, height): (f64, f64)) {
    let values = || series.points.iter().map(|(_, value)| sane(*value));
    let level = series.level.as_ref().map(|level| sane(level.value));
    let most = values().chain(level).fold(0.0, f64::max);
    let least = values().chain(level).fold(0.0, f64::min);
    let value_ticks = ticks::spread(least, most, 3);
    let (bottom, top) = (
        value_ticks.first().copied().unwrap_or(0.0),
        value_ticks.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE),
    );
    let widest = value_ticks.iter().map(|tick| text::width(&short(*tick, &series.unit), SMALL)).fold(0.0, f64::max);
    let left = widest + 10.0;
    let head = HEAD + if series.changes.is_empty() { 0.0 } else { MARK };
    let plot =
        Rect { x: left, y: head, width: (width - left - 8.0).max(10.0), height: (height - head - FOOT).max(10.0) };
    scene.layout.plot = plot;
    let y = |value: f64| plot.bottom() - plot.height * (value - bottom) / (top - bottom);
    for tick in &value_ticks {
        let colour = if *tick == 0.0 { theme.axis } else { theme.grid };
        scene.rect(Rect { x: plot.x, y: y(*tick) - 0.5, width: plot.width, height: 1.0 }, colour);
        scene.text((plot.x - 6.0, y(*tick)), short(*tick, &series.unit), SMALL, theme.muted, Anchor::End);
    }
    let across = Across::new(series, plot);
    place_axis(scene, series, &across, offset_minutes, theme);
    marks(scene, series, &across, y, theme);
    if let (Some(named), Some(value)) = (&series.level, level) {
        let mut x = plot.x;
        while x < plot.right() {
            let length = DASH.min(plot.right() - x);
            scene.rect(Rect { x, y: y(value) - 0.75, width: length, height: 1.5 }, theme.series_colour(1));
            x += 2.0 * DASH;
        }
        let words = format!("{}: {}", named.name, with_unit(named.value, &series.unit));
        scene.rect(Rect { x: plot.x, y: 6.25, width: 2.5 * DASH, height: 1.5 }, theme.series_colour(1));
        let words = text::fit(&words, SMALL, plot.width - 4.0 * DASH);
        scene.text((plot.x + 3.5 * DASH, 7.0), words, SMALL, theme.muted, Anchor::Start);
    }
    let marks: Vec<(String, (i64, i64))> = series.changes.iter().map(|span| (String::new(), *span)).collect();
    changes::lay_out(scene, &marks, (across.first, across.first.saturating_add(across.length as i64)), theme);
    scene.layout.zones = series
        .points
        .iter()
        .enumerate()
        .map(|(index, (at, value))| {
            let (from, to) = across.zone(series, index);
            let label = match series.kind {
                SeriesKind::Rate | SeriesKind::Sums => ticks::range(*at, across.span_ns, offset_minutes),
                SeriesKind::Gaps | SeriesKind::Values => {
                    time::text(*at, offset_minutes).get(11..19).unwrap_or_default().to_owned()
                }
                SeriesKind::Walk => format!("Step {at}"),
            };
            Zone {
                rect: Rect { x: from, width: to - from, ..plot },
                label,
                value: with_unit(sane(*value), &series.unit),
            }
        })
        .collect();
}

/// Where places lie from left to right.
struct Across {
    plot: Rect,
    first: i64,
    /// From the first place to the end of the last.
    length: f64,
    /// Width of a span of a rate, ns.
    span_ns: i64,
}

impl Across {
    fn new(series: &Series, plot: Rect) -> Across {
        let at = |place: usize| series.points.get(place).map(|(at, _)| *at);
        let first = at(0).unwrap_or(0);
        let last = series.points.last().map_or(first, |(at, _)| *at);
        let span_ns = at(1).map_or(1, |second| second.saturating_sub(first)).max(1);
        // A span of a rate begins at its place; a step of a walk takes a place.
        let more = match series.kind {
            SeriesKind::Rate | SeriesKind::Sums => span_ns,
            SeriesKind::Walk => 1,
            SeriesKind::Gaps | SeriesKind::Values => 0,
        };
        let length = last.saturating_sub(first).saturating_add(more).max(1) as f64;
        Across { plot, first, length, span_ns }
    }

    fn x(&self, at: f64) -> f64 {
        self.plot.x + self.plot.width * ((at - self.first as f64) / self.length).clamp(0.0, 1.0)
    }

    fn of(&self, series: &Series, place: usize) -> f64 {
        let at = series.points.get(place).map_or(self.first, |(at, _)| *at);
        self.plot.x + self.plot.width * (at.saturating_sub(self.first) as f64 / self.length).clamp(0.0, 1.0)
    }

    /// From where to where a point can be met.
    fn zone(&self, series: &Series, place: usize) -> (f64, f64) {
        let own = self.of(series, place);
        let is_last = place + 1 >= series.points.len();
        let next = if is_last { self.plot.right() } else { self.of(series, place + 1) };
        if !matches!(series.kind, SeriesKind::Gaps | SeriesKind::Values) {
            return (own, next);
        }
        let before = if place == 0 { self.plot.x } else { (self.of(series, place - 1) + own) / 2.0 };
        let after = if is_last { next } else { (own + next) / 2.0 };
        (before, after)
    }
}

fn marks(scene: &mut Scene, series: &Series, across: &Across, y: impl Fn(f64) -> f64, theme: &Theme) {
    let colour = theme.series_colour(0);
    let mut before = None;
    for (index, (_, value)) in series.points.iter().enumerate() {
        let (from, to) = across.zone(series, index);
        let (level, base) = (y(sane(*value)), y(0.0));
        match series.kind {
            SeriesKind::Rate | SeriesKind::Sums => {
                let (top, bottom) = (level.min(base), level.max(base));
                if bottom > top {
                    scene.rect(Rect { x: from, y: top, width: to - from, height: bottom - top }, colour);
                }
            }
            SeriesKind::Gaps | SeriesKind::Values => {
                let x = across.of(series, index);
                scene.rect(Rect { x: x - DOT / 2.0, y: level - DOT / 2.0, width: DOT, height: DOT }, colour);
            }
            SeriesKind::Walk => {
                let start: f64 = before.unwrap_or(base);
                let (top, bottom) = (start.min(level), start.max(level));
                scene.rect(Rect { x: from, y: top - LINE / 2.0, width: LINE, height: bottom - top + LINE }, colour);
                scene.rect(Rect { x: from, y: level - LINE / 2.0, width: to - from, height: LINE }, colour);
                before = Some(level);
            }
        }
    }
}

fn place_axis(scene: &mut Scene, series: &Series, across: &Across, offset_minutes: i32, theme: &Theme) {
    let plot = scene.layout.plot;
    let n = (plot.width / 90.0).clamp(1.0, 8.0) as usize;
    let mut tick = |x: f64, label: String| {
        scene.rect(Rect { x: x - 0.5, y: plot.bottom(), width: 1.0, height: 4.0 }, theme.axis);
        let half = text::width(&label, SMALL) / 2.0;
        let middle = x.min(plot.right() + 8.0 - half).max(half);
        scene.text((middle, plot.bottom() + 13.0), label, SMALL, theme.muted, Anchor::Middle);
    };
    if series.kind == SeriesKind::Walk {
        for step in ticks::counts(across.length, n).into_iter().filter(|step| *step >= 1.0 && *step <= across.length) {
            tick(across.x(step), format!("{step:.0}"));
        }
        scene.text(
            (plot.x, plot.bottom() + 29.0),
            "First contacts, in order of time",
            SMALL,
            theme.muted,
            Anchor::Start,
        );
        return;
    }
    let end = across.first.saturating_add(across.length as i64);
    for (at, label) in ticks::times(across.first, end, n, offset_minutes) {
        tick(plot.x + plot.width * (at.saturating_sub(across.first) as f64 / across.length), label);
    }
    let day = ticks::day(across.first, offset_minutes);
    scene.text((plot.x, plot.bottom() + 29.0), day, SMALL, theme.muted, Anchor::Start);
}

/// The value, or 0 for one that cannot be drawn; held within what an axis has prefixes for.
fn sane(value: f64) -> f64 {
    if value.is_finite() { value.clamp(-1e20, 1e20) } else { 0.0 }
}
