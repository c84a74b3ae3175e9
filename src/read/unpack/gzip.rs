//! gzip (RFC 1952): any number of members, one behind the other. Zeros behind the last are padding, as tar leaves it.
//!
//! One decoder serves all members, and is not touched by those without content: a file of millions of empty members costs no
//! more than its bytes.

use super::{STEP_BYTES, UnpackError};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Bits of a header's flags (RFC 1952, section 2.3.1).
const HAS_CRC: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;
/// Bytes of the header that every member has.
const FIXED_BYTES: u8 = 10;
/// A deflated nothing, as packers write it (RFC 1951, section 3.2): a block with fixed codes, and a stored one.
const EMPTY: [&[u8]; 2] = [&[3, 0], &[1, 0, 0, 0xff, 0xff]];

/// Where in a member the next byte stands.
enum Place {
    /// In the part of the header that every member has, at this byte.
    Fixed(u8),
    /// In the length of the extra field: its first byte, once it has come.
    ExtraLength(Option<u8>),
    /// So many bytes before the end of the extra field.
    Extra(u16),
    Name,
    Comment,
    /// So many bytes before the end of the header's checksum, which is optional and not looked at.
    HeaderCrc(u8),
    Content,
    /// Checksum and length of the content, as far as they have come.
    Trailer(Vec<u8>),
}

/// State between steps.
pub struct Gzip {
    place: Place,
    flags: u8,
    decoder: Decompress,
    /// The decoder has had bytes of this member.
    is_begun: bool,
    out: Vec<u8>,
    crc: Crc,
    /// At least one member has come to its end.
    has_member: bool,
}

impl Default for Gzip {
    fn default() -> Self {
        Gzip {
            place: Place::Fixed(0),
            flags: 0,
            decoder: Decompress::new(false),
            is_begun: false,
            out: vec![0; STEP_BYTES / 8],
            crc: Crc::new(),
            has_member: false,
        }
    }
}

