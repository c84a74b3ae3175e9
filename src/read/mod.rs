//! File bytes to records (raw packets, rows of tables): guesses the format by content, then streams. Any slicing of the
//! bytes gives the same result.

pub mod guess;
mod input;
mod merge;
mod pcap;
mod pcapng;
mod report;
pub mod table;
mod unpack;

pub use merge::{Inputs, MOST_FILES};
pub use report::InputReport;

use crate::issue::{IssueKind, IssueLog};
use crate::model::Comment;
use crate::model::rows::Layout;
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

/// What one look at the front of the unread bytes gave.
enum Step {
    /// This many bytes are done with.
    Used(usize),
    /// This many bytes, counted from the front, are needed before anything can be done.
    Need(usize),
    /// The file makes no sense from here on.
    Corrupt,
}

enum Format {
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
    Table(TableReader),
}

/// Reads a capture that is fed to it in slices.
#[derive(Default)]
pub struct Reader {
    file: u8,
    format: Option<Format>,
    /// Bytes of a record whose rest has not come yet.
    carry: Vec<u8>,
    /// Offset in the file of the first byte not yet used.
    at: u64,
    /// Packets given so far.
    n_packets: u64,
    is_corrupt: bool,
    bytes_fed: u64,
    /// How to read the file if it is a table; none if tables are refused.
    table_options: Option<Options>,
}

/// Longer packets are taken as damage, as Wireshark takes them (its WTAP_MAX_PACKET_SIZE_STANDARD).
const MOST_PACKET_BYTES: u32 = 262_144;
/// The same for D-Bus, USB and the like, whose messages are long.
const MOST_LONG_PACKET_BYTES: u32 = 128 << 20;

fn most_packet_bytes(link_type: u16) -> u32 {
    // LINKTYPE_ numbers of D-Bus, USB (Linux, Linux with padding, Darwin, USBPcap) and EBHSCR.
    if matches!(link_type, 231 | 189 | 220 | 249 | 266 | 279) { MOST_LONG_PACKET_BYTES } else { MOST_PACKET_BYTES }
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
            Some(_) => Some(self.n_packets),
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
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        self.bytes_fed += bytes.len() as u64;
        // First the record whose front was left over: topped up with just what it needs.
        while !self.carry.is_empty() && !self.is_corrupt {
            let carry = std::mem::take(&mut self.carry);
            match self.step(&carry, issues, sink)? {
                Step::Used(n) => self.carry = carry.get(n..).unwrap_or(&[]).to_vec(),
                Step::Corrupt => return Ok(()),
                Step::Need(n) => {
                    self.carry = carry;
                    let missing = n.saturating_sub(self.carry.len()).max(1).min(bytes.len());
                    let (front, rest) = bytes.split_at(missing);
                    self.carry.extend_from_slice(front);
                    bytes = rest;
                    if missing == 0 {
                        return Ok(());
                    }
                }
            }
        }
        while !bytes.is_empty() && !self.is_corrupt {
            match self.step(bytes, issues, sink)? {
                Step::Used(n) => bytes = bytes.get(n..).unwrap_or(&[]),
                Step::Corrupt => return Ok(()),
                Step::Need(_) => {
                    self.carry.extend_from_slice(bytes);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Says that the file has ended; a record without its rest becomes an issue.
    ///
    /// # Errors
    /// The file was too short to be a capture.
    pub fn end(&mut self, issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) -> Result<(), UnsupportedFile> {
        if self.format.is_none() && table::looks_like_table(&self.carry) {
            self.format = Some(Format::Table(table_reader(self.table_options.as_ref())?));
            let front = std::mem::take(&mut self.carry);
            self.step(&front, issues, sink)?;
        }
        if let Some(Format::Table(table)) = &mut self.format {
            return table.end(issues, sink);
        }
        if self.format.is_none() {
            return Err(guess::refusal(&self.carry, true));
        }
        if !self.carry.is_empty() && !self.is_corrupt {
            issues.add(IssueKind::FileCut, Some(self.n_packets), Some(self.at));
        }
        Ok(())
    }

    /// The rest of the file will not come: a record that waits for it is no damage.
    pub fn give_up(&mut self) {
        // All that came of a short table may still wait here.
        let kept = if self.format.is_none() && table::looks_like_table(&self.carry) {
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
        let mut report = InputReport { bytes_skipped: self.bytes_fed - self.at, ..InputReport::default() };
        match &self.format {
            None => {}
            Some(Format::Pcap(pcap)) => report.format = pcap.describe(),
            Some(Format::Pcapng(pcapng)) => {
                report.format = pcapng.describe();
                report.bytes_skipped += pcapng.bytes_damaged;
                let of_file = |comment: &Comment| Comment { file: self.file, ..comment.clone() };
                report.comments = pcapng.comments.iter().map(of_file).collect();
            }
            Some(Format::Table(table)) => {
                report.format = table.layout().map(Layout::describe).unwrap_or_default();
                report.table = table.cell_reader();
            }
        }
        report
    }

    fn step(
        &mut self,
        bytes: &[u8],
        issues: &mut IssueLog,
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<Step, UnsupportedFile> {
        let (n_packets, file) = (&mut self.n_packets, self.file);
        let mut counted = |mut packet: RawPacket<'_>| {
            *n_packets += 1;
            packet.file = file;
            sink(Record::Packet(packet));
        };
        let step = match &mut self.format {
            None => match guess::guess(bytes) {
                None => Step::Need(guess::NEEDED_BYTES),
                Some(guess::Guess::Pcap) => match pcap::Pcap::new(bytes) {
                    Some(pcap) => {
                        self.format = Some(Format::Pcap(pcap));
                        Step::Used(pcap::HEADER_BYTES)
                    }
                    None => Step::Need(pcap::HEADER_BYTES),
                },
                Some(guess::Guess::Pcapng) => {
                    self.format = Some(Format::Pcapng(pcapng::Pcapng::default()));
                    Step::Used(0)
                }
                // The whole front is awaited, so that the sentence does not depend on the slicing.
                Some(guess::Guess::Other) if bytes.len() < guess::FRONT_BYTES => Step::Need(guess::FRONT_BYTES),
                Some(guess::Guess::Other) if table::looks_like_table(bytes) => {
                    self.format = Some(Format::Table(table_reader(self.table_options.as_ref())?));
                    Step::Used(0)
                }
                Some(guess::Guess::Other) => return Err(guess::refusal(bytes, false)),
            },
            Some(Format::Table(table)) => {
                table.feed(bytes, self.at, issues, sink)?;
                Step::Used(bytes.len())
            }
            Some(Format::Pcap(pcap)) => pcap.step(bytes, self.at, &mut counted),
            Some(Format::Pcapng(pcapng)) => pcapng.step(bytes, self.at, issues, &mut counted),
        };
        match step {
            Step::Used(n) => self.at += n as u64,
            Step::Need(_) => {}
            Step::Corrupt => {
                self.is_corrupt = true;
                issues.add(IssueKind::FileCorrupt, Some(self.n_packets), Some(self.at));
            }
        }
        Ok(step)
    }
}

/// A reader of a table where tables are read.
fn table_reader(options: Option<&Options>) -> Result<TableReader, UnsupportedFile> {
    let refusal = || UnsupportedFile("A table is opened by itself, not together with other files.".to_owned());
    options.cloned().map(TableReader::new).ok_or_else(refusal)
}
