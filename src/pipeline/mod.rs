//! All stages, in order: the only file that knows it. Bytes go in, an [`Analysis`](crate::model::Analysis) comes out.

mod app_layer;
mod batch;
mod capture_stage;
mod client_server;
mod dispatch;
mod evaluate;
mod flow_stage;
mod inputs;
mod issues;
mod options;
mod rows;
mod server_names;
mod table_facts;
mod threads;

pub use app_layer::{AppLayer, Segment, SegmentResult, StreamState};
pub use batch::Batch;
pub use capture_stage::CaptureStage;
pub use evaluate::add_findings;
pub use flow_stage::FlowStage;
pub use options::PipelineOptions;
pub use rows::RowKeeper;

use crate::detect;
use crate::detect::card::Card;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::table::FlowTable;
use crate::issue::IssueKind;
use crate::model::Finding;
use crate::model::analysis::{DetectorRun, FileFacts};
use crate::model::rows::RowKind;
pub use crate::read::{InputReport, MOST_FILES, UnsupportedFile};
use crate::settings::{self, Descriptor};
use crate::stats::packet_index::PacketIndex;
pub use crate::stats::rows::RowBlock;
use crate::stats::rows::RowStore;

/// Bytes decoded before their packets are processed, so that these stay in the processor's cache.
const PART_BYTES: usize = 64 * 1024;

/// All settings, in display order.
pub fn descriptors() -> Vec<&'static Descriptor> {
    let general = settings::GENERAL.iter().chain(settings::TABLE);
    general.chain(detect::CARDS.iter().flat_map(|(_, settings)| *settings)).collect()
}

/// Every detector's card and settings.
pub fn cards() -> Vec<(&'static Card, &'static [Descriptor])> {
    detect::CARDS.iter().map(|(card, settings)| (card, *settings)).collect()
}

/// One input on its way from bytes to findings.
pub struct Pipeline {
    capture: CaptureStage,
    batch: Batch,
    flow_stage: FlowStage,
    /// Names of the files that are read together.
    names: Vec<String>,
    /// What is known of each of them, once reading has ended.
    inputs: Vec<InputReport>,
    file: FileFacts,
    runs: Vec<(DetectorRun, Vec<Finding>)>,
    scores: Vec<f32>,
    row_scores: Vec<f32>,
}

impl Pipeline {
    /// Ready for the first byte.
    pub fn new(options: PipelineOptions<'_>) -> Pipeline {
        Pipeline {
            capture: CaptureStage::new(&options),
            batch: Batch::default(),
            flow_stage: FlowStage::new(&options),
            file: FileFacts { name: FileFacts::name_of(&options.names), bytes: options.bytes, ..FileFacts::default() },
            names: options.names,
            inputs: Vec::new(),
            runs: Vec::new(),
            scores: Vec::new(),
            row_scores: Vec::new(),
        }
    }

    /// The file whose next bytes, or whose end, are needed; none once all have ended.
    pub fn wants(&self) -> Option<usize> {
        self.capture.wants()
    }

