//! The pipeline's tables to what is trained on: features of rows, flows, hosts, pairs or windows, with what each is, when and whose.

use super::features::chosen;
use super::marks::Mark;
use crate::anomalies::{Feature, Subjects};
use crate::learn::column::{Cells, TableColumn};
use crate::learn::trained::LabelledTable;
use crate::maths::sorting::Arrange;
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::{AnomalyChoice, AnomalyLink, AnomalyScope, Withheld};
use crate::stats::labels::{Class, is_benign, labels};
use std::collections::BTreeMap;

/// What is gathered.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// What one row is.
    pub scope: AnomalyScope,
    /// Names of features; see [`chosen`].
    pub features: &'a [String],
    /// Further labels that mean benign.
    pub benign: &'a [String],
    /// Labels that stand in no column; none for the label column of the table.
    pub marks: Option<&'a [Mark]>,
    /// What flows without a mark are.
    pub unmarked: &'a str,
}

/// What was gathered.
pub struct Gathered {
    /// Rows with classes.
    pub table: LabelledTable,
    /// Columns that are not looked at because they say what a row is: name and why.
    pub held: Vec<(String, String)>,
}

/// Gathers; a sentence for people if that cannot be done.
pub fn gather(pipeline: &Pipeline, wanted: &Wanted<'_>) -> Result<Gathered, String> {
    let subjects = subjects(pipeline, wanted.scope)?;
    let features = subjects.features(pipeline);
    let places = chosen(&features, wanted.features)?;
    let (classes, of_rows) = match wanted.marks {
        Some(marks) => of_marks(pipeline, &subjects, marks, wanted)?,
        None => of_column(pipeline, &subjects, wanted.benign)?,
    };
    let held = features.iter().filter_map(|feature| match &feature.withheld {
        Some(Withheld::Label(why)) => Some((feature.name.clone(), why.clone())),
        _ => None,
    });
    let table = LabelledTable {
        n_rows: subjects.len(),
        columns: columns(pipeline, &subjects, &features, &places),
        classes,
        of_rows,
        ..owners(pipeline, &subjects)
    };
    Ok(Gathered { held: held.collect(), table })
}

/// What there is of a scope; a sentence if there is nothing.
pub fn subjects(pipeline: &Pipeline, scope: AnomalyScope) -> Result<Subjects, String> {
    let choice = AnomalyChoice { scope, ..AnomalyChoice::default() };
    Subjects::of(pipeline, &choice).ok_or_else(|| {
        let is_plain = scope == AnomalyScope::Flows && pipeline.has_rows_only();
        let why = if is_plain { ": its rows cannot be read as flows, which takes addresses and times" } else { "" };
        format!("it has no {}{why}", scope.nouns().1)
    })
}

/// The columns of some features.
pub fn columns(pipeline: &Pipeline, subjects: &Subjects, features: &[Feature], places: &[usize]) -> Vec<TableColumn> {
    let all: Vec<u32> = (0..).take(subjects.len()).collect();
    let values = subjects.values(pipeline, &all, places);
    let column = |(place, values): (&usize, _)| {
        let feature = features.get(*place)?;
        Some(TableColumn { name: feature.name.clone(), unit: feature.unit.to_owned(), cells: Cells::from(values) })
    };
    places.iter().zip(values).filter_map(column).collect()
}

/// The serial number of the flow that each subject is or belongs to, where there is one.
pub fn serials(pipeline: &Pipeline, subjects: &Subjects) -> Vec<Option<u32>> {
    if subjects.scope() == AnomalyScope::Rows {
        return if pipeline.has_rows_only() { vec![None; subjects.len()] } else { pipeline.flows_of_rows() };
    }
    let serial = |place| match subjects.link(pipeline, place) {
        AnomalyLink::Flow(serial) => Some(serial),
        _ => None,
    };
    (0..subjects.len()).map(serial).collect()
}

type Labelled = (Vec<Class>, Vec<u32>);

