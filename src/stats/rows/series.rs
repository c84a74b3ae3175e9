//! The cells of one column in order, packed run by run.

use super::cell::MISSING;
use super::packed::Packed;
use super::plain;
use super::survey::Survey;
use serde::{Deserialize, Serialize};

/// Cells of a column. All series of a table close their runs at the same rows.
#[derive(Default, Serialize, Deserialize)]
pub struct Series {
    runs: Vec<Packed>,
    #[serde(with = "plain")]
    open: Vec<u64>,
}

impl Series {
    /// A series of `n_runs` full runs and `n_open` more cells, all missing.
    pub fn missing(n_runs: usize, run: usize, n_open: usize) -> Series {
        Series { runs: vec![Packed::Same(MISSING, run as u32); n_runs], open: vec![MISSING; n_open] }
    }

    /// Adds a cell of a run of so many.
    #[inline]
    pub fn push(&mut self, cell: u64, run: usize) {
        if self.open.len() == self.open.capacity() {
            self.grow(1, run);
        }
        self.open.push(cell);
    }

    /// Adds cells of a run of so many.
    #[inline]
    pub fn extend(&mut self, cells: &[u64], run: usize) {
        if self.open.capacity() - self.open.len() < cells.len() {
            self.grow(cells.len(), run);
        }
        self.open.extend_from_slice(cells);
    }

    /// Room for the run and no more, once it is long: see the store's length of runs.
    #[cold]
    fn grow(&mut self, n_more: usize, run: usize) {
        let n = self.open.len();
        self.open.reserve_exact(n_more.max(if n < 64 { 64 } else { run.saturating_sub(n) }));
    }

    /// Packs the open run; the bytes that it takes.
    pub fn close(&mut self) -> usize {
        self.close_surveyed(&Survey::of(&self.open))
    }

    /// The same, of a run that was looked at.
    pub fn close_surveyed(&mut self, survey: &Survey) -> usize {
        let packed = Packed::new(&self.open, survey);
        let bytes = packed.bytes();
        self.open.clear();
        self.runs.push(packed);
        bytes
    }

    /// The cells of the open run.
    pub fn open(&self) -> &[u64] {
        &self.open
    }

    /// Cells in the open run.
    pub fn n_open(&self) -> usize {
        self.open.len()
    }

    /// Full runs.
    pub fn n_runs(&self) -> usize {
        self.runs.len()
    }

    /// The cell of a row.
    pub fn get(&self, row: usize, run: usize) -> Option<u64> {
        match self.runs.get(row / run) {
            Some(packed) => packed.get(row % run),
            None => self.open.get(row.checked_sub(self.runs.len() * run)?).copied(),
        }
    }

    /// Hands all cells to `see`, run by run with the row of the first.
    pub fn runs(&self, mut see: impl FnMut(usize, &[u64])) {
        let mut room = Vec::new();
        let mut row = 0;
        for packed in &self.runs {
            room.clear();
            packed.unpack_into(&mut room);
            see(row, &room);
            row += room.len();
        }
        see(row, &self.open);
    }

    /// The same series with only the cells of rows for which `keeps` holds; and the bytes that its runs take.
    pub fn thinned(&self, keeps: &[bool], run: usize) -> (Series, usize) {
        let mut thin = Series::default();
        let mut bytes = 0;
        self.runs(|start, cells| {
            for (cell, _) in cells.iter().zip(keeps.iter().skip(start)).filter(|(_, keeps)| **keeps) {
                thin.push(*cell, run);
                if thin.n_open() == run {
                    bytes += thin.close();
                }
            }
        });
        (thin, bytes)
    }
}
