//! Wrapped bytes to the bytes of the file inside, piece by piece: compressed files, archives, text in UTF-16, packets printed as
//! text, all recognised by content. What is inside is left to others.

mod bzip2;
mod gzip;
mod lz4;
mod printed;
mod tar;
mod utf16;
mod xz;
mod zip;
mod zstd;

use std::fmt;

/// So many bytes decide what form a file has.
pub const NEEDED_BYTES: usize = 1024;
/// A step ends once it has made so many bytes, so that memory does not grow with what is packed.
const STEP_BYTES: usize = 1 << 18;

/// So many bytes are unpacked of files that are read together, however small they are.
const ALWAYS_BYTES: u64 = 512 << 20;
/// And so many for each byte of the file: captures shrink to a tenth as a rule, floods of one packet to a hundredth.
/// DEFLATE reaches 1032, the others far more: a small file could fill any memory with packets.
const MOST_RATIO: u64 = 200;
/// So many packets or rows are unpacked of files that are read together, however small they are: a packet needs at least 16
/// bytes in a capture, and 27 in the index.
const ALWAYS_RECORDS: u64 = 1 << 24;
/// And one for so many bytes of the compressed file: a packet of a real capture takes ten or more.
const BYTES_OF_RECORD: u64 = 3;
/// What may be pointed back to, in bytes: of one file, and of all that are read together. `xz -9` makes 64 MiB, `xz` 8 MiB,
/// `zstd` 8 MiB at most unless asked for more.
const MOST_WINDOW_BYTES: usize = 100 << 20;
const ALL_WINDOWS_BYTES: usize = 320 << 20;

/// How much may be unpacked of a file that is one of several.
#[derive(Clone, Copy, Debug)]
pub struct UnpackQuota {
    bytes: u64,
    records: u64,
    window_bytes: usize,
}

impl UnpackQuota {
    /// Of so many files that are read together, at least one.
    pub fn of(n_files: usize) -> UnpackQuota {
        let n = n_files.max(1);
        UnpackQuota {
            bytes: ALWAYS_BYTES / n as u64,
            records: ALWAYS_RECORDS / n as u64,
            window_bytes: (ALL_WINDOWS_BYTES / n).min(MOST_WINDOW_BYTES),
        }
    }
}

/// Why unpacking ended before the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// The file ends in the middle of its compressed data.
    Cut,
    /// The compressed data makes no sense, or its checksum is wrong.
    Damaged,
    /// It unpacks to more than is believed.
    TooMuch,
    /// It points further back than there is memory for.
    Window,
}

enum Kind {
    Gzip(Box<gzip::Gzip>),
    Zstd(Box<zstd::Zstd>),
    Xz(Box<xz::Xz>),
    Bzip2(Box<bzip2::Bzip2>),
    Lz4(Box<lz4::Lz4>),
    Tar(Box<tar::Tar>),
    Zip(Box<zip::Zip>),
    Utf16(utf16::Utf16),
    Printed(Box<printed::Printed>),
}

/// Unpacks one file.
pub struct Unpacker {
    kind: Kind,
    quota: UnpackQuota,
    n_packed: u64,
    n_plain: u64,
}

