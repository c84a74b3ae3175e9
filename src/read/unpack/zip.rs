//! zip: the members of an archive in the order in which they stand, by their local headers, stored or deflated.
//!
//! Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10.

use super::{STEP_BYTES, UnpackError};
use flate2::{Crc, Decompress, FlushDecompress, Status};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const HEADER_BYTES: usize = 30;
/// In place of a size that stands in the extra field of this number.
const IN_EXTRA: u32 = u32::MAX;
const ZIP64: u16 = 1;

/// Where the next bytes belong.
enum Place {
    /// To a local header, or to what follows the last member.
    Header,
    /// To a member that is stored: so many are left.
    Stored(u64),
    /// To one that is deflated.
    Deflated(Box<Decompress>),
    /// To one that cannot be read: so many are left.
    Skipped(u64),
    /// To the sizes behind a member.
    Descriptor,
    /// To the directory at the end, which is not needed.
    Directory,
}

/// State between steps.
pub struct Zip {
    place: Place,
    carry: Vec<u8>,
    out: Vec<u8>,
    crc: Crc,
    /// What the header of the member says that it adds up to; none if that stands behind it.
    given_crc: Option<u32>,
    is_zip64: bool,
    begun: Option<String>,
    /// The first member that cannot be read, rather one that needs a password: its name, and whether it does.
    unread: Option<(String, bool)>,
}

impl Default for Zip {
    fn default() -> Self {
        Zip {
            place: Place::Header,
            carry: Vec::new(),
            out: vec![0; STEP_BYTES / 4],
            crc: Crc::new(),
            given_crc: None,
            is_zip64: false,
            begun: None,
            unread: None,
        }
    }
}

