//! One file as it is to records: unpacks it where it is compressed, and hands the plain bytes to the reader.

use super::table::{Options, Part};
use super::unpack::{self, UnpackError, Unpacker};
use super::{InputReport, Reader, Record, UnsupportedFile};
use crate::issue::{IssueKind, IssueLog};

enum Packing {
    /// Too few bytes have come to tell.
    Unknown(Vec<u8>),
    Plain,
    Packed(Unpacker),
    /// Packed, but nothing more can be unpacked.
    Ended(Unpacker),
}

/// Reads one file that is fed to it in slices.
pub struct Input {
    packing: Packing,
    reader: Reader,
    /// Unpacked bytes on their way to the reader.
    plain: Vec<u8>,
}

impl Input {
    /// For the file of this number, see [`super::RawPacket::file`]; tables are read as `table_options` say, if at all.
    pub fn new(file: u8, table_options: Option<Options>) -> Input {
        let reader = Reader::new(file, table_options);
        Input { packing: Packing::Unknown(Vec::new()), reader, plain: Vec::new() }
    }

    /// From the next row of a table on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        self.reader.want(part);
    }

    /// Takes the next bytes of the file. Unpacked bytes are shown to `keep` before their records are given.
    ///
    /// # Errors
    /// The file is of no format that is read.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        issues: &mut IssueLog,
        keep: &mut impl FnMut(&[u8]),
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let n = self.step(rest, issues, keep, sink)?;
            rest = rest.get(n..).unwrap_or(&[]);
        }
        Ok(())
    }

    /// The same for some bytes at the front of `bytes`, so that little is unpacked at a time; gives how many.
    ///
    /// # Errors
    /// The file is of no format that is read.
    pub fn step(
        &mut self,
        bytes: &[u8],
        issues: &mut IssueLog,
        keep: &mut impl FnMut(&[u8]),
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<usize, UnsupportedFile> {
        match &mut self.packing {
            Packing::Plain => {
                self.reader.feed(bytes, issues, sink)?;
                Ok(bytes.len())
            }
            Packing::Unknown(front) if front.is_empty() && bytes.len() >= unpack::NEEDED_BYTES => {
                self.packing = packing(bytes);
                Ok(0)
            }
            Packing::Unknown(front) => {
                let n = (unpack::NEEDED_BYTES - front.len()).min(bytes.len());
                front.extend(bytes.iter().take(n));
                if front.len() == unpack::NEEDED_BYTES {
                    let front = std::mem::take(front);
                    self.packing = packing(&front);
                    self.feed(&front, issues, keep, sink)?;
                }
                Ok(n)
            }
            Packing::Packed(unpacker) => {
                self.plain.clear();
                let done = unpacker.step(bytes, &mut self.plain);
                keep(&self.plain);
                self.give(issues, sink)?;
                match done {
                    Ok(n) => Ok(n),
                    Err(error) => {
                        self.error(error, issues);
                        Ok(0)
                    }
                }
            }
            Packing::Ended(_) => Ok(bytes.len()),
        }
    }

    /// The file has ended.
    ///
    /// # Errors
    /// It was too short to be anything that is read.
    pub fn end(
        &mut self,
        issues: &mut IssueLog,
        keep: &mut impl FnMut(&[u8]),
        sink: &mut impl FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        if let Packing::Unknown(front) = &mut self.packing {
            let front = std::mem::take(front);
            self.reader.feed(&front, issues, sink)?;
        }
        if let Packing::Packed(unpacker) = &mut self.packing {
            self.plain.clear();
            let ended = unpacker.end(&mut self.plain);
            keep(&self.plain);
            self.give(issues, sink)?;
            if let Err(error) = ended {
                self.error(error, issues);
            }
        }
        self.reader.end(issues, sink).map_err(|refusal| self.inside(refusal))
    }

    /// The rest of the file will not come: what waits for it is no damage.
    pub fn give_up(&mut self) {
        self.close();
        self.reader.give_up();
    }

    /// What is known of the file so far; what went wrong is in the log that [`Input::feed`] was given.
    pub fn report(&self) -> InputReport {
        let report = self.reader.report();
        match &self.packing {
            Packing::Packed(unpacker) | Packing::Ended(unpacker) => {
                InputReport { format: format!("{unpacker}, {}", report.format), is_packed: true, ..report }
            }
            Packing::Plain | Packing::Unknown(_) => report,
        }
    }

    /// Hands what was unpacked to the reader.
    fn give(&mut self, issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) -> Result<(), UnsupportedFile> {
        let plain = std::mem::take(&mut self.plain);
        let fed = self.reader.feed(&plain, issues, sink);
        self.plain = plain;
        fed.map_err(|refusal| self.inside(refusal))
    }

    fn error(&mut self, error: UnpackError, issues: &mut IssueLog) {
        let kind = match error {
            UnpackError::Cut => IssueKind::UnpackCut,
            UnpackError::Damaged => IssueKind::UnpackDamaged,
            UnpackError::TooMuch => IssueKind::UnpackLimit,
        };
        issues.add(kind, self.reader.n_given(), None);
        // A packet or row that waits for its rest is part of the same trouble.
        self.reader.give_up();
        self.close();
    }

    /// Nothing more is unpacked.
    fn close(&mut self) {
        self.packing = match std::mem::replace(&mut self.packing, Packing::Plain) {
            Packing::Packed(unpacker) => Packing::Ended(unpacker),
            other => other,
        };
    }

    /// A refusal of what is inside an archive says so.
    fn inside(&self, refusal: UnsupportedFile) -> UnsupportedFile {
        match &self.packing {
            Packing::Packed(unpacker) | Packing::Ended(unpacker) => {
                UnsupportedFile(format!("Inside of {unpacker}: {}", refusal.0))
            }
            _ => refusal,
        }
    }
}

fn packing(front: &[u8]) -> Packing {
    Unpacker::of(front).map_or(Packing::Plain, Packing::Packed)
}
