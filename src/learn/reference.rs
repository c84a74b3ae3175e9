//! What the methods of neighbours share: the rows that others are compared with, and what sets a row apart from its
//! neighbours.

use super::method::{Refusal, Training};
use super::neighbours::{Neighbour, Neighbours};
use super::work::Work;

/// Most rows that others are compared with: a share of the rows is as near in a sample as in all.
const MOST_ROWS: usize = 4096;
/// Fewest neighbours.
const FEWEST: usize = 5;

/// The rows to compare with: all, or of more than 4096 a sample, and then its size.
pub fn tree(training: &Training<'_>, work: &mut Work<'_>) -> Result<(Neighbours, Option<usize>), Refusal> {
    let rows = training.sample(MOST_ROWS);
    let sampled = (rows.len() < training.rows.n_rows()).then_some(rows.len());
    Ok((Neighbours::new(training.rows, rows, work)?, sampled))
}

/// How many neighbours a share of the rows is, in percent: at least 5, and no more than half of the rows.
pub fn n_neighbours(percent: f64, tree: &Neighbours) -> usize {
    let wanted = (percent / 100.0 * tree.len() as f64).round() as usize;
    wanted.max(FEWEST).min(tree.len() / 2).max(1)
}

/// Operations of a search, about: of many columns all points are looked at.
pub fn cost_of_search(tree: &Neighbours) -> usize {
    tree.len() * tree.point(0).len().max(8)
}

/// The square of each feature's difference from the mean of the neighbours.
pub fn differences(tree: &Neighbours, row: &[f32], found: &[Neighbour]) -> Vec<f64> {
    let mut means = vec![0.0; row.len()];
    for neighbour in found {
        for (mean, x) in means.iter_mut().zip(tree.point(neighbour.place)) {
            *mean += f64::from(*x) / found.len() as f64;
        }
    }
    row.iter().zip(means).map(|(x, mean)| (f64::from(*x) - mean) * (f64::from(*x) - mean)).collect()
}
