//! ICMP messages by type (RFC 792, RFC 1256): their names, why something is unreachable, and the target of a redirect.
//! Types and identifiers are kept in the packet.

use crate::decode::app::parser::Entry;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::IcmpMessage;
use crate::model::app::kinds::link::IcmpUnreachable;
use crate::model::app::protocol::AppProto;
use crate::model::packet::{Packet, Transport};
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Icmp, datagram: None, stream: None, frame: Some(read) };

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let Transport::Icmp(icmp) = &packet.transport else { return };
    fields.token(FieldId::Message, message(icmp.kind));
    match icmp.kind {
        3 => fields.token(FieldId::Error, unreachable(icmp.code)),
        5 => redirect(packet, data, fields),
        _ => {}
    }
}

/// The message of a type (IANA's registry of ICMP parameters).
pub fn message(kind: u8) -> IcmpMessage {
    match kind {
        0 => IcmpMessage::EchoReply,
        3 => IcmpMessage::DestinationUnreachable,
        4 => IcmpMessage::SourceQuench,
        5 => IcmpMessage::Redirect,
        8 => IcmpMessage::EchoRequest,
        9 => IcmpMessage::RouterAdvertisement,
        10 => IcmpMessage::RouterSolicitation,
        11 => IcmpMessage::TimeExceeded,
        12 => IcmpMessage::ParameterProblem,
        13 => IcmpMessage::TimestampRequest,
        14 => IcmpMessage::TimestampReply,
        15 => IcmpMessage::InformationRequest,
        16 => IcmpMessage::InformationReply,
        17 => IcmpMessage::AddressMaskRequest,
        18 => IcmpMessage::AddressMaskReply,
        30 => IcmpMessage::Traceroute,
        40 => IcmpMessage::SecurityFailure,
        42 => IcmpMessage::ExtendedEchoRequest,
        43 => IcmpMessage::ExtendedEchoReply,
        _ => IcmpMessage::Other,
    }
}

fn unreachable(code: u8) -> IcmpUnreachable {
    match code {
        0 => IcmpUnreachable::NetworkUnreachable,
        1 => IcmpUnreachable::HostUnreachable,
        2 => IcmpUnreachable::ProtocolUnreachable,
        3 => IcmpUnreachable::PortUnreachable,
        4 => IcmpUnreachable::FragmentationNeeded,
        6 => IcmpUnreachable::NetworkUnknown,
        7 => IcmpUnreachable::HostUnknown,
        9 | 10 | 13 => IcmpUnreachable::ForbiddenByAFilter,
        _ => IcmpUnreachable::Other,
    }
}

/// The router that is said to be better stands behind the checksum.
fn redirect(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let header = data.get(packet.transport_at as usize..).and_then(|header| header.first_chunk::<8>());
    if let Some([_, _, _, _, a, b, c, d]) = header {
        fields.addr(FieldId::Router, Ipv4Addr::new(*a, *b, *c, *d));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    /// Raw IPv4 with ICMP.
    fn packet(icmp: &[u8]) -> Vec<u8> {
        let length = 20 + icmp.len() as u8;
        [&[0x45, 0, 0, length, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], icmp].concat()
    }

    #[test]
    fn types_are_named_and_a_redirect_says_to_whom() {
        let (protocol, fields) = facts_of_frame(101, &packet(&[8, 0, 0, 0, 0, 1, 0, 1, 9, 9]));
        assert_eq!((protocol, listed(&fields)), (Some(AppProto::Icmp), vec!["message=echo request".to_owned()]));
        let (_, fields) = facts_of_frame(101, &packet(&[3, 3, 0, 0, 0, 0, 0, 0]));
        assert_eq!(listed(&fields), ["message=destination unreachable", "error=port unreachable"]);
        let redirect = packet(&[5, 1, 0, 0, 10, 0, 0, 66]);
        let (_, fields) = facts_of_frame(101, &redirect);
        assert_eq!(listed(&fields), ["message=redirect", "router=10.0.0.66"]);
        (0..redirect.len()).for_each(|end| drop(facts_of_frame(101, &redirect[..end])));
    }
}
