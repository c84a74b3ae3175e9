//! What the methods of neighbours share: the rows that others are compared with, and what sets a row apart from its
//! neighbours.

use super::method::{Refusal, Training};
use super::neighbours::{Neighbour, Neighbours};
use super::work::{Work, share};
use crate::settings::Descriptor;

/// Most rows that others are compared with: a share of the rows is as near in a sample as in all.
const MOST_ROWS: usize = 4096;
/// Fewest neighbours.
const FEWEST: usize = 5;

/// The rows that others are compared with, and how many of them make up a neighbourhood.
pub struct Reference {
    tree: Neighbours,
    n_neighbours: usize,
    sampled: Option<usize>,
}

impl Reference {
    /// All rows, or of more than 4096 a sample. The setting says what share of them a neighbourhood is, in percent: at least 5
    /// rows, and no more than half of them.
    pub fn of(training: &Training<'_>, neighbours: &Descriptor, work: &mut Work<'_>) -> Result<Reference, Refusal> {
        let rows = training.sample(MOST_ROWS);
        let sampled = (rows.len() < training.rows.n_rows()).then_some(rows.len());
        let tree = Neighbours::new(training.rows, rows, work)?;
        let wanted = (training.settings.get(neighbours) / 100.0 * tree.len() as f64).round() as usize;
        let n_neighbours = wanted.max(FEWEST).min(tree.len() / 2).max(1);
        Ok(Reference { tree, n_neighbours, sampled })
    }

    /// Rows that a neighbourhood has.
    pub fn n_neighbours(&self) -> usize {
        self.n_neighbours
    }

    /// Rows to compare with.
    pub fn n_points(&self) -> usize {
        self.tree.len()
    }

    /// The neighbours of a row, nearest first, without itself if it is the row `own` of those learnt from.
    pub fn nearest(&self, row: &[f32], own: Option<u32>) -> Vec<Neighbour> {
        let mut found = Vec::with_capacity(self.n_neighbours);
        self.tree.nearest(row, own, self.n_neighbours, &mut found);
        found
    }

    /// Hands on the neighbours of each row to compare with, in order.
    pub fn each(&self, work: &mut Work<'_>, mut take: impl FnMut(&[Neighbour])) -> Result<(), Refusal> {
        let mut found = Vec::new();
        for (place, row) in (0..).zip(self.tree.rows()) {
            work.spend(self.cost_of_row(), share(place as usize, self.n_points()))?;
            self.tree.nearest(self.tree.point(place), Some(*row), self.n_neighbours, &mut found);
            take(&found);
        }
        Ok(())
    }

    /// Operations of a search, about: of many columns all points are looked at.
    pub fn cost_of_row(&self) -> usize {
        self.tree.len() * self.tree.point(0).len().max(8)
    }

    /// The square of each feature's difference from the mean of the neighbours.
    pub fn contributions(&self, row: &[f32], own: Option<u32>) -> Vec<f64> {
        let found = self.nearest(row, own);
        let mut means = vec![0.0; row.len()];
        for neighbour in &found {
            for (mean, x) in means.iter_mut().zip(self.tree.point(neighbour.place)) {
                *mean += f64::from(*x) / found.len() as f64;
            }
        }
        row.iter().zip(means).map(|(x, mean)| (f64::from(*x) - mean) * (f64::from(*x) - mean)).collect()
    }

    /// Rows to compare with, if they are a sample.
    pub fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
