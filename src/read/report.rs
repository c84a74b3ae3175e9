//! What is known of a file beside its packets and rows: one value, which readers hand up.

use super::table::CellReader;
use crate::issue::IssueLog;
use crate::model::Comment;

/// What is known of one file, so far or at its end.
#[derive(Clone, Debug, Default)]
pub struct InputReport {
    /// The format in words; empty until it is known.
    pub format: String,
    /// The file is compressed: packets and rows point into what it unpacks to, not into the file.
    pub is_packed: bool,
    /// Bytes of the plain stream that are not part of what was understood. Compressed ones that could not be unpacked
    /// are none of it: where unpackers notice damage depends on the slices.
    pub bytes_skipped: u64,
    /// Comments in the file.
    pub comments: Vec<Comment>,
    /// Names of the interfaces that captured it, in the order in which the file describes them; empty for one without a name.
    pub interfaces: Vec<String>,
    /// Of a table, what reads the cells of a row again.
    pub table: Option<CellReader>,
    /// What went wrong while it was read. Packet numbers are those of this file alone.
    pub issues: IssueLog,
}
