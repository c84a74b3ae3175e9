//! Columns to the share of rows further out than a value: what ECOD and COPOD add up.

use super::method::{Fitted, Refusal, Training};
use super::work::{Work, share};
use crate::maths::elementary::ln;

/// Most rows that the shares are counted over.
const MOST_ROWS: usize = 200_000;

/// The values of each column in ascending order.
pub struct Tails {
    columns: Vec<Column>,
    sampled: Option<usize>,
}

struct Column {
    sorted: Vec<f32>,
    /// Negative where the tail of low values is the longer one, positive where that of high ones is, 0 for neither.
    skew: i8,
}

impl Tails {
    /// Sorts the columns.
    pub fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Tails, Refusal> {
        let members = training.sample(MOST_ROWS);
        let width = training.rows.n_columns();
        let mut columns = Vec::with_capacity(width);
        for column in 0..width {
            // A comparison of a sort is some four operations.
            work.spend(members.len() * 64, share(column, width))?;
            let values = members.iter().map(|row| training.rows.at(*row as usize, column));
            let mut sorted: Vec<f32> = values.filter(|x| x.is_finite()).collect();
            sorted.sort_unstable_by(f32::total_cmp);
            columns.push(Column { skew: skew(&sorted), sorted });
        }
        let is_sample = members.len() < training.rows.n_rows();
        Ok(Tails { columns, sampled: is_sample.then_some(members.len()) })
    }

    /// Of each value of a row, the negative logarithms of the shares of rows at or below it, at or above it, and of the tail
    /// on the column's longer side, which is both together in a column without one. A missing value is in no tail.
    pub fn of_row(&self, row: &[f32]) -> impl Iterator<Item = (f64, f64, f64)> {
        row.iter().zip(&self.columns).map(|(value, column)| column.tails(*value))
    }
}

/// Adds up of each column what it makes of both tails and the one on the longer side.
pub struct Sum {
    tails: Tails,
    part: fn((f64, f64, f64)) -> f64,
}

impl Sum {
    /// Sorts the columns.
    pub fn fit(
        training: &Training<'_>,
        work: &mut Work<'_>,
        part: fn((f64, f64, f64)) -> f64,
    ) -> Result<Box<dyn Fitted>, Refusal> {
        Ok(Box::new(Sum { tails: Tails::fit(training, work)?, part }))
    }
}

impl Fitted for Sum {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        self.tails.of_row(row).map(self.part).sum()
    }

    fn cost_of_row(&self) -> usize {
        self.tails.columns.len() * 60
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        self.tails.of_row(row).map(self.part).collect()
    }

    fn sampled(&self) -> Option<usize> {
        self.tails.sampled
    }
}

impl Column {
    fn tails(&self, value: f32) -> (f64, f64, f64) {
        if !value.is_finite() || self.sorted.is_empty() {
            return (0.0, 0.0, 0.0);
        }
        let n = self.sorted.len();
        let not_above = self.sorted.partition_point(|x| *x <= value);
        let below = self.sorted.partition_point(|x| *x < value);
        // A row outside of all that was learnt from counts as one more of them.
        let tail = |n_out: usize| -ln(n_out.max(1) as f64 / n as f64);
        let (lower, upper) = (tail(not_above), tail(n - below));
        let skewed = match self.skew {
            -1 => lower,
            1 => upper,
            _ => lower + upper,
        };
        (lower, upper, skewed)
    }
}

/// The sign of the third moment.
fn skew(values: &[f32]) -> i8 {
    let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len().max(1) as f64;
    let third: f64 = values.iter().map(|x| (f64::from(*x) - mean).powi(3)).sum();
    match third.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Less) => -1,
        Some(std::cmp::Ordering::Greater) => 1,
        _ => 0,
    }
}
