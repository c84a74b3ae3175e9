//! A network of nodes onto a canvas, one canvas pixel to a device pixel: lines, then shapes, then as many names as there is room for.

use super::canvas::{clear, css};
use crate::chart::draw::Theme;
use crate::chart::draw::theme::Rgb;
use std::f64::consts::TAU;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A node as it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// Middle from the left and from the top, px.
    pub at: (f64, f64),
    /// Half its width, px.
    pub radius: f64,
    /// Its place among the colours of series.
    pub colour: usize,
    /// A square rather than a circle.
    pub is_square: bool,
    /// It stands for several.
    pub is_double: bool,
    /// Width of the ring of a finding, px; 0 for none.
    pub ring: f64,
    /// Its name.
    pub name: String,
    /// Chosen.
    pub is_chosen: bool,
}

/// An edge as it is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stroke {
    /// One end, px.
    pub from: (f64, f64),
    /// The other end, px.
    pub to: (f64, f64),
    /// Width, px.
    pub width: f64,
    /// A finding means some of it.
    pub is_meant: bool,
    /// An end is chosen.
    pub is_chosen: bool,
}

/// Height of a name, px.
const NAME_PX: f64 = 12.0;
/// Width of a letter or digit of a name: a little more than most are, px.
const LETTER_PX: f64 = 6.9;

/// Clears a canvas and draws a network on it; the first shapes get their names first.
pub fn draw(
    canvas: &HtmlCanvasElement,
    (shapes, lines): (&[Shape], &[Stroke]),
    (width, height): (f64, f64),
    pixel_ratio: f64,
    is_dark: bool,
) {
    let Some(context) = clear(canvas, (width, height), pixel_ratio) else { return };
    let (theme, page) = if is_dark { (Theme::DARK, (0x16, 0x1b, 0x22)) } else { (Theme::LIGHT, (255, 255, 255)) };
    let [.., meant, _] = theme.series;
    let has_chosen = lines.iter().any(|line| line.is_chosen);
    for is_above in [false, true] {
        for line in lines.iter().filter(|line| line.is_chosen == is_above) {
            let alpha = if line.is_chosen || !has_chosen { 0.75 } else { 0.3 };
            context.set_stroke_style_str(&css(if line.is_meant { meant } else { theme.axis }, alpha));
            context.set_line_width(line.width);
            context.begin_path();
            context.move_to(line.from.0, line.from.1);
            context.line_to(line.to.0, line.to.1);
            context.stroke();
        }
    }
    let outline = |shape: &Shape, radius: f64| {
        context.begin_path();
        let (x, y) = shape.at;
        if shape.is_square {
            context.rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius);
        } else {
            let _ = context.arc(x, y, radius, 0.0, TAU);
        }
    };
    // The largest lie below, so that small ones are not hidden.
    for shape in shapes {
        context.set_fill_style_str(&css(theme.series_colour(shape.colour), 1.0));
        outline(shape, shape.radius);
        context.fill();
        context.set_stroke_style_str(&css(page, 1.0));
        context.set_line_width(1.0);
        context.stroke();
        if shape.is_double {
            outline(shape, shape.radius * 0.55);
            context.stroke();
        }
        if shape.ring > 0.0 {
            context.set_stroke_style_str(&css(meant, 1.0));
            context.set_line_width(shape.ring);
            outline(shape, shape.radius + 1.0 + shape.ring / 2.0);
            context.stroke();
        }
        if shape.is_chosen {
            context.set_stroke_style_str(&css(theme.text, 1.0));
            context.set_line_width(2.0);
            outline(shape, shape.radius + 3.0 + shape.ring);
            context.stroke();
        }
    }
    names(&context, shapes, (width, height), (theme.text, page));
}

/// Left, top, right and bottom, px.
type Bounds = (f64, f64, f64, f64);

/// Names beside their shapes, where they cover neither another name, nor another shape, nor the edge: that of the chosen one
/// always, then those in findings, which may cover shapes.
fn names(context: &CanvasRenderingContext2d, shapes: &[Shape], (width, height): (f64, f64), (ink, page): (Rgb, Rgb)) {
    context.set_font(&format!("{NAME_PX}px system-ui, sans-serif"));
    context.set_text_baseline("middle");
    context.set_line_join("round");
    let are_apart = |a: &Bounds, b: &Bounds| a.2 < b.0 || a.0 > b.2 || a.3 < b.1 || a.1 > b.3;
    let bounds = |shape: &Shape| {
        let ((x, y), radius) = (shape.at, shape.radius + shape.ring);
        (x - radius, y - radius, x + radius, y + radius)
    };
    let covers =
        |own: &Bounds, of: &Shape| shapes.iter().any(|shape| shape.at != of.at && !are_apart(own, &bounds(shape)));
    let mut taken: Vec<Bounds> = Vec::new();
    let rank = |shape: &Shape| if shape.is_chosen { 0 } else { 1 + u8::from(shape.ring == 0.0) };
    for shape in (0..=2).flat_map(|now| shapes.iter().filter(move |shape| rank(shape) == now)) {
        let length = shape.name.chars().count() as f64 * LETTER_PX;
        let beside = shape.radius + 5.0 + shape.ring;
        let (top, bottom) = (shape.at.1 - NAME_PX / 2.0 - 1.0, shape.at.1 + NAME_PX / 2.0 + 1.0);
        let is_free = |own: &Bounds| {
            let is_within = own.0 >= 0.0 && own.2 <= width && top >= 0.0 && bottom <= height;
            let may_cover = shape.ring > 0.0 || !covers(own, shape);
            is_within && may_cover && taken.iter().all(|other| are_apart(own, other))
        };
        let sides = [shape.at.0 + beside, shape.at.0 - beside - length];
        let places = sides.map(|left| (left, top, left + length, bottom));
        let free = places.iter().find(|own| is_free(own));
        let Some(own) = free.or(places.first().filter(|_| shape.is_chosen)).copied() else { continue };
        taken.push(own);
        context.set_stroke_style_str(&css(page, 0.9));
        context.set_line_width(3.0);
        // Both fail only for numbers that are none.
        let _ = context.stroke_text(&shape.name, own.0, shape.at.1);
        context.set_fill_style_str(&css(ink, 1.0));
        let _ = context.fill_text(&shape.name, own.0, shape.at.1);
    }
}
