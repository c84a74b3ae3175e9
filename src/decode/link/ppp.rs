//! PPP (RFC 1661), with or without HDLC framing (RFC 1662), and PPPoE sessions without Ethernet (RFC 2516).

use super::{Inner, Work, header};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;

/// LINKTYPE_PPP and LINKTYPE_PPP_HDLC.
pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    carried(data, work)
}

/// LINKTYPE_PPP_WITH_DIR: a byte in front says who sent it.
pub(super) fn read_directed<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_], rest) = header(data, work)?;
    carried(rest, work)
}

/// LINKTYPE_PPP_ETHER: the PPPoE header comes first.
pub(super) fn read_session<'a>(data: &'a [u8], _: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    Some((Inner::EtherType(0x8864), data))
}

/// A PPP frame, also inside of a tunnel.
pub(in crate::decode) fn carried<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Ppp);
    // Address and control of HDLC framing, which may be left out (RFC 1661, section 6.6).
    let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
    let ([first], rest) = work.split(data, IssueKind::LinkCut)?;
    // An odd first byte is a compressed protocol field (RFC 1661, section 6.5).
    let (protocol, rest) = if first & 1 == 1 {
        (u16::from(*first), rest)
    } else {
        let ([second], rest) = work.split(rest, IssueKind::LinkCut)?;
        (u16::from_be_bytes([*first, *second]), rest)
    };
    match protocol {
        0x0021 | 0x0057 => Some((Inner::Ip, rest)),
        0x0281 => Some((Inner::EtherType(0x8847), rest)),
        0x0283 => Some((Inner::EtherType(0x8848), rest)),
        _ => None,
    }
}
