//! Per-packet information (CACE PPI): a header that names the link type of what follows, 802.11 as a rule.

use super::{Inner, Work, header, wifi};
use crate::model::app::protocol::AppProto;

/// LINKTYPE_IEEE802_11.
const WIFI: u32 = 105;
/// Field type: what every 802.11 adapter knows.
const COMMON: u16 = 2;
/// Flag: a frame check sequence ends the frame.
const FCS: u8 = 0x01;
/// Flag: the check sequence is wrong.
const BAD_FCS: u8 = 0x04;
/// Bytes of a frame check sequence.
const FCS_BYTES: usize = 4;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Ppi);
    let ([_, _, l0, l1, d0, d1, d2, d3], _) = header(data, work)?;
    let length = usize::from(u16::from_le_bytes([*l0, *l1])).max(8);
    let link_type = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
    let (head, frame) = data.split_at(length.min(data.len()));
    if link_type != WIFI {
        return Some((Inner::Link(u16::try_from(link_type).ok()?), frame));
    }
    let flags = head.get(8..).and_then(common_flags).unwrap_or(0);
    if flags & BAD_FCS > 0 {
        work.packet.layers.push(AppProto::Wifi);
        return None;
    }
    let is_whole = work.packet.captured_bytes >= work.packet.wire_bytes;
    let end = frame.len().saturating_sub(if flags & FCS > 0 && is_whole { FCS_BYTES } else { 0 });
    wifi::body(frame.get(..end).unwrap_or(frame), false, work)
}

/// Flags of the common 802.11 field: behind its timer of eight bytes.
fn common_flags(mut parts: &[u8]) -> Option<u8> {
    loop {
        let ([k0, k1, l0, l1], rest) = parts.split_first_chunk()?;
        let length = usize::from(u16::from_le_bytes([*l0, *l1]));
        if u16::from_le_bytes([*k0, *k1]) == COMMON {
            return rest.get(8).copied();
        }
        parts = rest.get(length..)?;
    }
}
