//! Cisco HDLC: address, control and an EtherType (LINKTYPE_C_HDLC).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    if data.first() == Some(&0xff) {
        // RFC 1662 framing in a capture that was declared wrongly, as libpcap reads it too.
        return Some((Inner::Ppp, data));
    }
    work.packet.layers.push(AppProto::Hdlc);
    let ([_, _, a, b], rest) = header(data, work)?;
    match u16::from_be_bytes([*a, *b]) {
        0x2000 => {
            work.packet.layers.push(AppProto::Cdp);
            let at = work.place_of(rest);
            work.packet.payload = at..at + rest.len() as u32;
            None
        }
        // RARP's number; here it is how two routers ask each other for addresses and whether they are alive.
        0x8035 => {
            work.packet.layers.push(AppProto::Slarp);
            None
        }
        kind => Some((Inner::EtherType(kind), rest)),
    }
}

/// LINKTYPE_C_HDLC_WITH_DIR: a byte in front says who sent it.
pub(super) fn read_directed<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_], rest) = header(data, work)?;
    read(rest, work)
}
