//! A chart onto a canvas, one canvas pixel to a device pixel.

use super::language;
use crate::chart::draw::theme::Rgb;
use crate::chart::draw::{self, IntoDrawingArea, Layout, Theme};
use crate::model::chart::ChartSpec;
use plotters_canvas::CanvasBackend;
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement};

/// Clears a canvas, makes it `width` by `height` CSS pixels large, and gives what draws on it in these.
pub(super) fn clear(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    pixel_ratio: f64,
) -> Option<CanvasRenderingContext2d> {
    // Setting the size clears the canvas.
    canvas.set_width((width * pixel_ratio).round() as u32);
    canvas.set_height((height * pixel_ratio).round() as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    // Fails only for numbers that are none.
    let _ = context.scale(pixel_ratio, pixel_ratio);
    Some(context)
}

/// A colour as style sheets write it.
pub(super) fn css((red, green, blue): Rgb, alpha: f64) -> String {
    format!("rgba({red}, {green}, {blue}, {alpha})")
}

/// Calls with a chart whose labels are in the language that is shown, and with what else is drawn in that language.
fn in_words<T>(spec: &ChartSpec, then: impl FnOnce(&ChartSpec, draw::Words<'_>) -> T) -> T {
    let mut spec = spec.clone().relabelled(&language::translated);
    let mut labels = BTreeSet::new();
    spec.each_label(|label| {
        labels.insert(label.clone());
    });
    // Labels are translated by now, or data; the rest is what the drawing itself writes.
    then(&spec, &|text| if labels.contains(text) { None } else { language::translated(text) })
}

/// A chart as SVG, `width` by `height` CSS pixels large.
pub fn svg(spec: &ChartSpec, theme: &Theme, size: (u32, u32)) -> String {
    in_words(spec, |spec, words| draw::svg_in_words(spec, theme, size, words))
}

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
    in_words(spec, |spec, words| draw::draw(spec, theme, &area, pixel_ratio, words).ok())
}

/// Draws a chart of this width and height, CSS px, on white ground, and hands it on as PNG; none if the browser cannot.
pub fn png(
    spec: &ChartSpec,
    theme: &Theme,
    (width, height): (f64, f64),
    scale: f64,
    then: impl FnOnce(Option<Blob>) + 'static,
) {
    let made = gloo::utils::document().create_element("canvas").ok();
    let Some(canvas) = made.and_then(|made| made.dyn_into::<HtmlCanvasElement>().ok()) else { return then(None) };
    if draw(&canvas, spec, theme, width, height, scale).is_none() {
        return then(None);
    }
    let context = canvas.get_context("2d").ok().flatten();
    if let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) {
        // Behind what is drawn already.
        let _ = context.set_global_composite_operation("destination-over");
        context.set_fill_style_str("#ffffff");
        context.fill_rect(0.0, 0.0, canvas.width().into(), canvas.height().into());
    }
    let then = Closure::once_into_js(move |blob: Option<Blob>| then(blob));
    // A failure is told by no call: the canvas is never tainted, and its size was drawn on already.
    let _ = canvas.to_blob(then.unchecked_ref());
}
