//! The columns of numbers of a table, or the features of flows, to the rank correlation (Spearman's) of each pair.
//!
//! Ranks, because traffic spans many powers of ten: one long flow would decide Pearson's. Of more rows or flows than [`MOST_ROWS`]
//! one in so many is taken; one without a number counts in no pair of that column.

use super::catalogue::{CORRELATION, Columns, headings};
use super::sources::{Selected, Sources};
use super::turn::Turn;
use crate::flow::features::column::{Column, Value};
use crate::flow::features::columns;
use crate::flow::features::figures::Figures;
use crate::model::explore::{Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead, Question, Term};
use crate::model::format::quantity::count;
use crate::stats::rows::cell;

/// Rows or flows that are compared, at most.
const MOST_ROWS: usize = 20_000;
/// Columns or features that are compared, at most: the first.
const MOST_COLUMNS: usize = 30;
/// Fewer rows say nothing.
const FEWEST_ROWS: usize = 3;
/// Features of flows that are names, not amounts.
const NO_AMOUNTS: [&str; 3] = ["Src Port", "Dst Port", "Protocol"];

/// Columns with their numbers, of the same rows or flows each.
struct Compared {
    columns: Vec<(String, Vec<Option<f64>>)>,
    /// Columns that there are.
    n_columns: usize,
    /// One row or flow in so many is taken.
    step: usize,
    /// What is taken, and what is compared of it.
    words: (&'static str, &'static str),
}

/// True if a question asks for it.
pub fn is_asked(question: &Question) -> bool {
    question.measures.iter().any(|term| term.id == CORRELATION)
}

