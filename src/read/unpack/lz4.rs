//! LZ4 frames: any number, one behind the other, cut here into blocks.
//!
//! Source: "LZ4 Frame Format Description", version 1.6.

use super::{STEP_BYTES, UnpackError};
use lz4_flex::block::decompress_into_with_dict;
use std::hash::Hasher;
use twox_hash::XxHash32;

const FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// Blocks may point back so far.
const WINDOW_BYTES: usize = 64 << 10;
/// Of the hashes of headers and contents.
pub const SEED: u32 = 0;
/// The bit in a block's length that says that it is not compressed.
const IS_PLAIN: u32 = 1 << 31;

/// What the descriptor of a frame says.
struct Frame {
    is_independent: bool,
    has_block_checksums: bool,
    most_block_bytes: usize,
    checksum: Option<XxHash32>,
}

/// State between steps.
#[derive(Default)]
pub struct Lz4 {
    /// The frame that is read; none between frames.
    frame: Option<Frame>,
    /// Bytes of a frame that is skipped.
    skipped: usize,
    /// What was unpacked last, which blocks point back to.
    window: Vec<u8>,
    out: Vec<u8>,
    /// The front of a header or block whose rest has not come yet.
    carry: Vec<u8>,
}

/// What the front of the bytes gave.
enum Unit {
    Done(usize),
    Need(usize),
}

impl Lz4 {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let start = plain.len();
        let mut rest = bytes;
        while plain.len() - start < STEP_BYTES && !rest.is_empty() {
            if self.skipped > 0 {
                let n = self.skipped.min(rest.len());
                self.skipped -= n;
                rest = rest.get(n..).unwrap_or(&[]);
                continue;
            }
            if self.carry.is_empty() {
                match self.unit(rest, plain)? {
                    Unit::Done(n) => rest = rest.get(n..).unwrap_or(&[]),
                    Unit::Need(_) => {
                        self.carry.extend_from_slice(rest);
                        rest = &[];
                    }
                }
                continue;
            }
            // A unit that began before is topped up by just what it needs.
            let carry = std::mem::take(&mut self.carry);
            match self.unit(&carry, plain)? {
                Unit::Done(n) => self.carry = carry.get(n..).unwrap_or(&[]).to_vec(),
                Unit::Need(need) => {
                    self.carry = carry;
                    let missing = need.saturating_sub(self.carry.len()).clamp(1, rest.len());
                    let (front, behind) = rest.split_at(missing);
                    self.carry.extend_from_slice(front);
                    rest = behind;
                    // It may be whole now, and no byte may follow it.
                    let carry = std::mem::take(&mut self.carry);
                    match self.unit(&carry, plain)? {
                        Unit::Done(n) => self.carry = carry.get(n..).unwrap_or(&[]).to_vec(),
                        Unit::Need(_) => self.carry = carry,
                    }
                }
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&self) -> Result<(), UnpackError> {
        let is_whole = self.frame.is_none() && self.carry.is_empty() && self.skipped == 0;
        if is_whole { Ok(()) } else { Err(UnpackError::Cut) }
    }

    fn unit(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<Unit, UnpackError> {
        let Some(word) = bytes.first_chunk().copied().map(u32::from_le_bytes) else { return Ok(Unit::Need(4)) };
        match self.frame.take() {
            None => self.header(bytes),
            Some(frame) => self.block(frame, word, bytes, plain),
        }
    }

    fn header(&mut self, bytes: &[u8]) -> Result<Unit, UnpackError> {
        if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] = bytes {
            let Some([.., a, b, c, d]) = bytes.first_chunk::<8>() else { return Ok(Unit::Need(8)) };
            self.skipped = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            return Ok(Unit::Done(8));
        }
        if !bytes.starts_with(&FRAME) {
            return Err(UnpackError::Damaged);
        }
        let [_, _, _, _, flags, sizes, ..] = bytes else { return Ok(Unit::Need(7)) };
        let has_size = flags & 0x08 != 0;
        let has_dictionary = flags & 0x01 != 0;
        let length = 7 + if has_size { 8 } else { 0 } + if has_dictionary { 4 } else { 0 };
        let Some(header) = bytes.get(..length) else { return Ok(Unit::Need(length)) };
        let described = header.get(4..length - 1).unwrap_or(&[]);
        let is_right = header.last().copied() == Some((XxHash32::oneshot(SEED, described) >> 8 & 0xff) as u8);
        let most_block_bytes = match sizes >> 4 & 7 {
            4 => 64 << 10,
            5 => 256 << 10,
            6 => 1 << 20,
            7 => 4 << 20,
            _ => return Err(UnpackError::Damaged),
        };
        if flags >> 6 != 1 || has_dictionary || !is_right {
            return Err(UnpackError::Damaged);
        }
        self.window.clear();
        self.frame = Some(Frame {
            is_independent: flags & 0x20 != 0,
            has_block_checksums: flags & 0x10 != 0,
            most_block_bytes,
            checksum: (flags & 0x04 != 0).then(|| XxHash32::with_seed(SEED)),
        });
        Ok(Unit::Done(length))
    }

    fn block(&mut self, mut frame: Frame, word: u32, bytes: &[u8], plain: &mut Vec<u8>) -> Result<Unit, UnpackError> {
        if word == 0 {
            let length = 4 + if frame.checksum.is_some() { 4 } else { 0 };
            let Some(end) = bytes.get(..length) else {
                self.frame = Some(frame);
                return Ok(Unit::Need(length));
            };
            let given = end.get(4..).and_then(|raw| raw.first_chunk()).copied().map(u32::from_le_bytes);
            let is_right = frame.checksum.as_ref().map(XxHash32::finish_32) == given;
            return if is_right { Ok(Unit::Done(length)) } else { Err(UnpackError::Damaged) };
        }
        let size = (word & !IS_PLAIN) as usize;
        if size > frame.most_block_bytes {
            return Err(UnpackError::Damaged);
        }
        let length = 4 + size + if frame.has_block_checksums { 4 } else { 0 };
        let Some(unit) = bytes.get(..length) else {
            self.frame = Some(frame);
            return Ok(Unit::Need(length));
        };
        let block = unit.get(4..4 + size).unwrap_or(&[]);
        let made = if word & IS_PLAIN != 0 {
            block
        } else {
            self.out.resize(frame.most_block_bytes, 0);
            let n = decompress_into_with_dict(block, &mut self.out, &self.window).map_err(|_| UnpackError::Damaged)?;
            self.out.get(..n).unwrap_or(&[])
        };
        plain.extend_from_slice(made);
        if let Some(checksum) = &mut frame.checksum {
            checksum.write(made);
        }
        if !frame.is_independent {
            let kept = made.get(made.len().saturating_sub(WINDOW_BYTES)..).unwrap_or(&[]);
            let over = (self.window.len() + kept.len()).saturating_sub(WINDOW_BYTES);
            self.window.drain(..over.min(self.window.len()));
            self.window.extend_from_slice(kept);
        }
        self.frame = Some(frame);
        Ok(Unit::Done(length))
    }
}
