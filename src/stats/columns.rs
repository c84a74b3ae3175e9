//! Derives from packed columns what is known of each: kinds, counts, figures, frequent values.

use super::rows::cell;
use super::rows::{Kept, RowStore, Totals};
use crate::model::format::text;
use crate::model::rows::{ColumnInfo, ColumnKind, Figures};

/// Most frequent values listed.
const MOST_TOP: usize = 12;
/// Bins of a histogram.
const BINS: usize = 24;

/// What a column's totals say of its values.
pub fn kind(column: &Kept) -> ColumnKind {
    let totals = column.totals();
    match (totals.numbers + totals.infinite, totals.texts) {
        (0, 0) => ColumnKind::Empty,
        (0, _) => ColumnKind::Text,
        (numbers, 0) if totals.times * 2 > numbers => ColumnKind::Time,
        (_, 0) if totals.is_whole && totals.infinite == 0 => ColumnKind::Integer,
        (_, 0) => ColumnKind::Number,
        _ => ColumnKind::Mixed,
    }
}

/// Everything about a column. Distinct, quantiles, top values and histogram look at `most` rows at most, evenly
/// spread; all else counts every row.
pub fn info(store: &RowStore, place: usize, most: usize) -> Option<ColumnInfo> {
    let (column, named) = (store.column(place)?, store.layout().columns.get(place)?);
    let totals = column.totals();
    let count = totals.numbers + totals.infinite + totals.texts;
    let stride = store.len().div_ceil(most.max(1)).max(1);
    let seen = see(column, stride);
    let (distinct, top) = frequent(column, &seen);
    let is_sampled = store.is_sampled() || stride > 1;
    let kind = kind(column);
    let named_top = top.into_iter().map(|(cell, n)| (words(store, place, kind, cell), n)).collect();
    Some(ColumnInfo {
        place: place as u32,
        name: named.name.clone(),
        role: named.role,
        is_label: store.layout().label == Some(place as u32),
        kind,
        count,
        missing: store.n_rows().saturating_sub(count),
        infinite: totals.infinite,
        distinct,
        is_distinct_least: is_sampled || column.has_more_texts(),
        numbers: figures(&totals, &seen.numbers),
        top: named_top,
        is_sampled,
    })
}

/// Finite numbers in ascending order, and how often each text comes, by code.
struct Seen {
    numbers: Vec<f64>,
    texts: Vec<u64>,
}

fn see(column: &Kept, stride: usize) -> Seen {
    let mut seen = Seen { numbers: Vec::new(), texts: vec![0; column.n_texts()] };
    column.runs(|start, cells| {
        let skip = (stride - start % stride) % stride;
        for cell in cells.iter().skip(skip).step_by(stride) {
            if let Some(count) = cell::code(*cell).and_then(|code| seen.texts.get_mut(code as usize)) {
                *count += 1;
            } else if let Some(number) = cell::as_number(*cell).filter(|number| number.is_finite()) {
                seen.numbers.push(number);
            }
        }
    });
    seen.numbers.sort_unstable_by(f64::total_cmp);
    seen
}

/// Distinct values, and the most frequent cells.
fn frequent(column: &Kept, seen: &Seen) -> (u64, Vec<(u64, u64)>) {
    let texts = (0..column.n_texts() as u32).zip(&seen.texts).filter(|(_, n)| **n > 0);
    let texts = texts.map(|(code, n)| (cell::text(code), *n));
    let runs = seen.numbers.chunk_by(|a, b| a == b);
    let numbers = runs.filter_map(|run| Some((run.first()?.to_bits(), run.len() as u64)));
    let mut distinct = 0;
    let mut top: Vec<(u64, u64)> = Vec::new();
    for (cell, n) in numbers.chain(texts) {
        distinct += 1;
        if top.len() < MOST_TOP || top.last().is_some_and(|(_, least)| n > *least) {
            let place = top.partition_point(|(_, other)| *other >= n);
            top.insert(place, (cell, n));
            top.truncate(MOST_TOP);
        }
    }
    // Where no value comes twice, none is frequent.
    if top.first().is_none_or(|(_, n)| *n < 2) {
        top.clear();
    }
    (distinct, top)
}

fn figures(totals: &Totals, sorted: &[f64]) -> Option<Figures> {
    if totals.numbers == 0 {
        return None;
    }
    let quantiles = Figures::SHARES.map(|share| {
        let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(place).copied().unwrap_or(totals.mean())
    });
    let width = (totals.max - totals.min) / BINS as f64;
    let mut histogram = vec![0; BINS];
    for number in sorted {
        let bin = if width > 0.0 { ((number - totals.min) / width) as usize } else { 0 };
        if let Some(count) = histogram.get_mut(bin.min(BINS - 1)) {
            *count += 1;
        }
    }
    Some(Figures {
        min: totals.min,
        max: totals.max,
        mean: totals.mean(),
        deviation: totals.deviation(),
        quantiles,
        histogram,
    })
}

/// A cell in words.
pub fn words(store: &RowStore, column: usize, kind: ColumnKind, cell: u64) -> String {
    match (cell::code(cell), cell::as_number(cell)) {
        (Some(_), _) => store.text(column, cell).map_or_else(|| "…".to_owned(), text::decode),
        (None, Some(number)) if kind == ColumnKind::Time => {
            crate::model::format::time::to_second((number * 1e9) as i64)
        }
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::CellValue;
    use crate::stats::rows::Place;
    use crate::stats::rows::tests::store;

    #[test]
    fn a_column_is_summed_up() {
        let mut store = store(&["n", "t"], usize::MAX);
        for i in 0..100 {
            let number = if i == 99 { CellValue::Number(f64::INFINITY) } else { CellValue::Number(f64::from(i % 10)) };
            let text = if i < 60 { CellValue::Text(0, 1) } else { CellValue::Missing };
            store.push(&[number, text], b"x", Place::default());
        }
        store.flush();
        let n = info(&store, 0, 1000).unwrap();
        assert_eq!((n.kind, n.count, n.missing, n.infinite, n.distinct), (ColumnKind::Number, 100, 0, 1, 10));
        let figures = n.numbers.unwrap();
        assert_eq!((figures.min, figures.max, figures.quantiles[3]), (0.0, 9.0, 4.0));
        assert!((figures.mean - 441.0 / 99.0).abs() < 1e-12);
        assert_eq!(figures.histogram.iter().sum::<u64>(), 99);
        assert_eq!(n.top[0].1, 10);
        let t = info(&store, 1, 1000).unwrap();
        assert_eq!((t.kind, t.count, t.missing, t.distinct), (ColumnKind::Text, 60, 40, 1));
        assert_eq!(t.top, [("x".to_owned(), 60)]);
        assert!(info(&store, 0, 10).unwrap().is_sampled);
    }
}
