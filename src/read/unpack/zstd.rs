//! Zstandard (RFC 8878): any number of frames, cut here into blocks, so that no step makes more than a block at a time.

use super::{STEP_BYTES, UnpackError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::Read;

const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Largest block (RFC 8878, section 3.1.1.2.4).
const MOST_BLOCK_BYTES: usize = 128 << 10;
/// Bytes of the checksum behind the last block (RFC 8878, section 3.1.1).
const CHECKSUM_BYTES: usize = 4;

enum Place {
    /// Before a frame.
    Outside,
    /// In a frame that is skipped; so many bytes are left of it.
    Skipped(usize),
    /// Before a block.
    Inside { has_checksum: bool },
    /// Behind the last block: what the window holds comes out.
    Ending,
}

/// State between steps.
pub struct Zstd {
    decoder: FrameDecoder,
    place: Place,
    /// The front of a header or block whose rest has not come yet.
    carry: Vec<u8>,
    /// The last byte that was given is done with, but it was said that it is not, so that more is asked for.
    is_owed: bool,
    /// Larger windows are refused.
    most_window_bytes: u64,
}

/// What the front of a unit says.
enum Unit {
    /// So many bytes of it must be there to go on.
    Need(usize),
    /// A frame header of this length, and whether a checksum ends the frame.
    Header(usize, bool),
    /// The header of a frame to skip, and the length of its content.
    Skip(usize),
    /// A block of this length, header and checksum included.
    Block(usize),
}

impl Zstd {
    /// Windows of more bytes are refused.
    pub fn new(most_window_bytes: u64) -> Zstd {
        let decoder = FrameDecoder::new();
        Zstd { decoder, place: Place::Outside, carry: Vec::new(), is_owed: false, most_window_bytes }
    }

    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let start = plain.len();
        let mut rest = bytes.get(usize::from(std::mem::take(&mut self.is_owed))..).unwrap_or(&[]);
        while plain.len() - start < STEP_BYTES {
            if let Place::Ending = self.place {
                self.drain(STEP_BYTES - (plain.len() - start), plain)?;
            } else if let Place::Skipped(left) = &mut self.place {
                let n = rest.len().min(*left);
                *left -= n;
                rest = rest.get(n..).unwrap_or(&[]);
                if *left > 0 {
                    break;
                }
                self.place = Place::Outside;
            } else if self.carry.is_empty() {
                // Whole units are read where they stand.
                let n = self.unit(rest, plain)?;
                if n == 0 {
                    self.carry.extend_from_slice(rest);
                    rest = &[];
                    break;
                }
                rest = rest.get(n..).unwrap_or(&[]);
            } else {
                // One that began before is topped up by just what it needs.
                let carry = std::mem::take(&mut self.carry);
                if self.unit(&carry, plain)? > 0 {
                    continue;
                }
                self.carry = carry;
                let (Unit::Need(need), false) = (self.look(&self.carry)?, rest.is_empty()) else { break };
                let (front, behind) = rest.split_at(need.saturating_sub(self.carry.len()).min(rest.len()));
                self.carry.extend_from_slice(front);
                rest = behind;
            }
        }
        self.is_owed = matches!(self.place, Place::Ending) && rest.is_empty();
        Ok(bytes.len() - rest.len() - usize::from(self.is_owed))
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&self) -> Result<(), UnpackError> {
        let is_whole = matches!(self.place, Place::Outside) && self.carry.is_empty();
        if is_whole { Ok(()) } else { Err(UnpackError::Cut) }
    }

    /// Reads one unit at the front of `bytes`; gives its length, or 0 if it is not complete.
    fn unit(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        match self.look(bytes)? {
            Unit::Need(_) => Ok(0),
            Unit::Skip(content) => {
                self.place = if content == 0 { Place::Outside } else { Place::Skipped(content) };
                Ok(8)
            }
            Unit::Header(length, has_checksum) => {
                let header = bytes.get(..length).unwrap_or(&[]);
                self.decoder.reset(header).map_err(|_| UnpackError::Damaged)?;
                self.place = Place::Inside { has_checksum };
                Ok(length)
            }
            Unit::Block(length) => {
                let block = bytes.get(..length).unwrap_or(&[]);
                self.block(block, plain).map_err(|()| UnpackError::Damaged)?;
                Ok(length)
            }
        }
    }

    fn block(&mut self, block: &[u8], plain: &mut Vec<u8>) -> Result<(), ()> {
        self.decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1)).map_err(drop)?;
        if self.decoder.is_finished() {
            self.place = Place::Ending;
        } else {
            self.decoder.collect_to_writer(&mut *plain).map_err(drop)?;
        }
        Ok(())
    }

    /// Takes so many bytes, if there are as many, out of the window of a frame that has ended.
    fn drain(&mut self, most_bytes: usize, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        let most_bytes = u64::try_from(most_bytes).unwrap_or(u64::MAX);
        (&mut self.decoder).take(most_bytes).read_to_end(plain).map_err(|_| UnpackError::Damaged)?;
        if self.decoder.can_collect() > 0 {
            return Ok(());
        }
        self.place = Place::Outside;
        let given = self.decoder.get_checksum_from_data();
        let is_right = given.is_none() || given == self.decoder.get_calculated_checksum();
        if is_right { Ok(()) } else { Err(UnpackError::Damaged) }
    }

    fn look(&self, bytes: &[u8]) -> Result<Unit, UnpackError> {
        match self.place {
            Place::Inside { has_checksum } => {
                let Some([a, b, c]) = bytes.first_chunk() else { return Ok(Unit::Need(3)) };
                // RFC 8878, section 3.1.1.2: last block, type (1 is one byte repeated), size.
                let header = u32::from_le_bytes([*a, *b, *c, 0]);
                let size = (header >> 3) as usize;
                let content = if header >> 1 & 3 == 1 { 1 } else { size };
                if size > MOST_BLOCK_BYTES {
                    return Err(UnpackError::Damaged);
                }
                let checksum = if has_checksum && header & 1 == 1 { CHECKSUM_BYTES } else { 0 };
                let length = 3 + content + checksum;
                Ok(if bytes.len() < length { Unit::Need(length) } else { Unit::Block(length) })
            }
            _ => outside(bytes, self.most_window_bytes),
        }
    }
}

