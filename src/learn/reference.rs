//! What the methods of neighbours share: the rows that others are compared with, and what sets a row apart from its
//! neighbours.

use super::method::{Refusal, Training};
use super::neighbours::{Neighbour, Neighbours};
use super::work::Work;

/// Most rows that are all compared with each other.
pub const MOST_ROWS: usize = 20_000;
/// Rows in the sample that others are compared with if there are more.
pub const SAMPLE: usize = 4096;

/// The rows to compare with: all, or past `most` a sample, and then its size.
pub fn tree(training: &Training<'_>, most: usize, work: &mut Work<'_>) -> Result<(Neighbours, Option<usize>), Refusal> {
    let is_sample = training.rows.n_rows() > most;
    let rows = training.sample(if is_sample { SAMPLE.min(most) } else { most });
    let n = rows.len();
    Ok((Neighbours::new(training.rows, rows, work)?, is_sample.then_some(n)))
}

/// A number of neighbours that leaves the other half of the rows out, at least 1.
pub fn at_most_half(wanted: f64, n_rows: usize) -> usize {
    (wanted as usize).min(n_rows / 2).max(1)
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
