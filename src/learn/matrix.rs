//! Rows of numbers of equal length, one after the other.

/// A table of 32-bit numbers, row by row.
#[derive(Clone, Debug)]
pub struct Matrix {
    n_columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// An empty table with rows of this length, at least 1.
    pub fn new(n_columns: usize) -> Matrix {
        Matrix { n_columns: n_columns.max(1), values: Vec::new() }
    }

    /// Adds a row of zeros and gives it to `fill`.
    pub fn push_with(&mut self, fill: impl FnOnce(&mut [f32])) {
        let start = self.values.len();
        self.values.resize(start + self.n_columns, 0.0);
        fill(self.values.get_mut(start..).unwrap_or_default());
    }

    /// Adds so many rows of zeros.
    pub fn extend_rows(&mut self, n: usize) {
        self.values.resize(self.values.len() + n * self.n_columns, 0.0);
    }

    /// Writes a column, top to bottom.
    pub fn set_column(&mut self, column: usize, values: &[f32]) {
        for (row, value) in self.values.chunks_exact_mut(self.n_columns).zip(values) {
            if let Some(slot) = row.get_mut(column) {
                *slot = *value;
            }
        }
    }

    /// Forgets all rows but keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Numbers in a row.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Rows.
    pub fn n_rows(&self) -> usize {
        self.values.len() / self.n_columns
    }

    /// The rows in order.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.n_columns)
    }

    /// A row; empty outside.
    #[inline]
    pub fn row(&self, row: usize) -> &[f32] {
        self.values.get(row * self.n_columns..(row + 1) * self.n_columns).unwrap_or_default()
    }

    /// The number at a place; 0 outside.
    #[inline]
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.values.get(row * self.n_columns + column).copied().unwrap_or(0.0)
    }

    /// A column in ascending order, without what is not a number.
    pub fn sorted_column(&self, column: usize) -> Vec<f32> {
        let mut values = self.finite_column(column);
        values.sort_unstable_by(f32::total_cmp);
        values
    }

    /// A column, top to bottom, without what is not a number.
    pub fn finite_column(&self, column: usize) -> Vec<f32> {
        let mut values: Vec<f32> = self.rows().map(|row| row.get(column).copied().unwrap_or(f32::NAN)).collect();
        values.retain(|x| x.is_finite());
        values
    }
}
/// Sums that two rows are added up in: the compiler can do them at the same time, and their order is fixed.
const LANES: usize = 8;

/// The sum over the columns of two rows of what `of` makes of both values.
#[inline]
pub fn summed(a: &[f32], b: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a.remainder().iter().zip(b.remainder()).map(|(a, b)| of(*a, *b)).sum::<f32>();
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += of(*a, *b);
        }
    }
    sums.iter().sum::<f32>() + rest
}
