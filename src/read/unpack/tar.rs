//! tar: the members of an archive, one behind the other, in the old form, ustar, GNU's and pax.
//!
//! Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".

use super::{STEP_BYTES, UnpackError};
use std::ops::Range;

/// Everything stands in blocks of this size.
pub const BLOCK_BYTES: usize = 512;
/// A longer name or extended header is not read.
const MOST_EXTRA_BYTES: u64 = 64 << 10;
const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
const PREFIX: Range<usize> = 345..500;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// A file's.
    File,
    /// A long name of GNU's for the next member, or its extended header.
    LongName,
    Extended,
    /// A folder's, link's or device's, which is skipped.
    Other,
}

/// State between steps.
pub struct Tar {
    /// The front of a block whose rest has not come yet.
    carry: Vec<u8>,
    content: Content,
    /// Bytes that are left of the content, and of the padding behind it.
    left: u64,
    padding: u64,
    /// A long name or extended header so far.
    extra: Vec<u8>,
    /// The next member's name and size, where an extra header gives them.
    next_name: Option<String>,
    next_size: Option<u64>,
    begun: Option<String>,
    has_ended: bool,
}

impl Default for Tar {
    fn default() -> Self {
        Tar {
            carry: Vec::new(),
            content: Content::Other,
            left: 0,
            padding: 0,
            extra: Vec::new(),
            next_name: None,
            next_size: None,
            begun: None,
            has_ended: false,
        }
    }
}

/// True if the bytes begin with the header of a member: its checksum is right.
pub fn is_header(bytes: &[u8]) -> bool {
    let Some(block) = bytes.get(..BLOCK_BYTES) else { return false };
    let given = block.get(CHECKSUM).and_then(octal);
    let sum = |at: usize, byte: &u8| if CHECKSUM.contains(&at) { u64::from(b' ') } else { u64::from(*byte) };
    block.first() != Some(&0) && given == Some(block.iter().enumerate().map(|(at, byte)| sum(at, byte)).sum())
}

impl Tar {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        if self.has_ended {
            return Ok(bytes.len());
        }
        if self.left > 0 {
            let n = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len()).min(STEP_BYTES);
            let front = bytes.get(..n).unwrap_or(&[]);
            self.left -= n as u64;
            match self.content {
                Content::File => plain.extend_from_slice(front),
                Content::LongName | Content::Extended => self.extra.extend_from_slice(front),
                Content::Other => {}
            }
            if self.left == 0 {
                self.end_extra();
            }
            return Ok(n);
        }
        if self.padding > 0 {
            let n = usize::try_from(self.padding).unwrap_or(usize::MAX).min(bytes.len());
            self.padding -= n as u64;
            return Ok(n);
        }
        let n = (BLOCK_BYTES - self.carry.len()).min(bytes.len());
        self.carry.extend(bytes.iter().take(n));
        if self.carry.len() == BLOCK_BYTES {
            let block = std::mem::take(&mut self.carry);
            self.header(&block)?;
        }
        Ok(n)
    }

    fn header(&mut self, block: &[u8]) -> Result<(), UnpackError> {
        if block.iter().all(|byte| *byte == 0) {
            self.has_ended = true;
            return Ok(());
        }
        if !is_header(block) {
            return Err(UnpackError::Damaged);
        }
        let stated = block.get(SIZE).and_then(number).ok_or(UnpackError::Damaged)?;
        let kind = block.get(TYPE).copied().unwrap_or(0);
        self.content = match kind {
            b'0' | 0 | b'7' => Content::File,
            b'L' => Content::LongName,
            b'x' => Content::Extended,
            _ => Content::Other,
        };
        let is_extra = matches!(self.content, Content::LongName | Content::Extended);
        if is_extra && stated > MOST_EXTRA_BYTES {
            self.content = Content::Other;
        }
        self.left = if is_extra { stated } else { self.next_size.take().unwrap_or(stated) };
        // Up to the next whole block, also of a size that has none behind it.
        self.padding = self.left.wrapping_neg() % BLOCK_BYTES as u64;
        if !is_extra {
            let name = self.next_name.take().unwrap_or_else(|| name(block));
            if self.content == Content::File && !name.ends_with('/') {
                self.begun = Some(name);
            }
        }
        Ok(())
    }

    /// Reads a long name or an extended header that is complete.
    fn end_extra(&mut self) {
        let extra = std::mem::take(&mut self.extra);
        match self.content {
            Content::LongName => self.next_name = Some(text(&extra)),
            Content::Extended => {
                for (key, value) in records(&extra) {
                    match key {
                        b"path" => self.next_name = Some(text(value)),
                        b"size" => self.next_size = text(value).parse().ok(),
                        _ => {}
                    }
                }
            }
            Content::File | Content::Other => {}
        }
    }

    /// The name of the member that begins with the next bytes, once.
    pub fn take_begun(&mut self) -> Option<String> {
        self.begun.take()
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&self) -> Result<(), UnpackError> {
        let is_whole = self.has_ended || self.left == 0 && self.carry.is_empty();
        if is_whole { Ok(()) } else { Err(UnpackError::Cut) }
    }
}

/// The records of an extended header: `length key=value` and a line's end.
fn records(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    while let Some(space) = bytes.iter().position(|byte| *byte == b' ') {
        let length: usize = text(bytes.get(..space).unwrap_or(&[])).parse().unwrap_or(0);
        let Some(record) = bytes.get(space + 1..length.saturating_sub(1)).filter(|record| !record.is_empty()) else {
            break;
        };
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            let (key, value) = record.split_at(equals);
            records.push((key, value.get(1..).unwrap_or(&[])));
        }
        bytes = bytes.get(length..).unwrap_or(&[]);
    }
    records
}

fn name(block: &[u8]) -> String {
    let part = |range: Range<usize>| text(block.get(range).unwrap_or(&[]));
    let is_ustar = block.get(257..263) == Some(b"ustar\0");
    let prefix = if is_ustar { part(PREFIX) } else { String::new() };
    if prefix.is_empty() { part(NAME) } else { format!("{prefix}/{}", part(NAME)) }
}

/// Up to the first zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or(&[])).into_owned()
}

/// A size: octal digits, or GNU's binary form for large ones.
fn number(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, rest @ ..] => rest.iter().try_fold(0u64, |n, byte| n.checked_mul(256)?.checked_add((*byte).into())),
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = text(field);
    let digits = digits.trim_matches(' ');
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of a file with this field for its size.
    fn header(size: &[u8; 12]) -> Vec<u8> {
        let mut block = vec![0; BLOCK_BYTES];
        block[..9].copy_from_slice(b"some.pcap");
        block[SIZE].copy_from_slice(size);
        block[CHECKSUM].fill(b' ');
        block[TYPE] = b'0';
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        block[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }

    #[test]
    fn the_largest_size_there_is_leaves_the_archive_cut() {
        let mut size = [0xff; 12];
        size[..4].copy_from_slice(&[0x80, 0, 0, 0]);
        let (mut tar, mut plain) = (Tar::default(), Vec::new());
        assert_eq!(tar.step(&header(&size), &mut plain), Ok(BLOCK_BYTES));
        assert_eq!(tar.take_begun().as_deref(), Some("some.pcap"));
        assert_eq!(tar.step(&[7; 100], &mut plain), Ok(100));
        assert_eq!((plain.len(), tar.padding, tar.end()), (100, 1, Err(UnpackError::Cut)));
        assert_eq!(tar.header(&header(b"00000001001\0")), Ok(()));
        assert_eq!((tar.left, tar.padding), (513, 511));
    }
}
