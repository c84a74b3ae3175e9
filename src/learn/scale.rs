//! Scales columns to the same range: median 0, interquartile range 1, extreme values clipped.

use crate::learn::matrix::Matrix;
use crate::maths::order::nearest_quartiles;
use crate::maths::variance;

/// Widest value after scaling. A flow may be as odd as it likes in a column, but past this it is not odder: one wild
/// value must not turn all the axes of a model.
const CLIP: f32 = 10.0;

/// Median and quartiles of each column.
#[derive(Clone, Debug)]
pub struct Robust {
    /// One per column.
    pub columns: Vec<Quartiles>,
}

/// Where the middle half of a column's values lies.
#[derive(Clone, Copy, Debug)]
pub struct Quartiles {
    /// A quarter lies at or below this.
    pub lower: f32,
    /// Half lies at or below this.
    pub median: f32,
    /// Three quarters lie at or below this.
    pub upper: f32,
    /// What counts as 1: the distance of the quartiles; where they are equal, the standard deviation; 0 for a column
    /// that does not vary.
    unit: f32,
}

impl Quartiles {
    /// The value that a scaled one was, if it was not clipped.
    pub fn unscaled(&self, scaled: f64) -> f64 {
        f64::from(self.median) + scaled * f64::from(self.unit)
    }
}

impl Robust {
    /// Measures the rows.
    pub fn fit(rows: &Matrix) -> Robust {
        Robust { columns: (0..rows.n_columns()).map(|column| quartiles(rows.finite_column(column))).collect() }
    }

    /// The rows, scaled.
    pub fn scaled(&self, rows: &Matrix) -> Matrix {
        let mut scaled = Matrix::new(rows.n_columns());
        for row in rows.rows() {
            scaled.push_with(|out| self.scale(row, out));
        }
        scaled
    }

    /// Writes a scaled row.
    pub fn scale(&self, row: &[f32], out: &mut [f32]) {
        for ((x, of), slot) in row.iter().zip(&self.columns).zip(out) {
            let scaled = if of.unit > 0.0 { (x - of.median) / of.unit } else { 0.0 };
            *slot = if scaled.is_nan() { 0.0 } else { scaled.clamp(-CLIP, CLIP) };
        }
    }
}

fn quartiles(mut values: Vec<f32>) -> Quartiles {
    let [lower, median, upper] = nearest_quartiles(&mut values, f32::total_cmp);
    let unit = if upper > lower {
        upper - lower
    } else {
        // In order, so that the sum does not depend on how the quartiles were found.
        values.sort_unstable_by(f32::total_cmp);
        variance::of_population(values.iter().map(|x| f64::from(*x))).sqrt() as f32
    };
    Quartiles { lower, median, upper, unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_is_one_wide_and_wild_values_are_held_back() {
        let mut rows = Matrix::new(3);
        for i in 0..101_u8 {
            let extras = if i == 7 { 1.0 } else { 0.0 };
            rows.push_with(|row| row.copy_from_slice(&[f32::from(i), extras, 4.0]));
        }
        let robust = Robust::fit(&rows);
        let mut out = [0.0; 3];
        robust.scale(&[50.0, 1.0, 4.0], &mut out);
        assert_eq!((out[0], out[2]), (0.0, 0.0));
        // A rare flag has no middle half; its standard deviation stands in: 1 / sqrt(0.01 * 0.99) = 10.05, held at 10.
        assert_eq!(out[1], CLIP);
        robust.scale(&[75.0, f32::NAN, f32::INFINITY], &mut out);
        assert_eq!(out, [0.5, 0.0, 0.0]);
        robust.scale(&[-1e30, 0.0, 9.0], &mut out);
        assert_eq!(out, [-CLIP, 0.0, 0.0]);
    }
}
