//! SLIP as captured: direction, the start of the compressed header, then IP (LINKTYPE_SLIP).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

const HEADER_BYTES: usize = 16;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Slip);
    let (_, rest) = header::<HEADER_BYTES>(data, work)?;
    Some((Inner::Ip, rest))
}
