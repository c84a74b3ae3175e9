//! Principal components: rows to how badly the usual pattern fits them.
//!
//! Columns are scaled robustly, standardised, and the main directions of the rows are found. What a row has outside
//! these directions is its reconstruction error. Both parts of a row are weighed by what is usual there: the error by
//! its mean square, the place along each direction by that direction's variance. This is the distance of
//! probabilistic principal components (Tipping and Bishop, J. R. Stat. Soc. B 61, 1999) and, in process monitoring,
//! the combined index (Yue and Qin, 2001). The error alone sees a broken pattern, but not a row that follows the
//! pattern much further out than all others: on the tables of `tests/adbench.rs` the mean AUROC is 0.71 for
//! the error alone and 0.76 for both.

use crate::learn::matrix::Matrix;
use crate::learn::model::Model;
use crate::learn::products::add_products_above;
use crate::learn::scale::Robust;
use smartcore::linalg::basic::arrays;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linalg::traits::evd::EVDDecomposable;

/// The fewest directions are kept that hold this share of the variance; 0.9 is the usual choice (Jolliffe, Principal
/// Component Analysis, 2002, section 6.1.1).
const KEPT_VARIANCE: f64 = 0.9;
/// Least mean square of the error, in squared standard deviations. Where the columns depend on each other exactly,
/// the error of usual rows is rounding only and must not become the measure.
const LEAST_ERROR: f64 = 0.01;
/// The distance that gets score 0.5 is the one that this share of the rows stays within.
const HALF_AT: f64 = 0.99;

/// Fitted components.
#[derive(Clone, Debug)]
pub struct Components {
    robust: Robust,
    mean: Vec<f64>,
    /// 1 / standard deviation; 0 for a column that does not vary.
    scale: Vec<f64>,
    /// Kept directions, most variance first.
    directions: Vec<Component>,
    /// Mean square of the reconstruction error in each direction not kept.
    error: f64,
    /// Squared distance that gets score 0.5.
    half_at: f64,
}

#[derive(Clone, Debug)]
struct Component {
    /// Of length 1.
    axis: Vec<f64>,
    variance: f64,
}

/// Room for one row at work.
#[derive(Default)]
struct Room {
    robust: Vec<f32>,
    /// The row in standard deviations.
    z: Vec<f64>,
    /// What the kept directions leave of it.
    rest: Vec<f64>,
    /// `z` times the weights of the distance: half the distance's slope.
    pull: Vec<f64>,
}

impl Model for Components {
    /// None if no column varies. The seed does not matter.
    fn fit(rows: &Matrix, usual: &Robust, _seed: u64) -> Option<Components> {
        let robust = usual.clone();
        let scaled = robust.scaled(rows);
        let (mean, scale) = standard(&scaled);
        let n_varying = scale.iter().filter(|s| **s > 0.0).count();
        if n_varying == 0 {
            return None;
        }
        let width = rows.n_columns();
        let correlation = correlation(&scaled, &mean, &scale);
        let parts = DenseMatrix::new(width, width, correlation, false).ok()?.evd(true).ok()?;
        let mut directions = Vec::new();
        let mut kept = 0.0;
        for (place, variance) in parts.d.iter().copied().enumerate().take(n_varying) {
            if kept >= KEPT_VARIANCE * n_varying as f64 {
                break;
            }
            kept += variance;
            directions.push(Component {
                axis: (0..width).map(|row| *arrays::Array::get(&parts.V, (row, place))).collect(),
                variance,
            });
        }
        let n_left = n_varying.saturating_sub(directions.len()).max(1);
        let error = ((n_varying as f64 - kept) / n_left as f64).max(LEAST_ERROR);
        let mut components = Components { robust, mean, scale, directions, error, half_at: 1.0 };
        let mut z = Vec::new();
        let mut distances: Vec<f64> = scaled.rows().map(|row| components.distance_of_scaled(row, &mut z)).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let place = (HALF_AT * distances.len().saturating_sub(1) as f64).round() as usize;
        components.half_at = distances.get(place).copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
        Some(components)
    }

