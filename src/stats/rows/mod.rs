//! Rows of a table to packed columns. Past a cap only a seeded share of the rows is kept; totals count them all.

pub mod cell;
mod packed;
mod plain;
mod series;
mod survey;
mod texts;
mod tile;
mod totals;

use crate::model::rows::{CellValue, Layout};
use cell::MISSING;
use serde::{Deserialize, Serialize};
use series::Series;
use survey::Survey;
use texts::Texts;
use tile::Tile;
pub use totals::Totals;

/// Cells in the open runs of all columns together, about.
const OPEN_CELLS: usize = 1_000_000;
/// Most rows in a run. No power of two: the open runs of neighbouring columns would end in the same cache lines.
const MOST_RUN: usize = 4000;
/// Fewest rows in a run.
const LEAST_RUN: usize = 64;
/// Most bytes of texts that are kept, all columns together.
const MOST_TEXT_BYTES: usize = 128 << 20;

/// Where a row stands in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// First byte.
    pub offset: u64,
    /// Bytes, without the line end.
    pub length: u32,
}

/// A column, packed.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    cells: Series,
    texts: Texts,
    /// Over all rows but those of the open run behind the first `n_counted`, and `passing`.
    totals: Totals,
    n_counted: usize,
    /// Cells of rows that are not kept and that totals do not count yet.
    #[serde(with = "plain")]
    passing: Vec<u64>,
}

/// A part of a store on its way to somebody else: the store without its columns first, then column after column.
#[derive(Serialize, Deserialize)]
pub enum RowBlock {
    /// All but the columns.
    Rows(Box<RowStore>),
    /// The next column.
    Column(Box<Kept>),
}

/// All rows of a table, or a sample of them.
#[derive(Serialize, Deserialize)]
pub struct RowStore {
    layout: Layout,
    #[serde(skip)]
    columns: Vec<Kept>,
    /// Rows that wait to go to their columns: those that are kept, and those that only totals count.
    #[serde(skip)]
    tiles: [Tile; 2],
    /// Offset and length in the file, and number of the row: kept like columns.
    offsets: Series,
    lengths: Series,
    numbers: Series,
    run: usize,
    /// What [`RowStore::n_full`] says while columns are missing.
    n_full: usize,
    n_rows: u64,
    n_kept: usize,
    bytes: usize,
    most_bytes: usize,
    text_room: usize,
    /// One row in 2^level is kept.
    level: u32,
    seed: u64,
}

impl RowStore {
    /// An empty store that packs into about `most_bytes`, and past that keeps rows by chance from `seed`.
    pub fn new(most_bytes: usize, seed: u64) -> RowStore {
        RowStore {
            layout: Layout::default(),
            columns: Vec::new(),
            tiles: Default::default(),
            offsets: Series::default(),
            lengths: Series::default(),
            numbers: Series::default(),
            run: MOST_RUN,
            n_full: 0,
            n_rows: 0,
            n_kept: 0,
            bytes: 0,
            most_bytes,
            text_room: MOST_TEXT_BYTES,
            level: 0,
            seed,
        }
    }

    /// Takes the layout; it comes before the first row, and again when columns are added.
    pub fn set_layout(&mut self, layout: &Layout) {
        self.flush();
        if self.n_rows == 0 {
            self.run = (OPEN_CELLS / layout.columns.len().max(1)).clamp(LEAST_RUN, MOST_RUN);
        }
        let (n_runs, n_open) = (self.numbers.n_runs(), self.numbers.n_open());
        while self.columns.len() < layout.columns.len() {
            let cells = Series::missing(n_runs, self.run, n_open);
            self.columns.push(Kept { cells, ..Kept::default() });
        }
        self.layout = layout.clone();
        self.tiles = [Tile::new(self.columns.len()), Tile::new(self.columns.len())];
    }

