//! A question's words to dimensions and measures of the registers, with what they are of.

use super::axis;
use super::dimension::{Asked, Dimension, Takes, Values};
use super::dimensions::DIMENSIONS;
use super::measure::{Measure, Value};
use super::measures::MEASURES;
use super::sources::{Selected, Sources};
use crate::model::app::field::FieldId;
use crate::model::explore::{Question, Term};
use crate::model::rows::ColumnKind;
use crate::stats::columns;

/// Columns of a table that are named where one is missing.
const MOST_NAMED: usize = 40;

/// A dimension of a question.
pub struct AskedDimension<'a> {
    pub entry: &'static Dimension,
    pub term: Term,
    pub asked: Asked<'a>,
    pub limit: Option<u32>,
}

/// A measure of a question.
pub struct AskedMeasure<'a> {
    pub entry: &'static Measure,
    pub term: Term,
    pub asked: Asked<'a>,
}

/// What a question asks for.
pub struct Plan<'a> {
    pub dimensions: Vec<AskedDimension<'a>>,
    pub measures: Vec<AskedMeasure<'a>>,
}

/// Looks up what a question names.
///
/// # Errors
/// What cannot be asked, in a sentence.
pub fn plan<'a>(sources: &'a Sources<'a>, selected: &Selected, question: &Question) -> Result<Plan<'a>, String> {
    if question.by.len() > Question::MOST_SPLITS {
        return Err(format!("more than {} dimensions cannot be asked for at once", Question::MOST_SPLITS));
    }
    if question.measures.is_empty() || question.measures.len() > Question::MOST_MEASURES {
        return Err(format!("1 to {} measures can be asked for at once", Question::MOST_MEASURES));
    }
    let mut dimensions: Vec<AskedDimension<'a>> = Vec::new();
    for split in &question.by {
        if dimensions.iter().any(|other| other.term == split.term) {
            return Err(format!("the dimension {} is asked for twice", split.term));
        }
        let known = DIMENSIONS.iter().find(|entry| entry.id == split.term.id);
        let entry = known.ok_or_else(|| format!("there is no dimension {:?}", split.term.id))?;
        let mut asked = asked(sources, entry.takes, &split.term, question.offset_minutes)?;
        needs(sources, entry)?;
        if entry.id == "time" {
            set_time(&mut asked, sources, selected, &split.term)?;
        }
        dimensions.push(AskedDimension { entry, term: split.term.clone(), asked, limit: split.limit });
    }
    let mut measures = Vec::new();
    for term in &question.measures {
        let known = MEASURES.iter().find(|entry| entry.id == term.id);
        let entry = known.ok_or_else(|| format!("there is no measure {:?}", term.id))?;
        let asked = asked(sources, entry.takes, term, question.offset_minutes)?;
        let is_of_rows = matches!(entry.value, Value::Row(_));
        if is_of_rows && sources.rows.is_none() {
            return Err(format!("{} is of tables, and this is a capture", entry.id));
        }
        if !is_of_rows && sources.has_rows_only() {
            return Err(format!("{} is of flows, and this table has none", entry.id));
        }
        measures.push(AskedMeasure { entry, term: term.clone(), asked });
    }
    Ok(Plan { dimensions, measures })
}

/// True if a question needs the findings or the scores of models.
pub fn needs_findings(question: &Question) -> bool {
    let by = question.by.iter().map(|split| &split.term.id);
    let groups_by = by.filter_map(|id| Some(DIMENSIONS.iter().find(|entry| entry.id == *id)?.group));
    let measures = question.measures.iter().map(|term| &term.id);
    let groups_of = measures.filter_map(|id| Some(MEASURES.iter().find(|entry| entry.id == *id)?.group));
    groups_by.chain(groups_of).any(|group| group == "Findings")
}

/// True if the packets of a capture are needed to answer a question: its flows alone do not tell.
pub fn needs_packets(question: &Question) -> bool {
    let is_of_packets =
        |term: &Term| MEASURES.iter().any(|entry| entry.id == term.id && matches!(entry.value, Value::Packet(..)));
    question.measures.iter().any(is_of_packets)
}

