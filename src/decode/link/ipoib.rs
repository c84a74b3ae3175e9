//! IP over InfiniBand: a global routing header of 40 bytes, then an EtherType (LINKTYPE_IPOIB; RFC 4391, section 6).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

const ROUTING_BYTES: usize = 40;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Ipoib);
    let (_, rest) = header::<ROUTING_BYTES>(data, work)?;
    let ([a, b, _, _], rest) = header(rest, work)?;
    Some((Inner::EtherType(u16::from_be_bytes([*a, *b])), rest))
}
