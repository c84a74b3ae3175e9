//! What is known of the columns of a table, for a list and for one of them in full.

use crate::model::listing::Page;
use crate::model::rows::ColumnInfo;
use crate::pipeline::Pipeline;
use crate::protocol::Filter;
use crate::stats::columns;

/// Rows looked at for each line of the list: a window of many columns must come at once.
const MOST_ROWS_LISTED: usize = 1 << 14;
/// Rows looked at for one column in full: sorting so many takes about a second.
const MOST_ROWS: usize = 4 << 20;

/// A window of the list of columns whose names contain the words of the filter.
pub(super) fn page(pipeline: &Pipeline, filter: &Filter, offset: u64, count: u32) -> Page<ColumnInfo> {
    let Some(store) = pipeline.rows() else { return Page { total: 0, offset, rows: Vec::new() } };
    let words: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
    let fits = |name: &str| words.iter().all(|word| name.to_lowercase().contains(word.as_str()));
    let named = store.layout().columns.iter().enumerate().filter(|(_, column)| fits(&column.name));
    let places: Vec<usize> = named.map(|(place, _)| place).collect();
    let window = places.iter().skip(offset as usize).take(count as usize);
    let rows = window.filter_map(|place| columns::info(store, *place, MOST_ROWS_LISTED)).collect();
    Page { total: places.len() as u64, offset, rows }
}

/// A column in full.
pub(super) fn column(pipeline: &Pipeline, place: u32) -> Option<ColumnInfo> {
    columns::info(pipeline.rows()?, place as usize, MOST_ROWS)
}