    /// Takes the next bytes of the file that is wanted; any slicing gives the same result.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), UnsupportedFile> {
        self.feed_keeping(bytes, &mut |_, _| ())
    }

    /// The same; what a compressed file unpacks to is shown to `keep` with the file's number, because the index of
    /// packets and the places of rows point into that.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed_keeping(&mut self, bytes: &[u8], keep: &mut dyn FnMut(usize, &[u8])) -> Result<(), UnsupportedFile> {
        // Of several files another one may be wanted after any part.
        let most = if self.names.len() == 1 { PART_BYTES } else { usize::MAX };
        let mut rest = bytes;
        while !rest.is_empty() {
            let part = rest.get(..most).unwrap_or(rest);
            let n = self.capture.decode(part, &mut self.batch, keep)?;
            self.flow_stage.take(&mut self.batch, part);
            rest = rest.get(n..).unwrap_or(&[]);
        }
        Ok(())
    }

    /// The file that is wanted has ended.
    ///
    /// # Errors
    /// It was too short to be of any kind that is read.
    pub fn end_file(&mut self, keep: &mut dyn FnMut(usize, &[u8])) -> Result<(), UnsupportedFile> {
        let mut is_more = self.capture.end_file(&mut self.batch, keep)?;
        self.flow_stage.take(&mut self.batch, &[]);
        while is_more {
            is_more = self.capture.work_off(&mut self.batch, keep)?;
            self.flow_stage.take(&mut self.batch, &[]);
        }
        Ok(())
    }

    /// Both halves of the line, for two threads: what the first makes of a single file's bytes, the second takes in the
    /// same order.
    pub fn halves(&mut self) -> (&mut CaptureStage, &mut FlowStage) {
        (&mut self.capture, &mut self.flow_stage)
    }

    /// All files have ended, or reading is given up: open flows end.
    ///
    /// # Errors
    /// A file was too short to be of any kind that is read.
    pub fn end(&mut self) -> Result<(), UnsupportedFile> {
        while self.wants().is_some() {
            self.end_file(&mut |_, _| ())?;
        }
        self.inputs = self.capture.reports();
        self.flow_stage.dispatch.join(self.capture.take_dispatch());
        self.flow_stage.end_flows();
        Ok(())
    }

    /// Reading is given up before the end of the file, as asked; call before [`Pipeline::end`].
    pub fn stop(&mut self) {
        self.capture.stop();
    }

    /// Notes something that went wrong outside: the file changed.
    pub fn note(&mut self, kind: IssueKind) {
        self.capture.note(kind, None);
    }

    /// Packets (of a table: rows) read so far.
    pub fn packets(&self) -> u64 {
        self.rows().map_or(self.flow_stage.packets(), RowStore::n_rows)
    }

    /// True if the file is known to be a plain table of flows or packets, whose rows may be left to a [`RowKeeper`].
    pub fn can_leave_rows(&self) -> bool {
        self.capture.can_leave_rows()
    }

    /// Leaves the rows to a [`RowKeeper`], which is fed the same bytes from the first on.
    pub fn leave_rows(&mut self) {
        self.capture.leave_rows();
    }

    /// Takes a block of the rows that were left; true once that was the last one. Until then the rows have no columns.
    pub fn put_rows(&mut self, block: RowBlock) -> bool {
        self.capture.put_rows(block)
    }

    /// The rows of a table, if the file is one.
    pub fn rows(&self) -> Option<&RowStore> {
        self.capture.rows()
    }

    /// The flow of each kept row of a table, in order.
    pub fn flows_of_rows(&self) -> Vec<Option<u32>> {
        let numbers = self.rows().map(RowStore::numbers).unwrap_or_default();
        numbers.into_iter().map(|number| self.flow_stage.flow_of_row(number)).collect()
    }

    /// What is known of each file, once reading has ended.
    pub fn inputs(&self) -> &[InputReport] {
        &self.inputs
    }

    /// True if the file is a table whose rows are neither flows nor packets.
    pub fn has_rows_only(&self) -> bool {
        self.rows().is_some_and(|rows| rows.layout().kind == RowKind::Rows)
    }

    /// Largest score of the model-based detectors for each kept row of a table, in order; empty if none ran.
    pub fn row_scores(&self) -> &[f32] {
        &self.row_scores
    }

    /// The flow table.
    pub fn flows(&self) -> &FlowTable {
        &self.flow_stage.flows
    }

    /// The tables beside the flow table, if any was asked for.
    pub fn optional(&self) -> Option<&OptionalTables> {
        self.flow_stage.optional.as_deref()
    }

    /// Fields of the messages of flows.
    pub fn flow_fields(&self) -> &FlowFields {
        &self.flow_stage.flow_fields
    }

    /// Texts of the traffic, server names among them.
    pub fn names(&self) -> &Names {
        &self.flow_stage.names
    }

    /// The index of packets.
    pub fn index(&self) -> PacketIndex<'_> {
        PacketIndex::new(self.capture.locations(), &self.flow_stage.packet_flows)
    }

    /// Largest score of the model-based detectors for each kept flow, in order; empty if none ran.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}
