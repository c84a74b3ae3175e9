//! Many points onto a canvas, one canvas pixel to a device pixel.

use crate::chart::draw::Theme;
use crate::chart::draw::theme::Rgb;
use std::f64::consts::TAU;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dot {
    /// From the left, px.
    pub x: f64,
    /// From the top, px.
    pub y: f64,
    /// How it is drawn.
    pub kind: DotKind,
    /// With a ring around it.
    pub is_ringed: bool,
    /// Marked.
    pub is_selected: bool,
}

/// How a point is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DotKind {
    /// Small and pale.
    Usual,
    /// Larger and in another colour.
    Past,
}

/// Clears a canvas and draws points on it, in order; the marked one last.
pub fn draw(canvas: &HtmlCanvasElement, dots: &[Dot], (width, height): (f64, f64), pixel_ratio: f64, is_dark: bool) {
    // Setting the size clears the canvas.
    canvas.set_width((width * pixel_ratio).round() as u32);
    canvas.set_height((height * pixel_ratio).round() as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|of| of.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    // Fails only for numbers that are none.
    let _ = context.scale(pixel_ratio, pixel_ratio);
    let theme = if is_dark { Theme::DARK } else { Theme::LIGHT };
    let [usual, past, _, ring, _] = theme.series;
    let circle = |dot: &Dot, radius: f64| {
        context.begin_path();
        let _ = context.arc(dot.x, dot.y, radius, 0.0, TAU);
    };
    for (kind, colour, alpha, radius) in [(DotKind::Usual, usual, 0.45, 2.2), (DotKind::Past, past, 0.95, 3.4)] {
        context.set_fill_style_str(&css(colour, alpha));
        context.set_stroke_style_str(&css(ring, 0.9));
        for dot in dots.iter().filter(|dot| dot.kind == kind) {
            circle(dot, radius);
            context.fill();
            if dot.is_ringed {
                circle(dot, radius + 1.2);
                context.stroke();
            }
        }
    }
    context.set_stroke_style_str(&css(theme.text, 1.0));
    context.set_line_width(2.0);
    for dot in dots.iter().filter(|dot| dot.is_selected) {
        circle(dot, 7.0);
        context.stroke();
    }
}

fn css((red, green, blue): Rgb, alpha: f64) -> String {
    format!("rgba({red}, {green}, {blue}, {alpha})")
}
