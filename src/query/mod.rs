//! The page's queries on the tables, and their small answers.
//!
//! Each table has one file here: it filters rows, and turns those of a window into rows of the page.

mod columns;
mod expert;
mod explore;
mod filter;
mod findings;
mod flows;
mod graph;
mod host_guesses;
mod listing;
mod looks;
mod neighbours;
mod packets;
mod packets_again;
mod rows;
mod saving;
mod scan;
mod slices;
mod stream;
mod streams;

use crate::anomalies::AnomalyQueries;
use crate::decode::inspect::{self, Inspected};
use crate::explore::Turn;
use crate::explore::turn::whole;
use crate::export::pseudonyms::{self, PseudonymKey, Pseudonyms};
#[cfg(not(target_arch = "wasm32"))]
use crate::export::{ColumnFormat, columnar};
use crate::export::{TableExport, Tables};
use crate::model::Addr;
use crate::model::Analysis;
use crate::model::comment::{About, Comment};
use crate::model::explore::{Catalogue, Question};
use crate::model::listing::{FieldDetail, FilterError, FlowRow, LayerDetail, PacketDetail, PacketRow};
use crate::model::rows::{ColumnInfo, DataRow};
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::AnomalyAnswer;
use crate::protocol::training::TrainingAnswer;
use crate::protocol::{Answer, Filter, Query, SaveError, Saving, Scope};
use crate::read::RawPacket;
use expert::Expert;
use explore::KeptSelection;
use listing::{Kept, QueryContext};
use std::io::{self, Write};
use std::ops::ControlFlow;

/// The bytes of packets and rows: natively a path, in the worker a `File` or its decompressed bytes.
pub trait Source {
    /// `length` bytes of a file from `offset` on; none if they cannot be read any more.
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>>;
}

/// The tables of one job as the page last requested them.
#[derive(Default)]
pub struct Views {
    /// What is asked of flows, packets and rows.
    pub tables: TableViews,
    /// What is unusual. Kept apart: findings and scores are nothing to it.
    pub anomalies: AnomalyQueries,
}

/// The tables of flows, packets, rows and columns as the page last requested them.
#[derive(Default)]
pub struct TableViews {
    flows: Kept<FlowRow>,
    packets: Kept<PacketRow>,
    rows: Kept<DataRow>,
    columns: Kept<ColumnInfo>,
    selected: KeptSelection,
    /// What TCP analysis remarked on packets. It depends on the packets alone.
    expert: Expert,
}

impl Views {
    /// Forgets what was kept; needed after findings or scores have changed.
    pub fn clear(&mut self) {
        self.tables = TableViews { expert: std::mem::take(&mut self.tables.expert), ..TableViews::default() };
    }

    /// Answers a question.
    pub fn ask(&mut self, pipeline: &Pipeline, analysis: &Analysis, source: &mut dyn Source, query: Query) -> Answer {
        match query {
            Query::Anomalies(query) => {
                let mut go_on = |_| ControlFlow::Continue(());
                Answer::Anomalies(self.anomalies.ask(pipeline, &analysis.findings, &query, &mut go_on))
            }
            query => whole(self.tables.ask((pipeline, analysis), source, query, &Turn::NEVER)),
        }
    }
}

impl TableViews {
    /// Answers a question about the tables, and gives turns on the way. Given up, nothing is lost but what was counted so far.
    pub async fn ask(
        &mut self,
        (pipeline, analysis): (&Pipeline, &Analysis),
        source: &mut dyn Source,
        query: Query,
        turn: &Turn<'_>,
    ) -> Answer {
        let mut context = QueryContext { pipeline, analysis, source, turn };
        match query {
            Query::Flows(window) => Answer::Flows(self.flows.page(&mut context, window, ()).await),
            Query::Packets(window, looks) => {
                let mut page = self.packets.page(&mut context, window, looks.clone()).await;
                looks::add(&mut context, &mut self.expert, &mut page.rows, &looks);
                Answer::Packets(page)
            }
            Query::PacketPlace(window, index) => {
                Answer::PacketPlace(self.packets.place_of(&mut context, window, index).await)
            }
            Query::Rows(window, cells) => Answer::Rows(self.rows.page(&mut context, window, cells).await),
            Query::Columns(window) => Answer::Columns(self.columns.page(&mut context, window, ()).await),
            Query::Column { place } => Answer::Column(columns::column(pipeline, place).map(Box::new)),
            // It is about no table.
            Query::Anomalies(_) => Answer::Anomalies(AnomalyAnswer::Cancelled),
            Query::Packet { index } => Answer::Packet(detail(&mut context, index).map(Box::new)),
            Query::Explore(question) => {
                Answer::Explored(Box::new(explore::ask(&mut context, &mut self.selected, &question).await))
            }
            Query::Stream { flow, from } => Answer::Stream(stream::follow(&mut context, flow, from).map(Box::new)),
            Query::Neighbours(scope) => {
                let said = neighbours::neighbours(&mut context, &scope).await;
                Answer::Neighbours(Box::new(said.map_err(|error| error.to_string())))
            }
            Query::Findings(scope) => {
                let left = findings::findings(&mut context, &scope).await;
                Answer::Findings(left.map_err(|error| error.to_string()))
            }
            // The worker has the baseline, and answers this itself.
            Query::Comparison(_) => Answer::Comparison(Box::new(Ok(None))),
            // The worker has these answered by another one.
            Query::Demonstration(_) => Answer::Demonstration(Box::new(Err(String::new()))),
            Query::Training(_) => Answer::Training(TrainingAnswer::Cancelled),
            Query::Graph(scope) => {
                let graph = graph::graph(&mut context, &scope).await;
                Answer::Graph(Box::new(graph.map_err(|error| error.to_string())))
            }
            Query::Guesses(host) => Answer::Guesses(
                host.parse().map(|ip| host_guesses::guesses(&context, Addr::of(ip))).unwrap_or_default(),
            ),
            Query::Catalogue => Answer::Catalogue(Box::new(explore::catalogue(&context))),
        }
    }
}

