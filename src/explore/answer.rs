//! A question to its answer: what was gathered, in order, cut to the limit, in words.

use super::correlation;
use super::dimension::{Asked, name};
use super::dimensions::time;
use super::gather::{Gathered, gather};
use super::groups::{BEYOND, MOST, TOTAL};
use super::key::Key;
use super::measure::Fold;
use super::plan::{AskedDimension, AskedMeasure, Plan, plan};
use super::sources::{Selected, Sources};
use super::tally::{NOWHERE, Tally};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::explore::{
    Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead, Order, Question, Scale, ValueKind,
};
use crate::model::format::quantity::{count, counted};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

/// Answers a question.
///
/// # Errors
/// What cannot be asked of this input, in a sentence.
pub fn ask<'a>(sources: &'a Sources<'a>, selected: &Selected, question: &Question) -> Result<Answer, String> {
    if correlation::is_asked(question) {
        return correlation::ask(sources, selected, question);
    }
    let Plan { dimensions, measures } = plan(sources, selected, question)?;
    let only = only((sources, selected), &dimensions, &measures);
    let mut gathered = gather((sources, selected), &dimensions, &measures, only);
    let mut rows = rows(&gathered);
    let all: Vec<u32> = (0..rows.len() as u32 + 2).collect();
    let mut figures = figures(&mut gathered, &all, all.len());
    let mut notes = notes(sources, &gathered, &measures);

    let is_ordered = |dimension: &AskedDimension<'_>| dimension.entry.steps.is_some();
    let ranks = match question.order {
        Order::Usual if dimensions.iter().any(is_ordered) => ranks(&rows, &figures, &dimensions),
        _ => Vec::new(),
    };
    let figure = |row: &Row, place: usize| figures.get(place).and_then(|all| *all.get(row.group as usize)?);
    let largest = |a: &Row, b: &Row, place: usize| descending(figure(a, place), figure(b, place));
    let by_keys = |a: &Row, b: &Row| a.keys.cmp(&b.keys);
    rows.arrange_by(|a, b| match question.order {
        Order::Usual if ranks.is_empty() => a.kinds().cmp(&b.kinds()).then(largest(a, b, 0)).then(by_keys(a, b)),
        Order::Usual => nested(&ranks, a, b),
        Order::Values { is_descending: false } => by_keys(a, b),
        Order::Values { is_descending: true } => by_keys(b, a),
        Order::Measure { place, is_descending } => {
            let (one, other) = (figure(a, place as usize), figure(b, place as usize));
            let order = if is_descending { descending(one, other) } else { ascending(one, other) };
            order.then_with(|| by_keys(a, b))
        }
    });

    let n_rows = rows.len() as u64;
    let kept = question.limit.map_or(rows.len(), |limit| rows.len().min(limit as usize));
    let left_out = rows.split_off(kept);
    let has_beyond = gathered.groups.n_beyond > 0;
    let mut others = Vec::new();
    if !left_out.is_empty() || has_beyond {
        let mut places = vec![NOWHERE; all.len()];
        let beyond = if has_beyond { vec![BEYOND] } else { Vec::new() };
        for group in left_out.iter().map(|row| row.group).chain(beyond) {
            if let Some(slot) = places.get_mut(group as usize) {
                *slot = 0;
            }
        }
        let taken_together = self::figures(&mut gathered, &places, 1);
        let is_overlapping = dimensions.iter().any(|dimension| dimension.entry.is_overlapping);
        others = taken_together.iter().map(|all| all.first().copied().flatten()).collect();
        if is_overlapping {
            others.fill(None);
            notes.push("What the limit leaves out cannot be added up: the rows overlap.".to_owned());
        }
    }
    let shown = rows.iter().map(|row| AnswerRow {
        values: row.keys.iter().zip(&dimensions).map(|(key, dimension)| value(*key, dimension)).collect(),
        figures: figures.iter().map(|all| all.get(row.group as usize).copied().flatten()).collect(),
    });
    let shown = shown.collect();
    for all in &mut figures {
        all.truncate(1);
    }
    Ok(Answer {
        dimensions: dimensions.iter().map(dimension_head).collect(),
        measures: measures.iter().zip(&gathered.tallies).map(measure_head).collect(),
        rows: shown,
        total: figures.iter().map(|all| all.first().copied().flatten()).collect(),
        n_rows,
        others,
        notes,
    })
}

