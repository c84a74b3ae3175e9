//! A step of a demonstration onto a canvas: points, and what the method does with them.

use super::canvas::{clear, css};
use crate::chart::draw::Theme;
use crate::protocol::demonstration::{DemonstrationShape, DemonstrationStep};
use std::f64::consts::TAU;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

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
    let board = Board { context, theme, width, height };
    step.shapes.iter().for_each(|shape| board.shape(shape));
    board.dots(points);
    board.marks(step.marked.iter().filter_map(|place| points.get(*place as usize)));
    board.crosses(&step.shapes);
}

/// A canvas with its size, px, and its colours.
struct Board {
    context: CanvasRenderingContext2d,
    theme: Theme,
    width: f64,
    height: f64,
}

impl Board {
    fn x(&self, value: f32) -> f64 {
        f64::from(value) * self.width
    }

    fn y(&self, value: f32) -> f64 {
        self.height - f64::from(value) * self.height
    }

    /// What lies below the points.
    fn shape(&self, shape: &DemonstrationShape) {
        let (context, theme) = (&self.context, &self.theme);
        let [usual, _, new, ..] = theme.series;
        match *shape {
            DemonstrationShape::Box([left, low, right, high], weight) => {
                let (x, y) = (self.x(left), self.y(high));
                let (width, height) = (self.x(right) - x, self.y(low) - y);
                context.set_fill_style_str(&css(usual, f64::from(weight) * 0.35));
                context.fill_rect(x, y, width, height);
                context.set_stroke_style_str(&css(theme.axis, 0.6));
                context.set_line_width(1.0);
                context.stroke_rect(x, y, width, height);
            }
            DemonstrationShape::Line([x0, y0, x1, y1], is_new) => {
                context.set_stroke_style_str(&css(if is_new { new } else { theme.axis }, 0.95));
                context.set_line_width(if is_new { 2.0 } else { 1.2 });
                context.begin_path();
                context.move_to(self.x(x0), self.y(y0));
                context.line_to(self.x(x1), self.y(y1));
                context.stroke();
            }
            DemonstrationShape::Ring([x, y, wide, tall]) => {
                context.set_stroke_style_str(&css(theme.muted, 0.9));
                context.set_line_width(1.2);
                context.begin_path();
                let (wide, tall) = (f64::from(wide) * self.width, f64::from(tall) * self.height);
                let _ = context.ellipse(self.x(x), self.y(y), wide, tall, 0.0, 0.0, TAU);
                context.stroke();
            }
            DemonstrationShape::Cross(..) => {}
        }
    }

    fn circle(&self, (x, y): (f32, f32), radius: f64) {
        self.context.begin_path();
        let _ = self.context.arc(self.x(x), self.y(y), radius, 0.0, TAU);
    }

    /// All points.
    fn dots(&self, points: &[(f32, f32)]) {
        let [usual, ..] = self.theme.series;
        self.context.set_fill_style_str(&css(usual, 0.75));
        for point in points {
            self.circle(*point, 3.0);
            self.context.fill();
        }
    }

    /// Points that the step is about.
    fn marks<'a>(&self, points: impl Iterator<Item = &'a (f32, f32)>) {
        let [_, past, ..] = self.theme.series;
        self.context.set_fill_style_str(&css(past, 1.0));
        self.context.set_stroke_style_str(&css(self.theme.text, 1.0));
        self.context.set_line_width(1.5);
        for point in points {
            self.circle(*point, 4.5);
            self.context.fill();
            self.circle(*point, 7.0);
            self.context.stroke();
        }
    }

    /// Crosses lie above the points.
    fn crosses(&self, shapes: &[DemonstrationShape]) {
        let (context, arm) = (&self.context, 6.0);
        context.set_stroke_style_str(&css(self.theme.text, 1.0));
        context.set_line_width(3.0);
        for shape in shapes {
            let DemonstrationShape::Cross(x, y) = *shape else { continue };
            let (x, y) = (self.x(x), self.y(y));
            context.begin_path();
            context.move_to(x - arm, y - arm);
            context.line_to(x + arm, y + arm);
            context.move_to(x - arm, y + arm);
            context.line_to(x + arm, y - arm);
            context.stroke();
        }
    }
}
