//! Horizontal bars: label, bar, value. On narrow charts the label stands above its bar.

use super::super::text;
use super::super::theme::Theme;
use super::{Anchor, LABEL, Rect, Scene, Zone, sane};
use crate::model::chart::Bar;
use crate::model::format::quantity::with_unit;

/// Charts narrower than this have labels above their bars, px.
pub const NARROW: f64 = 420.0;

const GAP: f64 = 8.0;

/// Height of a bar with its label, px.
pub fn row_height(width: f64) -> f64 {
    if width < NARROW { 38.0 } else { 26.0 }
}

pub fn lay_out(scene: &mut Scene, bars: &[Bar], unit: &str, theme: &Theme, (width, height): (f64, f64)) {
    let is_narrow = width < NARROW;
    let row = (height / bars.len().max(1) as f64).min(row_height(width));
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let values: Vec<String> = bars.iter().map(|bar| with_unit(sane(bar.value), unit)).collect();
    let value_width = widest(&mut values.iter().map(|value| text::width(value, LABEL)));
    let label_width = if is_narrow {
        0.0
    } else {
        widest(&mut bars.iter().map(|bar| text::width(&bar.label, LABEL))).min(width * 0.5) + GAP
    };
    let plot = Rect {
        x: label_width,
        y: 0.0,
        width: (width - label_width - value_width - 2.0 * GAP).max(10.0),
        height: row * bars.len() as f64,
    };
    scene.layout.plot = plot;
    let longest = bars.iter().map(|bar| sane(bar.value)).fold(f64::MIN_POSITIVE, f64::max);
    for (place, (bar, value)) in bars.iter().zip(values).enumerate() {
        let top = row * place as f64;
        let (label_at, bar_middle, thickness) = if is_narrow {
            ((0.0, top + row * 0.26), top + row * 0.68, row * 0.3)
        } else {
            ((label_width - GAP, top + row * 0.5), top + row * 0.5, row * 0.58)
        };
        let anchor = if is_narrow { Anchor::Start } else { Anchor::End };
        let room = if is_narrow { width } else { label_width - GAP };
        scene.text(label_at, text::fit(&bar.label, LABEL, room + 1.0), LABEL, theme.text, anchor);
        let mut length = plot.width * sane(bar.value) / longest;
        if bar.value > 0.0 {
            length = length.max(1.5);
        }
        let rect = Rect { x: plot.x, y: bar_middle - thickness / 2.0, width: length, height: thickness };
        scene.rect(rect, theme.series_colour(0));
        scene.text((plot.x + length + GAP, bar_middle), value.clone(), LABEL, theme.muted, Anchor::Start);
        let zone = Rect { x: 0.0, y: top, width, height: row };
        scene.layout.zones.push(Zone { rect: zone, label: bar.label.clone(), value });
    }
}