/// The rank correlation of each pair of columns, from -1 to 1; none where one of the two never changes.
///
/// # Errors
/// If there are no two columns of numbers, or more is asked for.
pub async fn ask(
    sources: &Sources<'_>,
    selected: &Selected,
    question: &Question,
    turn: &Turn<'_>,
) -> Result<Answer, String> {
    if !question.by.is_empty() || question.measures.len() > 1 {
        return Err(format!("{CORRELATION} is of all columns: it takes no dimension and no further measure"));
    }
    let compared = match sources.rows {
        Some(_) => of_rows(sources, selected),
        None => of_flows(sources, selected),
    };
    let Compared { columns, n_columns, step, words: (things, what) } = compared;
    if columns.len() < 2 {
        return Err(format!("{CORRELATION} is of {what}, and fewer than two are there"));
    }
    let mut notes = Vec::new();
    if step > 1 {
        let n = columns.first().map_or(0, |(_, values)| values.len());
        notes.push(format!("Compared are {} {things}, one in {}.", count(n as u64), count(step as u64)));
    }
    if n_columns > columns.len() {
        notes.push(format!("The first {} of {} {what} are compared.", columns.len(), count(n_columns as u64)));
    }
    let figures = each_with_each(&columns, turn).await;
    let value =
        |(at, name): (usize, &str)| AnswerValue { text: name.to_owned(), at: at as i64, ..AnswerValue::default() };
    let pairs = columns.iter().enumerate().flat_map(|one| columns.iter().enumerate().map(move |other| (one, other)));
    let row = |(((y, (name, _)), (x, (with, _))), figure): ((Named<'_>, Named<'_>), Option<f64>)| AnswerRow {
        values: vec![value((y, name)), value((x, with))],
        figures: vec![figure],
    };
    let table: Vec<AnswerRow> = pairs.zip(figures).map(row).collect();
    let head = |id: &str, label: &str| DimensionHead {
        term: Term::new(id),
        label: label.to_owned(),
        is_overlapping: true,
        has_data: true,
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

/// Place, name and numbers of a column.
type Named<'c> = (usize, &'c (String, Vec<Option<f64>>));

/// The correlations of all pairs, row by row. They are the same both ways.
async fn each_with_each(columns: &[(String, Vec<Option<f64>>)], turn: &Turn<'_>) -> Vec<Option<f64>> {
    let n = columns.len();
    // Where no number is missing the ranks are the same beside every other column.
    let whole = |values: &Vec<Option<f64>>| values.iter().copied().collect::<Option<Vec<f64>>>();
    let ranked: Vec<Option<Vec<f64>>> =
        columns.iter().map(|(_, values)| whole(values).map(|numbers| ranks(&numbers))).collect();
    let mut figures = vec![None; n * n];
    for (y, ((_, own), own_ranks)) in columns.iter().zip(&ranked).enumerate() {
        for (x, ((_, other), other_ranks)) in columns.iter().zip(&ranked).take(y + 1).enumerate() {
            let figure = match (own_ranks, other_ranks) {
                (Some(own), Some(other)) => of_ranks(own, other),
                _ => spearman(own, other),
            };
            for place in [y * n + x, x * n + y] {
                if let Some(slot) = figures.get_mut(place) {
                    *slot = figure;
                }
            }
        }
        turn.give().await;
    }
    figures
}

/// The columns of numbers of a table.
fn of_rows(sources: &Sources<'_>, selected: &Selected) -> Compared {
    let words = ("rows", "columns of numbers");
    let Some(rows) = sources.rows else { return Compared { columns: Vec::new(), n_columns: 0, step: 1, words } };
    let all: Vec<&str> = headings(sources, Columns::Numeric).collect();
    let (taken, step) = some(&selected_rows(sources, selected));
    let column = |name: &&str| {
        let place = rows.layout().columns.iter().position(|column| column.name == **name)?;
        let number = |row: &usize| cell::as_number(rows.cell(place, *row)).filter(|number| number.is_finite());
        Some(((*name).to_owned(), taken.iter().map(number).collect()))
    };
    let columns = all.iter().take(MOST_COLUMNS).filter_map(column).collect();
    Compared { columns, n_columns: all.len(), step, words }
}

/// The features of flows that differ from flow to flow: the columns of numbers of a flow CSV.
fn of_flows(sources: &Sources<'_>, selected: &Selected) -> Compared {
    let is_meant = |(place, (_, flow)): &(usize, (u32, &crate::model::Flow))| {
        selected.has_time(flow.first_ns) && selected.has_flow(Some(*place))
    };
    let all: Vec<u32> = sources.flows.iter().enumerate().filter(is_meant).map(|(_, (serial, _))| serial).collect();
    let (taken, step) = some(&all);
    let flows = taken.iter().filter_map(|serial| sources.flows.get(*serial));
    let figures: Vec<Figures> = flows.map(Figures::from).collect();
    let column = |column: &Column<Figures>| {
        let Value::Number(number) = &column.value else { return None };
        let value = |flow: &Figures| flow.known.has(column.needs).then(|| number(flow)).filter(|n| n.is_finite());
        let values: Vec<Option<f64>> = figures.iter().map(value).collect();
        let first = values.iter().flatten().next()?;
        let differs = values.iter().flatten().any(|other| other != first);
        (differs && !NO_AMOUNTS.contains(&column.name.as_str())).then(|| (column.name.clone(), values))
    };
    let mut columns: Vec<_> = columns::ALL.iter().filter_map(column).collect();
    let n_columns = columns.len();
    columns.truncate(MOST_COLUMNS);
    Compared { columns, n_columns, step, words: ("flows", "features of flows that differ") }
}

/// One in so many, if there are too many, and in how many that is.
fn some<Place: Copy>(all: &[Place]) -> (Vec<Place>, usize) {
    let step = all.len().div_ceil(MOST_ROWS).max(1);
    (all.iter().step_by(step).copied().collect(), step)
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
    let (a, b): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    of_ranks(&ranks(&a), &ranks(&b))
}

/// The correlation of two lists of ranks.
fn of_ranks(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < FEWEST_ROWS {
        return None;
    }
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let sum = |one: &[f64], other: &[f64]| -> f64 { one.iter().zip(other).map(|(x, y)| (x - mean) * (y - mean)).sum() };
    let spread = (sum(a, a) * sum(b, b)).sqrt();
    (spread > 0.0).then(|| (sum(a, b) / spread * 100.0).round() / 100.0)
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
        let columns = [up, steep, vec![None, Some(1.0), Some(2.0), Some(0.0)]].map(|values| (String::new(), values));
        let all = crate::explore::turn::whole(each_with_each(&columns, &Turn::NEVER));
        let gone = spearman(&columns[0].1, &columns[2].1);
        assert_eq!(all[..6], [Some(1.0), Some(1.0), gone, Some(1.0), Some(1.0), gone]);
        assert_eq!((all[6], all[7], all[8]), (gone, gone, Some(1.0)));
    }
}