/// A group on its way to a row.
struct Row {
    group: u32,
    keys: Vec<Key>,
}

impl Row {
    /// What is no value comes last.
    fn kinds(&self) -> Vec<ValueKind> {
        self.keys.iter().map(|key| key.kind()).collect()
    }
}

fn rows(gathered: &Gathered<'_, '_>) -> Vec<Row> {
    if gathered.splits.dimensions.is_empty() {
        return vec![Row { group: TOTAL, keys: Vec::new() }];
    }
    let all = gathered.groups.iter();
    all.map(|(group, (combination, places))| Row { group, keys: gathered.splits.keys(combination, places) }).collect()
}

/// The values that are told apart of each dimension with a limit: those with the largest first measure.
fn only<'a>(
    (sources, selected): (&'a Sources<'a>, &Selected),
    dimensions: &[AskedDimension<'a>],
    measures: &[AskedMeasure<'a>],
) -> Vec<Option<BTreeSet<Key>>> {
    let of = |dimension: &AskedDimension<'a>| {
        let limit = dimension.limit? as usize;
        let mut gathered = gather((sources, selected), std::slice::from_ref(dimension), measures.get(..1)?, vec![None]);
        let mut rows = rows(&gathered);
        let all: Vec<u32> = (0..rows.len() as u32 + 2).collect();
        let figures = figures(&mut gathered, &all, all.len());
        let figure = |row: &Row| figures.first().and_then(|all| *all.get(row.group as usize)?);
        rows.retain(|row| row.kinds() == [ValueKind::Value]);
        rows.arrange_by(|a, b| descending(figure(a), figure(b)).then_with(|| a.keys.cmp(&b.keys)));
        Some(rows.into_iter().take(limit).flat_map(|row| row.keys).gathered())
    };
    dimensions.iter().map(of).collect()
}

/// The figures of all measures by row; of one that is not answered, none.
fn figures(gathered: &mut Gathered<'_, '_>, rows_of_groups: &[u32], n_rows: usize) -> Vec<Vec<Option<f64>>> {
    let both = gathered.tallies.iter_mut().zip(&gathered.is_answered);
    let of = |(tally, is_answered): (&mut Tally, &bool)| match is_answered {
        true => tally.figures(rows_of_groups, n_rows),
        false => vec![None; n_rows],
    };
    both.map(of).collect()
}

fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        _ => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    }
}

fn ascending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    }
}

