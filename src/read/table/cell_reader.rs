//! The bytes of a row that are read again to its cells as they stand in the file.

use super::cells::{self, Delimiter};
use super::format::CellFormats;
use super::{in_words, json};
use crate::model::format::text;

/// Reads cells again. Small and apart from the reader of the table, so that it can be kept.
#[derive(Clone, Debug)]
pub struct CellReader {
    /// The columns of a table of JSON, whose objects name them; none where their order tells.
    pub(super) names: Option<Vec<String>>,
    pub(super) delimiter: Delimiter,
}

impl CellReader {
    /// The cells of a row, in the order of the columns; empty where the row has none.
    pub fn cells(&self, row: &[u8]) -> Vec<String> {
        let Some(names) = &self.names else {
            return cells::texts(row, self.delimiter).iter().map(|cell| text::decode(cell)).collect();
        };
        let (mut keys, mut values, mut room) = Default::default();
        let object = row.trim_ascii().strip_suffix(b",").unwrap_or(row);
        json::values(object, &mut keys, &CellFormats::texts(), &mut values, &mut room);
        let cell = |name: &String| {
            let place = keys.names.iter().position(|other| other == name);
            let value = place.and_then(|place| values.get(place));
            value.map_or(String::new(), |value| in_words::value(*value, &room))
        };
        names.iter().map(cell).collect()
    }
}
