//! Flows to features: the columns of CICFlowMeter and our own, those that say who, when or where aside.

use super::feature::{Feature, identity};
use crate::flow::features::column::{Column, Value};
use crate::flow::features::figures::Figures;
use crate::flow::features::own::OwnFigures;
use crate::flow::features::{columns, own};
use crate::learn::prepare::Values;
use crate::maths::number::number;
use crate::maths::sorting::Arrange;
use crate::model::flow::Known;
use crate::pipeline::Pipeline;
use std::collections::BTreeMap;

/// Columns that say which flow it was.
const IDENTITIES: &[(&str, &str)] = &[
    ("Flow ID", "It is made of the addresses."),
    ("Src IP", "An address says who, not how."),
    ("Src Port", "A port number is a name, not an amount."),
    ("Dst IP", "An address says who, not how."),
    ("Dst Port", "A port number is a name, not an amount."),
    ("Timestamp", "It says when, not how."),
    ("Server Name", "It says who, not how."),
    ("VLAN", "It says where, not how."),
];

/// Own columns that only a record of each flow's packets shows.
const OF_RECORDS: &[&str] = &["Handshake Time", "Zero Windows", "Payload Entropy", "Periodicity"];

/// True if more than the flow table's figures was kept of each flow.
pub fn has_records(pipeline: &Pipeline) -> bool {
    pipeline.optional().is_some_and(|optional| optional.extended.is_some())
}

/// Our own columns that have values.
fn own(pipeline: &Pipeline) -> Vec<&'static Column<OwnFigures>> {
    let is_of_record = |name: &str| is_damped(name) || OF_RECORDS.iter().any(|known| name.ends_with(known));
    own::ALL.iter().filter(|column| has_records(pipeline) || !is_of_record(&column.name)).collect()
}

/// True for a figure of host and pair that fades with time: `… L5`.
fn is_damped(name: &str) -> bool {
    name.rsplit_once(" L").is_some_and(|(_, decay)| number(decay).is_some())
}

/// All features of flows.
pub fn features(pipeline: &Pipeline) -> Vec<Feature> {
    fn of<Row>(column: &Column<Row>) -> Feature {
        let withheld = IDENTITIES.iter().find(|(name, _)| *name == column.name).map(|(_, why)| identity(why));
        let group = group(&column.name);
        Feature { withheld, ..Feature::new(&column.name, group, column.unit, &column.formula) }
    }
    kept().map(of).chain(own(pipeline).into_iter().map(of)).collect()
}

/// CICFlowMeter's columns; its label says nothing of a flow.
fn kept() -> impl Iterator<Item = &'static Column<Figures>> {
    columns::ALL.iter().filter(|column| column.name != "Label")
}

/// What a column is listed under.
fn group(name: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if IDENTITIES.iter().any(|(known, _)| *known == name) => "Who and when",
        () if is_damped(name) => "Host and pair, lately",
        () if has(&["Bulk", "Subflow"]) => "Bulk transfers and subflows",
        () if has(&["Active", "Idle"]) => "Active and idle periods",
        () if has(&["IAT", "Burstiness", "Periodicity"]) => "Gaps between packets",
        () if has(&["Flag", "State", "Retrans", "Zero Windows", "Init Win", "Handshake", "Seg Size Min"]) => "TCP",
        () if has(&["Length", "Packet Size", "Segment Size", "Entropy"])
            && !name.starts_with("Total")
            && !name.starts_with("Server") =>
        {
            "Packet lengths"
        }
        () if has(&["Protocol", "Application", "ICMP", "Server"]) => "Kind of traffic",
        () => "Volume and rate",
    }
}

/// The values of some features, by their places, for some flows, by their serial numbers.
pub fn values(pipeline: &Pipeline, serials: &[u32], wanted: &[usize]) -> Vec<Values> {
    let cic: Vec<&Column<Figures>> = kept().collect();
    let own = own(pipeline);
    let mut gathered: Vec<Gathered> = wanted.iter().map(|place| Gathered::of(&cic, &own, *place)).collect();
    let (flows, names) = (pipeline.flows(), pipeline.names());
    let extended = pipeline.optional().and_then(|optional| optional.extended.as_ref());
    let mut text = String::new();
    for serial in serials {
        let Some(flow) = flows.get(*serial) else { continue };
        let figures = Figures::from(flow);
        let record = extended.and_then(|extended| extended.get(*serial));
        let mine = OwnFigures::new(flow, record, names.text(flow.name));
        for (place, into) in wanted.iter().zip(&mut gathered) {
            match (cic.get(*place), own.get(place.wrapping_sub(cic.len()))) {
                (Some(column), _) => into.take(column, &figures, figures.known, &mut text),
                (None, Some(column)) => into.take(column, &mine, figures.known, &mut text),
                (None, None) => {}
            }
        }
    }
    gathered.into_iter().map(Gathered::done).collect()
}

/// Values on their way.
enum Gathered {
    Numbers(Vec<f64>),
    Texts(Vec<Option<u32>>, BTreeMap<String, u32>),
}

impl Gathered {
    fn of(cic: &[&Column<Figures>], own: &[&Column<OwnFigures>], place: usize) -> Gathered {
        let is_text = |value: Option<bool>| value.unwrap_or(false);
        let own = own.get(place.wrapping_sub(cic.len()));
        let text = is_text(cic.get(place).map(|column| matches!(column.value, Value::Text(_))))
            || is_text(own.filter(|_| place >= cic.len()).map(|column| matches!(column.value, Value::Text(_))));
        if text { Gathered::Texts(Vec::new(), BTreeMap::new()) } else { Gathered::Numbers(Vec::new()) }
    }

    fn take<Row>(&mut self, column: &Column<Row>, row: &Row, known: Known, text: &mut String) {
        let is_known = known.has(column.needs);
        match (self, &column.value) {
            (Gathered::Numbers(values), Value::Number(of)) => values.push(if is_known { of(row) } else { f64::NAN }),
            (Gathered::Texts(codes, texts), Value::Text(of)) => {
                text.clear();
                if is_known {
                    of(row, text);
                }
                let next = texts.len() as u32;
                let code = texts.get(text.as_str()).copied();
                let code = code.or_else(|| (!text.is_empty()).then(|| *texts.entry(text.clone()).or_insert(next)));
                codes.push(code);
            }
            _ => {}
        }
    }

    fn done(self) -> Values {
        match self {
            Gathered::Numbers(values) => Values::Numbers(values),
            Gathered::Texts(codes, texts) => {
                let mut named: Vec<(u32, String)> = texts.into_iter().map(|(text, code)| (code, text)).collect();
                named.arrange();
                Values::Texts(codes, named.into_iter().map(|(_, text)| text).collect())
            }
        }
    }
}