/// For each dimension the ranks of its values: on an ordered scale their places, of names by the sum of the first measure.
fn ranks(rows: &[Row], figures: &[Vec<Option<f64>>], dimensions: &[AskedDimension<'_>]) -> Vec<BTreeMap<Key, u32>> {
    let of = |(nth, dimension): (usize, &AskedDimension<'_>)| {
        let mut sums: BTreeMap<Key, f64> = BTreeMap::new();
        for row in rows {
            let Some(key) = row.keys.get(nth) else { continue };
            let figure = figures.first().and_then(|all| *all.get(row.group as usize)?);
            *sums.entry(*key).or_default() += figure.unwrap_or(0.0);
        }
        let mut keys: Vec<(Key, f64)> = sums.into_iter().collect();
        if dimension.entry.steps.is_none() {
            // Stable: equal ones stay in the order of their keys.
            keys.arrange_by(|a, b| a.0.kind().cmp(&b.0.kind()).then(b.1.total_cmp(&a.1)));
        }
        keys.into_iter().map(|(key, _)| key).zip(0..).gathered()
    };
    dimensions.iter().enumerate().map(of).collect()
}

fn nested(ranks: &[BTreeMap<Key, u32>], a: &Row, b: &Row) -> Ordering {
    let rank = |(key, ranks): (&Key, &BTreeMap<Key, u32>)| ranks.get(key).copied();
    let of = |row: &Row| row.keys.iter().zip(ranks).map(rank).collect::<Vec<_>>();
    of(a).cmp(&of(b))
}

fn value(key: Key, dimension: &AskedDimension<'_>) -> AnswerValue {
    let at = match key {
        Key::At(place) if dimension.entry.id == "time" => time::start(place, &dimension.asked),
        Key::At(place) => place,
        _ => 0,
    };
    // A filter would say what is masked in words.
    let is_masked = matches!(key, Key::Name(index)
        if name(index, &dimension.asked) != dimension.asked.sources.names.text(index));
    let filter = if is_masked { None } else { (dimension.entry.filter)(key, &dimension.asked) };
    AnswerValue { text: (dimension.entry.words)(key, &dimension.asked), kind: key.kind(), at, filter }
}

fn dimension_head(dimension: &AskedDimension<'_>) -> DimensionHead {
    let AskedDimension { entry, term, asked, .. } = dimension;
    let scale = match entry.steps {
        None => Scale::Names,
        Some(_) if entry.id == "time" => {
            Scale::Time { start_ns: time::start(0, asked), width_ns: asked.width_ns, n: asked.n as u32 }
        }
        Some(n) => Scale::Steps { n: if n > 0 { n } else { u32::try_from(asked.n).unwrap_or(0) } },
    };
    let label = label(entry.label, asked, false);
    DimensionHead { term: term.clone(), label, scale, is_overlapping: entry.is_overlapping }
}

fn measure_head((measure, tally): (&AskedMeasure<'_>, &Tally)) -> MeasureHead {
    let AskedMeasure { entry, term, asked } = measure;
    MeasureHead {
        term: term.clone(),
        label: label(entry.label, asked, true),
        unit: entry.unit.to_owned(),
        is_sum: entry.fold == Fold::Sum,
        n_unknown: tally.n_unknown,
    }
}

/// What a dimension or measure is called with what it is of.
fn label(label: &str, asked: &Asked<'_>, is_measure: bool) -> String {
    let columns = asked.sources.rows.map(|rows| &rows.layout().columns);
    let column = asked.column.and_then(|place| columns?.get(place));
    match (column, asked.field) {
        (Some(column), _) if is_measure => format!("{label} {}", column.name),
        (Some(column), _) => column.name.clone(),
        (None, Some(field)) => field.label().to_owned(),
        (None, None) => label.to_owned(),
    }
}

fn notes(sources: &Sources<'_>, gathered: &Gathered<'_, '_>, measures: &[AskedMeasure<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    for (measure, _) in measures.iter().zip(&gathered.is_answered).filter(|(_, is_answered)| !**is_answered) {
        notes.push(format!("{} belongs to whole flows and cannot be split by packet size.", measure.entry.label));
    }
    let summarised = sources.flows.summarised.flows;
    if summarised > 0 {
        notes.push(format!(
            "{} dropped to make room: they are in none of the figures of flows.",
            counted(summarised, "flow was", "flows were"),
        ));
    }
    if gathered.n_forgotten > 0 {
        notes.push(format!(
            "{} to such flows: when and how large they were is known, but not who sent them.",
            counted(gathered.n_forgotten, "packet belongs", "packets belong"),
        ));
    }
    if sources.rows.is_some_and(|rows| rows.is_sampled()) {
        notes.push(
            "Only a random sample of the rows is kept: figures of rows and columns are those of the sample.".to_owned(),
        );
    }
    if gathered.groups.n_beyond > 0 {
        notes.push(format!(
            "There are more than {} rows: those that came later are taken together.",
            count(MOST as u64),
        ));
    }
    notes
}
