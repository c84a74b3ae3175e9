//! Classic pcap to packets: both byte orders, microseconds and nanoseconds, and the variants of several makers.
//!
//! Source: draft-ietf-opsawg-pcap; the variants as Wireshark's `wiretap/libpcap.c` describes them.

mod look;
mod resync;
mod variant;

use super::{Found, Opened, RawPacket, Step, most_packet_bytes};
use variant::Variant;

/// Bytes of the file header.
pub const HEADER_BYTES: usize = 24;
/// Bytes of the header of a record; variants have more behind them.
const RECORD_BYTES: usize = 16;
/// Bytes that IXIA's file header has more: how much follows.
const IXIA_BYTES: usize = 4;
/// Link types are less than this; the upper bits of their field say how long the check sequence of frames is.
const MOST_LINK_TYPE: u16 = 1000;

/// What the file header says.
pub struct Pcap {
    is_big_endian: bool,
    is_nanoseconds: bool,
    variant: Variant,
    lengths: Lengths,
    link_type: u16,
    /// Seconds of the record before, and of the last one before the clock jumped: that may have been damage.
    seconds: [Option<u32>; 2],
}

/// Which of the two lengths of a record comes first. Before version 2.3 it was that on the wire, and some programs
/// wrote 2.3 without keeping to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    SmallerIsCaptured,
}

/// The header of a record.
#[derive(Clone, Copy)]
struct RecordHeader {
    seconds: u32,
    /// Microseconds or nanoseconds.
    fraction: u32,
    captured: u32,
    wire: u32,
}

/// What a magic number says: byte order, resolution, and which variants may have it.
struct Magic {
    is_big_endian: bool,
    is_nanoseconds: bool,
    variants: &'static [Variant],
}

#[inline]
fn magic(bytes: &[u8]) -> Option<Magic> {
    let front: [u8; 4] = *bytes.first_chunk()?;
    let is_big_endian = matches!(front, [0xa1 | 0x1c, ..]);
    let big = if is_big_endian { u32::from_be_bytes(front) } else { u32::from_le_bytes(front) };
    let (is_nanoseconds, variants) = match big {
        0xa1b2_c3d4 => (false, variant::STANDARD),
        0xa1b2_3c4d => (true, variant::NANOSECONDS),
        0xa1b2_cd34 => (false, variant::MODIFIED),
        0x1c00_01ac => (true, variant::IXIA),
        0x1c00_01ab => (false, variant::IXIA),
        _ => return None,
    };
    Some(Magic { is_big_endian, is_nanoseconds, variants })
}

/// True if the bytes begin with the magic number of any variant.
#[inline]
pub fn has_magic(bytes: &[u8]) -> bool {
    magic(bytes).is_some()
}

/// True if a whole file header stands here that can be believed, also where none is expected.
pub fn is_file_header(bytes: &[u8]) -> bool {
    let Some(magic) = magic(bytes) else { return false };
    let Some([version, zone, _, _, link]) = fields(bytes, magic.is_big_endian) else { return false };
    let (major, minor) = version_of(version, magic.is_big_endian);
    let is_zone = zone.cast_signed().unsigned_abs() <= 86_400;
    major == 2 && minor <= 4 && is_zone && (link & 0xffff) as u16 <= MOST_LINK_TYPE
}

/// The five fields behind the magic number.
fn fields(bytes: &[u8], is_big_endian: bool) -> Option<[u32; 5]> {
    let (words, _) = bytes.get(4..HEADER_BYTES)?.as_chunks::<4>();
    let words: [[u8; 4]; 5] = words.try_into().ok()?;
    Some(words.map(|word| if is_big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }))
}

/// Major and minor version, which stand in two fields of 16 bits.
fn version_of(word: u32, is_big_endian: bool) -> (u16, u16) {
    let [high, low] = [(word >> 16) as u16, (word & 0xffff) as u16];
    if is_big_endian { (high, low) } else { (low, high) }
}

impl Pcap {
    /// Reads the file header, and as many records as it takes to know the variant.
    pub fn open(bytes: &[u8], is_last: bool) -> Opened<Pcap> {
        let header = magic(bytes).and_then(|magic| Some((fields(bytes, magic.is_big_endian)?, magic)));
        let Some(([version, _, _, _, network], magic)) = header else { return Opened::Need(HEADER_BYTES) };
        let (major, minor) = version_of(version, magic.is_big_endian);
        let lengths = match (major, minor) {
            (2, 0..=2) | (543, _) => Lengths::WireFirst,
            (2, 3) => Lengths::SmallerIsCaptured,
            _ => Lengths::CapturedFirst,
        };
        let mut pcap = Pcap {
            is_big_endian: magic.is_big_endian,
            is_nanoseconds: magic.is_nanoseconds,
            variant: Variant::Standard,
            lengths,
            // The upper bits say whether frames end with a check sequence.
            link_type: (network & 0xffff) as u16,
            seconds: [None; 2],
        };
        let is_ixia = magic.variants == variant::IXIA;
        let start = HEADER_BYTES + if is_ixia { IXIA_BYTES } else { 0 };
        let Some(records) = bytes.get(start..) else { return Opened::Need(start) };
        if let Some(link_type) = variant::aix_link_type((major, minor), network) {
            (pcap.link_type, pcap.is_nanoseconds, pcap.variant) = (link_type, true, Variant::Aix);
            return Opened::As(pcap, start);
        }
        match pcap.choose(magic.variants, records, is_last) {
            Ok(variant) => Opened::As(Pcap { variant, ..pcap }, start),
            Err(need) => Opened::Need(start + need),
        }
    }

