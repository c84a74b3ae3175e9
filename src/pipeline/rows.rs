//! Takes the rows of a table: keeps them, or only counts them while a [`RowKeeper`] elsewhere keeps them.

use super::PipelineOptions;
use crate::model::rows::{Layout, RowKind};
use crate::read::table::{Options, Part, TableRow};
use crate::read::{Inputs, Record};
use crate::settings::Settings;
use crate::stats::rows::{Place, RowBlock, RowStore};

/// The rows of a table, if the file is one.
pub(super) struct RowTable {
    /// Once the layout is known. Those that somebody else keeps have no columns here, and are only counted.
    rows: Option<RowStore>,
    most_bytes: usize,
    seed: u64,
}

impl RowTable {
    /// With the memory and the seed that the settings say.
    pub fn new(options: &PipelineOptions<'_>) -> RowTable {
        RowTable { rows: None, most_bytes: options.most_row_bytes(), seed: options.seed() }
    }

    /// Takes the layout; it comes before the first row, and again when columns are added.
    pub fn set_layout(&mut self, layout: &Layout) {
        let (most_bytes, seed) = (self.most_bytes, self.seed);
        let rows = self.rows.get_or_insert_with(|| RowStore::new(most_bytes, seed));
        let is_elsewhere = !rows.is_whole();
        rows.set_layout(layout);
        if is_elsewhere {
            rows.forget();
        }
    }

    /// Takes a row.
    #[inline]
    pub fn take(&mut self, row: &TableRow<'_>) {
        match &mut self.rows {
            Some(rows) if rows.is_whole() => {
                let place = Place { offset: row.offset, length: row.length };
                rows.push(row.values, row.bytes, place);
            }
            Some(rows) => rows.count(),
            None => {}
        }
    }

    /// All rows that were kept so far can be seen.
    pub fn flush(&mut self) {
        if let Some(rows) = self.rows.as_mut().filter(|rows| rows.is_whole()) {
            rows.flush();
        }
    }

    /// The rows.
    pub fn rows(&self) -> Option<&RowStore> {
        self.rows.as_ref()
    }

    /// True if rows become flows or packets.
    pub fn has_content(&self) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.layout().kind != RowKind::Rows)
    }

    /// From here on rows are only counted, and those so far are forgotten.
    pub fn leave(&mut self) {
        if let Some(rows) = &mut self.rows {
            rows.forget();
        }
    }

    /// Takes a block of what was kept elsewhere; true once that was the last one.
    pub fn put(&mut self, block: RowBlock) -> bool {
        let Some(rows) = self.rows.as_mut().filter(|rows| !rows.is_whole()) else { return true };
        rows.put(block);
        rows.is_whole()
    }
}

/// Keeps the rows of a table and nothing else, while a [`Pipeline`](super::Pipeline) that is fed the same bytes takes
/// them for flows or packets: the work of two threads that share no memory.
pub struct RowKeeper {
    inputs: Inputs,
    table: RowTable,
}

impl RowKeeper {
    /// For one file without a name, which is a table.
    pub fn new(settings: &Settings) -> RowKeeper {
        RowKeeper::for_file(settings, "")
    }

    /// For one file of this name, which is a table.
    pub fn for_file(settings: &Settings, name: &str) -> RowKeeper {
        let options = PipelineOptions::for_file(settings, name, 0);
        let table_options = Options { part: Part::Cells, ..options.table() };
        RowKeeper { inputs: Inputs::new(1, table_options), table: RowTable::new(&options) }
    }

    /// Takes the next bytes of the file; any slicing gives the same rows.
    pub fn feed(&mut self, bytes: &[u8]) {
        let RowKeeper { inputs, table } = self;
        let mut rest = bytes;
        while !rest.is_empty() {
            // What is refused here is refused there too, and said there.
            let Ok(n) = inputs.step(rest, &mut |_, _| (), &mut |record| take(record, table)) else { return };
            rest = rest.get(n..).unwrap_or(&[]);
        }
        table.flush();
    }

    /// The file has ended, or the rest of it will not come; the rows, in blocks.
    pub fn end(mut self, is_stopped: bool) -> impl Iterator<Item = RowBlock> {
        let RowKeeper { inputs, table } = &mut self;
        if is_stopped {
            inputs.give_up();
        }
        // As above.
        let _ = inputs.end(&mut |_, _| (), &mut |record| take(record, table));
        self.table.rows.into_iter().flat_map(RowStore::into_pieces)
    }
}

fn take(record: Record<'_>, table: &mut RowTable) {
    match record {
        Record::Layout(layout) => table.set_layout(layout),
        Record::Row(row) => table.take(&row),
        Record::Packet(_) => {}
    }
}
