//! File bytes to records (raw packets, rows of tables): guesses the format by content, then streams. Any slicing of the
//! bytes gives the same result.

mod capture;
pub mod guess;
mod input;
mod member;
mod merge;
mod report;
pub mod table;
#[cfg(test)]
mod tests;
mod unpack;

pub use merge::{Inputs, MOST_FILES};
pub use report::InputReport;

use crate::issue::{IssueKind, IssueLog};
use crate::model::Comment;
use crate::model::rows::Layout;
use capture::{CaptureReader, Opened, Progress};
use member::{Content, Members, Stage};
use table::{Options, Part, TableReader, TableRow};
use thiserror::Error;

/// A packet as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawPacket<'a> {
    /// Nanoseconds since 1970 UTC; the time of the packet before where the file gives none.
    pub time_ns: i64,
    /// The file gives a time.
    pub is_timed: bool,
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// LINKTYPE_ number.
    pub link_type: u16,
    /// Which of the files that were opened together, from 0.
    pub file: u8,
    /// Which of the interfaces that the file describes captured it, in their order, from 0, or
    /// [`UNDESCRIBED`](crate::model::interface::CaptureInterface::UNDESCRIBED).
    pub interface: u16,
    /// Byte offset of `data` in the file, or in what a compressed file unpacks to.
    pub offset: u64,
    /// Captured bytes.
    pub data: &'a [u8],
}

