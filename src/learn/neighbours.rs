//! Points to the nearest others of each: a k-d tree of leaves with many points (Friedman, Bentley and Finkel, ACM TOMS 3,
//! 1977), which in many dimensions falls back to looking at all points, with little lost.
//!
//! Own code: smartcore's cover tree can neither be stopped while it is built, nor leave out the row itself.

use super::matrix::{Matrix, summed};
use super::work::{Stopped, Work, share};

/// Points in a leaf.
const LEAF: usize = 16;

/// A neighbour: the square of its distance, and its number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Neighbour {
    /// Square of the Euclidean distance.
    pub square: f32,
    /// Number of the row.
    pub row: u32,
    /// Its place among the points of the tree.
    pub place: u32,
}

/// Points in a tree of boxes.
pub struct Neighbours {
    points: Matrix,
    rows: Vec<u32>,
    boxes: Vec<Part>,
}

struct Part {
    start: usize,
    end: usize,
    low: Vec<f32>,
    high: Vec<f32>,
    /// Places of the two halves.
    halves: Option<(usize, usize)>,
}

impl Neighbours {
    /// A tree of these rows.
    pub fn new(from: &Matrix, mut rows: Vec<u32>, work: &mut Work<'_>) -> Result<Neighbours, Stopped> {
        let mut boxes = Vec::new();
        let mut waiting = vec![(0, rows.len(), None::<(usize, bool)>)];
        while let Some((start, end, parent)) = waiting.pop() {
            work.spend((end - start) * from.n_columns() * 2, share(start, rows.len()))?;
            let inside = rows.get_mut(start..end).unwrap_or_default();
            let (low, high) = extent(from, inside);
            let place = boxes.len();
            if let Some((parent, is_upper)) = parent
                && let Some(Part { halves, .. }) = boxes.get_mut(parent)
            {
                let (lower, _) = halves.unwrap_or((place, place));
                *halves = Some(if is_upper { (lower, place) } else { (place, place) });
            }
            if end - start > LEAF && low.iter().zip(&high).any(|(low, high)| low < high) {
                let spread = low.iter().zip(&high).map(|(low, high)| high - low).zip(0..);
                let widest = spread.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
                let axis = widest.map_or(0, |(_, axis)| axis);
                let value = |row: u32| from.at(row as usize, axis);
                let middle = (end - start) / 2;
                inside.select_nth_unstable_by(middle, |a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
                waiting.push((start + middle, end, Some((place, true))));
                waiting.push((start, start + middle, Some((place, false))));
            }
            boxes.push(Part { start, end, low, high, halves: None });
        }
        let mut points = Matrix::new(from.n_columns());
        for row in &rows {
            points.push_with(|out| out.copy_from_slice(from.row(*row as usize)));
        }
        Ok(Neighbours { points, rows, boxes })
    }

    /// Points.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without points.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row numbers of the points, in the order of their places.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The point at a place.
    pub fn point(&self, place: u32) -> &[f32] {
        self.points.row(place as usize)
    }

    /// The `most` nearest points, the nearest first, of equal ones the lower row number; without the row `own`.
    pub fn nearest(&self, point: &[f32], own: Option<u32>, most: usize, found: &mut Vec<Neighbour>) {
        found.clear();
        self.search(0, 0.0, point, own, most.max(1), found);
    }

    fn search(&self, at: usize, away: f32, point: &[f32], own: Option<u32>, most: usize, found: &mut Vec<Neighbour>) {
        let is_too_far =
            |found: &[Neighbour], away: f32| found.len() == most && found.last().is_some_and(|f| away > f.square);
        let Some(part) = self.boxes.get(at).filter(|_| !is_too_far(found, away)) else { return };
        if let Some((lower, upper)) = part.halves {
            let distance = |half: usize| self.boxes.get(half).map_or(f32::INFINITY, |part| outside(part, point));
            let (below, above) = (distance(lower), distance(upper));
            let order =
                if below <= above { [(lower, below), (upper, above)] } else { [(upper, above), (lower, below)] };
            order.into_iter().for_each(|(half, away)| self.search(half, away, point, own, most, found));
            return;
        }
        for place in part.start..part.end {
            let row = self.rows.get(place).copied().unwrap_or(0);
            if own == Some(row) {
                continue;
            }
            let candidate = Neighbour { square: square(point, self.points.row(place)), row, place: place as u32 };
            let is_before = |other: &Neighbour| (other.square, other.row) < (candidate.square, row);
            if found.len() < most || found.last().is_some_and(|last| !is_before(last)) {
                found.truncate(most - 1);
                found.insert(found.partition_point(is_before), candidate);
            }
        }
    }
}

fn extent(from: &Matrix, rows: &[u32]) -> (Vec<f32>, Vec<f32>) {
    let (mut low, mut high) = (vec![f32::INFINITY; from.n_columns()], vec![f32::NEG_INFINITY; from.n_columns()]);
    for row in rows {
        for ((low, high), x) in low.iter_mut().zip(&mut high).zip(from.row(*row as usize)) {
            *low = low.min(*x);
            *high = high.max(*x);
        }
    }
    (low, high)
}

/// Square of the distance from a point to a box; less by a hair, as its sums are rounded in another order.
fn outside(part: &Part, point: &[f32]) -> f32 {
    let sides = point.iter().zip(&part.low).zip(&part.high);
    let squares = sides.map(|((x, low), high)| {
        let away = (low - x).max(x - high).max(0.0);
        away * away
    });
    squares.sum::<f32>() * 0.999_99
}

/// Square of the Euclidean distance of two points.
pub fn square(a: &[f32], b: &[f32]) -> f32 {
    summed(a, b, |a, b| (a - b) * (a - b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::random::Random;
    use std::ops::ControlFlow;

    #[test]
    fn the_tree_finds_what_looking_at_all_points_finds() {
        let mut random = Random::new(3);
        for width in [1, 3, 11] {
            let mut points = Matrix::new(width);
            for _ in 0..400 {
                points.push_with(|row| row.fill_with(|| (random.below(9) as f32) / 2.0));
            }
            let mut report = |_| ControlFlow::Continue(());
            let tree = Neighbours::new(&points, (0..400).collect(), &mut Work::new(&mut report)).unwrap();
            let mut found = Vec::new();
            for own in 0..400_u32 {
                tree.nearest(points.row(own as usize), Some(own), 7, &mut found);
                let mut all: Vec<(f32, u32)> = (0..400)
                    .filter(|row| *row != own)
                    .map(|row| (square(points.row(own as usize), points.row(row as usize)), row))
                    .collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                assert_eq!(found.iter().map(|f| (f.square, f.row)).collect::<Vec<_>>(), all[..7]);
            }
        }
    }

    #[test]
    fn points_that_are_all_alike_have_neighbours_too() {
        let mut points = Matrix::new(2);
        (0..100).for_each(|_| points.push_with(|row| row.fill(1.0)));
        let mut report = |_| ControlFlow::Continue(());
        let tree = Neighbours::new(&points, (0..100).collect(), &mut Work::new(&mut report)).unwrap();
        let mut found = Vec::new();
        tree.nearest(&[1.0, 1.0], Some(0), 3, &mut found);
        assert_eq!(found.iter().map(|f| f.row).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
