//! The bytes of a row that are read again to its cells as they stand in the file.

use super::cells::{self, Delimiter};
use super::format::CellFormats;
use super::lines::LineFormat;
use super::{in_words, json};
use crate::model::format::text;
use std::sync::Arc;

/// Reads cells again. Small and apart from the reader of the table, so that it can be kept.
#[derive(Clone, Debug)]
pub struct CellReader {
    /// The columns of a table whose rows name their cells; none where their order tells.
    pub(super) names: Option<Vec<String>>,
    pub(super) delimiter: Delimiter,
    /// How lines are read, and the names that stand in the file for all of them.
    pub(super) lines: Option<(LineFormat, Vec<String>)>,
    /// Rows that were made of the file, where they do not stand in it.
    pub(super) own: Option<Arc<[u8]>>,
}

impl CellReader {
    /// The bytes of a row, where they do not stand in the file.
    pub fn own(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.own.as_ref()?.get(start..start.checked_add(length)?)
    }

    /// The cells of a row, in the order of the columns; empty where the row has none.
    pub fn cells(&self, row: &[u8]) -> Vec<String> {
        let Some(names) = &self.names else {
            return cells::texts(row, self.delimiter).iter().map(|cell| text::decode(cell)).collect();
        };
        if let Some((format, declared)) = &self.lines {
            let mut cells = vec![String::new(); names.len()];
            (format.read)(row, declared, &mut |name, cell| {
                let place = names.iter().position(|known| known == name);
                if let Some(slot) = place.and_then(|place| cells.get_mut(place)) {
                    *slot = text::decode(cell);
                }
            });
            return cells;
        }
        let (mut keys, mut values, mut room) = Default::default();
        json::element(row, names, &mut keys, &CellFormats::texts(), &mut values, &mut room);
        let cell = |name: &String| {
            let place = keys.names.iter().position(|other| other == name);
            let value = place.and_then(|place| values.get(place));
            value.map_or(String::new(), |value| in_words::value(*value, &room))
        };
        names.iter().map(cell).collect()
    }
}
