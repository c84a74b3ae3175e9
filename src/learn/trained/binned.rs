//! Columns of numbers counted in bins, for trees that are cut between them.

use crate::learn::matrix::Matrix;
use crate::learn::random::Random;

/// Bins of a column, the one for what is missing aside.
pub(super) const MOST_BINS: usize = 255;
/// Columns beyond which no further one is counted.
const MOST_COLUMNS: usize = u16::MAX as usize;

/// Columns in bins: made once for all trees.
pub struct Binned {
    pub(super) columns: Vec<BinnedColumn>,
}

pub(super) struct BinnedColumn {
    /// The bin of each row: the first whose end is not below the value; one past all of them for what is missing.
    pub(super) bins: Vec<u8>,
    /// Ends of the bins, ascending: halfway to the next value; the last is the largest number that there is.
    pub(super) ends: Vec<f32>,
}

impl Binned {
    /// The columns of rows.
    pub fn of(rows: &Matrix) -> Binned {
        let column = |column: usize| {
            let ends = ends(&rows.sorted_column(column));
            let values = rows.rows().map(|row| row.get(column).copied().unwrap_or(f32::NAN));
            let bin = |x: f32| if x.is_nan() { ends.len() } else { ends.partition_point(|end| *end < x) } as u8;
            BinnedColumn { bins: values.map(bin).collect(), ends }
        };
        Binned { columns: (0..rows.n_columns().min(MOST_COLUMNS)).map(column).collect() }
    }
}

/// Ends of bins that part ascending values: one a value, or with about as many rows each; the last takes all others.
fn ends(sorted: &[f32]) -> Vec<f32> {
    let mut ends: Vec<f32> = Vec::new();
    let runs: Vec<&[f32]> = sorted.chunk_by(|a, b| a == b).collect();
    let per_bin = if runs.len() < MOST_BINS { 0 } else { sorted.len() / (MOST_BINS - 1) + 1 };
    let mut n = 0;
    for (run, next) in runs.iter().zip(runs.iter().skip(1)) {
        n += run.len();
        let (Some(low), Some(high)) = (run.last(), next.first()) else { continue };
        if n >= per_bin && ends.len() + 2 < MOST_BINS {
            n = 0;
            let middle = low / 2.0 + high / 2.0;
            ends.push(if middle < *high { middle } else { *low });
        }
    }
    ends.push(f32::MAX);
    ends
}

/// The bin of a value that is drawn evenly between the lowest and the highest of a part; what is missing counts as one more bin.
pub(super) fn random_bin(column: &BinnedColumn, low: u8, high: u8, random: &mut Random) -> u8 {
    let last = column.ends.len().saturating_sub(2);
    let end = |bin: u8| column.ends.get((bin as usize).min(last)).copied().unwrap_or(0.0);
    let (from, to) = (f64::from(end(low)), f64::from(end(high - 1)));
    let drawn = (from + random.unit() * (to - from)) as f32;
    let bin = column.ends.partition_point(|end| *end < drawn).min(usize::from(u8::MAX)) as u8;
    bin.clamp(low, high - 1)
}