/// Whether the input has what a dimension is found by.
fn needs(sources: &Sources<'_>, entry: &Dimension) -> Result<(), String> {
    match entry.values {
        Values::Cell(_) => Ok(()),
        _ if sources.has_rows_only() => Err(format!("{} is of flows, and this table has none", entry.id)),
        Values::Packet(_) if !sources.has_packets() => {
            Err(format!("{} is of packets, and this table has none", entry.id))
        }
        _ => Ok(()),
    }
}

fn asked<'a>(sources: &'a Sources<'a>, takes: Takes, term: &Term, offset_minutes: i32) -> Result<Asked<'a>, String> {
    let mut asked = Asked {
        sources,
        field: None,
        column: None,
        kind: ColumnKind::Empty,
        first: 0,
        width_ns: 1,
        width: 1.0,
        n: 0,
        offset_minutes,
    };
    match takes {
        Takes::Nothing if !term.of.is_empty() => return Err(format!("{} takes nothing behind =", term.id)),
        Takes::Nothing | Takes::Width => {}
        Takes::Field => {
            let field = FieldId::ALL.iter().find(|field| field.id() == term.of);
            let field = field.filter(|field| !field.shape().is_passing() && !field.shape().is_secret());
            asked.field =
                Some(*field.ok_or_else(|| format!("there is no field {:?}, as in field=dns.query", term.of))?);
        }
        Takes::Column | Takes::Numbers | Takes::Label => {
            let Some(rows) = sources.rows else {
                return Err(format!("{} is of tables, and this is a capture", term.id));
            };
            let layout = rows.layout();
            let place = if takes == Takes::Label {
                layout.label.map(|place| place as usize)
            } else {
                layout.columns.iter().position(|column| column.name == term.of)
            };
            let names = || {
                let names: Vec<&str> = layout.columns.iter().take(MOST_NAMED).map(|c| c.name.as_str()).collect();
                names.join(", ")
            };
            let place = match place {
                Some(place) => place,
                None if takes == Takes::Label => return Err("this table has no label column".to_owned()),
                None => return Err(format!("there is no column {:?}; the columns are: {}", term.of, names())),
            };
            let kept = rows.column(place);
            asked.kind = kept.map_or(ColumnKind::Empty, columns::kind);
            asked.column = Some(place);
            if let Some(totals) = kept.map(|kept| kept.totals()).filter(|_| takes == Takes::Numbers) {
                if totals.numbers == 0 {
                    return Err(format!("the column {:?} has no numbers", term.of));
                }
                (asked.first, asked.width, asked.n) = axis::bins(totals.min, totals.max);
            }
        }
    }
    Ok(asked)
}

fn set_time(asked: &mut Asked<'_>, sources: &Sources<'_>, selected: &Selected, term: &Term) -> Result<(), String> {
    let summary = &sources.analysis.summary;
    let (Some(first_ns), Some(last_ns)) = (summary.first_ns, summary.last_ns) else { return Ok(()) };
    let (from, to) = (first_ns.max(selected.from_ns), last_ns.min(selected.to_ns.saturating_sub(1)));
    let width = match (term.of.as_str(), term.of.strip_prefix('~')) {
        ("", _) => None,
        (text, Some(n)) => {
            let most = n.parse::<i64>().ok().filter(|n| (1..=axis::MOST).contains(n));
            let most = most.ok_or_else(|| format!("{text:?} is no number of intervals such as ~50"))?;
            Some(axis::round(to.saturating_sub(from), most))
        }
        (text, None) => {
            Some(axis::width(text).ok_or_else(|| format!("{text:?} is no width of time such as 10s or 5min"))?)
        }
    };
    if let Some(axis) = axis::time(from, to, width, asked.offset_minutes)? {
        (asked.first, asked.width_ns, asked.n) = (axis.first, axis.width_ns, axis.n);
    }
    Ok(())
}