    /// Squared distance d to score d / (d + h), where 99 % of the rows of the fit have at most the distance h.
    fn scores(&self, rows: &Matrix) -> Vec<f64> {
        let mut scores = self.distances(rows);
        for score in &mut scores {
            *score /= *score + self.half_at;
        }
        scores
    }

    /// The squared distance is a sum over columns of value times pull; these are its parts.
    fn parts(&self, row: &[f32], _usual: &[f32]) -> Vec<f64> {
        let mut room = Room::default();
        self.weigh(row, &mut room);
        room.z.iter().zip(&room.pull).map(|(z, pull)| z * pull).collect()
    }
}

impl Components {
    /// Two points on each kept component, a standard deviation to either side of the middle, as the rows have their values; and
    /// its variance.
    pub fn axes(&self) -> Vec<([Vec<f64>; 2], f64)> {
        let point = |of: &Component, along: f64| {
            let columns = of.axis.iter().zip(self.mean.iter().zip(&self.scale)).zip(&self.robust.columns);
            let value = |((axis, (mean, scale)), column): ((&f64, (&f64, &f64)), &crate::learn::scale::Quartiles)| {
                let scaled = if *scale > 0.0 { mean + axis * along / scale } else { *mean };
                column.unscaled(scaled)
            };
            columns.map(value).collect()
        };
        let ends = |of: &Component| {
            let far = of.variance.max(0.0).sqrt();
            ([point(of, -far), point(of, far)], of.variance)
        };
        self.directions.iter().map(ends).collect()
    }

    /// The squared distance of a row from the pattern.
    pub fn distance(&self, row: &[f32]) -> f64 {
        self.distances_of([row]).first().copied().unwrap_or(0.0)
    }

    fn distances(&self, rows: &Matrix) -> Vec<f64> {
        self.distances_of(rows.rows())
    }

    fn distances_of<'a>(&self, rows: impl IntoIterator<Item = &'a [f32]>) -> Vec<f64> {
        let (mut scaled, mut z) = (Vec::new(), Vec::new());
        let distance = |row: &[f32]| {
            scaled.resize(row.len(), 0.0);
            self.robust.scale(row, &mut scaled);
            self.distance_of_scaled(&scaled, &mut z)
        };
        rows.into_iter().map(distance).collect()
    }

    /// The squared distance of a row that was scaled; `z` is room for it in standard deviations. What the kept directions,
    /// which are orthogonal, leave of the row's square is the square of the rest (Pythagoras).
    fn distance_of_scaled(&self, scaled: &[f32], z: &mut Vec<f64>) -> f64 {
        standardise(scaled, &self.mean, &self.scale, z);
        let (mut rest, mut distance) = (dot(z, z), 0.0);
        for Component { axis, variance } in &self.directions {
            let along = dot(axis, z);
            rest -= along * along;
            distance += along * along / variance;
        }
        distance + rest.max(0.0) / self.error
    }

    /// The squared distance of a row; `room` holds how it came about.
    fn weigh(&self, row: &[f32], room: &mut Room) -> f64 {
        let Room { robust, z, rest, pull } = room;
        robust.resize(row.len(), 0.0);
        self.robust.scale(row, robust);
        standardise(robust, &self.mean, &self.scale, z);
        rest.clone_from(z);
        pull.clear();
        pull.resize(z.len(), 0.0);
        for Component { axis, variance } in &self.directions {
            let along: f64 = axis.iter().zip(z.iter()).map(|(a, z)| a * z).sum();
            for ((rest, pull), a) in rest.iter_mut().zip(pull.iter_mut()).zip(axis) {
                *rest -= along * a;
                *pull += along / variance * a;
            }
        }
        let mut distance = 0.0;
        for ((z, rest), pull) in z.iter().zip(rest.iter()).zip(pull.iter_mut()) {
            *pull += rest / self.error;
            distance += z * *pull;
        }
        distance.max(0.0)
    }
}

