//! 802.11 behind a radiotap header, whose flags say how the frame ends (LINKTYPE_IEEE802_11_RADIOTAP).
//!
//! Source: the definition at radiotap.org: little-endian; a field stands at a multiple of its size.

use super::{Inner, Work, header, wifi};
use crate::model::app::protocol::AppProto;

const HAS_TIMER: u32 = 1;
const HAS_FLAGS: u32 = 1 << 1;
const HAS_MORE_WORDS: u32 = 1 << 31;
/// A frame check sequence ends the frame.
const FCS: u8 = 0x10;
/// The 802.11 header is padded to four bytes.
const PADDED: u8 = 0x20;
/// The check sequence is wrong: the frame is noise.
const BAD_FCS: u8 = 0x40;
/// Bytes of a frame check sequence.
const FCS_BYTES: usize = 4;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Radiotap);
    let ([_, _, l0, l1, p0, p1, p2, p3], _) = header(data, work)?;
    let length = usize::from(u16::from_le_bytes([*l0, *l1]));
    let present = u32::from_le_bytes([*p0, *p1, *p2, *p3]);
    let flags = flags(data.get(..length).unwrap_or(data), present).unwrap_or(0);
    let (_, frame) = data.split_at(length.min(data.len()));
    if flags & BAD_FCS > 0 {
        work.packet.layers.push(AppProto::Wifi);
        return None;
    }
    // What the capture cut has lost its check sequence first.
    let is_whole = work.packet.captured_bytes >= work.packet.wire_bytes;
    let end = frame.len().saturating_sub(if flags & FCS > 0 && is_whole { FCS_BYTES } else { 0 });
    wifi::body(frame.get(..end).unwrap_or(frame), flags & PADDED > 0, work)
}

/// The flags field, if there is one.
fn flags(header: &[u8], present: u32) -> Option<u8> {
    if present & HAS_FLAGS == 0 {
        return None;
    }
    // More words of presence bits may follow the first; fields begin behind the last.
    let (words, _) = header.get(4..)?.as_chunks::<4>();
    let n_words = words.iter().take_while(|word| u32::from_le_bytes(**word) & HAS_MORE_WORDS > 0).count() + 1;
    let parts = 4 + n_words * 4;
    let at = if present & HAS_TIMER > 0 { parts.next_multiple_of(8) + 8 } else { parts };
    header.get(at).copied()
}
