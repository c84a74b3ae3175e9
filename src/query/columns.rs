//! The facts of a table's columns, for the list and for one column in full.

use super::listing::{Places, QueryContext, Table};
use crate::model::listing::FilterError;
use crate::model::rows::ColumnInfo;
use crate::pipeline::Pipeline;
use crate::protocol::Window;
use crate::stats::columns;

/// Rows looked at for each line of the list: a window of many columns must come at once.
const MOST_ROWS_LISTED: usize = 1 << 14;
/// Rows looked at for one column in full: sorting so many takes about a second.
const MOST_ROWS: usize = 4 << 20;

impl Table for ColumnInfo {
    /// The columns whose names contain the words of the filter.
    async fn places(context: &mut QueryContext<'_>, window: &Window<()>) -> Result<Places, FilterError> {
        let Some(store) = context.pipeline.rows() else { return Ok(Places::Some(Vec::new())) };
        let words: Vec<String> = window.filter.text.split_whitespace().map(str::to_lowercase).collect();
        let fits = |name: &str| words.iter().all(|word| name.to_lowercase().contains(word.as_str()));
        let named = (0..).zip(&store.layout().columns).filter(|(_, column)| fits(&column.name));
        Ok(Places::Some(named.map(|(place, _)| place).collect()))
    }

    fn rows(context: &mut QueryContext<'_>, places: &[u64], (): ()) -> Vec<ColumnInfo> {
        let Some(store) = context.pipeline.rows() else { return Vec::new() };
        places.iter().filter_map(|place| columns::info(store, *place as usize, MOST_ROWS_LISTED)).collect()
    }
}

/// A column in full.
pub(super) fn column(pipeline: &Pipeline, place: u32) -> Option<ColumnInfo> {
    columns::info(pipeline.rows()?, place as usize, MOST_ROWS)
}
