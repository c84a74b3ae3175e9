//! Lines over places in a given order, in steps as wide as a place, with a legend.

use super::super::theme::Theme;
use super::super::{text, ticks};
use super::areas::{legend, line, read_out};
use super::{Anchor, Rect, SMALL, Scene, Zone, axis_width, sane};
use crate::model::chart::ChartSeries;

pub fn lay_out(
    scene: &mut Scene,
    (places, series): (&[String], &[ChartSeries]),
    unit: &str,
    theme: &Theme,
    (width, height): (f64, f64),
) {
    let largest = series.iter().flat_map(|one| &one.values).map(|value| sane(*value)).fold(0.0, f64::max);
    let value_ticks = ticks::amounts(largest, 4, unit);
    let top = value_ticks.last().copied().unwrap_or(1.0);
    let head = legend(scene, series, theme, width) + 8.0;
    let left = axis_width(&value_ticks, unit);
    let plot =
        Rect { x: left, y: head, width: (width - left - 4.0).max(10.0), height: (height - head - 26.0).max(10.0) };
    scene.layout.plot = plot;
    scene.value_axis(&value_ticks, unit, theme);
    let step = plot.width / places.len().max(1) as f64;
    // The largest last, so that it lies on top.
    for (place, one) in series.iter().enumerate().rev() {
        line(scene, one, step, &|value| value / top, theme.series_colour(place));
    }
    let widest = places.iter().map(|label| text::width(label, SMALL)).fold(0.0, f64::max) + 8.0;
    let every = (widest / step).ceil().clamp(1.0, (places.len() as f64 / 3.0).ceil().max(1.0)) as usize;
    for (place, label) in places.iter().enumerate() {
        let x = plot.x + step * place as f64;
        if place.is_multiple_of(every) {
            let label = text::fit(label, SMALL, step * every as f64 - 2.0);
            scene.text((x + step / 2.0, plot.bottom() + 14.0), label, SMALL, theme.muted, Anchor::Middle);
        }
        let zone = Zone {
            rect: Rect { x, width: step, ..plot },
            label: label.clone(),
            value: read_out(series, place, None, unit),
        };
        scene.layout.zones.push(zone);
    }
}
