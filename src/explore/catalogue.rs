//! What can be asked of an input: the registers without what it cannot have, and its columns and fields.

use super::dimension::{Dimension, Takes, Values};
use super::dimensions::DIMENSIONS;
use super::measure::{Measure, Value};
use super::measures::MEASURES;
use super::sources::Sources;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::explore::{Catalogue, Choice, Term};
use crate::stats::columns;

/// Most columns of a table that are offered: each adds eight choices, and ten elements, to the page. Set by us.
const MOST_COLUMNS: usize = 64;

/// What asks for the correlation of columns or features, in place of a measure.
pub(super) const CORRELATION: &str = "correlation";

/// Most flows whose fields are looked for, so that the page does not wait for a long capture. Set by us.
const MOST_FLOWS: usize = 200_000;

/// What can be asked.
pub fn catalogue(sources: &Sources<'_>) -> Catalogue {
    let fields = fields(sources);
    Catalogue {
        dimensions: DIMENSIONS.iter().flat_map(|entry| dimension(entry, sources, fields)).collect(),
        measures: measures(sources),
        n_left_out: sources.rows.map_or(0, |rows| rows.layout().columns.len().saturating_sub(MOST_COLUMNS) as u64),
    }
}

/// Quartiles of columns are left out: they are asked for where boxes are drawn.
fn measures(sources: &Sources<'_>) -> Vec<Choice> {
    let listed = MEASURES.iter().filter(|entry| !matches!(entry.id, "q1" | "q3"));
    let mut all: Vec<Choice> = listed.flat_map(|entry| measure(entry, sources)).collect();
    let is_of_flows = sources.rows.is_none();
    if is_of_flows || headings(sources, Columns::Numeric).nth(1).is_some() {
        let (group, what) =
            if is_of_flows { ("Volume", "features of flows") } else { ("Columns", "columns of numbers") };
        all.push(Choice {
            term: Term::new(CORRELATION),
            label: "Rank correlation".to_owned(),
            group: group.to_owned(),
            help: format!("How strongly each pair of {what} rises and falls together, from -1 to 1 (Spearman)."),
            ..Choice::default()
        });
    }
    all
}

/// Every field that a flow has.
fn fields(sources: &Sources<'_>) -> FieldSet {
    let mut set = FieldSet::NONE;
    for (_, flow) in sources.flows.iter().filter(|(_, flow)| flow.fields != 0).take(MOST_FLOWS) {
        sources.fields.kinds(flow).for_each(|field| set |= FieldSet::of(&[field]));
    }
    set
}

fn dimension(entry: &Dimension, sources: &Sources<'_>, fields: FieldSet) -> Vec<Choice> {
    let is_there = match entry.values {
        Values::Cell(_) => sources.rows.is_some(),
        Values::Packet(_) => sources.has_packets(),
        Values::Flow(_) | Values::Moment(_) => !sources.has_rows_only(),
    };
    if !is_there {
        return Vec::new();
    }
    let choice = |of: &str, label: &str| Choice {
        term: Term::of(entry.id, of),
        label: label.to_owned(),
        group: entry.group.to_owned(),
        help: if of.is_empty() { entry.help.to_owned() } else { String::new() },
        unit: String::new(),
        is_ordered: entry.steps.is_some(),
    };
    match entry.takes {
        Takes::Nothing | Takes::Width => vec![choice("", entry.label)],
        Takes::Field => {
            let is_offered =
                |field: &&FieldId| fields.intersects(FieldSet::of(&[**field])) && !field.shape().is_secret();
            let all = FieldId::ALL.iter().filter(is_offered);
            all.map(|field| choice(field.id(), &format!("{} ({})", field.label(), field.id()))).collect()
        }
        Takes::Column => headings(sources, Columns::All).map(|name| choice(name, name)).collect(),
        Takes::Numbers => {
            headings(sources, Columns::Numeric).map(|name| choice(name, &format!("{name}, in bins"))).collect()
        }
        Takes::Label => {
            let label = sources.rows.and_then(|rows| rows.layout().label);
            label.map(|_| choice("", entry.label)).into_iter().collect()
        }
    }
}

fn measure(entry: &Measure, sources: &Sources<'_>) -> Vec<Choice> {
    let is_there = match entry.value {
        Value::Row(_) => sources.rows.is_some(),
        _ => !sources.has_rows_only(),
    };
    if !is_there {
        return Vec::new();
    }
    let choice = |of: &str| Choice {
        term: Term::of(entry.id, of),
        label: if of.is_empty() { entry.label.to_owned() } else { format!("{} {of}", entry.label) },
        group: entry.group.to_owned(),
        help: if of.is_empty() { entry.help.to_owned() } else { String::new() },
        unit: entry.unit.to_owned(),
        is_ordered: false,
    };
    match entry.takes {
        Takes::Column => headings(sources, Columns::All).map(choice).collect(),
        Takes::Numbers => headings(sources, Columns::Numeric).map(choice).collect(),
        _ => vec![choice("")],
    }
}

/// Which columns of a table are meant.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Columns {
    All,
    Numeric,
}

/// Headings of a table's columns: of the first [`MOST_COLUMNS`].
pub(super) fn headings<'a>(sources: &'a Sources<'_>, meant: Columns) -> impl Iterator<Item = &'a str> {
    let rows = sources.rows;
    let all = rows.map_or(&[][..], |rows| &rows.layout().columns);
    let has_numbers = move |place: usize| {
        rows.and_then(|rows| rows.column(place)).is_some_and(|kept| kept.totals().numbers > 0 && !is_text(kept))
    };
    let is_meant = move |place: usize| meant == Columns::All || has_numbers(place);
    let listed = all.iter().enumerate().take(MOST_COLUMNS).filter(move |(place, _)| is_meant(*place));
    listed.map(|(_, column)| column.name.as_str())
}

fn is_text(kept: &crate::stats::rows::Kept) -> bool {
    columns::kind(kept) == crate::model::rows::ColumnKind::Text
}
