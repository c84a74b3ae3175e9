//! Compressed bytes to plain ones, piece by piece: gzip and Zstandard, told by content. What is in them is left to others.

mod gzip;
mod zstd;

use std::fmt;

/// So many bytes decide whether a file is compressed.
pub const NEEDED_BYTES: usize = 4;
/// A step ends once it has made so many bytes, so that memory does not grow with what is packed.
const STEP_BYTES: usize = 1 << 18;

/// So many bytes are unpacked of any file.
const ALWAYS_BYTES: u64 = 512 << 20;
/// And so many for each byte of the file: captures shrink to a tenth as a rule, floods of one packet to a hundredth.
/// DEFLATE reaches 1032, Zstandard far more: a small file could fill any memory with packets.
const MOST_TIMES: u64 = 200;

/// Why unpacking ended before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// The file ends in the middle of its compressed data.
    Cut,
    /// The compressed data makes no sense, or its checksum is wrong.
    Damaged,
    /// It unpacks to more than is believed.
    TooMuch,
}

enum Kind {
    Gzip(Box<gzip::Gzip>),
    Zstd(Box<zstd::Zstd>),
}

/// Unpacks one file.
pub struct Unpacker {
    kind: Kind,
    n_packed: u64,
    n_plain: u64,
}

impl Unpacker {
    /// By the first bytes of a file; none if it is not compressed.
    pub fn of(front: &[u8]) -> Option<Unpacker> {
        let kind = match front {
            // RFC 1952, section 2.3.1: the only method there is, is 8.
            [0x1f, 0x8b, 8, ..] => Kind::Gzip(Box::default()),
            // RFC 8878, section 3.1: a frame, or one to skip, which parallel packers put first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd(Box::default()),
            _ => return None,
        };
        Some(Unpacker { kind, n_packed: 0, n_plain: 0 })
    }

    /// Unpacks from the front of `bytes` and adds to `plain`; gives how many bytes are done with, at least one.
    ///
    /// # Errors
    /// Nothing more can be unpacked; what could be is in `plain`.
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let before = plain.len();
        let done = match &mut self.kind {
            Kind::Gzip(gzip) => gzip.step(bytes, plain),
            Kind::Zstd(zstd) => zstd.step(bytes, plain),
        };
        self.n_plain += (plain.len() - before) as u64;
        let used = done?;
        self.n_packed += used as u64;
        if self.n_plain > (self.n_packed * MOST_TIMES).max(ALWAYS_BYTES) {
            return Err(UnpackError::TooMuch);
        }
        Ok(used)
    }

    /// The file has ended: the last bytes come out.
    ///
    /// # Errors
    /// It was cut.
    pub fn end(&mut self, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        match &mut self.kind {
            Kind::Gzip(gzip) => gzip.end(plain),
            Kind::Zstd(zstd) => zstd.end(),
        }
    }
}

impl fmt::Display for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Gzip(_) => "gzip",
            Kind::Zstd(_) => "Zstandard",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    fn text(n: usize) -> Vec<u8> {
        (0..n).flat_map(|i| format!("{} ", i * 7919 % 1000).into_bytes()).collect()
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(plain: &[u8]) -> Vec<u8> {
        compress_to_vec(plain, CompressionLevel::Fastest)
    }

    /// Unpacks in slices of a size.
    fn unpack(packed: &[u8], size: usize) -> (Vec<u8>, Result<(), UnpackError>) {
        let mut unpacker = Unpacker::of(packed).unwrap();
        let mut plain = Vec::new();
        for mut slice in packed.chunks(size) {
            while !slice.is_empty() {
                match unpacker.step(slice, &mut plain) {
                    Ok(n) => slice = &slice[n..],
                    Err(error) => return (plain, Err(error)),
                }
            }
        }
        let ended = unpacker.end(&mut plain);
        (plain, ended)
    }

    #[test]
    fn any_slicing_unpacks_every_member() {
        let (a, b) = (text(60_000), text(900));
        let whole = [a.clone(), b.clone()].concat();
        for pack in [gzip, zstd] {
            let packed = [pack(&a), pack(b""), pack(&b)].concat();
            for size in [1, 7, 1000, 1 << 20] {
                assert_eq!(unpack(&packed, size), (whole.clone(), Ok(())), "slices of {size}");
            }
        }
    }

    #[test]
    fn a_cut_file_gives_what_was_there() {
        let plain = text(300_000);
        for pack in [gzip, zstd] {
            let packed = pack(&plain);
            for end in (5..packed.len()).step_by(packed.len() / 17) {
                let (front, ended) = unpack(&packed[..end], 4096);
                assert_eq!(ended, Err(UnpackError::Cut));
                assert!(plain.starts_with(&front));
                assert!(front.len() + (1 << 19) > plain.len() * end / packed.len());
            }
        }
    }

    #[test]
    fn damage_is_said_and_ends_it() {
        let plain = text(50_000);
        for pack in [gzip, zstd] {
            let packed = pack(&plain);
            for place in (4..packed.len()).step_by(101) {
                let mut damaged = packed.clone();
                damaged[place] ^= 0x55;
                let (front, ended) = unpack(&damaged, 4096);
                assert!(ended.is_err() || front == plain, "byte {place}");
            }
            let behind = [packed, b"no archive".to_vec()].concat();
            assert_eq!(unpack(&behind, 4096), (plain.clone(), Err(UnpackError::Damaged)));
        }
    }

    #[test]
    fn frames_to_skip_are_skipped() {
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9], zstd(b"plain").as_slice()].concat();
        assert_eq!(unpack(&skipped, 2), (b"plain".to_vec(), Ok(())));
    }

    #[test]
    fn a_window_that_needs_too_much_memory_is_refused() {
        // Window descriptor 0xff: 3.75 TiB.
        let mut unpacker = Unpacker::of(&[0x28, 0xb5, 0x2f, 0xfd]).unwrap();
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 1, 0, 0, 0];
        assert_eq!(unpacker.step(&frame, &mut Vec::new()), Err(UnpackError::Damaged));
    }

    #[test]
    fn a_bomb_ends_at_the_cap_and_no_step_makes_much() {
        // Blocks of one repeated byte: four bytes make 128 KiB.
        let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
        bomb.extend([2, 0, 16, 0].repeat(8192));
        let mut unpacker = Unpacker::of(&bomb).unwrap();
        let (mut rest, mut total, mut plain) = (bomb.as_slice(), 0, Vec::new());
        let ended = loop {
            plain.clear();
            match unpacker.step(rest, &mut plain) {
                Ok(n) => rest = &rest[n..],
                Err(error) => break error,
            }
            total += plain.len() as u64;
            assert!(plain.len() <= 2 * STEP_BYTES);
        };
        assert_eq!(ended, UnpackError::TooMuch);
        assert!(total <= ALWAYS_BYTES + STEP_BYTES as u64);
    }
}
