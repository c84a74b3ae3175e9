//! A path to a pipeline that has read it: one thread reads ahead and hashes, one decodes, and this one takes the packets.

use super::Failure;
use super::memory;
use super::progress::Progress;
use crate::issue::IssueKind;
use crate::model::format::text::hex;
use crate::pipeline::{Batch, CaptureStage, Pipeline, PipelineOptions};
use crate::read::UnsupportedFile;
use crate::settings::Settings;
use sha2::{Digest, Sha256};
use std::fmt::Display;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

/// Bytes read at once: enough to make calls rare, little enough that they and their packets stay in a core's cache.
pub(super) const CHUNK_BYTES: usize = 1 << 18;
/// Chunks that wait between two threads: enough that neither often waits for the other. Set by us.
const AHEAD: usize = 4;

/// Bytes of the file and the packets that end in them.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    batch: Batch,
}

/// What reading gave.
pub struct Outcome {
    /// The pipeline, ended but not evaluated.
    pub pipeline: Pipeline,
    /// Hash of all bytes, in hex; none if it was not asked for or reading broke off.
    pub sha256: Option<String>,
    /// Size of the input; of a pipe, what came out of it.
    pub bytes: u64,
    /// The line on the terminal, for what comes next.
    pub progress: Progress,
}

/// How an input is read, beside the settings.
#[derive(Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// Heading of the column of a table that says what its rows are.
    pub label: Option<&'a str>,
    /// The SHA-256 of the input is computed too.
    pub wants_hash: bool,
    /// No progress is shown.
    pub is_quiet: bool,
}

/// Reads the file to its end. Reading that breaks off half way is an issue; a file that cannot be opened, or whose format
/// is not known, is a failure.
pub fn read(path: &Path, settings: &Settings, options: ReadOptions<'_>) -> Result<Outcome, Failure> {
    let ReadOptions { label, wants_hash, is_quiet } = options;
    let refuse = |why: &dyn Display| refuse(path, why);
    let (file, meta) = open(path)?;
    let for_file = PipelineOptions::for_file(settings, &name_of(path), meta.len());
    let mut pipeline = Pipeline::new(PipelineOptions { label: label.map(str::to_owned), ..for_file });
    let mut progress = Progress::new(meta.len(), is_quiet);
    let (full, full_pieces) = sync_channel(AHEAD);
    let (decoded, decoded_pieces) = sync_channel(AHEAD);
    let (empty, empty_pieces) = channel();
    let (capture, flow_stage) = pipeline.halves();
    let (fed, hashed, room) = std::thread::scope(|scope| {
        let reader = scope.spawn(move || read_ahead(file, wants_hash, &full, &empty_pieces));
        let decoder = scope.spawn(move || decode(capture, &full_pieces, &decoded));
        let mut done = 0;
        let mut room = Ok(());
        for Chunk { bytes, mut batch } in decoded_pieces {
            flow_stage.take(&mut batch, &bytes);
            done += bytes.len() as u64;
            progress.at(done, flow_stage.packets());
            room = memory::check(flow_stage.packets());
            if room.is_err() {
                // The other threads end when nobody takes what they send.
                break;
            }
            // What was unpacked came in more pieces than the reader wants back; and it may have ended already.
            if !bytes.is_empty() {
                let _ = empty.send(Chunk { bytes, batch });
            }
        }
        (decoder.join().map(|decoded| decoded.map(|()| done)), reader.join(), room)
    });
    if let Err(failure) = room {
        progress.clear();
        return Err(failure);
    }
    let fed = fed.unwrap_or_else(|_| Err(UnsupportedFile("decoding stopped early".to_owned())));
    let done = fed.map_err(|refusal| {
        progress.clear();
        refuse(&refusal)
    })?;
    let hashed = hashed.unwrap_or_else(|_| Err(io::Error::other("reading stopped early")));
    let sha256 = match hashed {
        Ok(sha256) => sha256,
        Err(error) if done == 0 => return Err(refuse(&error)),
        Err(_) => {
            pipeline.note(IssueKind::FileChanged);
            None
        }
    };
    pipeline.end().map_err(|refusal| refuse(&refusal))?;
    let bytes = if meta.is_file() { meta.len() } else { done };
    Ok(Outcome { pipeline, sha256, bytes, progress })
}

/// Opens a file; a folder is refused.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Failure> {
    let file = File::open(path).map_err(|error| refuse(path, &error))?;
    let meta = file.metadata().map_err(|error| refuse(path, &error))?;
    if meta.is_dir() {
        return Err(refuse(path, &"this is a folder, not a file"));
    }
    Ok((file, meta))
}

/// Name without folders.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn refuse(path: &Path, why: &dyn Display) -> Failure {
    Failure::input(format!("{}: {why}", path.display()))
}

/// Sends the file chunk by chunk, in buffers that come back through `empty` for reuse; returns the hash if it is wanted.
fn read_ahead(
    mut file: File,
    wants_hash: bool,
    full: &SyncSender<Chunk>,
    empty: &Receiver<Chunk>,
) -> io::Result<Option<String>> {
    let mut hasher = Sha256::new();
    loop {
        let mut piece = empty.try_recv().unwrap_or_default();
        piece.bytes.resize(CHUNK_BYTES, 0);
        let n = fill(&mut file, &mut piece.bytes)?;
        if n == 0 {
            break;
        }
        piece.bytes.truncate(n);
        if wants_hash {
            hasher.update(&piece.bytes);
        }
        if full.send(piece).is_err() {
            // The file was refused: nobody wants the rest.
            break;
        }
    }
    Ok(wants_hash.then(|| hex(&hasher.finalize())))
}

/// Decodes each chunk and sends it on with its packets.
fn decode(
    capture: &mut CaptureStage,
    full: &Receiver<Chunk>,
    decoded: &SyncSender<Chunk>,
) -> Result<(), UnsupportedFile> {
    for mut piece in full {
        let mut at = 0;
        while let Some(rest) = piece.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            at += capture.decode(rest, &mut piece.batch, &mut |_, _| ())?;
            if at < piece.bytes.len() {
                // Unpacked, so that the batch holds all that it means.
                let part = Chunk { bytes: Vec::new(), batch: std::mem::take(&mut piece.batch) };
                if decoded.send(part).is_err() {
                    return Ok(());
                }
            }
        }
        if decoded.send(piece).is_err() {
            break;
        }
    }
    Ok(())
}

/// Reads until the chunk is full or the file has ended.
pub(super) fn fill(file: &mut File, chunk: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while let Some(rest) = chunk.get_mut(n..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}
