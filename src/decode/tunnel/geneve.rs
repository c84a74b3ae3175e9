//! Geneve: an Ethernet frame or any EtherType's protocol behind options (RFC 8926).

use super::{Inner, Work};
use crate::model::app::protocol::AppProto;

/// Transparent Ethernet bridging.
const ETHERNET: u16 = 0x6558;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([first, _, k0, k1, v0, v1, v2, _], rest) = data.split_first_chunk()?;
    // Version 0, length of the options in words.
    if first >> 6 != 0 {
        return None;
    }
    let kind = u16::from_be_bytes([*k0, *k1]);
    let inner = rest.get(usize::from(first & 0x3f) * 4..)?;
    work.enter(AppProto::Geneve, u32::from_be_bytes([0, *v0, *v1, *v2]));
    work.packet.layers.push(AppProto::Geneve);
    Some((if kind == ETHERNET { Inner::Ethernet } else { Inner::EtherType(kind) }, inner))
}
