//! A row of a table as a row of the grid: its number, its score, and the cells of the columns in sight.

use crate::model::format::quantity;
use crate::model::rows::DataRow;
use crate::protocol::{Cells, RowSort};
use crate::web::page::parts::grid::{Column, Row, Texts, Wanted};
use crate::web::page::parts::text::{Times, plain, score};
use std::borrow::Cow;
use yew::AttrValue;

/// Columns in sight at a time.
pub const N_COLUMNS: u32 = 24;

/// The columns in sight.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnWindow {
    /// Place of the first, from 0.
    pub first: u32,
    /// Their names.
    pub names: Vec<AttrValue>,
}

impl From<ColumnWindow> for Cells {
    fn from(window: ColumnWindow) -> Cells {
        Cells { first_column: window.first, n_columns: N_COLUMNS }
    }
}

impl Row for DataRow {
    type Beside = ColumnWindow;
    const LABEL: &'static str = "Rows";
    const NOUNS: (&'static str, &'static str) = ("row", "rows");
    const CLASS: &'static str = "rows-grid";
    type Look = ();
    const IS_ARRANGED: bool = true;
    const COLUMNS: &'static [Column<RowSort>] = &[
        Column {
            label: AttrValue::Static("Row"),
            sort: Some(RowSort::Number),
            is_number: true,
            texts: Texts::Ours,
            width: "6rem",
            is_hidden: false,
        },
        Column {
            label: AttrValue::Static("Anomaly"),
            sort: Some(RowSort::Score),
            is_number: true,
            texts: Texts::Ours,
            width: "5.5rem",
            is_hidden: false,
        },
    ];

    fn columns(wanted: &Wanted<Self>) -> Cow<'static, [Column<RowSort>]> {
        let ColumnWindow { first, names } = &wanted.beside;
        let own = (*first..).zip(names).map(|(place, name)| Column {
            label: name.clone(),
            sort: Some(RowSort::Column(place)),
            is_number: false,
            texts: Texts::File,
            width: "9rem",
            is_hidden: false,
        });
        Cow::Owned(Self::COLUMNS.iter().cloned().chain(own).collect())
    }

    fn key(&self) -> u64 {
        self.number
    }

    fn cells(&self, _times: Times, (): &()) -> Vec<String> {
        let own = [quantity::count(self.number + 1), score(self.score)];
        own.into_iter().chain(self.cells.iter().map(|cell| plain(cell))).collect()
    }
}
