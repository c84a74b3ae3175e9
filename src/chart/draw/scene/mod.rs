//! A chart and its size to shapes in CSS pixels, and where its bins and bars lie. Knows no backend.

use super::text;
use super::theme::{Rgb, Theme};
use crate::model::chart::{ChartSpec, Marks};
use areas::Axis;

mod areas;
mod bars;
mod boxes;
mod changes;
mod columns;
mod course;
mod curves;
mod heat;

/// Size of labels and values, px.
pub(super) const LABEL: f64 = 12.0;
/// Size of tick labels and captions, px.
pub(super) const SMALL: f64 = 11.0;

/// Narrower and lower charts are laid out in this size and cut off, px.
const SMALLEST: f64 = 80.0;

/// A rectangle in CSS pixels from the chart's top left corner.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[allow(missing_docs)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    fn has(&self, x: f64, y: f64) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Where a bin, bar or column lies, and what it says.
#[derive(Clone, PartialEq, Debug)]
pub struct Zone {
    /// Its column or row of the plot: larger than the mark, so that small marks can be met.
    pub rect: Rect,
    /// What it is: a time or a label, never cut.
    pub label: String,
    /// Its value with its unit.
    pub value: String,
}

/// Where things lie on a drawn chart.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// Where the marks are.
    pub plot: Rect,
    /// One per bin, bar or column, in the chart's order.
    pub zones: Vec<Zone>,
}

/// What lies under a point of a chart.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// Place of the bin, bar or column.
    pub index: usize,
    /// What it is.
    pub label: String,
    /// Its value with its unit.
    pub value: String,
    /// Where it lies, for a highlight.
    pub rect: Rect,
}

impl Layout {
    /// What lies under a point given in CSS pixels from the chart's top left corner.
    pub fn hit(&self, x: f64, y: f64) -> Option<Hit> {
        self.zones.iter().position(|zone| zone.rect.has(x, y)).and_then(|index| self.at(index))
    }

    /// The bin, bar or column at a place: for a read-out that is moved by keys.
    pub fn at(&self, index: usize) -> Option<Hit> {
        let zone = self.zones.get(index)?;
        Some(Hit { index, label: zone.label.clone(), value: zone.value.clone(), rect: zone.rect })
    }
}

/// Which end of a text is at its point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Something to paint.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    Rect { rect: Rect, colour: Rgb },
    Polygon { points: Vec<(f64, f64)>, colour: Rgb },
    Text { x: f64, y: f64, text: String, size: f64, colour: Rgb, anchor: Anchor },
}

/// A chart ready to paint.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Scene {
    pub shapes: Vec<Shape>,
    pub layout: Layout,
}

impl Scene {
    /// Lays a chart out in `width` by `height` CSS pixels.
    pub fn new(spec: &ChartSpec, theme: &Theme, width: f64, height: f64) -> Scene {
        let (width, height) = (width.max(SMALLEST), height.max(SMALLEST));
        let mut scene = Scene::default();
        match &spec.marks {
            _ if is_empty(spec) => scene.nothing(theme, width, height),
            Marks::Areas { start_ns, bin_ns, offset_minutes, series, changes } => {
                let time = areas::Clock { start_ns: *start_ns, bin_ns: *bin_ns, offset_minutes: *offset_minutes };
                areas::lay_out(
                    &mut scene,
                    &time,
                    (series, changes),
                    &spec.unit,
                    theme,
                    (Axis::Stacked, (width, height)),
                );
            }
            Marks::Lines { start_ns, bin_ns, offset_minutes, series, is_log } => {
                let time = areas::Clock { start_ns: *start_ns, bin_ns: *bin_ns, offset_minutes: *offset_minutes };
                let axis = if *is_log { Axis::Log } else { Axis::Linear };
                areas::lay_out(&mut scene, &time, (series, &[]), &spec.unit, theme, (axis, (width, height)));
            }
            Marks::Curves { places, series } => {
                curves::lay_out(&mut scene, (places, series), &spec.unit, theme, (width, height));
            }
            Marks::Boxes(rows) => boxes::lay_out(&mut scene, rows, &spec.unit, theme, (width, height)),
            Marks::Heat { columns, rows, values, is_signed } => {
                heat::lay_out(&mut scene, (columns, rows, values), *is_signed, &spec.unit, theme, (width, height));
            }
            Marks::Bars(bars) => bars::lay_out(&mut scene, bars, &spec.unit, theme, (width, height)),
            Marks::Columns(columns) => columns::lay_out(&mut scene, columns, &spec.unit, theme, (width, height)),
            Marks::Course { offset_minutes, course } => {
                course::lay_out(&mut scene, course, *offset_minutes, theme, (width, height));
            }
        }
        scene
    }

