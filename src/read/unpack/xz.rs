//! xz: any number of streams, one behind the other, and the zeros that may stand between them.
//!
//! Source: the .xz file format, version 1.2.

use super::{STEP_BYTES, UnpackError};
use xz4rust::{XzDecoder, XzError};

/// Where the decoder makes nothing of the bytes that it has, so many more are tried.
const MORE_BYTES: usize = 64;
/// Longer than any header of a block.
const MOST_CARRY_BYTES: usize = 4096;

/// State between steps.
pub struct Xz {
    decoder: Box<XzDecoder<'static>>,
    out: Vec<u8>,
    /// Bytes of which the decoder could make nothing yet.
    carry: Vec<u8>,
    /// Between two streams.
    is_outside: bool,
}

impl Xz {
    /// Larger dictionaries are refused.
    pub fn new(most_dictionary_bytes: usize) -> Xz {
        Xz {
            decoder: Box::new(XzDecoder::with_alloc_dict_size(0, most_dictionary_bytes)),
            out: vec![0; STEP_BYTES / 4],
            carry: Vec::new(),
            is_outside: false,
        }
    }

    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let start = plain.len();
        let mut rest = bytes;
        while plain.len() - start < STEP_BYTES {
            if self.carry.is_empty() {
                let n = self.decode(rest, plain)?;
                if n == 0 && plain.len() - start < STEP_BYTES {
                    let (front, behind) = rest.split_at(rest.len().min(MORE_BYTES));
                    self.carry.extend_from_slice(front);
                    rest = behind;
                    if rest.is_empty() {
                        break;
                    }
                    continue;
                }
                rest = rest.get(n..).unwrap_or(&[]);
                if rest.is_empty() {
                    break;
                }
            } else {
                let carry = std::mem::take(&mut self.carry);
                let n = self.decode(&carry, plain)?;
                self.carry = carry.get(n..).unwrap_or(&[]).to_vec();
                if n == 0 {
                    if rest.is_empty() {
                        break;
                    }
                    let (front, behind) = rest.split_at(rest.len().min(MORE_BYTES));
                    self.carry.extend_from_slice(front);
                    rest = behind;
                    if self.carry.len() > MOST_CARRY_BYTES {
                        return Err(UnpackError::Damaged);
                    }
                }
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// Unpacks from the front of the bytes until they or the room for a step are used up; gives how many are done with.
    fn decode(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let start = plain.len();
        let mut used = 0;
        loop {
            let mut rest = bytes.get(used..).unwrap_or(&[]);
            if self.is_outside {
                let n_zeros = rest.iter().take_while(|byte| **byte == 0).count();
                used += n_zeros;
                rest = rest.get(n_zeros..).unwrap_or(&[]);
                self.is_outside = rest.is_empty();
            }
            if rest.is_empty() || plain.len() - start >= STEP_BYTES {
                return Ok(used);
            }
            let done = match self.decoder.decode(rest, &mut self.out) {
                Ok(done) => done,
                Err(XzError::NeedsLargerInputBuffer) => return Ok(used),
                Err(XzError::DictionaryTooLarge(_)) => return Err(UnpackError::Window),
                Err(_) => return Err(UnpackError::Damaged),
            };
            used += done.input_consumed();
            plain.extend_from_slice(self.out.get(..done.output_produced()).unwrap_or(&[]));
            if done.is_end_of_stream() {
                self.decoder.reset();
                self.is_outside = true;
            } else if !done.made_progress() {
                return Ok(used);
            }
        }
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&mut self, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        // What the decoder made and had no room for.
        loop {
            let carry = std::mem::take(&mut self.carry);
            if self.is_outside {
                break;
            }
            match self.decoder.decode(&carry, &mut self.out) {
                Ok(done) if done.made_progress() => {
                    plain.extend_from_slice(self.out.get(..done.output_produced()).unwrap_or(&[]));
                    self.carry = carry.get(done.input_consumed()..).unwrap_or(&[]).to_vec();
                    self.is_outside = done.is_end_of_stream();
                }
                _ => break,
            }
        }
        if self.is_outside { Ok(()) } else { Err(UnpackError::Cut) }
    }
}
