//! A question to its answer: what was gathered, in order, cut to the limit, in words.

use super::coded::Coded;
use super::correlation;
use super::gather::{Gathered, coded, gather};
use super::groups::{BEYOND, TOTAL};
use super::measure::{Fold, Value};
use super::order::{Row, arrange, by_keys, descending, keys, n_groups, ordering, rows};
use super::plan::{AskedDimension, AskedMeasure, Plan, plan};
use super::sources::{Selected, Sources};
use super::tally::NOWHERE;
use super::turn::Turn;
use super::words::{dimension_head, measure_head, notes, value};
use crate::maths::sorting::Arrange;
use crate::model::explore::{Answer, AnswerRow, Question, ValueKind};

/// Answers a question.
///
/// # Errors
/// What cannot be asked of this input, in a sentence.
pub async fn ask<'a>(
    sources: &'a Sources<'a>,
    selected: &Selected,
    question: &Question,
    turn: &Turn<'_>,
) -> Result<Answer, String> {
    if correlation::is_asked(question) {
        return correlation::ask(sources, selected, question, turn).await;
    }
    let Plan { dimensions, measures } = plan(sources, selected, question)?;
    let mut coded = coded((sources, selected), &dimensions, &measures, turn).await;
    let only = only((sources, selected), (&dimensions, &mut coded), &measures, turn).await;
    // Only what the rows are ordered by is needed of all of them.
    let has_limit = question.limit.is_some() && !dimensions.is_empty();
    let waits = |(nth, of)| has_limit && nth != ordering(question.order) && takes_room(of);
    let is_late: Vec<bool> = measures.iter().enumerate().map(waits).collect();
    let mut gathered = gather((sources, selected), (&dimensions, &mut coded), (&measures, &is_late), only, turn).await;
    let mut notes = notes(sources, &gathered, &measures);
    let mut rows = rows(&gathered);
    let n_rows = rows.len();
    let kept = question.limit.map_or(n_rows, |limit| n_rows.min(limit as usize));
    arrange(&mut rows, kept, &gathered, question.order);
    let left_out = rows.split_off(kept);
    let n_groups = n_groups(n_rows);
    let is_cut = !left_out.is_empty() || gathered.groups.n_beyond > 0;
    let is_overlapping = dimensions.iter().any(|dimension| dimension.entry.is_overlapping);
    if gathered.is_late.contains(&true) {
        let rest = if is_cut && !is_overlapping { BEYOND } else { NOWHERE };
        let places = places(&rows, (LATE_ROW, rest), n_groups);
        gathered.later((sources, selected), &measures, &places, turn).await;
    }
    let others = match is_overlapping {
        _ if !is_cut => Vec::new(),
        true => {
            notes.push("What the limit leaves out cannot be added up: the rows overlap.".to_owned());
            vec![None; measures.len()]
        }
        false => taken_together(&gathered, &left_out, n_groups),
    };
    let figures = Figures::of(&gathered, &rows, n_groups);
    let shown = rows.iter().map(|row| AnswerRow {
        values: keys(&gathered.splits, row).zip(&dimensions).map(|(key, dimension)| value(key, dimension)).collect(),
        figures: figures.of_group(row.group),
    });
    Ok(Answer {
        dimensions: dimensions.iter().map(dimension_head).collect(),
        measures: measures.iter().zip(&gathered.tallies).map(measure_head).collect(),
        rows: shown.collect(),
        total: figures.of_group(TOTAL),
        n_rows: n_rows as u64,
        others,
        notes,
    })
}

/// The first row of what is added up for rows alone: before it come all together, and what is beyond them.
const LATE_ROW: u32 = 2;

/// True if a measure keeps more than a number for each group, and is added up from flows: better for few groups.
fn takes_room(measure: &AskedMeasure<'_>) -> bool {
    match measure.entry.value {
        Value::Distinct(_) | Value::Delays(_) => true,
        Value::Flow(_) => matches!(measure.entry.fold, Fold::Quantile(_)),
        Value::Packet(..) | Value::Row(_) => false,
    }
}

