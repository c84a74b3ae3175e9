//! A step of a demonstration onto a canvas: points, and what the method does with them.

use super::canvas::{clear, css};
use crate::chart::draw::Theme;
use crate::protocol::demonstration::{DemonstrationShape, DemonstrationStep};
use std::f64::consts::TAU;
use web_sys::HtmlCanvasElement;

/// Clears a canvas and draws a step; coordinates from 0 to 1 fill it.
pub fn draw(
    canvas: &HtmlCanvasElement,
    points: &[(f32, f32)],
    step: &DemonstrationStep,
    (width, height): (f64, f64),
    pixel_ratio: f64,
    is_dark: bool,
) {
    let Some(context) = clear(canvas, (width, height), pixel_ratio) else { return };
    let theme = if is_dark { Theme::DARK } else { Theme::LIGHT };
    let [usual, past, new, ..] = theme.series;
    let x = |value: f32| f64::from(value) * width;
    let y = |value: f32| height - f64::from(value) * height;
    let line = |[x0, y0, x1, y1]: [f32; 4]| {
        context.begin_path();
        context.move_to(x(x0), y(y0));
        context.line_to(x(x1), y(y1));
        context.stroke();
    };
    for shape in &step.shapes {
        match *shape {
            DemonstrationShape::Box([left, low, right, high], weight) => {
                context.set_fill_style_str(&css(usual, f64::from(weight) * 0.35));
                context.fill_rect(x(left), y(high), x(right) - x(left), y(low) - y(high));
                context.set_stroke_style_str(&css(theme.axis, 0.6));
                context.set_line_width(1.0);
                context.stroke_rect(x(left), y(high), x(right) - x(left), y(low) - y(high));
            }
            DemonstrationShape::Line(ends, is_new) => {
                context.set_stroke_style_str(&css(if is_new { new } else { theme.axis }, 0.95));
                context.set_line_width(if is_new { 2.0 } else { 1.2 });
                line(ends);
            }
            DemonstrationShape::Ring([at_x, at_y, wide, tall]) => {
                context.set_stroke_style_str(&css(theme.muted, 0.9));
                context.set_line_width(1.2);
                context.begin_path();
                let _ =
                    context.ellipse(x(at_x), y(at_y), f64::from(wide) * width, f64::from(tall) * height, 0.0, 0.0, TAU);
                context.stroke();
            }
            DemonstrationShape::Cross(..) => {}
        }
    }
    let dot = |(at_x, at_y): (f32, f32), radius: f64| {
        context.begin_path();
        let _ = context.arc(x(at_x), y(at_y), radius, 0.0, TAU);
    };
    context.set_fill_style_str(&css(usual, 0.75));
    for point in points {
        dot(*point, 3.0);
        context.fill();
    }
    context.set_fill_style_str(&css(past, 1.0));
    context.set_stroke_style_str(&css(theme.text, 1.0));
    context.set_line_width(1.5);
    for point in step.marked.iter().filter_map(|place| points.get(*place as usize)) {
        dot(*point, 4.5);
        context.fill();
        dot(*point, 7.0);
        context.stroke();
    }
    context.set_stroke_style_str(&css(theme.text, 1.0));
    context.set_line_width(3.0);
    for shape in &step.shapes {
        let DemonstrationShape::Cross(at_x, at_y) = *shape else { continue };
        let (at_x, at_y, arm) = (x(at_x), y(at_y), 6.0);
        context.begin_path();
        context.move_to(at_x - arm, at_y - arm);
        context.line_to(at_x + arm, at_y + arm);
        context.move_to(at_x - arm, at_y + arm);
        context.line_to(at_x + arm, at_y - arm);
        context.stroke();
    }
}