impl Zip {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        match &mut self.place {
            Place::Header => self.gather(bytes, Zip::header),
            Place::Descriptor => self.gather(bytes, Zip::descriptor),
            Place::Directory => Ok(bytes.len()),
            Place::Skipped(left) => {
                let n = part_of(bytes, *left).len();
                *left -= n as u64;
                if *left == 0 {
                    self.place = Place::Header;
                }
                Ok(n)
            }
            Place::Stored(left) => {
                let front = part_of(bytes, *left);
                *left -= front.len() as u64;
                let is_end = *left == 0;
                self.crc.update(front);
                plain.extend_from_slice(front);
                if is_end {
                    self.end_member()?;
                }
                Ok(front.len())
            }
            Place::Deflated(inflate) => {
                let start = plain.len();
                let mut used = 0;
                while plain.len() - start < STEP_BYTES {
                    let rest = bytes.get(used..).unwrap_or(&[]);
                    let before = (inflate.total_in(), inflate.total_out());
                    let status = inflate.decompress(rest, &mut self.out, FlushDecompress::None);
                    let n = (inflate.total_in() - before.0) as usize;
                    let made = self.out.get(..(inflate.total_out() - before.1) as usize).unwrap_or(&[]);
                    used += n;
                    plain.extend_from_slice(made);
                    self.crc.update(made);
                    match status.map_err(|_| UnpackError::Damaged)? {
                        Status::StreamEnd => {
                            self.end_member()?;
                            break;
                        }
                        _ if n == 0 && made.is_empty() => break,
                        _ => {}
                    }
                }
                Ok(used)
            }
        }
    }

    /// Gathers bytes until `read` has as many as it asks for; gives how many were taken.
    fn gather(
        &mut self,
        bytes: &[u8],
        read: fn(&mut Zip, &[u8]) -> Result<Option<usize>, UnpackError>,
    ) -> Result<usize, UnpackError> {
        let mut taken = 0;
        loop {
            let carry = std::mem::take(&mut self.carry);
            let need = read(self, &carry)?;
            let Some(need) = need else { return Ok(taken) };
            self.carry = carry;
            let rest = bytes.get(taken..).unwrap_or(&[]);
            if rest.is_empty() {
                return Ok(taken);
            }
            let n = need.saturating_sub(self.carry.len()).clamp(1, rest.len());
            self.carry.extend(rest.iter().take(n));
            taken += n;
        }
    }

    /// Reads a local header; or says how many bytes of it are needed.
    fn header(&mut self, bytes: &[u8]) -> Result<Option<usize>, UnpackError> {
        let Some(signature) = u32_at(bytes, 0) else { return Ok(Some(4)) };
        if signature != LOCAL {
            // The directory, its signatures, or an archive's own end.
            let is_end = bytes.starts_with(b"PK");
            self.place = Place::Directory;
            return if is_end { Ok(None) } else { Err(UnpackError::Damaged) };
        }
        let (Some(n_name), Some(n_extra)) = (u16_at(bytes, 26), u16_at(bytes, 28)) else {
            return Ok(Some(HEADER_BYTES));
        };
        let name_end = HEADER_BYTES + usize::from(n_name);
        let length = name_end + usize::from(n_extra);
        let Some(extra) = bytes.get(name_end..length) else { return Ok(Some(length)) };
        let flags = u16_at(bytes, 6).unwrap_or(0);
        let method = u16_at(bytes, 8).unwrap_or(0);
        let name = String::from_utf8_lossy(bytes.get(HEADER_BYTES..name_end).unwrap_or(&[])).into_owned();
        let large = zip64(extra);
        self.is_zip64 = large.is_some();
        let packed = match u32_at(bytes, 18).unwrap_or(0) {
            IN_EXTRA => large.unwrap_or(u64::MAX),
            size => size.into(),
        };
        let (is_locked, is_sized_behind) = (flags & 1 != 0, flags & 8 != 0);
        self.given_crc = (!is_sized_behind).then(|| u32_at(bytes, 14).unwrap_or(0));
        self.crc.reset();
        self.place = match method {
            8 if !is_locked => Place::Deflated(Box::new(Decompress::new(false))),
            0 if !is_locked && !is_sized_behind => Place::Stored(packed),
            _ if is_sized_behind && packed == 0 => Place::Directory,
            _ => Place::Skipped(packed),
        };
        match &mut self.place {
            Place::Deflated(_) | Place::Stored(1..) if !name.ends_with('/') => self.begun = Some(name),
            Place::Stored(0) => self.place = Place::Header,
            Place::Skipped(_) | Place::Directory => {
                if self.unread.as_ref().is_none_or(|(_, was_locked)| is_locked && !was_locked) {
                    self.unread = Some((name, is_locked));
                }
                if let Place::Skipped(0) = self.place {
                    self.place = Place::Header;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn end_member(&mut self) -> Result<(), UnpackError> {
        let is_right = self.given_crc.is_none_or(|given| given == self.crc.sum());
        self.place = if self.given_crc.is_some() { Place::Header } else { Place::Descriptor };
        if is_right { Ok(()) } else { Err(UnpackError::Damaged) }
    }

    /// Reads what stands behind a member: perhaps a signature, the checksum, and two sizes of 32 or 64 bits.
    fn descriptor(&mut self, bytes: &[u8]) -> Result<Option<usize>, UnpackError> {
        let Some(first) = u32_at(bytes, 0) else { return Ok(Some(4)) };
        let signature = if first == DESCRIPTOR { 4 } else { 0 };
        let length = signature + 4 + if self.is_zip64 { 16 } else { 8 };
        if bytes.len() < length {
            return Ok(Some(length));
        }
        self.place = Place::Header;
        if u32_at(bytes, signature) == Some(self.crc.sum()) { Ok(None) } else { Err(UnpackError::Damaged) }
    }

    /// The name of the member that begins with the next bytes, once.
    pub fn take_begun(&mut self) -> Option<String> {
        self.begun.take()
    }

    /// See [`super::Unpacker::unread`].
    pub fn unread(&self) -> Option<(&str, bool)> {
        self.unread.as_ref().map(|(name, is_locked)| (name.as_str(), *is_locked))
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&self) -> Result<(), UnpackError> {
        let is_whole = matches!(self.place, Place::Directory);
        if is_whole { Ok(()) } else { Err(UnpackError::Cut) }
    }
}

/// At most so many bytes of these, and no more than a step takes.
fn part_of(bytes: &[u8], left: u64) -> &[u8] {
    let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()).min(STEP_BYTES);
    bytes.get(..n).unwrap_or(&[])
}

/// The packed size in the extra field of ZIP64, if there is one: the second of two.
fn zip64(mut extra: &[u8]) -> Option<u64> {
    while let (Some(id), Some(size)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let body = extra.get(4..4 + usize::from(size))?;
        if id == ZIP64 {
            let sizes = body.get(8..16).or_else(|| body.get(..8))?;
            return sizes.first_chunk().copied().map(u64::from_le_bytes);
        }
        extra = extra.get(4 + usize::from(size)..)?;
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}