impl Unpacker {
    /// By the first bytes of a file, [`NEEDED_BYTES`] or all that there are; none if it is as it is.
    pub fn of(front: &[u8], quota: UnpackQuota) -> Option<Unpacker> {
        let kind = match front {
            // RFC 1952, section 2.3.1: the only method there is, is 8.
            [0x1f, 0x8b, 8, ..] => Kind::Gzip(Box::default()),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Xz(Box::new(xz::Xz::new(quota.window_bytes))),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Kind::Bzip2(Box::default()),
            [0x04, 0x22, 0x4d, 0x18, ..] => Kind::Lz4(Box::default()),
            [b'P', b'K', 3, 4, ..] => Kind::Zip(Box::default()),
            // RFC 8878, section 3.1: a frame, or one to skip, which parallel packers put first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Kind::Zstd(Box::new(zstd::Zstd::new(quota.window_bytes as u64)))
            }
            _ if tar::is_header(front) => Kind::Tar(Box::default()),
            _ => match (utf16::byte_order(front), printed::Printed::of(front)) {
                (Some(is_big_endian), _) => Kind::Utf16(utf16::Utf16::new(is_big_endian)),
                (None, Some(printed)) => Kind::Printed(Box::new(printed)),
                (None, None) => return None,
            },
        };
        Some(Unpacker { kind, quota, n_packed: 0, n_plain: 0 })
    }

    /// Unpacks from the front of `bytes` and adds to `plain`; gives how many bytes are done with. Where a member of an
    /// archive begins it ends at once, see [`Unpacker::take_begun`].
    ///
    /// # Errors
    /// Nothing more can be unpacked; what could be is in `plain`.
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let before = plain.len();
        let done = match &mut self.kind {
            Kind::Gzip(gzip) => gzip.step(bytes, plain),
            Kind::Zstd(zstd) => zstd.step(bytes, plain),
            Kind::Xz(xz) => xz.step(bytes, plain),
            Kind::Bzip2(bzip2) => bzip2.step(bytes, plain),
            Kind::Lz4(lz4) => lz4.step(bytes, plain),
            Kind::Tar(tar) => tar.step(bytes, plain),
            Kind::Zip(zip) => zip.step(bytes, plain),
            Kind::Utf16(utf16) => Ok(utf16.step(bytes, plain)),
            Kind::Printed(printed) => printed.step(bytes, plain),
        };
        self.n_plain += (plain.len() - before) as u64;
        let used = done?;
        self.n_packed += used as u64;
        if self.n_plain > (self.n_packed * MOST_RATIO).max(self.quota.bytes) {
            return Err(UnpackError::TooMuch);
        }
        Ok(used)
    }

    /// True if what it unpacked so far may hold no more packets or rows than these.
    pub fn is_past(&self, n_records: u64) -> bool {
        n_records > (self.n_packed / BYTES_OF_RECORD).max(self.quota.records)
    }

    /// The file has ended: the last bytes come out.
    ///
    /// # Errors
    /// It was cut.
    pub fn end(&mut self, plain: &mut Vec<u8>) -> Result<(), UnpackError> {
        match &mut self.kind {
            Kind::Gzip(gzip) => gzip.end(),
            Kind::Zstd(zstd) => zstd.end(),
            Kind::Xz(xz) => xz.end(plain),
            Kind::Bzip2(bzip2) => bzip2.end(plain),
            Kind::Lz4(lz4) => lz4.end(),
            Kind::Tar(tar) => tar.end(),
            Kind::Zip(zip) => zip.end(),
            Kind::Utf16(_) => Ok(()),
            Kind::Printed(printed) => {
                printed.end(plain);
                Ok(())
            }
        }
    }

    /// Of an archive, the name of the member that begins with the next bytes, once.
    pub fn take_begun(&mut self) -> Option<String> {
        match &mut self.kind {
            Kind::Tar(tar) => tar.take_begun(),
            Kind::Zip(zip) => zip.take_begun(),
            _ => None,
        }
    }

    /// The name of the first member that cannot be read, and whether that is because it needs a password; of those that do,
    /// if there are any.
    pub fn unread(&self) -> Option<(&str, bool)> {
        match &self.kind {
            Kind::Zip(zip) => zip.unread(),
            _ => None,
        }
    }

    /// True if it holds members.
    pub fn is_archive(&self) -> bool {
        matches!(self.kind, Kind::Tar(_) | Kind::Zip(_))
    }

    /// True if it gives times without their day.
    pub fn has_undated(&self) -> bool {
        matches!(&self.kind, Kind::Printed(printed) if printed.has_undated())
    }
}