/// What a file holds, one after the other.
#[allow(clippy::large_enum_variant, reason = "one at a time, moved once")]
pub enum Record<'a> {
    /// A packet.
    Packet(RawPacket<'a>),
    /// What a table is: before its first row, and again when columns are added.
    Layout(&'a Layout),
    /// A row of a table.
    Row(TableRow<'a>),
}

/// Why a file is not read at all; displays as one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct UnsupportedFile(pub String);

enum Format {
    Capture(Box<CaptureReader>),
    Table(TableReader),
}

/// Reads a capture that is fed to it in slices.
#[derive(Default)]
pub struct Reader {
    file: u8,
    format: Option<Format>,
    /// Bytes of a record whose rest has not come yet, from `carry_at` on.
    carry: Vec<u8>,
    carry_at: usize,
    /// Offset in the file of the first byte not yet used.
    at: u64,
    bytes_fed: u64,
    /// Bytes of members that were left over at their ends.
    bytes_left: u64,
    /// The file is an archive, and this is known of it.
    members: Option<Members>,
    /// What comes is known to break off.
    is_cut_short: bool,
    /// How to read the file if it is a table; none if tables are refused.
    table_options: Option<Options>,
}

impl Reader {
    /// For the file of this number; takes a table as `table_options` say, and refuses it if they say nothing.
    pub fn new(file: u8, table_options: Option<Options>) -> Reader {
        Reader { file, table_options, ..Reader::default() }
    }

    /// Packets or rows given so far; none until it is known which.
    pub fn n_given(&self) -> Option<u64> {
        match &self.format {
            None => None,
            Some(Format::Table(table)) => table.n_rows(),
            Some(Format::Capture(capture)) => Some(capture.n_packets()),
        }
    }

    /// Takes the next bytes of the file and hands every record that is complete to `sink`.
    ///
    /// # Errors
    /// The file is of no format that is read; only possible until the first packet.
    pub fn feed(
        &mut self,
        mut bytes: &[u8],
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        self.bytes_fed += bytes.len() as u64;
        // First the record whose front was left over: topped up with just what it needs.
        while self.carry_at < self.carry.len() {
            let carry = std::mem::take(&mut self.carry);
            let step = self.step(carry.get(self.carry_at..).unwrap_or(&[]), false, issues, sink);
            self.carry = carry;
            match step? {
                Progress::Used(n) => self.carry_at += n,
                Progress::Need(n) => {
                    let missing = (self.carry_at + n).saturating_sub(self.carry.len()).max(1).min(bytes.len());
                    if missing == 0 {
                        return Ok(());
                    }
                    // What is done with is cleared away before it is much.
                    if self.carry_at > self.carry.len() / 2 {
                        self.carry.drain(..self.carry_at);
                        self.carry_at = 0;
                    }
                    let (front, rest) = bytes.split_at(missing);
                    self.carry.extend_from_slice(front);
                    bytes = rest;
                }
            }
        }
        self.carry.clear();
        self.carry_at = 0;
        while !bytes.is_empty() {
            match self.step(bytes, false, issues, sink)? {
                Progress::Used(n) => bytes = bytes.get(n..).unwrap_or(&[]),
                Progress::Need(_) => {
                    self.carry.extend_from_slice(bytes);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A member of an archive begins; the one before has ended.
    ///
    /// # Errors
    /// The one before was of a format that is refused.
    pub fn begin_member(
        &mut self,
        name: String,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        self.end_member(issues, sink)?;
        self.members.get_or_insert_default().begin(name);
        Ok(())
    }

    /// Names, without folders, of the members of an archive that were read, the first hundred.
    pub fn members_read(&self) -> &[String] {
        self.members.as_ref().map_or(&[], |members| members.read.as_slice())
    }

    /// Of an archive, why the first member that was passed over was.
    pub fn first_refusal(&self) -> Option<&str> {
        self.members.as_ref()?.first_refusal.as_deref()
    }

    /// What comes is known to break off: a record without its rest is no news.
    pub fn cut_short(&mut self) {
        self.is_cut_short = true;
    }

    /// Says that the file has ended; a record without its rest becomes an issue.
    ///
    /// # Errors
    /// The file was too short to be a capture.
    pub fn end(&mut self, issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) -> Result<(), UnsupportedFile> {
        let rest = self.end_member(issues, sink)?;
        match &mut self.format {
            None => Err(guess::refusal(&rest, true)),
            Some(Format::Table(table)) => table.end(issues, sink),
            Some(Format::Capture(_)) => Ok(()),
        }
    }

    /// Reads what waits, as no more comes; gives what could not be read of a file of which nothing was.
    fn end_member(
        &mut self,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Vec<u8>, UnsupportedFile> {
        if std::mem::take(&mut self.is_cut_short) {
            self.give_up();
        }
        let carry = std::mem::take(&mut self.carry);
        let mut rest = carry.get(self.carry_at..).unwrap_or(&[]);
        self.carry_at = 0;
        while !rest.is_empty() {
            match self.step(rest, true, issues, sink)? {
                Progress::Used(n) => rest = rest.get(n..).unwrap_or(&[]),
                Progress::Need(_) => break,
            }
        }
        if let Some(Format::Capture(capture)) = &mut self.format {
            let n_packets = Some(capture.n_packets());
            if let Some(from) = capture.end_damage() {
                issues.add(IssueKind::FileCorrupt, n_packets, Some(from));
            } else if !rest.is_empty() {
                issues.add(IssueKind::FileCut, n_packets, Some(self.at));
            }
        }
        if self.members.is_some() {
            self.at += rest.len() as u64;
            self.bytes_left += rest.len() as u64;
        }
        Ok(rest.to_vec())
    }

    /// The rest of the file will not come: a record that waits for it is no damage.
    pub fn give_up(&mut self) {
        // All that came of a short table may still wait here.
        self.carry.drain(..self.carry_at);
        self.carry_at = 0;
        let kept = if self.format.is_none() && self.members.is_none() && table::looks_like_table(&self.carry) {
            table::whole_lines(&self.carry)
        } else {
            0
        };
        self.bytes_fed -= (self.carry.len() - kept) as u64;
        self.carry.truncate(kept);
        if let Some(Format::Table(table)) = &mut self.format {
            table.give_up();
        }
    }

    /// From the next row of a table on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        if let Some(Format::Table(table)) = &mut self.format {
            table.want(part);
        }
    }

    /// What is known of the file so far; what went wrong is in the log that [`Reader::feed`] was given.
    pub fn report(&self) -> InputReport {
        let mut report =
            InputReport { bytes_skipped: self.bytes_fed - self.at + self.bytes_left, ..InputReport::default() };
        match &self.format {
            None => {}
            Some(Format::Capture(capture)) => {
                report.format = capture.describe();
                report.bytes_skipped += capture.bytes_damaged();
                let of_file = |comment: &Comment| Comment { file: self.file, ..comment.clone() };
                report.comments = capture.comments().map(of_file).collect();
                report.interfaces = capture.interface_names().map(str::to_owned).collect();
            }
            Some(Format::Table(table)) => {
                report.format = table.layout().map(Layout::describe).unwrap_or_default();
                report.table = table.cell_reader();
            }
        }
        report
    }

    /// Reads a record at the front of the bytes. `is_last` if the file ends with them.
    #[inline]
    fn step(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, UnsupportedFile> {
        let file = self.file;
        let is_between = self.members.as_ref().is_some_and(|members| members.stage != Stage::Reading);
        let progress = match &mut self.format {
            _ if is_between => self.front_of_member(bytes, is_last, issues)?,
            Some(Format::Capture(capture)) => capture.step(bytes, self.at, is_last, issues, &mut |mut packet| {
                packet.file = file;
                sink(Record::Packet(packet));
            }),
            Some(Format::Table(table)) => {
                table.feed(bytes, self.at, issues, sink)?;
                if let Some(members) = &mut self.members {
                    members.ends_line = bytes.last() == Some(&b'\n');
                }
                Progress::Used(bytes.len())
            }
            None => self.open(bytes, is_last)?,
        };
        if let Progress::Used(n) = progress {
            self.at += n as u64;
        }
        Ok(progress)
    }

    /// Finds out what is to be done with a member, or passes it over.
    fn front_of_member(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        issues: &mut IssueLog,
    ) -> Result<Progress, UnsupportedFile> {
        let Some(members) = &mut self.members else { return Ok(Progress::Used(0)) };
        if members.stage == Stage::Skipping {
            return Ok(Progress::Used(bytes.len()));
        }
        if bytes.len() < guess::FRONT_BYTES && !is_last {
            return Ok(Progress::Need(guess::FRONT_BYTES));
        }
        let front = bytes.get(..guess::FRONT_BYTES).unwrap_or(bytes);
        let is_all = is_last && front.len() == bytes.len();
        let content = members.content(front, is_all);
        match (&mut self.format, content) {
            (None, Content::Capture(kind)) => {
                let progress = self.open_capture(kind, bytes, is_last);
                if let (Some(members), true) = (&mut self.members, self.format.is_some()) {
                    members.take();
                }
                return Ok(progress);
            }
            (Some(Format::Capture(capture)), Content::Capture(kind)) => {
                let progress = capture.join(kind, bytes, self.at, is_last, issues);
                if let Progress::Used(_) = progress {
                    members.take();
                }
                return Ok(progress);
            }
            (None, Content::Table) => {
                members.take_table(front);
                self.format = Some(Format::Table(table_reader(self.table_options.as_ref())?));
                return Ok(Progress::Used(0));
            }
            (Some(Format::Table(table)), Content::Table) if members.can_follow(front, table.layout().is_some()) => {
                issues.add(IssueKind::TablesJoined, table.n_rows(), Some(self.at));
                members.take();
                return Ok(Progress::Used(0));
            }
            (_, Content::Other(false)) => members.stage = Stage::Skipping,
            _ => {
                issues.add(IssueKind::MembersSkipped, None, Some(self.at));
                members.skip(front, is_all);
            }
        }
        Ok(Progress::Used(0))
    }

    fn open_capture(&mut self, kind: capture::CaptureKind, bytes: &[u8], is_last: bool) -> Progress {
        match CaptureReader::open(kind, bytes, is_last) {
            Opened::Need(n) => Progress::Need(n),
            Opened::As(capture, used) => {
                self.format = Some(Format::Capture(Box::new(capture)));
                Progress::Used(used)
            }
        }
    }

    /// Finds out what the file is.
    fn open(&mut self, bytes: &[u8], is_last: bool) -> Result<Progress, UnsupportedFile> {
        if bytes.len() < capture::NEEDED_BYTES && !is_last {
            return Ok(Progress::Need(capture::NEEDED_BYTES));
        }
        let is_front = bytes.len() >= guess::FRONT_BYTES || is_last;
        // What is behind the front decides nothing, so that slices do not.
        let front = bytes.get(..guess::FRONT_BYTES).unwrap_or(bytes);
        let is_all = is_last && front.len() == bytes.len();
        let by_records = || if is_front { capture::kind_by_records(front, is_all) } else { None };
        if let Some(kind) = capture::kind(bytes).or_else(by_records) {
            return Ok(self.open_capture(kind, bytes, is_last));
        }
        // The whole front is awaited, so that the sentence does not depend on the slicing.
        if !is_front {
            return Ok(Progress::Need(guess::FRONT_BYTES));
        }
        if guess::no_table(bytes).is_none() && table::looks_like_table(bytes) {
            self.format = Some(Format::Table(table_reader(self.table_options.as_ref())?));
            return Ok(Progress::Used(0));
        }
        Err(guess::refusal(bytes, is_last))
    }
}

/// A reader of a table where tables are read.
fn table_reader(options: Option<&Options>) -> Result<TableReader, UnsupportedFile> {
    let refusal = || UnsupportedFile("Open a table on its own, not together with other files.".to_owned());
    options.cloned().map(TableReader::new).ok_or_else(refusal)
}
