//! 802.11 behind a Prism header, or behind the AVS header that replaced it under the same number (LINKTYPE_PRISM_HEADER).

use super::{Inner, Work, avs, header, wifi};
use crate::model::app::protocol::AppProto;

/// Shortest and longest header that is believed; drivers write 144.
const LENGTHS: std::ops::RangeInclusive<u32> = 24..=512;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    if data.starts_with(&avs::MAGIC) {
        return avs::read(data, work);
    }
    work.packet.layers.push(AppProto::Prism);
    let ([_, _, _, _, a, b, c, d], _) = header(data, work)?;
    // Written in the order of the capturing host, which nothing tells: only one of the two makes sense.
    let length = [u32::from_le_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*a, *b, *c, *d])];
    let length = length.into_iter().find(|length| LENGTHS.contains(length))?;
    wifi::body(data.get(length as usize..).unwrap_or(&[]), false, work)
}
