//! Reads the cells of a row again, from its bytes in the file.

use super::carried::{self, Carrier};
use super::cells::{self, Delimiter};
use super::format::CellFormats;
use super::in_words;
use super::json::{self, Keys};
use super::lines::LineFormat;
use crate::model::format::text;
use std::sync::Arc;

/// Reads cells again. Small and apart from the reader of the table, so that it can be kept.
#[derive(Clone, Debug)]
pub struct CellReader {
    /// The columns of a table whose rows name their cells; none where their order tells.
    pub(super) names: Option<Vec<String>>,
    pub(super) delimiter: Delimiter,
    /// Names of the cells of all rows, where they stand in that order.
    pub(super) declared: Vec<String>,
    /// How lines are read.
    pub(super) lines: Option<LineFormat>,
    /// Where rows carry the records that are read.
    pub(super) carrier: Option<Carrier>,
    /// Rows that were made of the file, where they do not stand in it.
    pub(super) own: Option<Arc<[u8]>>,
}

impl CellReader {
    /// The bytes of a row, where they do not stand in the file.
    pub fn own(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.own.as_ref()?.get(start..start.checked_add(length)?)
    }

    /// Reads rows one after the other.
    pub fn rows(&self) -> RowCells<'_> {
        RowCells { table: self, keys: Keys::of(self.names.as_deref().unwrap_or_default()) }
    }
}

/// Reads the cells of rows; where the columns stand is looked up once for all of them.
pub struct RowCells<'a> {
    table: &'a CellReader,
    keys: Keys,
}

impl RowCells<'_> {
    /// The cells of a row, in the order of the columns; empty where the row has none.
    pub fn cells(&mut self, row: &[u8]) -> Vec<String> {
        let RowCells { table, keys } = self;
        let Some(names) = &table.names else {
            return cells::texts(row, table.delimiter).iter().map(|cell| text::decode(cell)).collect();
        };
        let (carried, time) = table.carrier.as_ref().map(|carrier| carrier.record(row)).unzip();
        let row = carried.as_deref().unwrap_or(row);
        if let Some(format) = &table.lines {
            let mut cells = vec![String::new(); names.len()];
            keys.begin();
            let mut add = |name: &str, cell: &[u8]| {
                if let Some(slot) = keys.place(name).and_then(|place| cells.get_mut(place)) {
                    *slot = text::decode(cell);
                }
            };
            time.iter().for_each(|time| add(carried::TIME, time));
            (format.read)(row, &table.declared, &mut add);
            return cells;
        }
        let (mut values, mut room) = Default::default();
        json::element(row, &table.declared, keys, &CellFormats::texts(), &mut values, &mut room);
        values.into_iter().map(|value| in_words::value(value, &room)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::issue::IssueLog;
    use crate::read::Record;
    use crate::read::table::{Options, TableReader};

    #[test]
    fn cells_stand_under_their_columns_whatever_is_nested_or_named_twice() {
        let document = r#"{"columns":["a","b","c","c"],"data":[[1,{"x":5,"y":6},"z","w"],[2,{"y":7},"v"]]}"#;
        let (mut reader, mut issues, mut places) =
            (TableReader::new(Options::default()), IssueLog::default(), Vec::new());
        let mut sink = |record: Record<'_>| {
            if let Record::Row(row) = record {
                places.push((row.offset as usize, row.length as usize));
            }
        };
        reader.feed(document.as_bytes(), 0, &mut issues, &mut sink).unwrap();
        reader.end(&mut issues, &mut sink).unwrap();
        let columns: Vec<&str> = reader.layout().unwrap().columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["a", "b.x", "b.y", "c"]);
        let cells = reader.cell_reader().unwrap();
        let mut rows = cells.rows();
        let shown = places.iter().map(|(at, length)| rows.cells(&document.as_bytes()[*at..at + length]));
        assert_eq!(shown.collect::<Vec<_>>(), [["1", "5", "6", "w"], ["2", "", "7", "v"]]);
    }
}
