//! ICMP messages by type (RFC 792, RFC 1256): their names, why something could not be delivered, and to whom a redirect
//! points. Types and identifiers are the packet's.

use crate::decode::app::parser::Entry;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::packet::{Packet, Transport};
use std::net::Ipv4Addr;

/// Line in the table.
pub const ENTRY: Entry = Entry { protocol: AppProto::Icmp, datagram: None, stream: None, frame: Some(read) };

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let Transport::Icmp(icmp) = &packet.transport else { return };
    fields.text(FieldId::Message, name(icmp.kind));
    match icmp.kind {
        3 => fields.text(FieldId::Error, unreachable(icmp.code)),
        5 => redirect(packet, data, fields),
        _ => {}
    }
}

/// Name of a type (IANA's registry of ICMP parameters).
pub fn name(kind: u8) -> &'static str {
    match kind {
        0 => "echo reply",
        3 => "destination unreachable",
        4 => "source quench",
        5 => "redirect",
        8 => "echo request",
        9 => "router advertisement",
        10 => "router solicitation",
        11 => "time exceeded",
        12 => "parameter problem",
        13 => "timestamp request",
        14 => "timestamp reply",
        15 => "information request",
        16 => "information reply",
        17 => "address mask request",
        18 => "address mask reply",
        30 => "traceroute",
        40 => "security failure",
        42 => "extended echo request",
        43 => "extended echo reply",
        _ => "other",
    }
}

fn unreachable(code: u8) -> &'static str {
    match code {
        0 => "network unreachable",
        1 => "host unreachable",
        2 => "protocol unreachable",
        3 => "port unreachable",
        4 => "fragmentation needed",
        6 => "network unknown",
        7 => "host unknown",
        9 | 10 | 13 => "forbidden by a filter",
        _ => "other",
    }
}

/// The router that is said to be better stands behind the checksum.
fn redirect(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let header = data.get(packet.transport_at as usize..).and_then(|header| header.first_chunk::<8>());
    if let Some([_, _, _, _, a, b, c, d]) = header {
        fields.format(FieldId::Router, Ipv4Addr::new(*a, *b, *c, *d));
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
