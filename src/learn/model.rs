//! The contract of the models of flows: rows to scores from 0 to 1, for detectors that report what passes a threshold.

use super::matrix::Matrix;
use super::scale::Robust;

/// A model of what is usual among rows of numbers.
pub trait Model: Sized + Send {
    /// Learns from the rows, and from what is usual among them; the same rows and seed give the same model. None if
    /// there is nothing to learn from.
    fn fit(rows: &Matrix, usual: &Robust, seed: u64) -> Option<Self>;

    /// How unusual each row is, in order, from 0 to 1.
    fn scores(&self, rows: &Matrix) -> Vec<f64>;

    /// How much each column of a row has to do with its score: what is larger has more; what is not above 0, nothing.
    /// `usual` is a row of usual values.
    fn parts(&self, row: &[f32], usual: &[f32]) -> Vec<f64>;
}