/// Serial numbers of the flows that pass a filter's text, ascending.
///
/// # Errors
/// The text cannot be understood, or asks for packets where there are none.
pub fn passing_flows(
    pipeline: &Pipeline,
    analysis: &Analysis,
    source: &mut dyn Source,
    text: &str,
) -> Result<Vec<u32>, FilterError> {
    let mut context = context(pipeline, analysis, source);
    whole(filter::flows(&mut context, &Filter { text: text.to_owned(), ..Filter::default() }))
}

/// Places of the packets that pass a filter's text, from 0, ascending.
///
/// # Errors
/// The text cannot be understood.
pub fn passing_packets(
    pipeline: &Pipeline,
    analysis: &Analysis,
    source: &mut dyn Source,
    text: &str,
) -> Result<Vec<u32>, FilterError> {
    let mut context = context(pipeline, analysis, source);
    whole(filter::packets(&mut context, &Filter { text: text.to_owned(), ..Filter::default() }))
}

/// The part of a filter's text for which packets have to be read, if there is one.
pub fn needs_bytes(text: &str) -> Option<FilterError> {
    crate::filter::compile(text).ok()?.needs_reading()
}

/// Why a filter cannot be understood for this input; none if it can.
pub fn misunderstood(pipeline: &Pipeline, text: &str) -> Option<FilterError> {
    match pipeline.rows().filter(|_| pipeline.has_rows_only()) {
        Some(rows) => {
            let columns: Vec<String> = rows.layout().columns.iter().map(|column| column.name.clone()).collect();
            crate::filter::compile_for_rows(text, &columns).err()
        }
        None => crate::filter::compile(text).err(),
    }
}

/// True if a filter asks for what detectors found.
pub fn needs_findings(text: &str) -> bool {
    crate::filter::compile(text).is_ok_and(|filter| filter.needs_findings())
}

/// Answers a question of measures and dimensions, as the page shows it.
///
/// # Errors
/// What cannot be asked of this input, in a sentence.
pub fn explore(
    pipeline: &Pipeline,
    analysis: &Analysis,
    source: &mut dyn Source,
    question: &Question,
) -> Result<crate::model::explore::Answer, String> {
    whole(explore::ask(&mut context(pipeline, analysis, source), &mut KeptSelection::default(), question))
}

/// What can be asked of an input.
pub fn catalogue(pipeline: &Pipeline, analysis: &Analysis) -> Catalogue {
    explore::catalogue(&context(pipeline, analysis, &mut NoBytes))
}

/// What is answered at once: nobody else waits.
fn context<'a>(pipeline: &'a Pipeline, analysis: &'a Analysis, source: &'a mut dyn Source) -> QueryContext<'a> {
    QueryContext { pipeline, analysis, source, turn: &Turn::NEVER }
}

/// For questions that need no byte of the input.
struct NoBytes;

impl Source for NoBytes {
    fn read_at(&mut self, _file: u8, _offset: u64, _length: usize) -> Option<Vec<u8>> {
        None
    }
}

/// Writes an export that is made from the tables.
pub fn write(out: &mut dyn Write, export: TableExport, pipeline: &Pipeline, analysis: &Analysis) -> io::Result<()> {
    write_passing(out, export, pipeline, analysis, None)
}

