//! A question to its answer: what was gathered, in order, cut to the limit, in words.

use super::coded::Coded;
use super::correlation;
use super::dimension::{Asked, name};
use super::dimensions::time;
use super::gather::{Gathered, coded, gather};
use super::groups::{BEYOND, MOST, TOTAL};
use super::key::Key;
use super::measure::{Fold, Value};
use super::plan::{AskedDimension, AskedMeasure, Plan, plan};
use super::sources::{Selected, Sources};
use super::splits::{Codes, Splits};
use super::tally::{NOWHERE, Tally};
use super::turn::Turn;
use crate::maths::sorting::Arrange;
use crate::model::explore::{
    Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead, Order, Question, Scale, ValueKind,
};
use crate::model::format::quantity::{count, counted};
use std::cmp::{Ordering, Reverse};

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

/// The place of the measure that rows are ordered by.
fn ordering(order: Order) -> usize {
    if let Order::Measure { place, .. } = order { place as usize } else { 0 }
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

/// Groups that rows may have: their own, that of all together and that of what is beyond.
fn n_groups(n_rows: usize) -> usize {
    n_rows + 2
}

/// Puts the first rows, so many, into the order that is asked for.
fn arrange(rows: &mut [Row], kept: usize, gathered: &Gathered<'_, '_>, order: Order) {
    let all: Vec<u32> = (0..n_groups(rows.len()) as u32).collect();
    let by_group = figures_of(gathered, ordering(order), &all, all.len());
    let splits = &gathered.splits;
    let is_scale = |dimension: &AskedDimension<'_>| dimension.entry.steps.is_some();
    let ranks = match order {
        Order::Usual if splits.dimensions.iter().any(is_scale) => ranks(rows, &by_group, splits),
        _ => Vec::new(),
    };
    let figure = |row: &Row| by_group.get(row.group as usize).copied().flatten();
    let largest = |a: &Row, b: &Row| descending(figure(a), figure(b));
    let by_keys = |a: &Row, b: &Row| by_keys(splits, a, b);
    rows.arrange_first_by(kept, |a, b| match order {
        Order::Usual if ranks.is_empty() => a.kinds.cmp(&b.kinds).then(largest(a, b)).then_with(|| by_keys(a, b)),
        Order::Usual => nested(&ranks, a, b),
        Order::Values { is_descending: false } => by_keys(a, b),
        Order::Values { is_descending: true } => by_keys(b, a),
        Order::Measure { is_descending, .. } => {
            let order = if is_descending { largest(a, b) } else { ascending(figure(a), figure(b)) };
            order.then_with(|| by_keys(a, b))
        }
    });
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
    figures(gathered, (&places, &[NOWHERE, 0]), 1).iter().map(|all| all.first().copied().flatten()).collect()
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
        let by_measure = figures(gathered, (&places, &late_places), rows.len() + 1);
        Figures { places, by_measure }
    }

    fn of_group(&self, group: u32) -> Vec<Option<f64>> {
        let place = self.places.get(group as usize).map_or(usize::MAX, |place| *place as usize);
        self.by_measure.iter().map(|all| all.get(place).copied().flatten()).collect()
    }
}

/// A group on its way to a row.
struct Row {
    group: u32,
    codes: Codes,
    /// Which of its values are none, the first dimension foremost: what is no value comes last.
    kinds: u32,
}

/// Bits of a kind of value.
const KIND_BITS: u32 = 2;

fn rows(gathered: &Gathered<'_, '_>) -> Vec<Row> {
    if gathered.splits.dimensions.is_empty() {
        return vec![Row { group: TOTAL, codes: Codes::default(), kinds: 0 }];
    }
    let row = |(group, (combination, places)): (u32, (u32, u64))| {
        let codes = gathered.splits.codes(combination, places);
        let row = Row { group, codes, kinds: 0 };
        let kinds = keys(&gathered.splits, &row).fold(0, |kinds, key| kinds << KIND_BITS | key.kind() as u32);
        Row { kinds, ..row }
    };
    gathered.groups.iter().map(row).collect()
}

/// The values of a row.
fn keys(splits: &Splits<'_, '_>, row: &Row) -> impl Iterator<Item = Key> {
    splits.dimensions.iter().enumerate().zip(row.codes).map(|((nth, _), code)| splits.key(nth, code))
}

fn by_keys(splits: &Splits<'_, '_>, a: &Row, b: &Row) -> Ordering {
    keys(splits, a).cmp(keys(splits, b))
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
        let by_group = figures_of(&gathered, 0, &groups, groups.len());
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

/// The figures of all measures by row, given the row of each group, and of each row of those that were left for later; of one that is
/// not answered, none.
fn figures(
    gathered: &Gathered<'_, '_>,
    (rows_of_groups, late_rows): (&[u32], &[u32]),
    n_rows: usize,
) -> Vec<Vec<Option<f64>>> {
    let places = |is_late: &bool| if *is_late { late_rows } else { rows_of_groups };
    gathered.is_late.iter().map(places).enumerate().map(|(nth, of)| figures_of(gathered, nth, of, n_rows)).collect()
}

/// The figures of one measure.
fn figures_of(gathered: &Gathered<'_, '_>, nth: usize, rows_of_groups: &[u32], n_rows: usize) -> Vec<Option<f64>> {
    match (gathered.tallies.get(nth), gathered.is_answered.get(nth)) {
        (Some(tally), Some(true)) => tally.figures(rows_of_groups, n_rows),
        _ => vec![None; n_rows],
    }
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

/// For each dimension the ranks of its values, by code: on an ordered scale their places, of names by the sum of these figures.
fn ranks(rows: &[Row], by_group: &[Option<f64>], splits: &Splits<'_, '_>) -> Vec<Vec<u32>> {
    let of = |(nth, dimension): (usize, &AskedDimension<'_>)| {
        let mut sums: Vec<Option<f64>> = Vec::new();
        for row in rows {
            let code = row.codes.get(nth).copied().unwrap_or_default() as usize;
            if sums.len() <= code {
                sums.resize((code + 1).next_power_of_two(), None);
            }
            let figure = by_group.get(row.group as usize).copied().flatten();
            if let Some(sum) = sums.get_mut(code) {
                *sum = Some(sum.unwrap_or(0.0) + figure.unwrap_or(0.0));
            }
        }
        let mut ranks = vec![0; sums.len()];
        let there = (0_u32..).zip(sums).filter_map(|(code, sum)| Some((code, splits.key(nth, code), sum?)));
        let mut there: Vec<(u32, Key, f64)> = there.collect();
        let is_scale = dimension.entry.steps.is_some();
        there.arrange_by(|(_, a, of_a), (_, b, of_b)| match is_scale {
            true => a.cmp(b),
            false => a.kind().cmp(&b.kind()).then(of_b.total_cmp(of_a)).then_with(|| a.cmp(b)),
        });
        for (rank, (code, ..)) in (0..).zip(there) {
            if let Some(slot) = ranks.get_mut(code as usize) {
                *slot = rank;
            }
        }
        ranks
    };
    splits.dimensions.iter().enumerate().map(of).collect()
}

fn nested(ranks: &[Vec<u32>], a: &Row, b: &Row) -> Ordering {
    let of = |row: &Row| row.codes.into_iter().zip(ranks).map(|(code, ranks)| ranks.get(code as usize).copied());
    of(a).cmp(of(b))
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
