//! DHCP (RFC 2131, RFC 2132): the client that requests an address, the server that offers it, and the router and name
//! servers in the offer.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::protocol::AppProto;
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dhcp,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const CLIENT_ADDRESS: usize = 12;
const YOUR_ADDRESS: usize = 16;
const HARDWARE_ADDRESS: usize = 28;
const COOKIE: usize = 236;
const COOKIE_VALUE: u32 = 0x6382_5363;
const PAD: u8 = 0;
const END: u8 = 255;
/// Most options of a message.
const MOST_OPTIONS: usize = 64;
/// Most addresses of one option.
const MOST_ADDRESSES: usize = 4;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let &[operation @ 1..=2, kind, hardware_bytes @ 0..=16, ..] = payload else { return ProbeResult::NotForUs };
    if payload.len() < COOKIE {
        return ProbeResult::NotForUs;
    }
    if (kind, hardware_bytes) == (1, 6)
        && let Some(mac) = bytes::from(payload, HARDWARE_ADDRESS).first_chunk()
    {
        fields.mac(FieldId::Mac, *mac);
    }
    if operation == 1 {
        address(FieldId::Requested, payload, CLIENT_ADDRESS, fields);
    } else {
        address(FieldId::Address, payload, YOUR_ADDRESS, fields);
    }
    if be32(payload, COOKIE) != Some(COOKIE_VALUE) {
        fields
            .token(FieldId::Message, if operation == 1 { DhcpMessage::BootpRequest } else { DhcpMessage::BootpReply });
        return ProbeResult::Unsure;
    }
    options(bytes::from(payload, COOKIE + 4), fields);
    ProbeResult::Certain
}

fn address(kind: FieldId, bytes: &[u8], at: usize, fields: &mut FieldBuffer) {
    if let Some(address @ 1..) = be32(bytes, at) {
        fields.addr(kind, Ipv4Addr::from(address));
    }
}

fn options(mut rest: &[u8], fields: &mut FieldBuffer) {
    for _ in 0..MOST_OPTIONS {
        let Some((code, behind)) = rest.split_first() else { return };
        if *code == PAD {
            rest = behind;
            continue;
        }
        let Some((length, behind)) = behind.split_first() else { return };
        if *code == END {
            return;
        }
        option(*code, bytes::part(behind, 0, usize::from(*length)), fields);
        rest = bytes::from(behind, usize::from(*length));
    }
}

/// RFC 2132; the client's full name by RFC 4702.
fn option(code: u8, value: &[u8], fields: &mut FieldBuffer) {
    let text = bytes::until_nul(value);
    match code {
        1 => address(FieldId::Netmask, value, 0, fields),
        3 => addresses(FieldId::Router, value, fields),
        6 => addresses(FieldId::DnsServer, value, fields),
        12 => fields.bytes(FieldId::Host, text),
        15 => fields.bytes(FieldId::Domain, text),
        50 => address(FieldId::Requested, value, 0, fields),
        51 => {
            if let Some(seconds) = be32(value, 0) {
                fields.number(FieldId::Lease, u64::from(seconds));
            }
        }
        53 => message(value, fields),
        54 => address(FieldId::Server, value, 0, fields),
        56 => fields.bytes(FieldId::Error, text),
        60 => fields.bytes(FieldId::Vendor, text),
        // Flags, two codes, then the name; as DNS writes it if a flag says so.
        81 if value.first().is_some_and(|flags| flags & 4 == 0) => fields.bytes(FieldId::Host, bytes::from(value, 3)),
        _ => {}
    }
}

fn addresses(kind: FieldId, value: &[u8], fields: &mut FieldBuffer) {
    (0..MOST_ADDRESSES).for_each(|n| address(kind, value, 4 * n, fields));
}

fn message(value: &[u8], fields: &mut FieldBuffer) {
    let name = match value.first() {
        Some(1) => DhcpMessage::Discover,
        Some(2) => DhcpMessage::Offer,
        Some(3) => DhcpMessage::Request,
        Some(4) => DhcpMessage::Decline,
        Some(5) => DhcpMessage::Ack,
        Some(6) => DhcpMessage::Nak,
        Some(7) => DhcpMessage::Release,
        Some(8) => DhcpMessage::Inform,
        Some(9) => DhcpMessage::ForceRenew,
        Some(10) => DhcpMessage::LeaseQuery,
        Some(other) => return fields.format(FieldId::Message, other),
        None => return,
    };
    fields.token(FieldId::Message, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn an_offer_names_address_server_router_and_name_servers_and_no_prefix_panics() {
        let mut offer = vec![2, 1, 6, 0];
        offer.resize(COOKIE, 0);
        offer[16..20].copy_from_slice(&[192, 0, 2, 9]);
        offer[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 7]);
        offer.extend([
            0x63, 0x82, 0x53, 0x63, 53, 1, 2, 0, 54, 4, 192, 0, 2, 1, 1, 4, 255, 255, 255, 128, 3, 4, 192, 0, 2, 2,
        ]);
        offer.extend([6, 8, 192, 0, 2, 3, 192, 0, 2, 4, 51, 4, 0, 0, 14, 16, 12, 2, b'p', b'c', 255, 53, 1, 5]);
        let ends = PortPair::new(false, 67, 68);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&offer, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Mac, FieldValue::Mac([2, 0, 0, 0, 0, 7])),
            (FieldId::Address, FieldValue::Addr([192, 0, 2, 9].into())),
            (FieldId::Message, DhcpMessage::Offer.into()),
            (FieldId::Server, FieldValue::Addr([192, 0, 2, 1].into())),
            (FieldId::Netmask, FieldValue::Addr([255, 255, 255, 128].into())),
            (FieldId::Router, FieldValue::Addr([192, 0, 2, 2].into())),
            (FieldId::DnsServer, FieldValue::Addr([192, 0, 2, 3].into())),
            (FieldId::DnsServer, FieldValue::Addr([192, 0, 2, 4].into())),
            (FieldId::Lease, FieldValue::Number(3600)),
            (FieldId::Host, FieldValue::Text("pc")),
        ];
        assert_eq!(said, expected);
        for end in 0..offer.len() {
            read(&offer[..end], &ends, &mut fields);
        }
    }
}
