//! Reads packets from Endace ERF captures. They have no magic number: records are recognised by how they follow each
//! other.
//!
//! Source: Endace, "EDM04-01 ERF types", as Wireshark's `wiretap/erf.c` reads it.

use super::{RawPacket, Step};
use crate::issue::{IssueKind, IssueLog};

/// Time, type, flags, length of the record, losses or colour, length on the wire.
const RECORD_BYTES: usize = 16;
/// Bytes of an extension header; the first bit says whether another follows.
const EXTENSION_BYTES: usize = 8;
const MORE: u8 = 0x80;
/// Most extension headers that are believed.
const MOST_EXTENSIONS: usize = 8;
/// A record about the capture, no packet (TYPE_META); types end here, apart from padding.
const META: u8 = 27;
const MOST_TYPE: u8 = META;
const PADDING: u8 = 48;
/// So many records, one behind the other, show the format in a file that goes on.
const N_RECORDS: usize = 2;
/// Seconds of 1990 and 2100: no card's clock stands elsewhere.
const PLAUSIBLE_SECONDS: std::ops::Range<u64> = 631_152_000..4_102_444_800;

/// The header of a record.
struct RecordHeader {
    time_ns: i64,
    seconds: u64,
    /// Without the bit that says that extension headers follow.
    kind: u8,
    has_extensions: bool,
    length: usize,
    wire: u32,
}

fn header(bytes: &[u8]) -> Option<RecordHeader> {
    let header: &[u8; RECORD_BYTES] = bytes.first_chunk()?;
    let [t0, t1, t2, t3, t4, t5, t6, t7, kind, _, l0, l1, _, _, w0, w1] = *header;
    // Whole seconds and parts of 2^32.
    let fraction = u64::from(u32::from_le_bytes([t0, t1, t2, t3]));
    let seconds = u64::from(u32::from_le_bytes([t4, t5, t6, t7]));
    let ns = seconds * 1_000_000_000 + ((fraction * 1_000_000_000) >> 32);
    Some(RecordHeader {
        time_ns: i64::try_from(ns).unwrap_or(i64::MAX),
        seconds,
        kind: kind & !MORE,
        has_extensions: kind & MORE != 0,
        length: u16::from_be_bytes([l0, l1]).into(),
        wire: u16::from_be_bytes([w0, w1]).into(),
    })
}

/// True if records follow each other from the front of these bytes on. `is_all` if they are the whole file.
pub fn looks_like(bytes: &[u8], is_all: bool) -> bool {
    let (mut at, mut n, mut before) = (0, 0, None);
    while let Some(record) = bytes.get(at..).and_then(header) {
        let is_kind = (1..=MOST_TYPE).contains(&record.kind) || record.kind == PADDING;
        // What describes the capture may have no time.
        let is_untimed = record.kind == META && record.seconds == 0;
        let is_near = before.is_none_or(|before| record.seconds.abs_diff(before) < 86_400) || is_untimed;
        let is_length =
            record.length >= RECORD_BYTES && (record.length - RECORD_BYTES) as u64 <= u64::from(record.wire) + 80;
        if !is_kind || !is_near || !is_length || !(is_untimed || PLAUSIBLE_SECONDS.contains(&record.seconds)) {
            return false;
        }
        before = if is_untimed { before } else { Some(record.seconds) };
        at += record.length;
        n += 1;
    }
    let is_whole = is_all && at == bytes.len() && n > 0;
    is_whole || n >= N_RECORDS
}

/// Reads one record at the front of `bytes`, which stands at offset `at` of the file.
pub fn step(bytes: &[u8], at: u64, issues: &mut IssueLog, sink: &mut impl FnMut(RawPacket<'_>)) -> Step {
    let Some(header) = header(bytes) else { return Step::Need(RECORD_BYTES) };
    if header.length < RECORD_BYTES || header.kind > MOST_TYPE && header.kind != PADDING {
        return Step::Corrupt;
    }
    let Some(record) = bytes.get(..header.length) else { return Step::Need(header.length) };
    let mut start = RECORD_BYTES;
    let mut has_more = header.has_extensions;
    for _ in 0..MOST_EXTENSIONS {
        if !has_more {
            break;
        }
        has_more = record.get(start).is_some_and(|first| first & MORE != 0);
        start += EXTENSION_BYTES;
    }
    // Bytes before the frame, and its LINKTYPE_ number.
    let (before, link_type) = match header.kind {
        // Ethernet: an offset and padding.
        2 | 11 | 16 | 20 => (2, 1),
        // HDLC over SONET: PPP or Cisco's.
        1 | 10 | 15 | 17 => (0, hdlc(record.get(start..).unwrap_or(&[]))),
        22 => (0, 228),
        23 => (0, 229),
        _ => {
            if header.kind != PADDING {
                issues.add(IssueKind::BlockOther, None, Some(at));
            }
            return Step::Used(header.length);
        }
    };
    let start = (start + before).min(record.len());
    let room = record.get(start..).unwrap_or(&[]);
    let data = room.get(..header.wire as usize).unwrap_or(room);
    sink(RawPacket {
        time_ns: header.time_ns,
        is_timed: true,
        wire_bytes: header.wire,
        link_type,
        file: 0,
        interface: 0,
        offset: at + start as u64,
        data,
    });
    Step::Used(header.length)
}

/// PPP in HDLC framing or Cisco's HDLC, by the first byte: PPP's address is 0xff.
fn hdlc(frame: &[u8]) -> u16 {
    if frame.first() == Some(&0xff) { 50 } else { 104 }
}
