//! Columns to a common footing: median 0, middle half 1 wide, wild values held back.

use super::matrix::{Matrix, quantile};

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

impl Robust {
    /// Measures the rows.
    pub fn fit(rows: &Matrix) -> Robust {
        Robust { columns: (0..rows.n_columns()).map(|column| quartiles(&rows.sorted_column(column))).collect() }
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

fn quartiles(sorted: &[f32]) -> Quartiles {
    let (lower, median, upper) = (quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
    let unit = if upper > lower { upper - lower } else { deviation(sorted) };
    Quartiles { lower, median, upper, unit }
}

fn deviation(values: &[f32]) -> f32 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (f64::from(*x) - mean) * (f64::from(*x) - mean)).sum();
    (squares / n).sqrt() as f32
}
