//! Many points onto a canvas, one canvas pixel to a device pixel.

use super::canvas::{clear, css};
use crate::chart::draw::Theme;
use std::f64::consts::TAU;
use web_sys::HtmlCanvasElement;

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

/// Two corners, px from the left and from the top.
type Corners = ((f64, f64), (f64, f64));

/// Clears a canvas and draws points on it, in order; the marked one last, and a frame around a part.
pub fn draw(
    canvas: &HtmlCanvasElement,
    dots: &[Dot],
    frame: Option<Corners>,
    (width, height): (f64, f64),
    pixel_ratio: f64,
    is_dark: bool,
) {
    let Some(context) = clear(canvas, (width, height), pixel_ratio) else { return };
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
    if let Some((from, to)) = frame {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        let (width, height) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
        context.set_fill_style_str(&css(theme.text, 0.08));
        context.set_stroke_style_str(&css(theme.text, 0.8));
        context.fill_rect(x, y, width, height);
        context.stroke_rect(x, y, width, height);
    }
    context.set_stroke_style_str(&css(theme.text, 1.0));
    context.set_line_width(2.0);
    for dot in dots.iter().filter(|dot| dot.is_selected) {
        circle(dot, 7.0);
        context.stroke();
    }
}
