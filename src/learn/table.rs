//! The rows of a table at rest to the columns that methods learn from.

use super::prepare::{Source, Values};
use crate::model::rows::ColumnKind;
use crate::stats::columns;
use crate::stats::label_columns::label_columns;
use crate::stats::rows::{RowStore, cell};

/// Kept rows as a source. Columns that say who, when or what a row was are not for learning.
pub struct TableRows<'a> {
    rows: &'a RowStore,
    is_label: Vec<bool>,
}

impl<'a> TableRows<'a> {
    /// Of kept rows.
    pub fn new(rows: &'a RowStore) -> TableRows<'a> {
        TableRows { rows, is_label: label_columns(rows).iter().map(Option::is_some).collect() }
    }
}

impl Source for TableRows<'_> {
    fn n_rows(&self) -> usize {
        self.rows.len()
    }

    fn n_columns(&self) -> usize {
        self.rows.layout().columns.len()
    }

    fn name(&self, column: usize) -> String {
        self.rows.layout().columns.get(column).map(|column| column.name.clone()).unwrap_or_default()
    }

    fn values(&self, column: usize) -> Values {
        let named = self.rows.layout().columns.get(column);
        let is_label = self.is_label.get(column).copied().unwrap_or(false);
        let is_feature = named.is_some_and(|named| named.role.is_feature()) && !is_label;
        let Some(kept) = self.rows.column(column).filter(|_| is_feature) else { return Values::NotForLearning };
        let kind = columns::kind(kept);
        let cells = || (0..self.rows.len()).map(|row| self.rows.cell(column, row));
        match kind {
            ColumnKind::Time => Values::NotForLearning,
            ColumnKind::Text => {
                let word = |code| columns::words(self.rows, column, ColumnKind::Text, cell::text(code));
                Values::Texts(cells().map(cell::code).collect(), (0..kept.n_texts() as u32).map(word).collect())
            }
            // A text among numbers is no number.
            _ => Values::Numbers(cells().map(|cell| cell::as_number(cell).unwrap_or(f64::NAN)).collect()),
        }
    }
}
