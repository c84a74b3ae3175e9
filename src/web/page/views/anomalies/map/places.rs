//! Points of the plane to places in the picture of the map, and back: the part that is dragged over, the row that is hit.

use crate::protocol::anomalies::{AnomalyMap, MapPoint, MapRegion};
use crate::session::Anomalies;
use crate::web::browser::dots::{Dot, DotKind};

/// Height of the picture, px.
pub const HEIGHT: f64 = 340.0;
/// Room around the points, px.
const MARGIN: f64 = 10.0;
/// A point is hit within this distance, px.
const NEAR: f64 = 14.0;

/// A place, px from the left and from the top.
pub type Spot = (f64, f64);

/// A place in the picture as one of the plane, from 0 to 1 both ways.
pub fn shares((x, y): Spot, width: f64) -> (f32, f32) {
    let along = (x - MARGIN) / (width - 2.0 * MARGIN).max(1.0);
    let up = (HEIGHT - MARGIN - y) / (HEIGHT - 2.0 * MARGIN);
    (along as f32, up as f32)
}

/// Two corners of a part of the plane.
pub fn corners(region: MapRegion, width: f64) -> (Spot, Spot) {
    (place(region.x.0, region.y.1, width), place(region.x.1, region.y.0, width))
}

/// The points as they are drawn.
pub fn points(map: &AnomalyMap, it: &Anomalies, threshold: f64, width: f64) -> Vec<Dot> {
    let dot = |point: &MapPoint| {
        let (x, y) = place(point.x, point.y, width);
        let kind = if point.score >= threshold { DotKind::Past } else { DotKind::Usual };
        Dot { x, y, kind, is_ringed: point.is_attack, is_selected: Some(point.row) == it.selected }
    };
    map.points.iter().map(dot).collect()
}

/// The row whose point is nearest, if it is near.
pub fn hit(map: &AnomalyMap, (x, y): (f64, f64), width: f64) -> Option<u32> {
    let distance = |point: &MapPoint| {
        let (px, py) = place(point.x, point.y, width);
        (px - x) * (px - x) + (py - y) * (py - y)
    };
    // Of points at the same place the most unusual, which is the last.
    let nearest = map.points.iter().rev().map(|point| (distance(point), point.row));
    nearest.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(square, _)| *square <= NEAR * NEAR).map(|(_, row)| row)
}

/// The row that a key leads to: points are gone through by falling score.
pub fn step(map: &AnomalyMap, from: Option<u32>, key: &str) -> Option<u32> {
    let last = map.points.len().checked_sub(1)?;
    let at = from.and_then(|row| map.points.iter().position(|point| point.row == row));
    let next = match (key, at) {
        ("Home", _) | ("ArrowRight" | "ArrowDown", None) => last,
        ("End", _) => 0,
        ("ArrowRight" | "ArrowDown", Some(at)) => at.saturating_sub(1),
        ("ArrowLeft" | "ArrowUp", Some(at)) => (at + 1).min(last),
        _ => return None,
    };
    map.points.get(next).map(|point| point.row)
}

/// Where a point of the plane is in a picture this wide.
fn place(x: f32, y: f32, width: f64) -> Spot {
    let along = MARGIN + f64::from(x) * (width - 2.0 * MARGIN);
    (along, HEIGHT - MARGIN - f64::from(y) * (HEIGHT - 2.0 * MARGIN))
}
