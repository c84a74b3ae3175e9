//! ICMPv6 messages by type (RFC 4443, RFC 4861): their names, why something is unreachable, and what routers and neighbours
//! advertise. Types and identifiers are kept in the packet.

use crate::decode::app::parser::Entry;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::Icmpv6Message;
use crate::model::app::kinds::link::Icmpv6Unreachable;
use crate::model::app::protocol::AppProto;
use crate::model::packet::{Packet, Transport};
use std::net::Ipv6Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Icmpv6, datagram: None, stream: None, frame: Some(read) };

const ROUTER_ADVERTISEMENT: u8 = 134;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
/// Most options that are looked at.
const MOST_OPTIONS: usize = 16;
/// Bytes between the first eight of a router advertisement and its options (RFC 4861, section 4.2).
const TIMERS_BYTES: usize = 8;

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let Transport::Icmp(icmp) = &packet.transport else { return };
    fields.token(FieldId::Message, message(icmp.kind));
    let bytes = data.get(packet.transport_at as usize..packet.payload.end as usize).unwrap_or(&[]);
    match icmp.kind {
        1 => fields.token(FieldId::Error, unreachable(icmp.code)),
        ROUTER_ADVERTISEMENT => drop(advertisement(bytes, fields)),
        NEIGHBOUR_ADVERTISEMENT => neighbour(bytes, fields),
        _ => {}
    }
}

/// The address that is claimed, and the Ethernet address that it is said to be at (RFC 4861, sections 4.4 and 4.6.1).
fn neighbour(message: &[u8], fields: &mut FieldBuffer) {
    let Some((address, mut options)) = message.get(8..).and_then(|rest| rest.split_first_chunk::<16>()) else { return };
    fields.addr(FieldId::Address, Ipv6Addr::from(*address));
    for _ in 0..MOST_OPTIONS {
        let [kind, length, ..] = options else { return };
        let Some((option, rest)) = options.split_at_checked(usize::from(*length) * 8).filter(|_| *length > 0) else {
            return;
        };
        if let (2, Some(mac)) = (*kind, option.get(2..).and_then(|rest| rest.first_chunk::<6>())) {
            return fields.mac(FieldId::Mac, *mac);
        }
        options = rest;
    }
}

/// The message of a type (IANA's registry of ICMPv6 parameters).
pub fn message(kind: u8) -> Icmpv6Message {
    match kind {
        1 => Icmpv6Message::DestinationUnreachable,
        2 => Icmpv6Message::PacketTooBig,
        3 => Icmpv6Message::TimeExceeded,
        4 => Icmpv6Message::ParameterProblem,
        128 => Icmpv6Message::EchoRequest,
        129 => Icmpv6Message::EchoReply,
        130 => Icmpv6Message::MulticastListenerQuery,
        131 => Icmpv6Message::MulticastListenerReport,
        132 => Icmpv6Message::MulticastListenerDone,
        133 => Icmpv6Message::RouterSolicitation,
        ROUTER_ADVERTISEMENT => Icmpv6Message::RouterAdvertisement,
        135 => Icmpv6Message::NeighbourSolicitation,
        NEIGHBOUR_ADVERTISEMENT => Icmpv6Message::NeighbourAdvertisement,
        137 => Icmpv6Message::Redirect,
        138 => Icmpv6Message::RouterRenumbering,
        139 => Icmpv6Message::NodeInformationQuery,
        140 => Icmpv6Message::NodeInformationResponse,
        141 => Icmpv6Message::InverseNeighbourSolicitation,
        142 => Icmpv6Message::InverseNeighbourAdvertisement,
        143 => Icmpv6Message::MulticastListenerReportV2,
        144..=147 => Icmpv6Message::MobilePrefixOrHomeAgentDiscovery,
        151..=153 => Icmpv6Message::MulticastRouterDiscovery,
        155 => Icmpv6Message::RplControl,
        _ => Icmpv6Message::Other,
    }
}

fn unreachable(code: u8) -> Icmpv6Unreachable {
    match code {
        0 => Icmpv6Unreachable::NoRoute,
        1 | 5 | 6 => Icmpv6Unreachable::ForbiddenByAFilter,
        2 => Icmpv6Unreachable::BeyondScope,
        3 => Icmpv6Unreachable::AddressUnreachable,
        4 => Icmpv6Unreachable::PortUnreachable,
        _ => Icmpv6Unreachable::Other,
    }
}

/// Life time as a router in seconds, and the options that hosts configure themselves by.
fn advertisement(message: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut rest = message;
    let [_, _, _, _, _, _, life @ ..] = rest.array::<8>()?;
    fields.number(FieldId::Lease, u64::from(u16::from_be_bytes(life)));
    rest.take(TIMERS_BYTES)?;
    for _ in 0..MOST_OPTIONS {
        let kind = rest.u8()?;
        // In units of eight bytes, these two included.
        let n = usize::from(rest.u8()?) * 8;
        let mut option = rest.take(n.checked_sub(2)?)?;
        match kind {
            1 => mac(option, fields),
            3 => prefix(option, fields),
            // Recursive DNS servers (RFC 8106, section 5.1), behind two reserved bytes and a life time.
            25 => {
                option.take(6)?;
                for server in option.as_chunks::<16>().0 {
                    fields.addr(FieldId::DnsServer, Ipv6Addr::from(*server));
                }
            }
            _ => {}
        }
    }
    Some(())
}

fn mac(option: &[u8], fields: &mut FieldBuffer) {
    if let Some(address) = option.first_chunk() {
        fields.mac(FieldId::Mac, *address);
    }
}

/// A prefix with its length (RFC 4861, section 4.6.2).
fn prefix(option: &[u8], fields: &mut FieldBuffer) {
    if let (Some(bits), Some(address)) = (option.first(), option.get(14..).and_then(|at| at.first_chunk::<16>())) {
        fields.format(FieldId::Prefix, format_args!("{}/{bits}", Ipv6Addr::from(*address)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    #[test]
    fn what_a_router_advertises_is_read_and_no_prefix_panics() {
        let mut prefix = vec![3, 4, 64, 0xc0];
        prefix.extend([0; 12]);
        prefix.extend(Ipv6Addr::from([0x2001, 0xdb8, 7, 0, 0, 0, 0, 0]).octets());
        let mut servers = vec![25, 3, 0, 0, 0, 0, 0, 9];
        servers.extend(Ipv6Addr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 53]).octets());
        let message =
            [&[134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0][..], &[1, 1, 2, 0, 0, 0, 0, 9], &prefix, &servers]
                .concat();
        let head = [&[0x60, 0, 0, 0, 0, message.len() as u8, 58, 255][..], &[0xfe; 16], &[0xff; 16]].concat();
        let packet = [head, message].concat();
        let (protocol, fields) = facts_of_frame(101, &packet);
        assert_eq!(protocol, Some(AppProto::Icmpv6));
        let expected = [
            "message=router advertisement",
            "lease=1800",
            "mac=02:00:00:00:00:09",
            "prefix=2001:db8:7::/64",
            "dns_server=2001:db8::35",
        ];
        assert_eq!(listed(&fields), expected);
        (0..packet.len()).for_each(|end| drop(facts_of_frame(101, &packet[..end])));
    }
}
