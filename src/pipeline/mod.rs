//! The whole line, in order: the only file that knows it. Bytes go in, an [`Analysis`](crate::model::Analysis) comes out.

mod app_layer;
mod capture_detectors;
mod capture_stage;
mod dispatch;
mod evaluate;
mod flow_stage;
mod keeper;
mod named;
mod tables;
mod threads;

pub use capture_stage::{Batch, CaptureStage};
pub use flow_stage::FlowStage;
pub use keeper::RowKeeper;

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
use crate::read::table::{Label, TableReader};
pub use crate::read::{MOST_FILES, UnsupportedFile};
use crate::settings::{self, Descriptor, Settings};
use crate::stats::packet_index::PacketIndex;
pub use crate::stats::rows::RowBlock;
use crate::stats::rows::RowStore;

/// Bytes that are decoded before their packets are taken: these then stay in the processor's cache.
const PART_BYTES: usize = 64 * 1024;

/// Every setting there is, in the order in which they are shown.
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
    /// Names of the files that are read together.
    names: Vec<String>,
    flow_stage: FlowStage,
    file: FileFacts,
    runs: Vec<(DetectorRun, Vec<Finding>)>,
    scores: Vec<f32>,
    row_scores: Vec<f32>,
}

impl Pipeline {
    /// For a file of this name and size.
    pub fn new(settings: &Settings, file_name: &str, file_bytes: u64) -> Pipeline {
        Pipeline::of_files(settings, vec![file_name.to_owned()], file_bytes)
    }

    /// For files of these names, at most [`MOST_FILES`], and of this size together: their packets are
    /// put in order of time. A table is read by itself: beside other files it is refused.
    pub fn of_files(settings: &Settings, names: Vec<String>, file_bytes: u64) -> Pipeline {
        Pipeline {
            capture: CaptureStage::new(names.len(), settings),
            batch: Batch::default(),
            flow_stage: FlowStage::new(settings),
            file: FileFacts { name: FileFacts::name_of(&names), bytes: file_bytes, ..FileFacts::default() },
            names,
            runs: Vec::new(),
            scores: Vec::new(),
            row_scores: Vec::new(),
        }
    }

    /// Says which column of a table says what its rows are; call before the first byte.
    pub fn choose_label(&mut self, name: &str) {
        self.capture.choose_label(Label::Name(name.to_owned()));
    }

    /// Lets no detector observe anything, to measure what that costs; call before the first byte.
    pub fn without_detectors(&mut self) {
        self.capture.take_watchers();
        self.flow_stage.dispatch.rest();
    }

    /// The file whose next bytes, or whose end, are needed; none once all have ended.
    pub fn wants(&self) -> Option<usize> {
        self.capture.inputs().wants()
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
    pub fn feed_keeping(&mut self, bytes: &[u8], keep: &mut impl FnMut(usize, &[u8])) -> Result<(), UnsupportedFile> {
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
    pub fn end_file(&mut self, keep: &mut impl FnMut(usize, &[u8])) -> Result<(), UnsupportedFile> {
        self.capture.end_file(&mut self.batch, keep)?;
        self.flow_stage.take(&mut self.batch, &[]);
        Ok(())
    }

    /// True if index and places of rows point into what a file was unpacked to, not into the file.
    pub fn is_packed(&self, file: usize) -> bool {
        self.capture.inputs().is_packed(file)
    }

    /// Both halves of the line, for two threads: what the front makes of a single file's bytes, the other half takes in
    /// the same order.
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
        for (place, detector) in self.capture.take_watchers() {
            self.flow_stage.dispatch.adopt(place, detector);
        }
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

    /// Takes a piece of the rows that were left; true once that was the last one. Until then the rows have no columns.
    pub fn put_rows(&mut self, piece: RowBlock) -> bool {
        self.capture.put_rows(piece)
    }

    /// True unless rows that were left are still missing.
    pub fn has_all_rows(&self) -> bool {
        self.rows().is_none_or(RowStore::is_whole)
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

    /// The reader of a table, which can read a row again.
    pub fn table(&self) -> Option<&TableReader> {
        self.capture.inputs().table()
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

    /// What flows said.
    pub fn told(&self) -> &FlowFields {
        &self.flow_stage.told
    }

    /// Texts of the traffic, server names among them.
    pub fn names(&self) -> &Names {
        &self.flow_stage.names
    }

    /// The index of packets.
    pub fn index(&self) -> PacketIndex<'_> {
        PacketIndex::new(self.capture.places(), &self.flow_stage.owners)
    }

    /// Largest score of the model-based detectors for each kept flow, in order; empty if none ran.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}