    /// Adds a row: its values, the bytes that texts are ranges of, and its place. It is seen once the store is
    /// [settled](RowStore::settle).
    #[inline]
    pub fn push(&mut self, values: &[CellValue], bytes: &[u8], place: Place) {
        let number = self.n_rows;
        self.n_rows += 1;
        let is_kept = self.keeps(number);
        let RowStore { tiles: [kept, others], columns, text_room, .. } = self;
        let tile = if is_kept { kept } else { others };
        for (place, (cell, value)) in tile.add_row().iter_mut().zip(values).enumerate() {
            *cell = match value {
                CellValue::Number(value) => value.to_bits(),
                CellValue::Missing => continue,
                CellValue::Time(value) => {
                    columns.get_mut(place).into_iter().for_each(|column| column.totals.times += 1);
                    value.to_bits()
                }
                CellValue::Text(start, end) if is_kept => {
                    let text = bytes.get(*start as usize..*end as usize).unwrap_or_default();
                    columns.get_mut(place).map_or(MISSING, |column| cell::text(column.texts.code(text, text_room)))
                }
                CellValue::Text(..) => cell::text(cell::OTHER),
            };
        }
        let is_full = tile.is_full();
        if is_kept {
            let run = self.run;
            self.n_kept += 1;
            self.offsets.push((place.offset as f64).to_bits(), run);
            self.lengths.push(f64::from(place.length).to_bits(), run);
            self.numbers.push((number as f64).to_bits(), run);
        }
        if is_full || self.numbers.n_open() == self.run {
            self.flush();
        }
    }

    /// Counts a row that somebody else keeps: none is known to be left out there.
    pub fn count(&mut self) {
        self.n_rows += 1;
        self.n_kept += 1;
    }

    /// Forgets what was kept of the rows, but not how many there were.
    pub fn forget(&mut self) {
        let RowStore { layout, n_rows, n_kept, most_bytes, seed, .. } = self;
        let (layout, n_rows, n_kept) = (std::mem::take(layout), *n_rows, *n_kept);
        *self = RowStore { layout, n_rows, n_kept, ..RowStore::new(*most_bytes, *seed) };
    }

    /// The store in pieces, which [`put`](RowStore::put) puts together again. Such a store takes no more rows.
    pub fn into_pieces(mut self) -> impl Iterator<Item = RowBlock> {
        self.flush();
        self.n_full = self.n_full();
        let columns = std::mem::take(&mut self.columns);
        let first = RowBlock::Rows(Box::new(self));
        std::iter::once(first).chain(columns.into_iter().map(|column| RowBlock::Column(Box::new(column))))
    }

    /// Puts the next piece in its place; the first makes this the store that the pieces come from.
    pub fn put(&mut self, piece: RowBlock) {
        match piece {
            RowBlock::Rows(store) => *self = *store,
            RowBlock::Column(column) => self.columns.push(*column),
        }
    }

    /// True unless columns are missing that others keep.
    pub fn is_whole(&self) -> bool {
        self.columns.len() == self.layout.columns.len()
    }

    /// Takes rows that were added and still wait into their columns.
    pub fn flush(&mut self) {
        let RowStore { tiles: [kept, others], columns, run, .. } = self;
        kept.empty(columns, |column, cells| column.cells.extend(cells, *run));
        others.empty(columns, |column, cells| column.pass(cells, *run));
        if self.numbers.n_open() == self.run {
            self.close();
        }
    }

    fn close(&mut self) {
        let own = [&mut self.offsets, &mut self.lengths, &mut self.numbers];
        self.bytes += own.into_iter().map(Series::close).sum::<usize>();
        for column in &mut self.columns {
            self.bytes += column.close();
        }
        if self.bytes > self.most_bytes && self.level < 48 {
            self.thin();
        }
    }

    /// Keeps half of the rows, by chance.
    fn thin(&mut self) {
        self.level += 1;
        let mut keeps = Vec::with_capacity(self.n_kept);
        self.numbers.runs(|_, cells| keeps.extend(cells.iter().map(|cell| self.keeps(f64::from_bits(*cell) as u64))));
        let run = self.run;
        let mut bytes = 0;
        let own = [&mut self.offsets, &mut self.lengths, &mut self.numbers];
        for series in own.into_iter().chain(self.columns.iter_mut().map(|column| &mut column.cells)) {
            let (thin, taken) = series.thinned(&keeps, run);
            *series = thin;
            bytes += taken;
        }
        self.columns.iter_mut().for_each(|column| column.n_counted = column.cells.n_open());
        self.bytes = bytes;
        self.n_kept = keeps.iter().filter(|keeps| **keeps).count();
    }

