//! Questions that the page may ask of the tables, and their small answers.
//!
//! The last filter and order of each table are kept as a list of row numbers, so that scrolling costs a window only.

mod columns;
mod filter;
mod flows;
mod packets;
mod rows;

use crate::decode::inspect::{self, Inspected};
use crate::export::flows_csv;
use crate::model::comment::{About, Comment};
use crate::model::listing::{LayerDetail, PacketDetail};
use crate::model::{Analysis, Finding, Secrets};
use crate::pipeline::Pipeline;
use crate::protocol::{Answer, Filter, FlowSort, PacketSort, Query, RowSort};
use crate::read::RawPacket;
use std::io::{self, Write};

/// Most rows in one answer.
const MOST_ROWS: u32 = 1000;

/// Most cells of a row in one answer.
const MOST_CELLS: u32 = 64;

/// The bytes that packets and rows stand in: a path natively, in the worker a `File` or what it was unpacked to.
pub trait Source {
    /// `length` bytes of a file from `offset` on; none if they cannot be read any more.
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>>;
}

/// Which rows a table shows, in order.
enum Rows {
    /// All of them, as they come.
    All { n: u64, is_descending: bool },
    /// These.
    Some(Vec<u32>),
}

impl Rows {
    fn len(&self) -> u64 {
        match self {
            Rows::All { n, .. } => *n,
            Rows::Some(rows) => rows.len() as u64,
        }
    }

    fn get(&self, place: u64) -> Option<u64> {
        match self {
            Rows::All { n, .. } if place >= *n => None,
            Rows::All { n, is_descending: true } => Some(n - 1 - place),
            Rows::All { .. } => Some(place),
            Rows::Some(rows) => rows.get(place as usize).map(|row| u64::from(*row)),
        }
    }
}

struct View<Sort> {
    filter: Filter,
    sort: Sort,
    is_descending: bool,
    rows: Rows,
}

/// The tables of one job as the page last asked for them.
#[derive(Default)]
pub struct Views {
    flows: Option<View<FlowSort>>,
    packets: Option<View<PacketSort>>,
    rows: Option<View<RowSort>>,
}

impl Views {
    /// Forgets what was kept; needed after findings or scores have changed.
    pub fn clear(&mut self) {
        *self = Views::default();
    }

    /// Answers a question.
    pub fn ask(&mut self, pipeline: &Pipeline, analysis: &Analysis, source: &mut dyn Source, query: Query) -> Answer {
        let secrets = secrets(analysis);
        match query {
            Query::Flows { filter, sort, is_descending, offset, count } => {
                let is_kept = |view: &&View<FlowSort>| {
                    view.filter == filter && view.sort == sort && view.is_descending == is_descending
                };
                if self.flows.as_ref().filter(is_kept).is_none() {
                    let finding = finding(analysis, &filter);
                    let rows = flows::rows(pipeline, finding, &filter, sort, is_descending);
                    self.flows = Some(View { filter, sort, is_descending, rows });
                }
                let rows = self.flows.as_ref().map_or(&NO_ROWS, |view| &view.rows);
                Answer::Flows(flows::page(pipeline, rows, (offset, count.min(MOST_ROWS)), secrets))
            }
            Query::Packets { filter, sort, is_descending, offset, count } => {
                let is_kept = |view: &&View<PacketSort>| {
                    view.filter == filter && view.sort == sort && view.is_descending == is_descending
                };
                if self.packets.as_ref().filter(is_kept).is_none() {
                    let finding = finding(analysis, &filter);
                    let rows = packets::rows(pipeline, finding, &filter, sort, is_descending);
                    self.packets = Some(View { filter, sort, is_descending, rows });
                }
                let rows = self.packets.as_ref().map_or(&NO_ROWS, |view| &view.rows);
                Answer::Packets(packets::page(pipeline, source, rows, (offset, count.min(MOST_ROWS)), secrets))
            }
            Query::Rows { filter, sort, is_descending, offset, count, first_column, n_columns } => {
                let is_kept = |view: &&View<RowSort>| {
                    view.filter == filter && view.sort == sort && view.is_descending == is_descending
                };
                if self.rows.as_ref().filter(is_kept).is_none() {
                    let finding = finding(analysis, &filter);
                    let rows = rows::rows(pipeline, finding, &filter, sort, is_descending);
                    self.rows = Some(View { filter, sort, is_descending, rows });
                }
                let kept = self.rows.as_ref().map_or(&NO_ROWS, |view| &view.rows);
                let window = (offset, count.min(MOST_ROWS));
                Answer::Rows(rows::page(pipeline, source, kept, window, (first_column, n_columns.min(MOST_CELLS))))
            }
            Query::Columns { filter, offset, count } => {
                Answer::Columns(columns::page(pipeline, &filter, offset, count.min(MOST_ROWS)))
            }
            Query::Column { place } => Answer::Column(columns::column(pipeline, place).map(Box::new)),
            Query::Packet { index } => Answer::Packet(detail(pipeline, analysis, source, index).map(Box::new)),
        }
    }
}

/// Writes the flow table as CSV.
pub fn write_flows(out: &mut impl Write, pipeline: &Pipeline, analysis: &Analysis) -> io::Result<()> {
    flows_csv::write(
        out,
        &flows_csv::Source {
            flows: pipeline.flows(),
            names: pipeline.names(),
            optional: pipeline.optional(),
            scores: pipeline.scores(),
            findings: &analysis.findings,
        },
    )
}

static NO_ROWS: Rows = Rows::Some(Vec::new());

fn finding<'a>(analysis: &'a Analysis, filter: &Filter) -> Option<&'a Finding> {
    let id = filter.finding.as_ref()?;
    analysis.finding(id)
}

fn secrets(analysis: &Analysis) -> Secrets {
    if analysis.shows_secrets { Secrets::Shown } else { Secrets::Masked }
}

/// What the capture says about a packet, as a layer of no bytes.
fn comments(analysis: &Analysis, raw: &RawPacket<'_>) -> Option<LayerDetail> {
    let is_about = |comment: &&Comment| {
        comment.file == raw.file && matches!(comment.about, About::Packet { offset, .. } if offset == raw.offset)
    };
    let texts = analysis.file.comments.iter().filter(is_about);
    let fields: Vec<_> = texts.map(|comment| ("Says".to_owned(), comment.text.clone())).collect();
    (!fields.is_empty()).then(|| LayerDetail { name: "Comment in the capture".to_owned(), start: 0, length: 0, fields })
}

fn detail(pipeline: &Pipeline, analysis: &Analysis, source: &mut dyn Source, index: u64) -> Option<PacketDetail> {
    let known = pipeline.index().get(index)?;
    let location = &known.location;
    let bytes = source.read_at(location.file, location.offset, location.captured_bytes as usize)?;
    let raw = packets::raw(location, &bytes);
    let beside = packets::known_of(pipeline, &known, secrets(analysis));
    let Inspected { row, mut layers, stopped } = inspect::inspect(&raw, index, beside);
    layers.extend(comments(analysis, &raw));
    Some(PacketDetail { row, layers, bytes, stopped })
}