impl Gzip {
    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let start = plain.len();
        let mut rest = bytes;
        while plain.len() - start < STEP_BYTES && !rest.is_empty() {
            let n = match &mut self.place {
                Place::Content => self.content(rest, plain)?,
                Place::Trailer(trailer) => {
                    let n = rest.len().min(8 - trailer.len());
                    trailer.extend(rest.iter().take(n));
                    if trailer.len() == 8 {
                        self.end_member()?;
                    }
                    n
                }
                Place::Fixed(0) if self.has_member && rest.first() == Some(&0) => {
                    rest.iter().take_while(|byte| **byte == 0).count()
                }
                _ => self.header(rest)?,
            };
            rest = rest.get(n..).unwrap_or(&[]);
        }
        Ok(bytes.len() - rest.len())
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&self) -> Result<(), UnpackError> {
        let is_whole = self.has_member && matches!(self.place, Place::Fixed(0));
        if is_whole { Ok(()) } else { Err(UnpackError::Cut) }
    }

    /// Reads on in a header; gives how many bytes are done with.
    fn header(&mut self, bytes: &[u8]) -> Result<usize, UnpackError> {
        for (i, byte) in bytes.iter().enumerate() {
            let next = match self.place {
                Place::Fixed(at) => {
                    let wanted = [0x1f, 0x8b, 8];
                    if wanted.get(usize::from(at)).is_some_and(|wanted| wanted != byte)
                        || at == 3 && byte & RESERVED != 0
                    {
                        return Err(UnpackError::Damaged);
                    }
                    if at == 3 {
                        self.flags = *byte;
                    }
                    if at + 1 < FIXED_BYTES { Place::Fixed(at + 1) } else { self.behind(0) }
                }
                Place::ExtraLength(None) => Place::ExtraLength(Some(*byte)),
                Place::ExtraLength(Some(low)) => match u16::from_le_bytes([low, *byte]) {
                    0 => self.behind(HAS_EXTRA),
                    length => Place::Extra(length),
                },
                Place::Extra(1) => self.behind(HAS_EXTRA),
                Place::Extra(left) => Place::Extra(left - 1),
                Place::Name if *byte == 0 => self.behind(HAS_NAME),
                Place::Comment if *byte == 0 => self.behind(HAS_COMMENT),
                Place::Name | Place::Comment => continue,
                Place::HeaderCrc(2) => Place::HeaderCrc(1),
                Place::HeaderCrc(_) => Place::Content,
                Place::Content | Place::Trailer(_) => return Ok(i),
            };
            self.place = next;
        }
        Ok(bytes.len())
    }

    /// What follows the part of the header with this flag: the parts stand in this order.
    fn behind(&self, part: u8) -> Place {
        let has = |later: u8, earlier: &[u8]| self.flags & later != 0 && (part == 0 || earlier.contains(&part));
        if has(HAS_EXTRA, &[]) {
            Place::ExtraLength(None)
        } else if has(HAS_NAME, &[HAS_EXTRA]) {
            Place::Name
        } else if has(HAS_COMMENT, &[HAS_EXTRA, HAS_NAME]) {
            Place::Comment
        } else if has(HAS_CRC, &[HAS_EXTRA, HAS_NAME, HAS_COMMENT]) {
            Place::HeaderCrc(2)
        } else {
            Place::Content
        }
    }

    /// Unpacks content; gives how many bytes are done with.
    fn content(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        if !self.is_begun
            && let Some(empty) = EMPTY.into_iter().find(|empty| bytes.starts_with(empty))
        {
            self.place = Place::Trailer(Vec::new());
            return Ok(empty.len());
        }
        self.is_begun = true;
        let (start, mut used) = (plain.len(), 0);
        loop {
            let before = (self.decoder.total_in(), self.decoder.total_out());
            let done = self.decoder.decompress(bytes.get(used..).unwrap_or(&[]), &mut self.out, FlushDecompress::None);
            let n_in = (self.decoder.total_in() - before.0) as usize;
            let made = self.out.get(..(self.decoder.total_out() - before.1) as usize).unwrap_or(&[]);
            used += n_in;
            self.crc.update(made);
            plain.extend_from_slice(made);
            match done {
                Err(_) => return Err(UnpackError::Damaged),
                Ok(Status::StreamEnd) => {
                    self.place = Place::Trailer(Vec::new());
                    return Ok(used);
                }
                // The decoder holds at most its window: that comes out even where a step has made enough.
                Ok(_) if n_in == 0 && made.is_empty() => return Ok(used),
                Ok(_) if used < bytes.len() && plain.len() - start >= STEP_BYTES => return Ok(used),
                Ok(_) => {}
            }
        }
    }

    /// The member is complete: its checksum and its length must be those of what came out.
    fn end_member(&mut self) -> Result<(), UnpackError> {
        let length = if self.is_begun { self.decoder.total_out() as u32 } else { 0 };
        let wanted = [self.crc.sum().to_le_bytes(), length.to_le_bytes()].concat();
        let is_right = matches!(&self.place, Place::Trailer(trailer) if *trailer == wanted);
        self.place = Place::Fixed(0);
        self.has_member = true;
        if std::mem::take(&mut self.is_begun) {
            self.decoder.reset(false);
            self.crc.reset();
        }
        if is_right { Ok(()) } else { Err(UnpackError::Damaged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    /// Unpacks in slices of a size.
    fn unpack(packed: &[u8], size: usize) -> (Vec<u8>, Result<(), UnpackError>) {
        let (mut gzip, mut plain) = (Gzip::default(), Vec::new());
        for mut slice in packed.chunks(size) {
            while !slice.is_empty() {
                match gzip.step(slice, &mut plain) {
                    Ok(n) => slice = &slice[n..],
                    Err(error) => return (plain, Err(error)),
                }
            }
        }
        let ended = gzip.end();
        (plain, ended)
    }

    fn member(builder: GzBuilder, content: &[u8]) -> Vec<u8> {
        let mut encoder = builder.write(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_part_of_a_header_is_passed_over() {
        let whole = GzBuilder::new().extra(vec![7; 300]).filename("a.pcap").comment("a comment").mtime(1);
        let packed = [
            member(whole, b"one "),
            member(GzBuilder::new().extra(Vec::new()), b"two "),
            member(GzBuilder::new().comment("c"), b"three "),
            member(GzBuilder::new().filename("n"), b"four"),
            vec![0; 512],
        ]
        .concat();
        for size in [1, 3, 10_000] {
            assert_eq!(unpack(&packed, size), (b"one two three four".to_vec(), Ok(())), "slices of {size}");
        }
        // With a checksum of the header (flag 2), which no packer of ours writes.
        let mut with_crc = member(GzBuilder::new(), b"five");
        with_crc[3] = 2;
        with_crc.splice(10..10, [0xab, 0xcd]);
        assert_eq!(unpack(&with_crc, 1), (b"five".to_vec(), Ok(())));
    }

    #[test]
    fn empty_members_leave_the_decoder_alone() {
        let empty = member(GzBuilder::new(), b"");
        let stored = [&empty[..10], &[1, 0, 0, 0xff, 0xff], &[0; 8]].concat();
        let (mut gzip, mut plain) = (Gzip::default(), Vec::new());
        let packed = [empty.repeat(1000), stored.repeat(1000)].concat();
        assert_eq!(gzip.step(&packed, &mut plain), Ok(packed.len()));
        assert!(plain.is_empty() && gzip.end().is_ok());
        assert_eq!(gzip.decoder.total_in(), 0);
        // What says that it is empty and is not is damage.
        let false_length = [&empty[..12], &[0, 0, 0, 0, 1, 0, 0, 0]].concat();
        assert_eq!(unpack(&false_length, 100).1, Err(UnpackError::Damaged));
    }
}