    /// True if the row with this number is among those kept: one in 2^level, by a mix of seed and number.
    #[inline]
    fn keeps(&self, number: u64) -> bool {
        if self.level == 0 {
            return true;
        }
        // The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
        let mixed =
            number.wrapping_add(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) >> (64 - self.level) == 0
    }

    /// What the table is.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Rows read.
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Rows kept, with places 0 to one less in the order of the file.
    pub fn len(&self) -> usize {
        self.n_kept
    }

    /// True if no row is kept.
    pub fn is_empty(&self) -> bool {
        self.n_kept == 0
    }

    /// True if only a sample of the rows is kept.
    pub fn is_sampled(&self) -> bool {
        self.level > 0
    }

    /// The seed of the sample.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Bytes of the packed runs.
    pub fn packed_bytes(&self) -> usize {
        self.bytes
    }

    /// Columns with more texts than are kept.
    pub fn n_full(&self) -> usize {
        let n = self.columns.iter().filter(|column| column.has_more_texts()).count();
        if self.is_whole() { n } else { self.n_full }
    }

    /// A column.
    pub fn column(&self, column: usize) -> Option<&Kept> {
        self.columns.get(column)
    }

    /// The cell of a kept row.
    pub fn cell(&self, column: usize, row: usize) -> u64 {
        self.columns.get(column).and_then(|kept| kept.cells.get(row, self.run)).unwrap_or(MISSING)
    }

    /// The bytes of a text cell.
    pub fn text(&self, column: usize, cell: u64) -> Option<&[u8]> {
        self.columns.get(column)?.texts.get(cell::code(cell)?)
    }

    /// The number that a kept row has in the file, from 0.
    pub fn number(&self, row: usize) -> Option<u64> {
        self.numbers.get(row, self.run).map(|cell| f64::from_bits(cell) as u64)
    }

    /// Where a kept row stands in the file.
    pub fn place(&self, row: usize) -> Option<Place> {
        let offset = f64::from_bits(self.offsets.get(row, self.run)?) as u64;
        Some(Place { offset, length: f64::from_bits(self.lengths.get(row, self.run)?) as u32 })
    }

    /// The numbers that the kept rows have in the file, in order.
    pub fn numbers(&self) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(self.n_kept);
        self.numbers.runs(|_, cells| numbers.extend(cells.iter().map(|cell| f64::from_bits(*cell) as u64)));
        numbers
    }
}

impl Kept {
    /// Packs and counts the open run; the bytes that it takes.
    fn close(&mut self) -> usize {
        let open = self.cells.open();
        let survey = Survey::of(open);
        match std::mem::take(&mut self.n_counted) {
            0 => self.totals.add_surveyed(open, &survey),
            n => self.totals.add_run(open.get(n..).unwrap_or_default()),
        }
        self.cells.close_surveyed(&survey)
    }

    /// Counts cells that are not kept, about a run of them at a time.
    fn pass(&mut self, cells: &[u64], run: usize) {
        self.passing.extend_from_slice(cells);
        if self.passing.len() >= run {
            self.totals.add_run(&self.passing);
            self.passing.clear();
        }
    }

    /// Totals over all rows.
    pub fn totals(&self) -> Totals {
        let mut totals = self.totals;
        totals.add_run(self.cells.open().get(self.n_counted..).unwrap_or_default());
        totals.add_run(&self.passing);
        totals
    }

    /// Hands the cells of all kept rows to `see`, run by run with the place of the first.
    pub fn runs(&self, see: impl FnMut(usize, &[u64])) {
        self.cells.runs(see);
    }

    /// Distinct texts, by code.
    pub fn text(&self, code: u32) -> Option<&[u8]> {
        self.texts.get(code)
    }

    /// Distinct texts kept.
    pub fn n_texts(&self) -> usize {
        self.texts.len()
    }

    /// True if there were more texts than are kept.
    pub fn has_more_texts(&self) -> bool {
        self.texts.is_full
    }
}

#[cfg(test)]
pub(crate) mod tests;
