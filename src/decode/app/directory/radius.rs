//! RADIUS (RFC 2865, RFC 2866): users who request access, and whether it is granted.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::be32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::RadiusMessage;
use crate::model::app::kinds::login::Method;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Radius,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const HEADER_BYTES: usize = 20;
const MOST_ATTRIBUTES: usize = 64;
/// Vendor number of Microsoft, whose attributes carry MS-CHAP (RFC 2548).
const MICROSOFT: u32 = 311;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let (Some(code), Some(length)) = (payload.first(), be16(payload, 2)) else { return ProbeResult::NotForUs };
    // Bytes behind the length are padding (RFC 2865, section 3).
    if usize::from(length) < HEADER_BYTES || usize::from(length) > payload.len() {
        return ProbeResult::NotForUs;
    }
    let name = match code {
        1 => RadiusMessage::AccessRequest,
        2 => RadiusMessage::AccessAccept,
        3 => RadiusMessage::AccessReject,
        4 => RadiusMessage::AccountingRequest,
        5 => RadiusMessage::AccountingResponse,
        11 => RadiusMessage::AccessChallenge,
        12 => RadiusMessage::StatusServer,
        40..=45 => RadiusMessage::DisconnectOrChangeOfAuthorization,
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, name);
    match code {
        2 => fields.token(FieldId::Login, Outcome::Accepted),
        3 => fields.token(FieldId::Login, Outcome::Refused),
        _ => {}
    }
    let mut rest = bytes::part(payload, HEADER_BYTES, usize::from(length) - HEADER_BYTES);
    for _ in 0..MOST_ATTRIBUTES {
        let &[kind, n, ..] = rest else { break };
        if n < 2 {
            break;
        }
        attribute(kind, bytes::part(rest, 2, usize::from(n) - 2), fields);
        rest = bytes::from(rest, usize::from(n));
    }
    ProbeResult::Certain
}

/// RFC 2865, section 5; EAP by RFC 3579.
fn attribute(kind: u8, value: &[u8], fields: &mut FieldBuffer) {
    match kind {
        1 => fields.bytes(FieldId::User, value),
        2 => fields.token(FieldId::Method, Method::Pap),
        3 => fields.token(FieldId::Method, Method::Chap),
        8 => {
            if let Some(address) = be32(value, 0) {
                fields.addr(FieldId::Address, Ipv4Addr::from(address));
            }
        }
        26 if be32(value, 0) == Some(MICROSOFT) => match value.get(4) {
            Some(1) => fields.token(FieldId::Method, Method::MsChap),
            Some(25) => fields.token(FieldId::Method, Method::MsChap2),
            _ => {}
        },
        31 => fields.bytes(FieldId::Client, value),
        32 => fields.bytes(FieldId::Host, value),
        79 => fields.token(FieldId::Method, Method::Eap),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn who_asks_and_is_refused_is_read_and_no_prefix_panics() {
        let ask = [&b"\x01\x07\0\x1c"[..], &[9; 16], b"\x01\x06anna\x02\x02"].concat();
        let refuse = [&b"\x03\x07\0\x14"[..], &[9; 16]].concat();
        let ends = PortPair::new(false, 50_000, 1812);
        let mut fields = FieldBuffer::default();
        for message in [&ask, &refuse] {
            assert_eq!(read(message, &ends, &mut fields), ProbeResult::Certain);
        }
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Message, RadiusMessage::AccessRequest.into()),
            (FieldId::User, FieldValue::Text("anna")),
            (FieldId::Method, Method::Pap.into()),
            (FieldId::Message, RadiusMessage::AccessReject.into()),
            (FieldId::Login, Outcome::Refused.into()),
        ];
        assert_eq!(said, expected);
        for end in 0..ask.len() {
            assert_eq!(read(&ask[..end], &ends, &mut fields), ProbeResult::NotForUs);
        }
    }
}
