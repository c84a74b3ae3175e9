//! The job in hand: its files, what they were unpacked to, and the analysis on its way.

use super::rows_beside::{self, RowsBeside};
use super::{Shared, with};
use crate::model::Analysis;
use crate::pipeline::{Pipeline, UnsupportedFile};
use crate::query::{Source, Views};
use crate::settings::Settings;
use crate::web::blob_writer::BlobWriter;
use crate::web::read_ahead;
use js_sys::Uint8Array;
use std::io::Write;
use web_sys::Blob;

/// The job in hand.
pub(super) struct Job {
    pub(super) number: u32,
    pub(super) files: Vec<Blob>,
    pub(super) bytes_total: f64,
    /// What each file was unpacked to, if it is compressed.
    pub(super) unpacked: Vec<Unpacked>,
    pub(super) settings: Settings,
    pub(super) pipeline: Pipeline,
    pub(super) rows: Rows,
    pub(super) analysis: Option<Box<Analysis>>,
    pub(super) views: Views,
    pub(super) is_stopped: bool,
    /// Reading is done; detectors may conclude.
    pub(super) is_read: bool,
    /// Counts requests to conclude: an older round ends when a newer begins.
    pub(super) round: u32,
}

/// Who keeps the rows of a table.
pub(super) enum Rows {
    /// It is not known yet whether the file is a large table of flows or packets.
    Open,
    /// The pipeline, if the file is a table at all.
    Here,
    /// A helper, until they are back.
    Beside(Box<RowsBeside>),
}

/// What a compressed file was unpacked to: the browser may keep it on disk, and packets are read from it again.
#[derive(Default)]
pub(super) struct Unpacked {
    writer: BlobWriter,
    blob: Option<Blob>,
}

impl Job {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), UnsupportedFile> {
        let Job { pipeline, unpacked, .. } = self;
        pipeline.feed_keeping(bytes, &mut |file, plain| keep(unpacked, file, plain))
    }

    /// Leaves the rows to a helper as soon as the file is known to be a large table of flows or packets. Without a helper
    /// they stay here.
    pub(super) fn share_rows(&mut self, shared: &Shared) {
        if !matches!(self.rows, Rows::Open) || self.pipeline.rows().is_none() {
            return;
        }
        self.rows = Rows::Here;
        let is_worth_it = self.bytes_total >= rows_beside::LEAST_BYTES && self.pipeline.can_leave_rows();
        if let Some(helper) = is_worth_it.then(|| shared.take_helper()).flatten() {
            let (shared, number) = (shared.clone(), self.number);
            let put = move |piece| with(&shared, number, |job| job.pipeline.put_rows(piece)).unwrap_or(true);
            self.pipeline.leave_rows();
            self.rows = Rows::Beside(Box::new(RowsBeside::begin(helper, &self.settings, put)));
        }
    }

    /// The helper that keeps the rows, if there is one.
    pub(super) fn beside(&mut self) -> Option<&mut RowsBeside> {
        if let Rows::Beside(beside) = &mut self.rows { Some(beside) } else { None }
    }

    pub(super) fn end_file(&mut self, file: usize) -> Result<(), UnsupportedFile> {
        let Job { pipeline, unpacked, .. } = self;
        let ended = pipeline.end_file(&mut |file, plain| keep(unpacked, file, plain));
        self.close(file);
        ended
    }

    pub(super) fn end(&mut self) -> Result<(), UnsupportedFile> {
        let ended = self.pipeline.end();
        (0..self.files.len()).for_each(|file| self.close(file));
        ended
    }

    /// From here on packets of the file can be read again.
    fn close(&mut self, file: usize) {
        let is_packed = self.pipeline.is_packed(file);
        if let Some(unpacked) = self.unpacked.get_mut(file).filter(|unpacked| is_packed && unpacked.blob.is_none()) {
            unpacked.blob = std::mem::take(&mut unpacked.writer).finish().ok();
        }
    }
}

/// A browser without room keeps nothing: single packets of the file will then say that they cannot be read.
fn keep(unpacked: &mut [Unpacked], file: usize, plain: &[u8]) {
    if let Some(unpacked) = unpacked.get_mut(file) {
        let _ = unpacked.writer.write(plain);
    }
}

/// The files read again, or what they were unpacked to, for single packets.
pub(super) struct BlobSource<'a> {
    pub(super) files: &'a [Blob],
    pub(super) unpacked: &'a [Unpacked],
}

impl Source for BlobSource<'_> {
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        let unpacked = self.unpacked.get(usize::from(file)).and_then(|unpacked| unpacked.blob.as_ref());
        let blob = unpacked.or_else(|| self.files.get(usize::from(file)))?;
        let buffer = read_ahead::read(blob, offset as f64, length as f64)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        (bytes.len() == length).then_some(bytes)
    }
}