fn of_column(pipeline: &Pipeline, subjects: &Subjects, benign: &[String]) -> Result<Labelled, String> {
    let rows =
        pipeline.rows().ok_or("a capture has no label column; a file of labels has to say what its flows are")?;
    let column = rows.layout().label.ok_or("it has no label column")?;
    let of_table = labels(rows, column as usize, benign);
    if subjects.scope() == AnomalyScope::Rows {
        return Ok((of_table.classes().to_vec(), of_table.of_rows().to_vec()));
    }
    if subjects.scope() != AnomalyScope::Flows {
        return Err(format!("a label column says what rows and flows are, not {}", subjects.scope().nouns().1));
    }
    // A flow of several rows is what the first of them is called.
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    for (serial, class) in pipeline.flows_of_rows().into_iter().zip(of_table.of_rows()) {
        serial.into_iter().for_each(|serial| {
            first.entry(serial).or_insert(*class);
        });
    }
    let own = serials(pipeline, subjects);
    let class = |serial: &Option<u32>| serial.and_then(|serial| first.get(&serial)).copied();
    let of_rows: Option<Vec<u32>> = own.iter().map(class).collect();
    let of_rows = of_rows.ok_or("not every flow has a row with a label")?;
    let counted = |(class, place): (&Class, u32)| Class {
        n_rows: of_rows.iter().filter(|of| **of == place).count() as u64,
        ..class.clone()
    };
    Ok((of_table.classes().iter().zip(0..).map(counted).collect(), of_rows))
}

fn of_marks(pipeline: &Pipeline, subjects: &Subjects, marks: &[Mark], wanted: &Wanted<'_>) -> Result<Labelled, String> {
    if subjects.scope() != AnomalyScope::Flows {
        return Err(format!("labels by time and address say what flows are, not {}", subjects.scope().nouns().1));
    }
    let label = |serial: &Option<u32>| {
        let of = serial.and_then(|serial| Some((serial, pipeline.flows().get(serial)?)));
        let mark = of.and_then(|(serial, flow)| marks.iter().find(|mark| mark.means(serial, flow)));
        mark.map_or(wanted.unmarked, |mark| mark.label.as_str())
    };
    let own: Vec<&str> = serials(pipeline, subjects).iter().map(label).collect();
    let mut names: Vec<(bool, &str)> = own.iter().map(|name| (!is_benign(name, wanted.benign), *name)).collect();
    names.arrange();
    names.dedup();
    let place = |name: &&str| names.iter().position(|(_, known)| known == name).unwrap_or(0) as u32;
    let of_rows: Vec<u32> = own.iter().map(place).collect();
    let class = |((is_attack, name), place): (&(bool, &str), u32)| Class {
        name: (*name).to_owned(),
        n_rows: of_rows.iter().filter(|of| **of == place).count() as u64,
        is_attack: *is_attack,
    };
    Ok((names.iter().zip(0..).map(class).collect(), of_rows))
}

/// When and whose the rows are: the beginning of their flows and who opened these.
fn owners(pipeline: &Pipeline, subjects: &Subjects) -> LabelledTable {
    let own = serials(pipeline, subjects);
    let flows: Option<Vec<_>> = own.iter().map(|serial| pipeline.flows().get((*serial)?)).collect();
    let Some(flows) = flows else { return LabelledTable::default() };
    let times: Vec<i64> = flows.iter().map(|flow| flow.first_ns).collect();
    let mut hosts: Vec<_> = flows.iter().map(|flow| flow.originator().0).collect();
    let of_rows = hosts.clone();
    hosts.arrange();
    hosts.dedup();
    let group = |host: &crate::model::Addr| hosts.binary_search(host).unwrap_or(0) as u32;
    LabelledTable {
        times: times.iter().any(|time| *time != 0).then_some(times),
        groups: (hosts.len() > 1).then(|| of_rows.iter().map(group).collect()),
        group_names: hosts.iter().map(ToString::to_string).collect(),
        ..LabelledTable::default()
    }
}