    /// Reads one record at the front of `bytes`, which stands at offset `at` of the file. `is_last` if none follow them.
    #[inline]
    pub fn step(&mut self, bytes: &[u8], at: u64, is_last: bool, sink: &mut impl FnMut(RawPacket<'_>)) -> Step {
        let head = self.variant.head_bytes();
        let Some(record) = self.record(bytes) else { return Step::Need(head) };
        if record.captured > most_packet_bytes(self.link_type) {
            return Step::Corrupt;
        }
        let end = head + record.captured as usize;
        if self.is_odd(&record) {
            if bytes.len() < end + RECORD_BYTES && !is_last {
                return Step::Need(end + RECORD_BYTES);
            }
            if !bytes.get(end..).is_some_and(|behind| self.goes_on(behind)) {
                return Step::Corrupt;
            }
        }
        let Some(data) = bytes.get(head..end) else { return Step::Need(end) };
        let part = i64::from(record.fraction);
        let part_ns = if self.is_nanoseconds { part } else { part * 1000 };
        if !self.is_near(record.seconds) {
            self.seconds = [None, self.seconds[0]];
        }
        self.seconds[0] = Some(record.seconds);
        sink(RawPacket {
            time_ns: i64::from(record.seconds) * 1_000_000_000 + part_ns,
            is_timed: true,
            wire_bytes: record.wire,
            link_type: self.link_type,
            file: 0,
            interface: 0,
            offset: at + head as u64,
            data,
        });
        Step::Used(end)
    }

    /// Looks for the next record behind damage; see [`super::Capture::find`].
    pub(super) fn find(&self, bytes: &[u8], is_last: bool) -> Found {
        resync::find(self, bytes, is_last)
    }

    /// The header of a record, if all of it is there.
    #[inline]
    fn record(&self, bytes: &[u8]) -> Option<RecordHeader> {
        let bytes: &[u8; RECORD_BYTES] = bytes.first_chunk()?;
        let (words, _) = bytes.as_chunks::<4>();
        let [a, b, c, d] = words else { return None };
        let fields = [*a, *b, *c, *d].map(u32::from_le_bytes);
        let [seconds, fraction, first, second] = if self.is_big_endian { fields.map(u32::swap_bytes) } else { fields };
        let (captured, wire) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::SmallerIsCaptured => (first.min(second), first.max(second)),
        };
        Some(RecordHeader { seconds, fraction, captured, wire })
    }

    /// True for what hardly a program writes. One odd field is believed: some programs count microseconds beyond a second,
    /// and clocks jump. More than one is, where the file goes on behind the record.
    #[inline]
    fn is_odd(&self, record: &RecordHeader) -> bool {
        let is_late = record.fraction >= self.units_per_second();
        is_late && (record.captured > record.wire || record.wire > MOST_WIRE_BYTES)
    }

    /// True if the file ends here, or another record that makes sense begins.
    #[cold]
    fn goes_on(&self, bytes: &[u8]) -> bool {
        let fits = |record: RecordHeader| record.captured <= most_packet_bytes(self.link_type) && !self.is_odd(&record);
        bytes.is_empty() || self.record(bytes).is_some_and(fits)
    }

    /// True if so little time lies between a record and the one before that no clock jumped.
    #[inline]
    fn is_near(&self, seconds: u32) -> bool {
        self.seconds[0].is_some_and(|before| seconds.abs_diff(before) <= MOST_GAP_SECONDS)
    }

    #[inline]
    fn units_per_second(&self) -> u32 {
        if self.is_nanoseconds { 1_000_000_000 } else { 1_000_000 }
    }

    /// In words.
    pub fn describe(&self) -> String {
        format!(
            "pcap{}, {}-endian, {}",
            self.variant.describe(),
            if self.is_big_endian { "big" } else { "little" },
            if self.is_nanoseconds { "nanoseconds" } else { "microseconds" },
        )
    }
}

/// No more seconds lie between two records: captures last days, damage gives any number.
const MOST_GAP_SECONDS: u32 = 7 * 86_400;
/// A packet that was longer on the wire is not believed where its header is odd otherwise.
const MOST_WIRE_BYTES: u32 = 16 << 20;
