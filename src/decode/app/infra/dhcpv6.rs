//! DHCPv6 (RFC 8415): message type, client and server, addresses and name servers.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::be32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::Dhcpv6Error;
use crate::model::app::kinds::infra::Dhcpv6Message;
use crate::model::app::protocol::AppProto;
use std::net::Ipv6Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dhcpv6,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const HEADER_BYTES: usize = 4;
const RELAY_BYTES: usize = 34;
const RELAYS: [u8; 2] = [12, 13];
const MOST_OPTIONS: usize = 64;
/// Most relays and options within one another.
const MOST_DEPTH: u8 = 4;
/// Messages by the number of their type, from 1.
const MESSAGES: [Dhcpv6Message; 13] = [
    Dhcpv6Message::Solicit,
    Dhcpv6Message::Advertise,
    Dhcpv6Message::Request,
    Dhcpv6Message::Confirm,
    Dhcpv6Message::Renew,
    Dhcpv6Message::Rebind,
    Dhcpv6Message::Reply,
    Dhcpv6Message::Release,
    Dhcpv6Message::Decline,
    Dhcpv6Message::Reconfigure,
    Dhcpv6Message::InformationRequest,
    Dhcpv6Message::RelayForward,
    Dhcpv6Message::RelayReply,
];

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if message(payload, 0, fields) { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

fn message(payload: &[u8], depth: u8, fields: &mut FieldBuffer) -> bool {
    let Some(kind @ 1..) = payload.first().copied() else { return false };
    let Some(name) = MESSAGES.get(usize::from(kind) - 1) else { return false };
    let head = if RELAYS.contains(&kind) { RELAY_BYTES } else { HEADER_BYTES };
    if payload.len() < head {
        return false;
    }
    fields.token(FieldId::Message, *name);
    options(bytes::from(payload, head), depth, fields);
    true
}

fn options(mut rest: &[u8], depth: u8, fields: &mut FieldBuffer) {
    if depth > MOST_DEPTH {
        return;
    }
    for _ in 0..MOST_OPTIONS {
        let (Some(code), Some(length)) = (be16(rest, 0), be16(rest, 2)) else { return };
        option(code, bytes::part(rest, 4, usize::from(length)), depth, fields);
        rest = bytes::from(rest, 4 + usize::from(length));
    }
}

/// Section 21; name servers by RFC 3646, the client's name by RFC 4704.
fn option(code: u16, value: &[u8], depth: u8, fields: &mut FieldBuffer) {
    match code {
        1 => hardware(FieldId::Mac, value, fields),
        2 => hardware(FieldId::Server, value, fields),
        // Addresses, temporary ones, prefixes: numbers, then options.
        3 | 25 => options(bytes::from(value, 12), depth + 1, fields),
        4 => options(bytes::from(value, 4), depth + 1, fields),
        5 => {
            addresses(FieldId::Address, bytes::part(value, 0, 16), fields);
            if let Some(seconds) = be32(value, 20) {
                fields.number(FieldId::Lease, u64::from(seconds));
            }
        }
        9 => {
            message(value, depth + 1, fields);
        }
        13 => status(value, fields),
        23 => addresses(FieldId::DnsServer, value, fields),
        26 => {
            if let (Some(length), Some(prefix)) = (value.get(8), bytes::from(value, 9).first_chunk::<16>()) {
                fields.format(FieldId::Address, format_args!("{}/{length}", Ipv6Addr::from(*prefix)));
            }
        }
        39 => name(bytes::from(value, 1), fields),
        _ => {}
    }
}

fn addresses(kind: FieldId, value: &[u8], fields: &mut FieldBuffer) {
    value.as_chunks::<16>().0.iter().take(4).for_each(|raw| fields.addr(kind, Ipv6Addr::from(*raw)));
}

/// The Ethernet address in an identifier, with or without a time (section 11).
fn hardware(kind: FieldId, value: &[u8], fields: &mut FieldBuffer) {
    let at = match (be16(value, 0), be16(value, 2)) {
        (Some(1), Some(1)) => 8,
        (Some(3), Some(1)) => 4,
        _ => return,
    };
    if let Some(mac) = bytes::from(value, at).first_chunk::<6>() {
        fields.mac(kind, *mac);
    }
}

fn status(value: &[u8], fields: &mut FieldBuffer) {
    let name = match be16(value, 0) {
        Some(0) | None => return,
        Some(2) => Dhcpv6Error::NoAddressesAvailable,
        Some(3) => Dhcpv6Error::NoBinding,
        Some(4) => Dhcpv6Error::NotOnLink,
        Some(6) => Dhcpv6Error::NoPrefixAvailable,
        Some(other) => return fields.format(FieldId::Error, format_args!("status {other}")),
    };
    fields.token(FieldId::Error, name);
}

/// Labels as in DNS, without pointers.
fn name(mut rest: &[u8], fields: &mut FieldBuffer) {
    let mut name = Vec::new();
    while let Some((length @ 1..64, behind)) = rest.split_first() {
        if !name.is_empty() {
            name.push(b'.');
        }
        name.extend_from_slice(bytes::part(behind, 0, usize::from(*length)));
        rest = bytes::from(behind, usize::from(*length));
    }
    fields.bytes(FieldId::Host, &name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn a_reply_names_client_address_and_name_server_and_no_prefix_panics() {
        let mut reply = b"\x07\x01\x02\x03\0\x01\0\x0a\0\x03\0\x01\x02\0\0\0\0\x07\0\x03\0\x28\0\0\0\x01".to_vec();
        reply.extend([0; 8]);
        reply.extend(b"\0\x05\0\x18\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\0\0\0\x01\0\0\x0e\x10");
        reply.extend(b"\0\x17\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x35\0\x27\0\x04\0\x02pc");
        let ends = PortPair::new(false, 547, 546);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&reply, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Message, Dhcpv6Message::Reply.into()),
            (FieldId::Mac, FieldValue::Mac([2, 0, 0, 0, 0, 7])),
            (FieldId::Address, FieldValue::Addr(Ipv6Addr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x9]).into())),
            (FieldId::Lease, FieldValue::Number(3600)),
            (FieldId::DnsServer, FieldValue::Addr(Ipv6Addr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x35]).into())),
            (FieldId::Host, FieldValue::Text("pc")),
        ];
        assert_eq!(said, expected);
        for end in 0..reply.len() {
            read(&reply[..end], &ends, &mut fields);
        }
    }
}
