//! bzip2: any number of streams, one behind the other, as parallel packers write them.

use super::{STEP_BYTES, UnpackError};
use bzip2::{Decompress, Status};

/// State between steps.
pub struct Bzip2 {
    stream: Decompress,
    out: Vec<u8>,
    /// The stream has had no byte yet.
    is_fresh: bool,
}

impl Default for Bzip2 {
    fn default() -> Self {
        Bzip2 { stream: Decompress::new(false), out: vec![0; STEP_BYTES / 4], is_fresh: true }
    }
}

impl Bzip2 {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let start = plain.len();
        let mut used = 0;
        while plain.len() - start < STEP_BYTES {
            let rest = bytes.get(used..).unwrap_or(&[]);
            let (n, made) = self.decode(rest, plain)?;
            used += n;
            if n == 0 && made == 0 {
                break;
            }
        }
        Ok(used)
    }

    /// Unpacks once; gives how many bytes were used and made.
    fn decode(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<(usize, usize), UnpackError> {
        if self.is_fresh && bytes.is_empty() {
            return Ok((0, 0));
        }
        self.is_fresh = false;
        let before = (self.stream.total_in(), self.stream.total_out());
        let status = self.stream.decompress(bytes, &mut self.out).map_err(|_| UnpackError::Damaged)?;
        let used = (self.stream.total_in() - before.0) as usize;
        let made = (self.stream.total_out() - before.1) as usize;
        plain.extend_from_slice(self.out.get(..made).unwrap_or(&[]));
        match status {
            Status::StreamEnd => {
                self.stream = Decompress::new(false);
                self.is_fresh = true;
            }
            Status::MemNeeded => return Err(UnpackError::Damaged),
            _ => {}
        }
        Ok((used, made))
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&mut self, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        // What it made and had no room for.
        while self.decode(&[], plain)?.1 > 0 {}
        if self.is_fresh { Ok(()) } else { Err(UnpackError::Cut) }
    }
}
