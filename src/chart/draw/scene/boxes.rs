//! Horizontal boxes from the first to the third quartile with the median, and lines to the extremes; by powers of ten where the
//! values span many.

use super::super::theme::Theme;
use super::super::{text, ticks};
use super::{Anchor, LABEL, Rect, SMALL, Scene, Zone};
use crate::model::chart::BoxRow;
use crate::model::format::quantity::{short, with_unit};

const ROW: f64 = 26.0;
const FOOT: f64 = 24.0;
/// From this ratio of the extremes on, the axis goes by powers of ten.
const MANY: f64 = 1000.0;

/// The height that so many rows need, px.
pub fn height(n_rows: usize, _width: f64) -> f64 {
    ROW * n_rows.max(2) as f64 + FOOT + 6.0
}

pub fn lay_out(scene: &mut Scene, rows: &[BoxRow], unit: &str, theme: &Theme, (width, height): (f64, f64)) {
    let widest = rows.iter().map(|row| text::width(&row.label, LABEL)).fold(0.0, f64::max);
    let left = widest.min(width * 0.35) + 10.0;
    let row_height = ((height - FOOT - 6.0) / rows.len().max(1) as f64).clamp(8.0, ROW);
    let plot = Rect {
        x: left,
        y: 4.0,
        width: (width - left - 24.0).max(10.0),
        height: (row_height * rows.len() as f64).min((height - FOOT).max(8.0)),
    };
    scene.layout.plot = plot;
    let all = || rows.iter().flat_map(|row| row.five).map(held);
    let (least, most) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
    let n = (plot.width / 80.0).clamp(2.0, 8.0) as usize;
    let smallest = all().filter(|value| *value > 0.0).fold(most, f64::min);
    let is_log = least >= 0.0 && most > smallest * MANY;
    let axis = if is_log { ticks::powers(smallest, most, n) } else { ticks::spread(least.min(0.0), most, n) };
    let (low, high) = (axis.first().copied().unwrap_or(0.0), axis.last().copied().unwrap_or(1.0));
    let x = |value: f64| {
        let share = match is_log {
            true if value <= low => 0.0,
            true => (value / low).ln() / (high / low).ln(),
            false => (value - low) / (high - low),
        };
        plot.x + plot.width * share.clamp(0.0, 1.0)
    };
    for tick in &axis {
        let at = x(*tick);
        scene.rect(Rect { x: at - 0.5, y: plot.y, width: 1.0, height: plot.height }, theme.grid);
        let label = short(*tick, unit);
        scene.text((at, plot.bottom() + 13.0), label, SMALL, theme.muted, Anchor::Middle);
    }
    for (place, row) in rows.iter().enumerate() {
        let top = plot.y + row_height * place as f64;
        let middle = top + row_height / 2.0;
        let [min, lower, median, upper, max] = row.five.map(|value| x(held(value)));
        let label = text::fit(&row.label, LABEL, left - 10.0 + 1.0);
        scene.text((left - 10.0, middle), label, LABEL, theme.text, Anchor::End);
        scene.rect(Rect { x: min, y: middle - 0.75, width: (max - min).max(1.0), height: 1.5 }, theme.axis);
        for end in [min, max] {
            scene.rect(Rect { x: end - 0.75, y: middle - 4.0, width: 1.5, height: 8.0 }, theme.axis);
        }
        let half = row_height * 0.29;
        let inner = Rect { x: lower, y: middle - half, width: (upper - lower).max(2.0), height: 2.0 * half };
        scene.rect(inner, theme.series_colour(0));
        scene.rect(
            Rect { x: median - 1.5, y: inner.y - 2.0, width: 3.0, height: inner.height + 4.0 },
            theme.series_colour(1),
        );
        let [min, lower, median, upper, max] = row.five.map(|value| with_unit(held(value), unit));
        let value = format!("median {median}, half from {lower} to {upper}, all from {min} to {max}");
        let zone = Rect { x: 0.0, y: top, width, height: row_height };
        scene.layout.zones.push(Zone { rect: zone, label: row.label.clone(), value });
    }
}

/// The value, or 0 for one that cannot be drawn; held within what an axis has prefixes for.
fn held(value: f64) -> f64 {
    if value.is_finite() { value.clamp(-1e20, 1e20) } else { 0.0 }
}
