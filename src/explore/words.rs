//! What an answer and its parts are called, and what has to be said of it.

use super::dimension::{Asked, name};
use super::dimensions::time;
use super::gather::Gathered;
use super::groups::MOST;
use super::key::Key;
use super::measure::Fold;
use super::plan::{AskedDimension, AskedMeasure};
use super::sources::Sources;
use super::tally::Tally;
use crate::model::explore::{AnswerValue, DimensionHead, MeasureHead, Scale};
use crate::model::format::quantity::{count, counted};

/// A value of a dimension in words, with the filter that selects it.
pub fn value(key: Key, dimension: &AskedDimension<'_>) -> AnswerValue {
    let at = match key {
        Key::At(place) if dimension.entry.id == "time" => time::start(place, &dimension.asked),
        Key::At(place) => place,
        _ => 0,
    };
    // A filter would give away what is masked in the text.
    let is_masked = matches!(key, Key::Name(index)
        if name(index, &dimension.asked) != dimension.asked.sources.names.text(index));
    let filter = if is_masked { None } else { (dimension.entry.filter)(key, &dimension.asked) };
    AnswerValue { text: (dimension.entry.words)(key, &dimension.asked), kind: key.kind(), at, filter }
}

/// A dimension as a heading, with its scale.
pub fn dimension_head(dimension: &AskedDimension<'_>) -> DimensionHead {
    let AskedDimension { entry, term, asked, .. } = dimension;
    let scale = match entry.steps {
        None => Scale::Names,
        Some(_) if entry.id == "time" => {
            Scale::Time { start_ns: time::start(0, asked), width_ns: asked.width_ns, n: asked.n as u32 }
        }
        Some(n) => Scale::Steps { n: if n > 0 { n } else { u32::try_from(asked.n).unwrap_or(0) } },
    };
    let label = label(entry.label, asked, false);
    DimensionHead { term: term.clone(), label, scale, is_overlapping: entry.is_overlapping, has_data: entry.has_data }
}

/// A measure as a heading, with its unit.
pub fn measure_head((measure, tally): (&AskedMeasure<'_>, &Tally)) -> MeasureHead {
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

/// What the figures leave out, in sentences.
pub fn notes(sources: &Sources<'_>, gathered: &Gathered<'_, '_>, measures: &[AskedMeasure<'_>]) -> Vec<String> {
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
