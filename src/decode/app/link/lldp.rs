//! LLDP (IEEE 802.1AB, clause 8): name, platform, port and management address of the device at the other end of the
//! cable.

use crate::decode::app::parser::Entry;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::Announcement;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Lldp, datagram: None, stream: None, frame: Some(read) };

/// Most TLVs that are parsed.
const MOST_TLVS: usize = 64;

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
    fields.token(FieldId::Message, Announcement::Announcement);
    tlvs(message, fields);
}

/// Reads the TLVs: type in seven bits, length in nine, value.
fn tlvs(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    for _ in 0..MOST_TLVS {
        let head = rest.u16()?;
        let value = rest.take(usize::from(head & 0x1ff))?;
        match (head >> 9, value) {
            (0, _) => return None,
            // Chassis ID: a MAC address, a network address or another identifier (clause 8.5.2).
            (1, [4, address @ ..]) => mac(FieldId::Mac, address, fields),
            (1, [5, address @ ..]) => network(address, fields),
            (1, [_, name @ ..]) => fields.bytes(FieldId::Identifier, name),
            (2, [3, address @ ..]) => mac(FieldId::SwitchPort, address, fields),
            (2, [_, name @ ..]) => fields.bytes(FieldId::SwitchPort, name),
            (5, name) => fields.bytes(FieldId::Host, name),
            (6, description) => fields.bytes(FieldId::Platform, description),
            // Management address: length of what follows, then as a chassis ID that is a network address.
            (8, [length, address @ ..]) => {
                network(address.get(..usize::from(*length)).unwrap_or(address), fields);
            }
            _ => {}
        }
    }
    Some(())
}

fn mac(kind: FieldId, address: &[u8], fields: &mut FieldBuffer) {
    if let Ok(address) = address.try_into() {
        fields.mac(kind, address);
    }
}

/// A network address after its family (IANA address family numbers).
fn network(address: &[u8], fields: &mut FieldBuffer) {
    match address {
        [1, rest @ ..] => {
            if let Ok(address) = <[u8; 4]>::try_from(rest) {
                fields.addr(FieldId::Address, Ipv4Addr::from(address));
            }
        }
        [2, rest @ ..] => {
            if let Ok(address) = <[u8; 16]>::try_from(rest) {
                fields.addr(FieldId::Address, Ipv6Addr::from(address));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    #[test]
    fn device_and_port_are_read_and_no_prefix_panics() {
        let frame = [
            &[1, 0x80, 0xc2, 0, 0, 14, 2, 0, 0, 0, 0, 9, 0x88, 0xcc][..],
            &[2, 7, 4, 2, 0, 0, 0, 0, 9],
            b"\x04\x06\x05Gi0/1\x06\x02\0\x78\x0a\x03sw1\x0c\x05Linux",
            &[16, 12, 5, 1, 10, 0, 0, 254, 2, 0, 0, 0, 1, 0, 0, 0],
        ]
        .concat();
        let (protocol, fields) = facts_of_frame(1, &frame);
        assert_eq!(protocol, Some(AppProto::Lldp));
        let expected = [
            "message=announcement",
            "mac=02:00:00:00:00:09",
            "switch_port=Gi0/1",
            "host=sw1",
            "platform=Linux",
            "address=10.0.0.254",
        ];
        assert_eq!(listed(&fields), expected);
        (0..frame.len()).for_each(|end| drop(facts_of_frame(1, &frame[..end])));
    }
}
