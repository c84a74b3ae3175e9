//! A chart onto a canvas, one canvas pixel to a device pixel.

use crate::chart::draw::{self, IntoDrawingArea, Layout, Theme};
use crate::model::chart::ChartSpec;
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;

/// Clears a canvas and draws a chart on it, `width` by `height` CSS pixels large.
pub fn draw(
    canvas: &HtmlCanvasElement,
    spec: &ChartSpec,
    theme: &Theme,
    width: f64,
    height: f64,
    pixel_ratio: f64,
) -> Option<Layout> {
    // Setting the size clears the canvas.
    canvas.set_width((width * pixel_ratio).round() as u32);
    canvas.set_height((height * pixel_ratio).round() as u32);
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    draw::draw(spec, theme, &area, pixel_ratio).ok()
}
