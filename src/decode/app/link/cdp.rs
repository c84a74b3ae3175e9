//! Cisco Discovery Protocol (CDP): name, address, port, platform and software of the device at the other end of the cable.
//!
//! Types as in Wireshark's packet-cdp.c.

use crate::decode::app::parser::Entry;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::Announcement;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Cdp, datagram: None, stream: None, frame: Some(read) };

/// Most TLVs that are parsed.
const MOST_TLVS: usize = 64;
/// NLPID of IP, as addresses name their protocol.
const IPV4: [u8; 3] = [1, 1, 0xcc];

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
    fields.token(FieldId::Message, Announcement::Announcement);
    // Version, life time and checksum stand first.
    tlvs(message.get(4..).unwrap_or(&[]), fields);
}

/// Reads the TLVs: type, length with the four bytes of both, value.
fn tlvs(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    for _ in 0..MOST_TLVS {
        let kind = rest.u16()?;
        let length = usize::from(rest.u16()?);
        let value = rest.take(length.checked_sub(4)?)?;
        match kind {
            1 => fields.bytes(FieldId::Host, value),
            2 => drop(address(value, fields)),
            3 => fields.bytes(FieldId::SwitchPort, value),
            5 => fields.bytes(FieldId::Banner, value.split(|byte| *byte == b'\n').next().unwrap_or(value)),
            6 => fields.bytes(FieldId::Platform, value),
            9 => fields.bytes(FieldId::Domain, value),
            _ => {}
        }
    }
    Some(())
}

/// The first of its addresses, if that is IPv4.
fn address(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    rest.u32().filter(|n_addresses| *n_addresses > 0)?;
    if rest.array::<3>()? == IPV4 {
        let address = <[u8; 4]>::try_from(rest.field16()?).ok()?;
        fields.addr(FieldId::Address, Ipv4Addr::from(address));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    #[test]
    fn device_and_platform_are_read_and_no_prefix_panics() {
        let inside = [
            &[0xaa, 0xaa, 3, 0, 0, 12, 0x20, 0, 2, 180, 0, 0][..],
            b"\0\x01\0\x06sw",
            &[0, 2, 0, 17, 0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 0, 0, 3],
            b"\0\x03\0\x08Fa0/\0\x05\0\x0aIOS\n12\0\x06\0\x09C2950",
        ]
        .concat();
        let head = [1, 0, 12, 0xcc, 0xcc, 0xcc, 2, 0, 0, 0, 0, 3, 0, inside.len() as u8];
        let frame = [&head[..], &inside].concat();
        let (protocol, fields) = facts_of_frame(1, &frame);
        assert_eq!(protocol, Some(AppProto::Cdp));
        let expected =
            ["message=announcement", "host=sw", "address=10.0.0.3", "switch_port=Fa0/", "banner=IOS", "platform=C2950"];
        assert_eq!(listed(&fields), expected);
        (0..frame.len()).for_each(|end| drop(facts_of_frame(1, &frame[..end])));
    }
}
