//! VXLAN: an Ethernet frame behind a network identifier (RFC 7348, section 5).

use super::{Inner, Work};
use crate::model::app::protocol::AppProto;

/// The identifier is valid; it must be.
const HAS_IDENTIFIER: u8 = 0x08;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([flags, _, _, _, v0, v1, v2, reserved], frame) = data.split_first_chunk()?;
    if flags & HAS_IDENTIFIER == 0 || *reserved != 0 {
        return None;
    }
    work.enter(AppProto::Vxlan, u32::from_be_bytes([0, *v0, *v1, *v2]));
    work.packet.layers.push(AppProto::Vxlan);
    Some((Inner::Ethernet, frame))
}
