//! Vertical bars in a given order, with a value axis.

use super::super::theme::Theme;
use super::super::{text, ticks};
use super::{Anchor, Rect, SMALL, Scene, Zone, axis_width, sane};
use crate::model::chart::Bar;
use crate::model::format::quantity::with_unit;

pub fn lay_out(scene: &mut Scene, columns: &[Bar], unit: &str, theme: &Theme, (width, height): (f64, f64)) {
    let largest = columns.iter().map(|bar| sane(bar.value)).fold(0.0, f64::max);
    let value_ticks = ticks::amounts(largest, 4, unit);
    let top = value_ticks.last().copied().unwrap_or(1.0);
    let left = axis_width(&value_ticks, unit);
    let plot =
        Rect { x: left, y: 10.0, width: (width - left - 4.0).max(10.0), height: (height - 10.0 - 26.0).max(10.0) };
    scene.layout.plot = plot;
    scene.value_axis(&value_ticks, unit, theme);

    let step = plot.width / columns.len().max(1) as f64;
    let widest = columns.iter().map(|bar| text::width(&bar.label, SMALL)).fold(0.0, f64::max) + 8.0;
    // One label in so many, so that they do not touch; a label may be as wide as the columns it speaks for.
    let every = (widest / step).ceil().clamp(1.0, (columns.len() as f64 / 3.0).ceil()) as usize;
    for (place, bar) in columns.iter().enumerate() {
        let x = plot.x + step * place as f64;
        let value = sane(bar.value);
        let mut length = plot.height * value / top;
        if value > 0.0 {
            length = length.max(1.5);
        }
        let gap = (step * 0.14).min(6.0);
        let rect = Rect { x: x + gap, y: plot.bottom() - length, width: step - 2.0 * gap, height: length };
        scene.rect(rect, theme.series_colour(0));
        if place.is_multiple_of(every) {
            let label = text::fit(&bar.label, SMALL, step * every as f64 - 2.0);
            let middle = (x + step / 2.0, plot.bottom() + 14.0);
            scene.text(middle, label, SMALL, theme.muted, Anchor::Middle);
        }
        let zone = Rect { x, width: step, ..plot };
        scene.layout.zones.push(Zone { rect: zone, label: bar.label.clone(), value: with_unit(value, unit) });
    }
}
