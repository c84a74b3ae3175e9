//! The rows of a table: selects them by the packed columns, and reads their cells from the file again.

use super::filter::tables;
use super::listing::{Places, QueryContext, Table};
use crate::filter::{self, CellCheck, CellWord, RowCondition};
use crate::model::Finding;
use crate::model::listing::FilterError;
use crate::model::rows::{ColumnKind, DataRow};
use crate::pipeline::Pipeline;
use crate::protocol::{Cells, Filter, RowSort, Window};
use crate::stats::columns;
use crate::stats::rows::{Place, RowStore, cell};

/// Rows that stand this close together in the file are read at once.
const MOST_SPAN_BYTES: u64 = 4 << 20;

/// Most cells of a row in one answer.
const MOST_CELLS: u32 = 64;

impl Table for DataRow {
    /// Places are those of the kept rows.
    async fn places(context: &mut QueryContext<'_>, window: &Window<RowSort>) -> Result<Places, FilterError> {
        let (pipeline, Window { filter, sort, is_descending, .. }) = (context.pipeline, window);
        let Some(store) = pipeline.rows() else { return Ok(Places::Some(Vec::new())) };
        if filter.passes_all() && *sort == RowSort::Number {
            return Ok(Places::All { n: store.len() as u64, is_descending: *is_descending });
        }
        // The scope of a table of flows is about its flows; that of any other table about its rows.
        let is_of_flows = !pipeline.has_rows_only();
        let mut passes = fitting(context, store, &if is_of_flows { filter.text.clone() } else { filter.whole_text() })?;
        by_flow(pipeline, store, context.finding(filter), filter, &mut passes);
        if is_of_flows && !filter.scope.passes_all() {
            let within =
                super::filter::flows(context, &Filter { scope: filter.scope.clone(), ..Filter::default() }).await?;
            for (passes, serial) in passes.iter_mut().zip(pipeline.flows_of_rows()) {
                *passes &= serial.is_some_and(|serial| within.binary_search(&serial).is_ok());
            }
        }
        let mut places: Vec<u32> = (0..).zip(passes).filter(|(_, passes)| *passes).map(|(place, _)| place).collect();
        let keys = match sort {
            RowSort::Number => Vec::new(),
            RowSort::Score => pipeline.row_scores().iter().map(|score| by_number(f64::from(*score))).collect(),
            RowSort::Column(column) => keys(store, *column as usize),
        };
        if !keys.is_empty() {
            places.sort_by_key(|place| keys.get(*place as usize).copied().unwrap_or(u64::MAX));
        }
        if *is_descending {
            places.reverse();
        }
        Ok(Places::Some(places))
    }

    fn rows(context: &mut QueryContext<'_>, places: &[u64], cells: Cells) -> Vec<DataRow> {
        let (pipeline, source) = (context.pipeline, &mut *context.source);
        let table = pipeline.inputs().first().and_then(|input| input.table.as_ref());
        let (Some(store), Some(table)) = (pipeline.rows(), table) else { return Vec::new() };
        let (first, n) = (cells.first_column as usize, cells.n_columns.min(MOST_CELLS) as usize);
        let known: Vec<(usize, Place)> =
            places.iter().filter_map(|row| Some((*row as usize, store.place(*row as usize)?))).collect();
        let start = known.iter().map(|(_, place)| place.offset).min().unwrap_or(0);
        let end = known.iter().map(|(_, place)| place.offset + u64::from(place.length)).max().unwrap_or(0);
        let block =
            if end - start <= MOST_SPAN_BYTES { source.read_at(0, start, (end - start) as usize) } else { None };
        let mut rows = table.rows();
        let given = known.into_iter().filter_map(|(row, place)| {
            let from = (place.offset - start) as usize;
            let own = table.own(place.offset, place.length as usize).map(<[u8]>::to_vec);
            let bytes = match &block {
                _ if own.is_some() => own,
                Some(block) => block.get(from..from + place.length as usize).map(<[u8]>::to_vec),
                None => source.read_at(0, place.offset, place.length as usize),
            };
            let cells = bytes.map_or_else(Vec::new, |bytes| rows.cells(&bytes));
            let score = pipeline.row_scores().get(row).copied().filter(|score| score.is_finite());
            Some(DataRow { number: store.number(row)?, cells: cells.into_iter().skip(first).take(n).collect(), score })
        });
        given.collect()
    }
}

/// Leaves the rows of one flow, or those that a finding means.
fn by_flow(pipeline: &Pipeline, store: &RowStore, finding: Option<&Finding>, filter: &Filter, passes: &mut [bool]) {
    if filter.flow.is_none() && filter.finding.is_none() {
        return;
    }
    let serials = pipeline.flows_of_rows();
    for (row, (passes, serial)) in passes.iter_mut().zip(serials).enumerate() {
        let is_of_flow = filter.flow.is_none_or(|flow| serial == Some(flow));
        let is_of_finding = filter.finding.is_none()
            || finding.is_some_and(|finding| {
                serial.is_some_and(|serial| finding.flow_serials.binary_search(&serial).is_ok())
                    || store.number(row).is_some_and(|number| finding.packet_indices.binary_search(&number).is_ok())
            });
        *passes &= is_of_flow && is_of_finding;
    }
}