/// The sum of products, in four lanes that a processor adds up at the same time; the order is fixed.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((fours, rest), (other_fours, other_rest)) = (a.as_chunks(), b.as_chunks());
    let (mut first, mut second, mut third, mut fourth) = (0.0, 0.0, 0.0, 0.0);
    for ([a, b, c, d], [e, f, g, h]) in fours.iter().zip(other_fours) {
        first += a * e;
        second += b * f;
        third += c * g;
        fourth += d * h;
    }
    let mut sum = (first + second) + (third + fourth);
    for (a, b) in rest.iter().zip(other_rest) {
        sum += a * b;
    }
    sum
}

fn standardise(row: &[f32], mean: &[f64], scale: &[f64], out: &mut Vec<f64>) {
    out.clear();
    out.extend(row.iter().zip(mean).zip(scale).map(|((x, mean), scale)| (f64::from(*x) - mean) * scale));
}

/// Row by row, the columns' correlations; 0 for a column that does not vary.
fn correlation(rows: &Matrix, mean: &[f64], scale: &[f64]) -> Vec<f64> {
    let width = rows.n_columns();
    let mut sums = vec![0.0; width * width];
    let mut z = Vec::with_capacity(width);
    for row in rows.rows() {
        standardise(row, mean, scale, &mut z);
        add_products_above(&z, &mut sums);
    }
    let n = rows.n_rows().max(1) as f64;
    let at = |row: usize, column: usize| sums.get(row.min(column) * width + row.max(column)).copied().unwrap_or(0.0);
    (0..width)
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| at(row, column) / n)
        .collect()
}

/// Mean and 1 / standard deviation of each column.
fn standard(rows: &Matrix) -> (Vec<f64>, Vec<f64>) {
    let n = rows.n_rows().max(1) as f64;
    let width = rows.n_columns();
    let (mut mean, mut squares) = (vec![0.0; width], vec![0.0; width]);
    for row in rows.rows() {
        for (mean, x) in mean.iter_mut().zip(row) {
            *mean += f64::from(*x) / n;
        }
    }
    for row in rows.rows() {
        for ((squares, mean), x) in squares.iter_mut().zip(&mean).zip(row) {
            *squares += (f64::from(*x) - mean) * (f64::from(*x) - mean) / n;
        }
    }
    let scale = squares.iter().map(|s: &f64| if *s > 1e-12 { 1.0 / s.sqrt() } else { 0.0 }).collect();
    (mean, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Second column twice the first, third constant, with a little noise.
    fn line() -> Matrix {
        let mut rows = Matrix::new(3);
        for i in 0..200_u8 {
            let x = f32::from(i % 50);
            rows.push_with(|row| row.copy_from_slice(&[x, 2.0 * x + f32::from(i % 7) / 10.0, 5.0]));
        }
        rows
    }

    fn fit(rows: &Matrix, seed: u64) -> Option<Components> {
        Components::fit(rows, &Robust::fit(rows), seed)
    }

    fn score(model: &Components, row: [f32; 3]) -> f64 {
        let mut rows = Matrix::new(3);
        rows.push_with(|out| out.copy_from_slice(&row));
        model.scores(&rows)[0]
    }

    #[test]
    fn a_row_off_the_line_or_far_along_it_is_unusual() {
        let model = fit(&line(), 0).unwrap();
        assert!(score(&model, [25.0, 50.3, 5.0]) < 0.2);
        assert!(score(&model, [10.0, 90.0, 5.0]) > 0.9);
        assert!(score(&model, [200.0, 400.3, 5.0]) > 0.7);
    }

    #[test]
    fn the_parts_add_up_and_a_column_that_never_varies_has_none() {
        let model = fit(&line(), 0).unwrap();
        let row = [10.0, 90.0, 5.0];
        let parts = model.parts(&row, &[]);
        let whole = model.distance(&row);
        assert!((parts.iter().sum::<f64>() - whole).abs() < 1e-9 * whole);
        assert!((model.weigh(&row, &mut Room::default()) - whole).abs() < 1e-9 * whole);
        assert_eq!(parts[2], 0.0);
    }

    #[test]
    fn nothing_that_varies_gives_no_model() {
        let mut rows = Matrix::new(2);
        (0..10).for_each(|_| rows.push_with(|row| row.fill(3.0)));
        assert!(fit(&rows, 0).is_none());
    }
}