/// The groups of rows but that of all together.
fn shown_groups(rows: &[Row]) -> impl Iterator<Item = u32> {
    rows.iter().map(|row| row.group).filter(|group| *group != TOTAL)
}

/// For each group the place of its row, counted from `first`; `rest` for one without.
fn places(rows: &[Row], (first, rest): (u32, u32), n_groups: usize) -> Vec<u32> {
    let mut places = vec![rest; n_groups];
    for (place, group) in (first..).zip(shown_groups(rows)) {
        if let Some(slot) = places.get_mut(group as usize) {
            *slot = place;
        }
    }
    places
}

/// The figures of what the limit leaves out and of what is beyond the groups, as one row.
fn taken_together(gathered: &Gathered<'_, '_>, left_out: &[Row], n_groups: usize) -> Vec<Option<f64>> {
    let mut places = vec![NOWHERE; n_groups];
    let beyond = if gathered.groups.n_beyond > 0 { vec![BEYOND] } else { Vec::new() };
    for group in left_out.iter().map(|row| row.group).chain(beyond) {
        if let Some(slot) = places.get_mut(group as usize) {
            *slot = 0;
        }
    }
    gathered.figures((&places, &[NOWHERE, 0]), 1).iter().map(|all| all.first().copied().flatten()).collect()
}

/// The figures of the rows that are shown, and of all together.
struct Figures {
    /// The place of each group among them.
    places: Vec<u32>,
    /// By measure and place.
    by_measure: Vec<Vec<Option<f64>>>,
}

impl Figures {
    fn of(gathered: &Gathered<'_, '_>, rows: &[Row], n_groups: usize) -> Figures {
        let mut places = places(rows, (1, NOWHERE), n_groups);
        if let Some(slot) = places.get_mut(TOTAL as usize) {
            *slot = 0;
        }
        let n_shown = shown_groups(rows).count() as u32;
        let late_places: Vec<u32> = [0, NOWHERE].into_iter().chain(1..=n_shown).collect();
        let by_measure = gathered.figures((&places, &late_places), rows.len() + 1);
        Figures { places, by_measure }
    }

    fn of_group(&self, group: u32) -> Vec<Option<f64>> {
        let place = self.places.get(group as usize).map_or(usize::MAX, |place| *place as usize);
        self.by_measure.iter().map(|all| all.get(place).copied().flatten()).collect()
    }
}

/// The codes of the values that are told apart of each dimension with a limit: those with the largest first measure.
async fn only<'a>(
    (sources, selected): (&'a Sources<'a>, &Selected),
    (dimensions, coded): (&[AskedDimension<'a>], &mut [Coded]),
    measures: &[AskedMeasure<'a>],
    turn: &Turn<'_>,
) -> Vec<Option<Vec<bool>>> {
    let mut all = Vec::new();
    for (dimension, coded) in dimensions.iter().zip(coded) {
        let (Some(limit), Some(first)) = (dimension.limit, measures.get(..1)) else {
            all.push(None);
            continue;
        };
        let one = (std::slice::from_ref(dimension), std::slice::from_mut(coded));
        let gathered = gather((sources, selected), one, (first, &[false]), vec![None], turn).await;
        let mut rows = rows(&gathered);
        let groups: Vec<u32> = (0..n_groups(rows.len()) as u32).collect();
        let by_group = gathered.figures_of(0, &groups, groups.len());
        let figure = |row: &Row| by_group.get(row.group as usize).copied().flatten();
        rows.retain(|row| row.kinds == ValueKind::Value as u32);
        rows.arrange_first_by(limit as usize, |a, b| {
            descending(figure(a), figure(b)).then_with(|| by_keys(&gathered.splits, a, b))
        });
        rows.truncate(limit as usize);
        let codes = rows.iter().map(|row| row.codes.first().copied().unwrap_or_default() as usize);
        let mut apart = Vec::new();
        for code in codes {
            if apart.len() <= code {
                apart.resize(code + 1, false);
            }
            if let Some(slot) = apart.get_mut(code) {
                *slot = true;
            }
        }
        all.push(Some(apart));
    }
    all
}
