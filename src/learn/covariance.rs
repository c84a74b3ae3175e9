//! Rows to their mean and covariance, and distances by it: Mahalanobis' distance, by Cholesky's factor.

use super::matrix::Matrix;
use super::products::add_products;
use super::work::{Stopped, Work};
use smartcore::linalg::basic::arrays;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linalg::traits::cholesky::CholeskyDecomposable;

/// The share of an identity matrix that is mixed in, so that columns that depend on each other exactly can be inverted too:
/// the shrinkage of Boudt, Rousseeuw, Vanduffel and Verdonck (Statistics and Computing 30, 2020).
const RIDGE: f64 = 0.02;

/// Where rows lie and how they spread.
#[derive(Clone)]
pub struct Spread {
    mean: Vec<f64>,
    /// Rows of the lower triangle, each up to its diagonal.
    factor: Vec<Vec<f64>>,
    /// Half the logarithm of the determinant of the covariance.
    pub volume: f64,
}

impl Spread {
    /// Of the given rows, each seen through `view` (the identity, or what holds wild values back). None if numbers run out of
    /// range.
    pub fn of(
        rows: &Matrix,
        members: &[u32],
        view: impl Fn(f64) -> f64,
        work: &mut Work<'_>,
    ) -> Result<Option<Spread>, Stopped> {
        let (width, n) = (rows.n_columns(), members.len().max(1) as f64);
        let mut mean = vec![0.0; width];
        for row in members {
            for (mean, x) in mean.iter_mut().zip(rows.row(*row as usize)) {
                *mean += view(f64::from(*x)) / n;
            }
        }
        let mut sums: Vec<Vec<f64>> = (0..width).map(|column| vec![0.0; column + 1]).collect();
        let mut z = vec![0.0; width];
        for row in members {
            work.spend(width * width / 2, 0.5)?;
            for ((z, x), mean) in z.iter_mut().zip(rows.row(*row as usize)).zip(&mean) {
                *z = view(f64::from(*x)) - mean;
            }
            add_products(&z, sums.iter_mut().map(Vec::as_mut_slice));
        }
        let mut all = vec![0.0; width * width];
        for (row, sums) in sums.iter().enumerate() {
            for (column, sum) in sums.iter().enumerate() {
                let value = (1.0 - RIDGE) * sum / n + if row == column { RIDGE } else { 0.0 };
                for place in [row * width + column, column * width + row] {
                    all.iter_mut().skip(place).take(1).for_each(|slot| *slot = value);
                }
            }
        }
        let factored = DenseMatrix::new(width, width, all, false).ok().and_then(|all| all.cholesky().ok());
        work.spend(width * width * width / 3, 1.0)?;
        let Some(lower) = factored.map(|factored| factored.L()) else { return Ok(None) };
        let line =
            |row: usize| (0..=row).map(|column| *arrays::Array::get(&lower, (row, column))).collect::<Vec<f64>>();
        let factor: Vec<Vec<f64>> = (0..width).map(line).collect();
        let volume = factor.iter().filter_map(|line| line.last()).map(|x| crate::maths::elementary::ln(*x)).sum();
        Ok(factor.iter().flatten().all(|x| x.is_finite()).then_some(Spread { mean, factor, volume }))
    }

    /// The square of a row's distance from the mean, in deviations along each direction.
    pub fn distance(&self, row: &[f32], view: impl Fn(f64) -> f64) -> f64 {
        self.solved(row, view).1.iter().map(|x| x * x).sum()
    }

    /// The terms, one a column, that the squared distance is the sum of: difference from the mean times slope.
    pub fn terms(&self, row: &[f32]) -> Vec<f64> {
        let (z, mut solved) = self.solved(row, |x| x);
        // Back through the transposed factor.
        for place in (0..solved.len()).rev() {
            let Some(line) = self.factor.get(place) else { continue };
            let (Some(pivot), Some(value)) = (line.last(), solved.get(place).copied()) else { continue };
            let value = value / pivot;
            for (slot, weight) in solved.iter_mut().zip(line).take(place) {
                *slot -= weight * value;
            }
            solved.iter_mut().skip(place).take(1).for_each(|slot| *slot = value);
        }
        z.iter().zip(&solved).map(|(z, slope)| z * slope).collect()
    }

    /// The difference from the mean, and that through the inverse of the factor.
    fn solved(&self, row: &[f32], view: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
        let z: Vec<f64> = row.iter().zip(&self.mean).map(|(x, mean)| view(f64::from(*x)) - mean).collect();
        let mut solved: Vec<f64> = Vec::with_capacity(z.len());
        for (z, line) in z.iter().zip(&self.factor) {
            let known: f64 = line.iter().zip(&solved).map(|(weight, x)| weight * x).sum();
            solved.push((z - known) / line.last().copied().unwrap_or(1.0));
        }
        (z, solved)
    }
}
