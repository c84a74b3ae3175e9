//! Paths as a source of bytes that are read again: of packets that a filter has to look into.

use super::Failure;
use crate::model::Analysis;
use crate::model::listing::FilterError;
use crate::pipeline::Pipeline;
use crate::query::{self, Source};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// The input files, opened once more.
pub struct Files(Vec<Option<File>>);

impl Files {
    /// Opens them. A pipe cannot be read again, and places in a compressed file are those of what it unpacks to.
    pub fn open(paths: &[PathBuf], pipeline: &Pipeline) -> Files {
        let is_packed = |place: usize| pipeline.inputs().get(place).is_some_and(|input| input.is_packed);
        let open =
            |path: &PathBuf| File::open(path).ok().filter(|file| file.metadata().is_ok_and(|meta| meta.is_file()));
        Files(paths.iter().enumerate().map(|(place, path)| open(path).filter(|_| !is_packed(place))).collect())
    }
}

impl Files {
    /// True if every file can be read again.
    pub fn has_all(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }
}

impl Source for Files {
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        let file = self.0.get_mut(usize::from(file))?.as_mut()?;
        file.seek(SeekFrom::Start(offset)).ok()?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// The input files for a filter that may have to read packets again; refused where it must and cannot.
pub fn reopened(paths: &[PathBuf], pipeline: &Pipeline, text: &str) -> Result<Files, Failure> {
    let is_packed = pipeline.inputs().iter().any(|input| input.is_packed);
    if let Some(error) = query::needs_bytes(text).filter(|_| is_packed && !pipeline.index().is_empty()) {
        let why = "this stands in packets, which cannot be read again from a compressed file; unpack it first";
        return Err(refusal(text, &FilterError { text: why.to_owned(), ..error }));
    }
    Ok(Files::open(paths, pipeline))
}

/// Serial numbers of the flows that pass a filter, ascending.
pub fn passing(paths: &[PathBuf], pipeline: &Pipeline, analysis: &Analysis, text: &str) -> Result<Vec<u32>, Failure> {
    let mut files = reopened(paths, pipeline, text)?;
    query::passing_flows(pipeline, analysis, &mut files, text).map_err(|error| refusal(text, &error))
}

/// An error with the text of the filter and a mark below the part that is meant.
pub fn refusal(text: &str, error: &FilterError) -> Failure {
    let at = text.floor_char_boundary(error.at as usize);
    let n_before = text.get(..at).unwrap_or_default().chars().count();
    let part = text.get(at..).unwrap_or_default().get(..error.length as usize).unwrap_or_default();
    let mark = "^".repeat(part.chars().count().max(1));
    let why = format!("the filter is refused: {}", error.text);
    Failure::Filter(vec![why, format!("  {text}"), format!("  {}{mark}", " ".repeat(n_before))])
}
