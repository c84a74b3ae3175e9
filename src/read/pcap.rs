//! Classic pcap: both byte orders, microseconds and nanoseconds, and Kuznetzov's modified records.
//!
//! Source: draft-ietf-opsawg-pcap; the modified form as libpcap's `savefile` reads it.

use super::{RawPacket, Step, most_packet_bytes};
use pcap_parser::parse_pcap_header;

/// Bytes of the file header.
pub const HEADER_BYTES: usize = 24;
/// Bytes of the header of a record.
const RECORD_BYTES: usize = 16;
/// The modified form adds interface index, protocol, packet type and padding to each record.
const MODIFIED_RECORD_BYTES: usize = 24;

/// The magic number of the modified form with big-endian fields, which pcap-parser does not know.
const MODIFIED_BIG_ENDIAN: [u8; 4] = [0xa1, 0xb2, 0xcd, 0x34];

/// What the file header says.
pub struct Pcap {
    is_big_endian: bool,
    is_nanoseconds: bool,
    is_modified: bool,
    link_type: u16,
}

impl Pcap {
    /// Reads the file header; none if it is not complete.
    pub fn new(bytes: &[u8]) -> Option<Pcap> {
        let mut header: [u8; HEADER_BYTES] = bytes.get(..HEADER_BYTES)?.try_into().ok()?;
        let is_modified_big = header.starts_with(&MODIFIED_BIG_ENDIAN);
        if is_modified_big {
            // Read as the plain big-endian form: the fields are the same.
            if let Some(magic) = header.get_mut(..4) {
                magic.copy_from_slice(&[0xa1, 0xb2, 0xc3, 0xd4]);
            }
        }
        let (_, parsed) = parse_pcap_header(&header).ok()?;
        Some(Pcap {
            is_big_endian: parsed.is_bigendian(),
            is_nanoseconds: parsed.is_nanosecond_precision(),
            is_modified: parsed.is_modified_format() || is_modified_big,
            // The upper bits say whether frames end with a check sequence.
            link_type: (parsed.network.0 & 0xffff) as u16,
        })
    }

    /// Reads one record at the front of `bytes`, which stands at offset `at` of the file.
    #[inline]
    pub fn step(&self, bytes: &[u8], at: u64, sink: &mut impl FnMut(RawPacket<'_>)) -> Step {
        let head = if self.is_modified { MODIFIED_RECORD_BYTES } else { RECORD_BYTES };
        let Some([seconds, part, captured, wire]) = self.record(bytes) else { return Step::Need(head) };
        if captured > most_packet_bytes(self.link_type) {
            return Step::Corrupt;
        }
        let end = head + captured as usize;
        let Some(data) = bytes.get(head..end) else { return Step::Need(end) };
        let part_ns = if self.is_nanoseconds { i64::from(part) } else { i64::from(part) * 1000 };
        sink(RawPacket {
            time_ns: i64::from(seconds) * 1_000_000_000 + part_ns,
            is_timed: true,
            wire_bytes: wire,
            link_type: self.link_type,
            file: 0,
            offset: at + head as u64,
            data,
        });
        Step::Used(end)
    }

    /// Seconds, part of a second, captured length and length on the wire.
    #[inline]
    fn record(&self, bytes: &[u8]) -> Option<[u32; 4]> {
        let bytes: &[u8; RECORD_BYTES] = bytes.first_chunk()?;
        let (words, _) = bytes.as_chunks::<4>();
        let [a, b, c, d] = words else { return None };
        let fields = [*a, *b, *c, *d].map(u32::from_le_bytes);
        Some(if self.is_big_endian { fields.map(u32::swap_bytes) } else { fields })
    }

    /// In words.
    pub fn describe(&self) -> String {
        format!(
            "pcap{}, {}-endian, {}",
            if self.is_modified { " (modified)" } else { "" },
            if self.is_big_endian { "big" } else { "little" },
            if self.is_nanoseconds { "nanoseconds" } else { "microseconds" },
        )
    }
}
