//! Prepared rows to places on a plane: their first two principal components (Jolliffe, Principal Component Analysis, 2002).

use super::prepare::Prepared;
use super::random::Selection;
use super::work::{Stopped, Work, share};
use crate::learn::products::add_products;
use crate::maths::sorting::Arrange;
use smartcore::linalg::basic::arrays;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linalg::traits::evd::EVDDecomposable;

/// Most rows that the directions are learnt from.
const MOST_ROWS: u32 = 20_000;
/// Features named of each direction.
const MOST_NAMED: usize = 3;

/// A direction.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Weight of each feature, of length 1 together.
    weights: Vec<f64>,
    /// The share of all variance that lies along it.
    pub share: f64,
}

/// A plane through the rows.
#[derive(Clone, Debug)]
pub struct Plane {
    mean: Vec<f64>,
    /// The two directions, that with more variance first.
    pub axes: [Axis; 2],
}

impl Axis {
    /// The features that it is made of most, and whether they grow along it.
    pub fn features(&self) -> Vec<(usize, bool)> {
        let mut places: Vec<usize> = (0..self.weights.len()).collect();
        let size = |place: &usize| self.weights.get(*place).map_or(0.0, |weight| size(*weight));
        places.arrange_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
        let grows = |place: usize| (place, self.weights.get(place).is_some_and(|w| *w > 0.0));
        places.into_iter().take(MOST_NAMED).map(grows).collect()
    }
}

/// The size of a weight in six digits, so that the larger one of two is the same in a browser.
fn size(weight: f64) -> f64 {
    (weight.abs() * 1e6).round()
}

impl Plane {
    /// Through all rows, or a random sample of many; none if fewer than two features are there.
    pub fn fit(prepared: &Prepared, seed: u64, work: &mut Work<'_>) -> Result<Option<Plane>, Stopped> {
        let rows = prepared.filled();
        let width = rows.n_columns();
        if prepared.features.len() < 2 || rows.n_rows() < 3 {
            return Ok(None);
        }
        let mut selection = Selection::new(seed, rows.n_rows() as u32, MOST_ROWS);
        let members: Vec<usize> = (0..rows.n_rows()).filter(|_| selection.picks()).collect();
        let n = members.len() as f64;
        let mut mean = vec![0.0; width];
        for row in &members {
            mean.iter_mut().zip(rows.row(*row)).for_each(|(mean, x)| *mean += f64::from(*x) / n);
        }
        let mut sums = vec![0.0; width * width];
        let mut z = vec![0.0; width];
        for (place, row) in members.iter().enumerate() {
            work.spend(width * width, share(place, members.len()))?;
            for ((z, x), mean) in z.iter_mut().zip(rows.row(*row)).zip(&mean) {
                *z = f64::from(*x) - mean;
            }
            add_products(&z, sums.chunks_exact_mut(width));
        }
        sums.iter_mut().for_each(|sum| *sum /= n);
        let Some(parts) = DenseMatrix::new(width, width, sums, false).ok().and_then(|all| all.evd(true).ok()) else {
            return Ok(None);
        };
        work.spend(width * width * width * 10, 1.0)?;
        let whole: f64 = parts.d.iter().map(|x| x.max(0.0)).sum();
        let axis = |place: usize| {
            let weights: Vec<f64> = (0..width).map(|row| *arrays::Array::get(&parts.V, (row, place))).collect();
            // An eigenvector has no sign of its own: its largest weight is positive.
            let largest = weights.iter().copied().reduce(|a, b| if size(b) > size(a) { b } else { a }).unwrap_or(1.0);
            let weights = weights.into_iter().map(|weight| weight * largest.signum()).collect();
            let variance = parts.d.get(place).copied().unwrap_or(0.0).max(0.0);
            Axis { weights, share: if whole > 0.0 { variance / whole } else { 0.0 } }
        };
        Ok(Some(Plane { mean, axes: [axis(0), axis(1)] }))
    }

    /// Where a row lies.
    pub fn place(&self, prepared: &Prepared, row: usize) -> [f64; 2] {
        let row = prepared.filled().row(row);
        let along = |axis: &Axis| {
            row.iter().zip(&self.mean).zip(&axis.weights).map(|((x, mean), w)| (f64::from(*x) - mean) * w).sum::<f64>()
        };
        let [x, y] = &self.axes;
        [along(x), along(y)]
    }
}