/// For each kept row, whether it passes the text of a filter.
fn fitting(context: &QueryContext<'_>, store: &RowStore, text: &str) -> Result<Vec<bool>, FilterError> {
    let pipeline = context.pipeline;
    let columns: Vec<String> = store.layout().columns.iter().map(|column| column.name.clone()).collect();
    let compiled = filter::compile_for_rows(text, &columns)?;
    let refused = if pipeline.has_rows_only() { compiled.needs_flows() } else { compiled.needs_packets() };
    if let Some(error) = refused {
        return Err(error);
    }
    let tables = tables(pipeline, &context.analysis.findings, &compiled);
    let selection = compiled.over(&tables);
    let mut serials: Option<Vec<Option<u32>>> = None;
    Ok(compiled.marks(store.len(), &mut |condition| match condition {
        RowCondition::Column(column, check) => of_column(store, column, check),
        RowCondition::Score(check) => {
            let scores = pipeline.row_scores();
            let passes = |row: usize| {
                scores.get(row).is_some_and(|score| score.is_finite() && check.passes_number(f64::from(*score)))
            };
            (0..store.len()).map(passes).collect()
        }
        RowCondition::Flow(check) => {
            let serials = serials.get_or_insert_with(|| pipeline.flows_of_rows());
            let passes = |serial: &Option<u32>| {
                serial
                    .and_then(|serial| Some((serial, pipeline.flows().get(serial)?)))
                    .is_some_and(|(serial, flow)| check.passes(&selection, serial, flow))
            };
            serials.iter().map(passes).collect()
        }
        RowCondition::Word(word) => with_word(store, word),
    }))
}

fn of_column(store: &RowStore, column: usize, check: CellCheck<'_>) -> Vec<bool> {
    let mut fits = vec![false; store.len()];
    let texts = texts(store, column, |text| check.passes_text(text));
    let is_missing_fit = check.passes_text("");
    mark_rows(store, column, &mut fits, |own| match (cell::code(own), cell::as_number(own)) {
        (Some(code), _) => texts.get(code as usize).copied().unwrap_or(false),
        (None, Some(number)) => check.passes_number(number),
        (None, None) => is_missing_fit,
    });
    fits
}

fn with_word(store: &RowStore, word: CellWord<'_>) -> Vec<bool> {
    let mut fits = vec![false; store.len()];
    for column in 0..store.layout().columns.len() {
        let texts = texts(store, column, |text| word.is_in(text));
        mark_rows(store, column, &mut fits, |own| match (cell::code(own), cell::as_number(own)) {
            (Some(code), _) => texts.get(code as usize).copied().unwrap_or(false),
            (None, number) => number.is_some_and(|number| word.is_number(number)),
        });
    }
    fits
}

fn mark_rows(store: &RowStore, column: usize, marks: &mut [bool], fit: impl Fn(u64) -> bool) {
    let Some(kept) = store.column(column) else { return };
    kept.runs(|start, cells| {
        let own = marks.get_mut(start..).unwrap_or_default();
        own.iter_mut().zip(cells).for_each(|(mark, cell)| *mark |= fit(*cell));
    });
}

/// For each text of a column, by its code, whether it fits.
fn texts(store: &RowStore, column: usize, fit: impl Fn(&str) -> bool) -> Vec<bool> {
    let n = store.column(column).map_or(0, |kept| kept.n_texts()) as u32;
    (0..n).map(|code| fit(&columns::words(store, column, ColumnKind::Text, cell::text(code)))).collect()
}

/// One key a kept row: numbers in their order, then texts in theirs, then what is missing.
fn keys(store: &RowStore, column: usize) -> Vec<u64> {
    let Some(kept) = store.column(column) else { return Vec::new() };
    let mut order: Vec<u32> = (0..kept.n_texts() as u32).collect();
    order.sort_by(|a, b| kept.text(*a).cmp(&kept.text(*b)));
    let mut ranks = vec![0; order.len()];
    for (rank, code) in (0_u64..).zip(order) {
        if let Some(slot) = ranks.get_mut(code as usize) {
            *slot = rank;
        }
    }
    let mut keys = Vec::with_capacity(store.len());
    // Behind all numbers: no finite or infinite number has a key so large.
    const TEXTS: u64 = 0xfff8_0000_0000_0000;
    kept.runs(|_, cells| {
        keys.extend(cells.iter().map(|cell| match cell::code(*cell) {
            Some(code) => TEXTS + ranks.get(code as usize).copied().unwrap_or(u64::from(u32::MAX)),
            None => by_number(f64::from_bits(*cell)),
        }));
    });
    keys
}

/// Bits that are in the order of the numbers; what is none comes last.
fn by_number(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}
