//! Marks for changes on a chart over time: a bracket above the plot as long as the change, a dashed line down from where it
//! begins, and its number. Told apart from the values by shape and number, not by colour.

use super::super::text;
use super::super::theme::Theme;
use super::{Anchor, Rect, SMALL, Scene};

/// Room for the numbers above the plot, px.
const HEAD: f64 = 16.0;
/// Thickness of the bracket, px.
const BAR: f64 = 2.0;
/// Length of the ends of the bracket, px.
const TICK: f64 = 5.0;
/// Shortest bracket that can be seen, px.
const LEAST: f64 = 6.0;
/// Length of a dash of the line and of the gap behind it, px.
const DASH: f64 = 4.0;

/// Room that the marks need above the plot.
pub fn head(n: usize) -> f64 {
    if n == 0 { 0.0 } else { HEAD }
}

/// Marks spans of time, each with its name or none, on a plot that reaches from the first to the second of `shown_ns`.
pub fn lay_out(scene: &mut Scene, changes: &[(String, (i64, i64))], shown_ns: (i64, i64), theme: &Theme) {
    let plot = scene.layout.plot;
    let length = shown_ns.1.saturating_sub(shown_ns.0).max(1) as f64;
    let x = |ns: i64| plot.x + plot.width * (ns.saturating_sub(shown_ns.0) as f64 / length).clamp(0.0, 1.0);
    let mut free = f64::MIN;
    for (name, (start_ns, end_ns)) in changes {
        if *end_ns < shown_ns.0 || *start_ns > shown_ns.1 {
            continue;
        }
        let left = x(*start_ns).min(plot.right() - LEAST);
        let right = x(*end_ns).max(left + LEAST);
        let top = plot.y - TICK - 1.0;
        scene.rect(Rect { x: left, y: top, width: right - left, height: BAR }, theme.text);
        for end in [left, right - BAR] {
            scene.rect(Rect { x: end, y: top, width: BAR, height: TICK }, theme.text);
        }
        let mut y = plot.y;
        while y < plot.bottom() {
            let dash = DASH.min(plot.bottom() - y);
            scene.rect(Rect { x: left, y, width: 1.0, height: dash }, theme.text);
            y += 2.0 * DASH;
        }
        // Numbers that would touch are moved to the right; what then finds no room is read from the list.
        let half = text::width(name, SMALL) / 2.0;
        let middle = (left + right) / 2.0;
        let middle = middle.max(free + half).max(plot.x + half);
        if middle + half <= plot.right() + 8.0 {
            scene.text((middle, top - 7.0), name.as_str(), SMALL, theme.text, Anchor::Middle);
            free = middle + half + 4.0;
        }
    }
}