    fn nothing(&mut self, theme: &Theme, width: f64, height: f64) {
        self.layout.plot = Rect { x: 0.0, y: 0.0, width, height };
        self.text((width / 2.0, height / 2.0), "No data to show", LABEL, theme.muted, Anchor::Middle);
    }

    fn rect(&mut self, rect: Rect, colour: Rgb) {
        self.shapes.push(Shape::Rect { rect, colour });
    }

    /// A text whose vertical middle is at the point.
    fn text(&mut self, (x, y): (f64, f64), text: impl Into<String>, size: f64, colour: Rgb, anchor: Anchor) {
        self.shapes.push(Shape::Text { x, y, text: text.into(), size, colour, anchor });
    }

    /// Grid lines and labels of a value axis along the left of the plot, and its base line.
    fn value_axis(&mut self, ticks: &[f64], unit: &str, theme: &Theme) {
        let top = ticks.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
        self.value_axis_by(ticks, unit, theme, &|tick| tick / top);
    }

    /// The same where a value lies at a share of the plot's height that `share` gives.
    fn value_axis_by(&mut self, ticks: &[f64], unit: &str, theme: &Theme, share: &dyn Fn(f64) -> f64) {
        let plot = self.layout.plot;
        for (place, tick) in ticks.iter().enumerate() {
            let y = plot.bottom() - plot.height * share(*tick);
            let colour = if place == 0 { theme.axis } else { theme.grid };
            self.rect(Rect { x: plot.x, y: y - 0.5, width: plot.width, height: 1.0 }, colour);
            let label = crate::model::format::quantity::short(*tick, unit);
            self.text((plot.x - 6.0, y), label, SMALL, theme.muted, Anchor::End);
        }
    }
}

/// Room that the labels of a value axis need.
fn axis_width(ticks: &[f64], unit: &str) -> f64 {
    let widest = ticks.iter().map(|tick| text::width(&crate::model::format::quantity::short(*tick, unit), SMALL));
    widest.fold(0.0, f64::max) + 10.0
}

/// True if there is nothing to draw.
pub fn is_empty(spec: &ChartSpec) -> bool {
    match &spec.marks {
        Marks::Heat { values, .. } => !values.iter().flatten().any(|value| sane(value.abs()) > 0.0),
        Marks::Curves { series, .. } => !series.iter().any(|s| s.values.iter().any(|value| sane(*value) > 0.0)),
        Marks::Boxes(rows) => rows.is_empty(),
        Marks::Areas { series, bin_ns, .. } | Marks::Lines { series, bin_ns, .. } => {
            *bin_ns <= 0 || !series.iter().any(|s| s.values.iter().any(|value| sane(*value) > 0.0))
        }
        Marks::Bars(bars) | Marks::Columns(bars) => !bars.iter().any(|bar| sane(bar.value) > 0.0),
        Marks::Course { course, .. } => course.points.is_empty(),
    }
}

/// The height in CSS pixels that suits a chart of this width.
pub fn natural_height(spec: &ChartSpec, width: f64) -> f64 {
    let plain = if width < bars::NARROW { 190.0 } else { 230.0 };
    match &spec.marks {
        Marks::Bars(bars) => bars::row_height(width) * bars.len().max(2) as f64 + 4.0,
        Marks::Course { .. } => course::HEIGHT,
        Marks::Areas { changes, .. } => plain + changes::head(changes.len()),
        Marks::Columns(_) | Marks::Lines { .. } | Marks::Curves { .. } => plain,
        Marks::Boxes(rows) => boxes::height(rows.len(), width),
        Marks::Heat { rows, .. } => heat::height(rows.len()),
    }
}

/// The value, or 0 for one that cannot be drawn; held below what an axis has prefixes for.
fn sane(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, 1e20) } else { 0.0 }
}
