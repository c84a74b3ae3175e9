//! Several paths to a pipeline that has read them as one capture, in order of time.

use super::Failure;
use super::memory;
use super::progress::Progress;
use super::read::{CHUNK_BYTES, Outcome, ReadOptions, fill, name_of, open};
use crate::issue::IssueKind;
use crate::model::format::text::hex;
use crate::pipeline::{MOST_FILES, Pipeline, PipelineOptions};
use crate::settings::Settings;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// Reads the files to their ends. Reading that breaks off half way is an issue; a file that cannot be opened, or is none
/// that is known, is a failure. Captures have no label column.
pub fn read(paths: &[PathBuf], settings: &Settings, options: ReadOptions<'_>) -> Result<Outcome, Failure> {
    let ReadOptions { wants_hash, is_quiet, .. } = options;
    if paths.len() > MOST_FILES {
        let n = paths.len();
        return Err(Failure::usage(format!("{n} captures are too many; at most {MOST_FILES} are read together")));
    }
    let mut files = Vec::new();
    let (mut bytes, mut is_regular) = (0, true);
    for path in paths {
        let (file, meta) = open(path)?;
        bytes += meta.len();
        is_regular &= meta.is_file();
        files.push(file);
    }
    let mut pipeline = Pipeline::new(PipelineOptions {
        names: paths.iter().map(|path| name_of(path)).collect(),
        bytes,
        ..PipelineOptions::of(settings)
    });
    let mut progress = Progress::new(bytes, is_quiet);
    let (read, sha256) = std::thread::scope(|scope| {
        // A pipe can be read only once.
        let hasher = (wants_hash && is_regular).then(|| scope.spawn(|| hash(paths)));
        let read = feed(&mut pipeline, &mut files, paths, &mut progress);
        (read, hasher.and_then(|hasher| hasher.join().ok()?.ok()))
    });
    if let Err(failure) = read {
        progress.clear();
        return Err(failure);
    }
    Ok(Outcome { pipeline, sha256, bytes, progress })
}

fn feed(
    pipeline: &mut Pipeline,
    files: &mut [File],
    paths: &[PathBuf],
    progress: &mut Progress,
) -> Result<(), Failure> {
    let mut chunk = Vec::new();
    let mut done = 0;
    while let Some(wanted) = pipeline.wants() {
        let (Some(file), Some(path)) = (files.get_mut(wanted), paths.get(wanted)) else { break };
        chunk.resize(CHUNK_BYTES, 0);
        let n = fill(file, &mut chunk).unwrap_or_else(|_| {
            pipeline.note(IssueKind::FileChanged);
            0
        });
        chunk.truncate(n);
        done += n as u64;
        let fed = if n == 0 { pipeline.end_file(&mut |_, _| ()) } else { pipeline.feed(&chunk) };
        fed.map_err(|refusal| Failure::input(format!("{}: {refusal}", path.display())))?;
        memory::check(pipeline.packets())?;
        progress.at(done, pipeline.packets());
    }
    pipeline.end().map_err(Failure::input)
}

/// Of all files, one behind the other.
fn hash(paths: &[PathBuf]) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    for path in paths {
        let mut file = File::open(path)?;
        loop {
            let n = fill(&mut file, &mut chunk)?;
            if n == 0 {
                break;
            }
            hasher.update(chunk.get(..n).unwrap_or(&[]));
        }
    }
    Ok(hex(&hasher.finalize()))
}