fn outside(bytes: &[u8], most_window_bytes: u64) -> Result<Unit, UnpackError> {
    let Some(magic) = bytes.first_chunk::<4>() else { return Ok(Unit::Need(4)) };
    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18] = magic {
        let length = bytes.get(4..8).and_then(|raw| raw.try_into().ok()).map(u32::from_le_bytes);
        return Ok(length.map_or(Unit::Need(8), |length| Unit::Skip(length as usize)));
    }
    if *magic != FRAME {
        return Err(UnpackError::Damaged);
    }
    // RFC 8878, section 3.1.1.1: descriptor, window unless the frame is one segment, dictionary, content size.
    let Some(descriptor) = bytes.get(4) else { return Ok(Unit::Need(5)) };
    let is_single = descriptor >> 5 & 1 == 1;
    let size_bytes = match descriptor >> 6 {
        0 => usize::from(is_single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let dictionary_bytes = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
    let window_bytes = usize::from(!is_single);
    let length = 5 + window_bytes + dictionary_bytes + size_bytes;
    let Some(header) = bytes.get(..length) else { return Ok(Unit::Need(length)) };
    let window = if is_single {
        let field = header.get(length - size_bytes..).unwrap_or(&[]);
        let size = field.iter().rev().fold(0, |size: u64, byte| size << 8 | u64::from(*byte));
        // Two bytes count from 256.
        if size_bytes == 2 { size + 256 } else { size }
    } else {
        let window = u64::from(header.get(5).copied().unwrap_or(0));
        let base = 1 << (10 + (window >> 3));
        base + base / 8 * (window & 7)
    };
    if window > most_window_bytes {
        return Err(UnpackError::Window);
    }
    Ok(Unit::Header(length, descriptor >> 2 & 1 == 1))
}
