//! Files that were dropped or chosen: those of which it is not known yet what they are, and those that are applied to what is open.

use crate::protocol::attached::AttachedFile;
use serde::{Deserialize, Serialize};

/// Most files that are applied at a time.
pub const MOST_ATTACHED: usize = 20;

/// A file, before it is known what it is, or the one that was opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenFile {
    /// Name without folders.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// Files that the worker is asked about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Offer {
    /// Counts offers; the answer carries it.
    pub number: u32,
    /// The files; none once they are known.
    pub files: Vec<OpenFile>,
}

/// A file that is applied to what is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attached {
    /// The file.
    pub file: AttachedFile,
    /// Its size in bytes.
    pub bytes: u64,
    /// What the file has, in a sentence; empty until it is read.
    pub about: String,
    /// How many findings came of it, or why it is not applied; none while that is not known.
    pub said: Option<Result<u64, String>>,
}
