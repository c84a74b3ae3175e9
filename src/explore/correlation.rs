//! The columns of numbers of a table to how much each goes with each other: Spearman's rank correlation.
//!
//! Ranks, because traffic spans many powers of ten: one long flow would decide Pearson's. Of more rows than [`MOST_ROWS`] one in
//! so many is taken; a cell without a number counts in no pair.

use super::catalogue::{CORRELATION, names};
use super::sources::{Selected, Sources};
use crate::model::explore::{Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead, Question, Term};
use crate::model::format::quantity::count;
use crate::stats::rows::cell;

/// Rows that are compared, at most.
const MOST_ROWS: usize = 20_000;
/// Columns that are compared, at most: the first.
const MOST_COLUMNS: usize = 30;
/// Fewer rows say nothing.
const FEWEST_ROWS: usize = 3;

/// True if a question asks for it.
pub fn is_asked(question: &Question) -> bool {
    question.measures.iter().any(|term| term.id == CORRELATION)
}

/// How much each column goes with each other, from -1 to 1; nothing where one of the two never changes.
///
/// # Errors
/// If there are no two columns of numbers, or more is asked for.
pub fn ask(sources: &Sources<'_>, selected: &Selected, question: &Question) -> Result<Answer, String> {
    if !question.by.is_empty() || question.measures.len() > 1 {
        return Err(format!(
            "{CORRELATION} is of all columns of numbers: it takes no dimension and no further measure"
        ));
    }
    let rows = sources.rows.ok_or_else(|| format!("{CORRELATION} is of tables, and this is a capture"))?;
    let all: Vec<&str> = names(sources, true).collect();
    if all.len() < 2 {
        return Err(format!("{CORRELATION} is of columns of numbers, and this table has fewer than two"));
    }
    let meant = selected_rows(sources, selected);
    let step = meant.len().div_ceil(MOST_ROWS).max(1);
    let taken: Vec<usize> = meant.iter().step_by(step).copied().collect();
    let columns: Vec<(&str, Vec<Option<f64>>)> = all
        .iter()
        .take(MOST_COLUMNS)
        .filter_map(|name| {
            let place = rows.layout().columns.iter().position(|column| column.name == *name)?;
            let number = |row: &usize| cell::as_number(rows.cell(place, *row)).filter(|number| number.is_finite());
            Some((*name, taken.iter().map(number).collect()))
        })
        .collect();
    let mut notes = Vec::new();
    if step > 1 {
        notes.push(format!("Compared are {} rows, one in {}.", count(taken.len() as u64), count(step as u64)));
    }
    if all.len() > columns.len() {
        notes.push(format!(
            "The first {} of {} columns of numbers are compared.",
            columns.len(),
            count(all.len() as u64)
        ));
    }
    let value =
        |(at, name): (usize, &str)| AnswerValue { text: name.to_owned(), at: at as i64, ..AnswerValue::default() };
    let pair = |(y, (name, own)): (usize, &(&str, Vec<Option<f64>>)),
                (x, (with, other)): (usize, &(&str, Vec<Option<f64>>))| {
        AnswerRow { values: vec![value((y, name)), value((x, with))], figures: vec![spearman(own, other)] }
    };
    let table: Vec<AnswerRow> = columns
        .iter()
        .enumerate()
        .flat_map(|one| columns.iter().enumerate().map(move |other| pair(one, other)))
        .collect();
    let head = |id: &str, label: &str| DimensionHead {
        term: Term::new(id),
        label: label.to_owned(),
        is_overlapping: true,
        ..DimensionHead::default()
    };
    Ok(Answer {
        dimensions: vec![head("column", "Column"), head("with", "With column")],
        measures: vec![MeasureHead {
            term: Term::new(CORRELATION),
            label: "Rank correlation".to_owned(),
            ..MeasureHead::default()
        }],
        n_rows: table.len() as u64,
        rows: table,
        total: vec![None],
        others: Vec::new(),
        notes,
    })
}

/// Places of the rows that are selected.
fn selected_rows(sources: &Sources<'_>, selected: &Selected) -> Vec<usize> {
    let n = sources.rows.map_or(0, |rows| rows.len());
    let flows = (sources.flows_of_rows)();
    let is_meant = |row: &usize| {
        let serial = flows.get(*row).copied().flatten();
        let time_ns = serial.and_then(|serial| sources.flows.get(serial)).map(|flow| flow.first_ns);
        let is_in_time = selected.is_any_time() || time_ns.is_some_and(|ns| selected.has_time(ns));
        is_in_time
            && match &selected.rows {
                Some(rows) => rows.get(*row).copied().unwrap_or(false),
                None => selected.flows.is_none() || selected.has_flow(serial.and_then(|serial| sources.place(serial))),
            }
    };
    (0..n).filter(is_meant).collect()
}

/// Spearman's correlation of the rows that have both numbers, to two digits; none if one never changes.
fn spearman(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let both: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    if both.len() < FEWEST_ROWS {
        return None;
    }
    let (a, b): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    let (a, b) = (ranks(&a), ranks(&b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let sum = |one: &[f64], other: &[f64]| -> f64 { one.iter().zip(other).map(|(x, y)| (x - mean) * (y - mean)).sum() };
    let spread = (sum(&a, &a) * sum(&b, &b)).sqrt();
    (spread > 0.0).then(|| (sum(&a, &b) / spread * 100.0).round() / 100.0)
}

/// The rank of each value from 0; equal ones share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, u32)> = values.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for alike in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = below as f64 + (alike.len() as f64 - 1.0) / 2.0;
        below += alike.len();
        for (_, place) in alike {
            if let Some(slot) = ranks.get_mut(*place as usize) {
                *slot = rank;
            }
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rises_together_goes_together_however_steeply() {
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        let (up, steep) = (some(&[1.0, 2.0, 3.0, 4.0]), some(&[1.0, 10.0, 1e3, 1e9]));
        assert_eq!(spearman(&up, &steep), Some(1.0));
        assert_eq!(spearman(&up, &some(&[9.0, 7.0, 5.0, 1.0])), Some(-1.0));
        // scipy.stats.spearmanr([1, 2, 3, 4], [1, 3, 2, 4]) = 0.8
        assert_eq!(spearman(&up, &some(&[1.0, 3.0, 2.0, 4.0])), Some(0.8));
        assert_eq!(spearman(&up, &some(&[5.0; 4])), None);
        assert_eq!(spearman(&up, &[None, Some(1.0), Some(2.0), None]), None);
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 0.0]), [2.5, 1.0, 2.5, 0.0]);
    }
}
