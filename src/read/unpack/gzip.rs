//! gzip (RFC 1952): any number of members, one behind the other. Zeros behind the last are padding, as tar leaves it.

use super::{STEP_BYTES, UnpackError};
use flate2::write::GzDecoder;
use std::io::Write;

/// State between steps.
pub struct Gzip {
    member: GzDecoder<Vec<u8>>,
    /// The member has had no byte yet.
    is_fresh: bool,
    /// At least one member has come to its end.
    has_member: bool,
}

impl Default for Gzip {
    fn default() -> Self {
        Gzip { member: GzDecoder::new(Vec::new()), is_fresh: true, has_member: false }
    }
}

impl Gzip {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        if self.is_fresh && self.has_member {
            let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            if n_zeros > 0 {
                return Ok(n_zeros);
            }
        }
        let start = plain.len();
        let mut used = 0;
        while plain.len() - start < STEP_BYTES {
            let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) else { break };
            let taken = self.member.write(rest);
            plain.append(self.member.get_mut());
            match taken {
                Ok(0) => {
                    // The member is complete: the next byte is another's. Checksum and length are looked at now.
                    let ended = self.member.try_finish();
                    plain.append(self.member.get_mut());
                    *self = Gzip { has_member: true, ..Gzip::default() };
                    ended.map_err(|_| UnpackError::Damaged)?;
                    break;
                }
                Ok(n) => {
                    self.is_fresh = false;
                    used += n;
                }
                Err(_) => {
                    self.drain(plain);
                    return Err(UnpackError::Damaged);
                }
            }
        }
        // A member that ended at once has used nothing of these bytes: the next one begins with them.
        if used == 0 && !bytes.is_empty() { self.step(bytes, plain) } else { Ok(used) }
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&mut self, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        if self.is_fresh && self.has_member {
            return Ok(());
        }
        let ended = self.member.try_finish();
        plain.append(self.member.get_mut());
        ended.map_err(|_| UnpackError::Cut)
    }

    /// The decoder holds what it made last until it is called again.
    fn drain(&mut self, plain: &mut Vec<u8>) {
        let _ = self.member.write(&[]);
        plain.append(self.member.get_mut());
    }
}
