//! A heatmap: a cell for each pair of a row and a column, its colour the stronger the larger the value. Unknown cells stay empty.

use super::super::text;
use super::super::theme::{Rgb, Theme};
use super::{Anchor, LABEL, Rect, SMALL, Scene, Zone, sane};
use crate::model::format::quantity::{short, with_unit};

const ROW: f64 = 22.0;
/// Room above the cells for the scale, and below them for the labels of the columns.
const HEAD: f64 = 28.0;
const FOOT: f64 = 24.0;
/// Steps of the scale.
const STEPS: usize = 24;

/// The height that so many rows need, px.
pub fn height(n_rows: usize) -> f64 {
    HEAD + ROW * n_rows.max(1) as f64 + FOOT
}

pub fn lay_out(
    scene: &mut Scene,
    (columns, rows, values): (&[String], &[String], &[Option<f64>]),
    is_signed: bool,
    unit: &str,
    theme: &Theme,
    (width, _): (f64, f64),
) {
    let widest = rows.iter().map(|row| text::width(row, LABEL)).fold(0.0, f64::max);
    let left = widest.min(width * 0.35) + 8.0;
    let plot = Rect { x: left, y: HEAD, width: (width - left - 4.0).max(10.0), height: ROW * rows.len() as f64 };
    scene.layout.plot = plot;
    let largest = values.iter().flatten().map(|value| sane(value.abs())).fold(0.0, f64::max);
    let step = plot.width / columns.len().max(1) as f64;
    // Cells stand apart only where there is room for it.
    let gap = if step >= 8.0 { 1.0 } else { 0.0 };
    for (y, row) in rows.iter().enumerate() {
        let top = plot.y + ROW * y as f64;
        let label = text::fit(row, LABEL, left - 8.0 + 1.0);
        scene.text((left - 8.0, top + ROW / 2.0), label, LABEL, theme.text, Anchor::End);
        for (x, column) in columns.iter().enumerate() {
            let value = values.get(y * columns.len() + x).copied().flatten();
            let rect = Rect { x: plot.x + step * x as f64, y: top, width: step, height: ROW };
            if let Some(value) = value {
                let inner = Rect { width: step - gap, height: ROW - 1.0, ..rect };
                scene.rect(
                    inner,
                    if is_signed { signed(value / largest, theme) } else { colour(sane(value), largest, theme) },
                );
            }
            let words = value.map_or_else(|| "unknown".to_owned(), |value| with_unit(value, unit));
            scene.layout.zones.push(Zone { rect, label: format!("{row}, {column}"), value: words });
        }
    }
    column_labels(scene, columns, step, theme);
    scale(scene, (largest, is_signed), unit, theme);
}

/// One label in so many, so that they do not touch.
fn column_labels(scene: &mut Scene, columns: &[String], step: f64, theme: &Theme) {
    let plot = scene.layout.plot;
    let widest = columns.iter().map(|column| text::width(column, SMALL)).fold(0.0, f64::max) + 12.0;
    let every = ((widest / step).ceil().max(1.0) as usize).min(columns.len().div_ceil(2).max(1));
    for (place, column) in columns.iter().enumerate().step_by(every) {
        let middle = plot.x + step * (place as f64 + 0.5);
        let label = text::fit(column, SMALL, (step * every as f64 - 4.0).max(30.0));
        let half = text::width(&label, SMALL) / 2.0;
        let middle = middle.min(plot.right() + 4.0 - half).max(half);
        scene.text((middle, plot.bottom() + 13.0), label, SMALL, theme.muted, Anchor::Middle);
    }
}

/// What the colours mean: from nothing to the largest value.
fn scale(scene: &mut Scene, (largest, is_signed): (f64, bool), unit: &str, theme: &Theme) {
    // Under the plot's left edge there may be no room for the words.
    let x = if scene.layout.plot.width < 240.0 { 0.0 } else { scene.layout.plot.x };
    let x = if is_signed { x + 24.0 } else { x };
    let (y, each) = (5.0, ((scene.layout.plot.right() - x - 16.0) / STEPS as f64).clamp(1.0, 5.0));
    for step in 0..STEPS {
        let share = step as f64 / (STEPS - 1) as f64;
        let rect = Rect { x: x + 16.0 + each * step as f64, y, width: each, height: 10.0 };
        scene.rect(rect, if is_signed { signed(2.0 * share - 1.0, theme) } else { blend(share, theme) });
    }
    let end = x + 16.0 + each * STEPS as f64 + 6.0;
    let (from, label) = match is_signed {
        true => (format!("−{}", short(largest, unit)), short(largest, unit)),
        false => ("0".to_owned(), format!("{} (logarithmic)", short(largest, unit))),
    };
    scene.text((x + 10.0, y + 5.0), from, SMALL, theme.muted, Anchor::End);
    scene.text((end, y + 5.0), label, SMALL, theme.muted, Anchor::Start);
}

/// By the logarithm, for traffic spans many powers of ten; 0 has the colour of the background.
fn colour(value: f64, largest: f64, theme: &Theme) -> Rgb {
    let share = if largest > 0.0 {
        (1.0 + value * scale_of(largest)).ln() / (1.0 + largest * scale_of(largest)).ln()
    } else {
        0.0
    };
    blend(share, theme)
}

/// What values are multiplied by before 1 is added, so that the logarithm also spreads values below 1.
fn scale_of(largest: f64) -> f64 {
    if largest >= 100.0 { 1.0 } else { 100.0 / largest }
}

/// The colour of a value from -1 to 1: one colour for each sign.
fn signed(share: f64, theme: &Theme) -> Rgb {
    towards(share.abs(), theme.series_colour(usize::from(share < 0.0)), theme)
}

fn blend(share: f64, theme: &Theme) -> Rgb {
    towards(share, theme.series_colour(0), theme)
}

fn towards(share: f64, to: Rgb, theme: &Theme) -> Rgb {
    let share = share.clamp(0.0, 1.0);
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    let from = theme.grid;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}
