//! The job in hand: its files, what they were unpacked to, and the analysis on its way.

use super::speed::rows::Rows;
use super::underway::Underway;
use crate::model::Analysis;
use crate::pipeline::{Pipeline, UnsupportedFile};
use crate::query::{Source, Views};
use crate::settings::Settings;
use crate::web::browser::blob_writer::BlobWriter;
use crate::web::browser::read_ahead;
use js_sys::Uint8Array;
use std::io::Write;
use std::rc::Rc;
use web_sys::Blob;

/// The job in hand.
pub(super) struct Job {
    pub(super) number: u32,
    pub(super) files: Vec<Blob>,
    pub(super) bytes_total: f64,
    /// What each file was unpacked to, if it is compressed.
    pub(super) unpacked: Vec<Unpacked>,
    pub(super) settings: Settings,
    /// Questions that are underway hold it too; see [`Job::pipeline_mut`].
    pub(super) pipeline: Rc<Pipeline>,
    /// Who keeps the rows, if the file is a table.
    pub(super) rows: Rows,
    pub(super) analysis: Option<Rc<Analysis>>,
    pub(super) views: Views,
    /// The question that is being answered, if that takes long.
    pub(super) underway: Option<Underway>,
    pub(super) is_stopped: bool,
    /// Of a table only so much is read that it is known how its columns are read.
    pub(super) is_look: bool,
    /// Reading is done; detectors may finish.
    pub(super) is_read: bool,
    /// Counts requests to evaluate: an older round ends when a newer begins.
    pub(super) round: u32,
    /// Rounds that are not over.
    pub(super) n_rounds: u32,
}

/// What a compressed file was unpacked to: the browser may keep it on disk, and packets are read from it again.
#[derive(Default)]
pub(super) enum Unpacked {
    /// The file is not compressed, as far as is known.
    #[default]
    Nothing,
    /// What came of it so far.
    Open(BlobWriter),
    /// All of it; none if the browser had no room.
    Ended(Option<Blob>),
}

impl Job {
    /// The pipeline, to change it: what is being counted in it is dropped, and has to begin again.
    pub(super) fn pipeline_mut(&mut self) -> Option<(&mut Pipeline, &Settings)> {
        self.underway = None;
        Some((Rc::get_mut(&mut self.pipeline)?, &self.settings))
    }

    /// Where packets and rows are read again.
    pub(super) fn source(&self) -> BlobSource {
        let blob = |(file, unpacked): (&Blob, &Unpacked)| match unpacked {
            Unpacked::Nothing => Some(file.clone()),
            Unpacked::Open(_) => None,
            Unpacked::Ended(blob) => blob.clone(),
        };
        BlobSource { blobs: self.files.iter().zip(&self.unpacked).map(blob).collect() }
    }

    /// True while detectors finish.
    pub(super) fn is_evaluating(&self) -> bool {
        self.n_rounds > 0
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), UnsupportedFile> {
        let Job { pipeline, unpacked, .. } = self;
        let Some(pipeline) = Rc::get_mut(pipeline) else { return Ok(()) };
        let fed = pipeline.feed_keeping(bytes, &mut |file, plain| keep(unpacked, file, plain));
        self.is_stopped |= self.is_look && self.pipeline.rows().is_some();
        fed
    }

    pub(super) fn end_file(&mut self, file: usize) -> Result<(), UnsupportedFile> {
        let Job { pipeline, unpacked, .. } = self;
        let Some(pipeline) = Rc::get_mut(pipeline) else { return Ok(()) };
        let ended = pipeline.end_file(&mut |file, plain| keep(unpacked, file, plain));
        self.close(file);
        ended
    }

    pub(super) fn end(&mut self) -> Result<(), UnsupportedFile> {
        let ended = self.pipeline_mut().map_or(Ok(()), |(pipeline, _)| pipeline.end());
        (0..self.files.len()).for_each(|file| self.close(file));
        ended
    }

    /// From here on packets of the file can be read again.
    fn close(&mut self, file: usize) {
        if let Some(unpacked) = self.unpacked.get_mut(file)
            && let Unpacked::Open(writer) = unpacked
        {
            *unpacked = Unpacked::Ended(std::mem::take(writer).finish().ok());
        }
    }
}

/// A browser without room keeps nothing: single packets of the file will then say that they cannot be read.
fn keep(unpacked: &mut [Unpacked], file: usize, plain: &[u8]) {
    let n_files = unpacked.len();
    let Some(unpacked) = unpacked.get_mut(file) else { return };
    if matches!(unpacked, Unpacked::Nothing) {
        *unpacked = Unpacked::Open(BlobWriter::among(n_files));
    }
    if let Unpacked::Open(writer) = unpacked {
        let _ = writer.write(plain);
    }
}

/// The files read again, or what they were unpacked to, for single packets.
pub(super) struct BlobSource {
    blobs: Vec<Option<Blob>>,
}

impl Source for BlobSource {
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        let blob = self.blobs.get(usize::from(file))?.as_ref()?;
        let buffer = read_ahead::read(blob, offset as f64, length as f64)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        (bytes.len() == length).then_some(bytes)
    }
}
