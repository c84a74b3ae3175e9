//! Reads packets from snoop captures (Solaris `snoop`).
//!
//! Source: RFC 1761; the numbers of link types as Wireshark's `wiretap/snoop.c` has them.

use super::{Opened, RawPacket, Step, most_packet_bytes};

const MAGIC: &[u8; 8] = b"snoop\0\0\0";
/// Magic number, version and link type.
const HEADER_BYTES: usize = 16;
const RECORD_BYTES: usize = 24;

/// What the file header says.
pub struct Snoop {
    link_type: u16,
}

/// True if the bytes begin as a snoop file does.
#[inline]
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.first_chunk() == Some(MAGIC)
}

impl Snoop {
    /// Reads the file header.
    pub fn open(bytes: &[u8]) -> Opened<Snoop> {
        let Some([_, _, _, link]) = words(bytes) else { return Opened::Need(HEADER_BYTES) };
        // The numbers of DLPI, and the LINKTYPE_ of each; others take the place of none.
        let link_type = match link {
            0 | 4 => 1,
            2 => 6,
            8 => 10,
            26 => 242,
            _ => u16::MAX,
        };
        Opened::As(Snoop { link_type }, HEADER_BYTES)
    }

    /// Reads one record at the front of `bytes`, which stands at offset `at` of the file.
    pub fn step(&self, bytes: &[u8], at: u64, sink: &mut impl FnMut(RawPacket<'_>)) -> Step {
        let Some([wire_bytes, captured, length, _, seconds, micros]) = words(bytes) else {
            return Step::Need(RECORD_BYTES);
        };
        let room = (length as usize).checked_sub(RECORD_BYTES);
        if captured > most_packet_bytes(self.link_type) || room.is_none_or(|room| room < captured as usize) {
            return Step::Corrupt;
        }
        // Behind the packet only padding stands.
        let padded = length as usize - RECORD_BYTES - captured as usize;
        if padded > RECORD_BYTES {
            return Step::Corrupt;
        }
        let Some(record) = bytes.get(..length as usize) else { return Step::Need(length as usize) };
        let data = record.get(RECORD_BYTES..RECORD_BYTES + captured as usize).unwrap_or(&[]);
        sink(RawPacket {
            time_ns: i64::from(seconds) * 1_000_000_000 + i64::from(micros) * 1000,
            is_timed: true,
            wire_bytes,
            link_type: self.link_type,
            file: 0,
            interface: 0,
            offset: at + RECORD_BYTES as u64,
            data,
        });
        Step::Used(length as usize)
    }
}

/// Numbers of 32 bits at the front.
fn words<const N: usize>(bytes: &[u8]) -> Option<[u32; N]> {
    let (words, _) = bytes.get(..4 * N)?.as_chunks::<4>();
    let words: [[u8; 4]; N] = words.try_into().ok()?;
    Some(words.map(u32::from_be_bytes))
}
