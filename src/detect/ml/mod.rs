//! Models that learn from the capture itself what is usual, and say which flows are not.
//!
//! A model knows nothing of attacks, so its findings are mild. No such method is better than the others on average
//! (Han et al., ADBench, NeurIPS 2022), which is why there are two of different kinds.

pub mod detector;
pub mod flow_rows;
pub mod forest;
pub mod isolation_forest;
pub mod linear;
pub mod matrix;
mod outliers;
pub mod pca;
pub mod random;
mod rows;
pub mod scale;
mod spec;

use matrix::Matrix;
use scale::Robust;

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
