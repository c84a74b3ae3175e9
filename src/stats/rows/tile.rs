//! Collects a few rows of cells before they are appended to their columns, so that each column is accessed once for all
//! of them.

use super::cell::MISSING;

/// Cells of a tile, about: as many as stay close to the processor.
const CELLS: usize = 2048;
/// Fewest and most rows of a tile.
const ROWS: (usize, usize) = (4, 64);

/// Rows of one width.
#[derive(Default)]
pub struct Tile {
    /// Row after row.
    cells: Vec<u64>,
    width: usize,
    most_rows: usize,
    n_rows: usize,
    /// The cells of one column.
    column: Vec<u64>,
}

impl Tile {
    /// An empty tile of rows of so many cells.
    pub fn new(width: usize) -> Tile {
        Tile { width, most_rows: (CELLS / width.max(1)).clamp(ROWS.0, ROWS.1), ..Tile::default() }
    }

    /// One more row, all cells missing.
    #[inline]
    pub fn add_row(&mut self) -> &mut [u64] {
        let from = self.cells.len();
        self.n_rows += 1;
        self.cells.resize(from + self.width, MISSING);
        self.cells.get_mut(from..).unwrap_or_default()
    }

    /// True once its rows should go to their columns.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.n_rows >= self.most_rows
    }

    /// Hands the cells of each column to `take` with what stands for the column, and starts again.
    pub fn empty<C>(&mut self, columns: &mut [C], mut take: impl FnMut(&mut C, &[u64])) {
        if self.n_rows == 0 {
            return;
        }
        self.column.resize(self.n_rows, MISSING);
        for (place, column) in columns.iter_mut().enumerate().take(self.width) {
            for (cell, row) in self.column.iter_mut().zip(self.cells.chunks_exact(self.width)) {
                *cell = row.get(place).copied().unwrap_or(MISSING);
            }
            take(column, &self.column);
        }
        self.cells.clear();
        self.n_rows = 0;
    }
}
