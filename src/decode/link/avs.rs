//! 802.11 behind an AVS header: version and length, big-endian (LINKTYPE_IEEE802_11_AVS).

use super::{Inner, Work, header, wifi};
use crate::model::app::protocol::AppProto;

/// The upper part of the version field; the last byte counts versions.
pub(super) const MAGIC: [u8; 3] = [0x80, 0x21, 0x10];

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Avs);
    let ([_, _, _, _, a, b, c, d], _) = header(data, work)?;
    let length = u32::from_be_bytes([*a, *b, *c, *d]).max(8) as usize;
    wifi::body(data.get(length..).unwrap_or(&[]), false, work)
}