/// The same, of some flows only: their serial numbers, ascending.
pub fn write_passing(
    out: &mut dyn Write,
    export: TableExport,
    pipeline: &Pipeline,
    analysis: &Analysis,
    passing: Option<&[u32]>,
) -> io::Result<()> {
    export.write(out, analysis, &tables(pipeline, passing))
}

/// Writes the flow table as a file of typed columns, of the flows that pass if they are named, with pseudonyms if there are any.
///
/// # Errors
/// The file cannot be written.
#[cfg(not(target_arch = "wasm32"))]
pub fn write_columns(
    out: &mut dyn Write,
    format: ColumnFormat,
    (pipeline, analysis): (&Pipeline, &Analysis),
    (passing, pseudonyms): (Option<&[u32]>, Option<&mut Pseudonyms>),
) -> io::Result<()> {
    columnar::write(out, format, (analysis, &tables(pipeline, passing)), pseudonyms)
}

fn tables<'a>(pipeline: &'a Pipeline, passing: Option<&'a [u32]>) -> Tables<'a> {
    Tables {
        flows: pipeline.flows(),
        fields: pipeline.flow_fields(),
        names: pipeline.names(),
        optional: pipeline.optional(),
        scores: pipeline.scores(),
        passing,
    }
}

/// What replaces addresses, and the names of hosts, domains and accounts in the input, under a key.
pub fn pseudonyms(key: &PseudonymKey, pipeline: &Pipeline, analysis: &Analysis) -> Pseudonyms {
    let names = pseudonyms::names_of(analysis, Some(&tables(pipeline, None)));
    Pseudonyms::new(key, names, pseudonyms::ids_of(analysis))
}

/// Writes packets as pcapng, those that pass if they are named by their places, with a comment on those of findings, and only their
/// headers under pseudonyms; gives how many could not be read again.
///
/// # Errors
/// The file cannot be written.
pub fn write_packets(
    out: &mut dyn Write,
    (pipeline, analysis): (&Pipeline, &Analysis),
    source: &mut dyn Source,
    (passing, pseudonyms): (Option<&[u32]>, Option<&mut Pseudonyms>),
) -> io::Result<u64> {
    packets_again::write(out, pipeline, analysis, source, (passing, pseudonyms))
}

/// Writes an export of what is left by a selection, with pseudonyms if there is a key; gives how many packets could not be read
/// again.
///
/// # Errors
/// The selection cannot be used, or the file cannot be written.
pub fn save(
    out: &mut dyn Write,
    (saving, scope, key): (Saving, &Scope, Option<&PseudonymKey>),
    (pipeline, analysis): (&Pipeline, &Analysis),
    source: &mut dyn Source,
) -> Result<u64, SaveError> {
    saving::save(out, (saving, scope, key), &mut context(pipeline, analysis, source))
}

/// Serial numbers of the flows that are left by a selection, ascending; none if that is all of them.
///
/// # Errors
/// In a sentence: the selection cannot be used.
pub fn flows_within(
    pipeline: &Pipeline,
    analysis: &Analysis,
    source: &mut dyn Source,
    scope: &Scope,
) -> Result<Option<Vec<u32>>, String> {
    saving::flows_within(&mut context(pipeline, analysis, source), scope)
}

/// Comments in the capture about a packet, as a layer without bytes.
fn comments(analysis: &Analysis, raw: &RawPacket<'_>) -> Option<LayerDetail> {
    let is_about = |comment: &&Comment| {
        comment.file == raw.file && matches!(comment.about, About::Packet { offset, .. } if offset == raw.offset)
    };
    let texts = analysis.file.comments.iter().filter(is_about);
    let text =
        |comment: &Comment| FieldDetail { name: "Text".to_owned(), value: comment.text.clone(), start: 0, length: 0 };
    let fields: Vec<_> = texts.map(text).collect();
    (!fields.is_empty()).then(|| LayerDetail { name: "Comment in the capture".to_owned(), start: 0, length: 0, fields })
}

fn detail(context: &mut QueryContext<'_>, index: u64) -> Option<PacketDetail> {
    let (pipeline, analysis) = (context.pipeline, context.analysis);
    let known = pipeline.index().get(index)?;
    let location = &known.location;
    let bytes = context.source.read_at(location.file, location.offset, location.captured_bytes as usize)?;
    let raw = slices::raw(location, &bytes);
    let beside = slices::known_of(pipeline, &known, context.secrets());
    let Inspected { row, mut layers, stopped } = inspect::inspect(&raw, index, beside);
    layers.extend(comments(analysis, &raw));
    Some(PacketDetail { row, layers, bytes, stopped })
}