impl fmt::Display for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::Gzip(_) => "gzip",
            Kind::Zstd(_) => "Zstandard",
            Kind::Xz(_) => "xz",
            Kind::Bzip2(_) => "bzip2",
            Kind::Lz4(_) => "LZ4",
            Kind::Tar(_) => "tar",
            Kind::Zip(_) => "zip",
            Kind::Utf16(_) => "UTF-16",
            Kind::Printed(printed) => printed.describe(),
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
    use twox_hash::XxHash32;

    fn text(n: usize) -> Vec<u8> {
        (0..n).flat_map(|i| format!("{} ", i * 7919 % 1000).into_bytes()).collect()
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(plain: &[u8]) -> Vec<u8> {
        let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    /// Frames with linked blocks of 64 KiB at most and the checksum of the content.
    fn lz4(plain: &[u8]) -> Vec<u8> {
        let descriptor = [0x44, 0x40];
        let mut packed =
            vec![0x04, 0x22, 0x4d, 0x18, 0x44, 0x40, (XxHash32::oneshot(lz4::SEED, &descriptor) >> 8) as u8];
        let mut before: &[u8] = &[];
        for block in plain.chunks(60_000) {
            let compressed = lz4_flex::block::compress_with_dict(block, before);
            packed.extend((compressed.len() as u32).to_le_bytes());
            packed.extend(compressed);
            before = block;
        }
        packed.extend([0; 4]);
        packed.extend(XxHash32::oneshot(lz4::SEED, plain).to_le_bytes());
        packed
    }

    fn zstd(plain: &[u8]) -> Vec<u8> {
        compress_to_vec(plain, CompressionLevel::Fastest)
    }

    #[test]
    fn hashes_are_those_of_the_reference() {
        for (text, hash) in
            [("", 0x02cc_5d05), ("abc", 0x32d1_53ff), ("Nobody inspects the spammish repetition", 0xe229_3b2f)]
        {
            assert_eq!(XxHash32::oneshot(lz4::SEED, text.as_bytes()), hash);
        }
    }

    /// Unpacks in slices of a size.
    fn unpack(packed: &[u8], size: usize) -> (Vec<u8>, Result<(), UnpackError>) {
        let mut unpacker = Unpacker::of(packed, UnpackQuota::of(1)).unwrap();
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
        for pack in [gzip, zstd, bzip2, lz4] {
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
        for pack in [gzip, zstd, bzip2, lz4] {
            let packed = pack(&plain);
            for place in (10..packed.len()).step_by(101) {
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
        let mut unpacker = Unpacker::of(&[0x28, 0xb5, 0x2f, 0xfd], UnpackQuota::of(1)).unwrap();
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 1, 0, 0, 0];
        assert_eq!(unpacker.step(&frame, &mut Vec::new()), Err(UnpackError::Window));
    }

    #[test]
    fn windows_of_many_files_are_smaller() {
        // Window descriptor 0x68: 8 MiB, and then an empty block, which is the last.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x68, 1, 0, 0];
        for (n_files, window) in [(1, Ok(())), (40, Ok(())), (41, Err(UnpackError::Window))] {
            let mut unpacker = Unpacker::of(&frame, UnpackQuota::of(n_files)).unwrap();
            assert_eq!(unpacker.step(&frame, &mut Vec::new()).map(|_| ()), window, "{n_files} files");
        }
        // The same of xz: a stream with a dictionary of 16 MiB (LZMA2's 0x18), as of `xz -7`.
        let stream = [
            0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0xff, 0x12, 0xd9, 0x41, 2, 0, 0x21, 1, 0x18, 0, 0, 0, 0x47, 0x58,
            0x3a, 0x43, 1, 0, 0, 0x78, 0, 0, 0, 0, 0, 1, 0x11, 1, 0xad, 0xa6, 0x58, 4, 6, 0x72, 0x9e, 0x7a, 1, 0, 0, 0,
            0, 0, 0x59, 0x5a,
        ];
        for (n_files, window) in [(1, Ok(())), (41, Err(UnpackError::Window))] {
            let mut unpacker = Unpacker::of(&stream, UnpackQuota::of(n_files)).unwrap();
            assert_eq!(unpacker.step(&stream, &mut Vec::new()).map(|_| ()), window, "{n_files} files");
        }
    }

    #[test]
    fn the_end_of_a_frame_comes_out_in_steps() {
        // A window of 8 MiB, and as many bytes in blocks of one repeated byte.
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x68];
        frame.extend([2, 0, 16, 0].repeat(63));
        frame.extend([3, 0, 16, 0]);
        for size in [1, 100, 1 << 20] {
            let (mut unpacker, mut total, mut plain) =
                (Unpacker::of(&frame, UnpackQuota::of(1)).unwrap(), 0, Vec::new());
            for mut slice in frame.chunks(size) {
                while !slice.is_empty() {
                    plain.clear();
                    slice = &slice[unpacker.step(slice, &mut plain).unwrap()..];
                    total += plain.len();
                    assert!(plain.len() <= 2 * STEP_BYTES, "{} bytes at a time", plain.len());
                }
            }
            plain.clear();
            assert_eq!((unpacker.end(&mut plain), total, plain.len()), (Ok(()), 8 << 20, 0));
        }
    }

    #[test]
    fn a_bomb_ends_at_the_cap_and_no_step_makes_much() {
        // Blocks of one repeated byte: four bytes make 128 KiB.
        let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
        bomb.extend([2, 0, 16, 0].repeat(8192));
        let mut unpacker = Unpacker::of(&bomb, UnpackQuota::of(1)).unwrap();
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
