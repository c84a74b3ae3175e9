//! ARP messages by kind (RFC 826, RFC 5227). The addresses that they claim are the packet's.

use crate::decode::app::parser::Entry;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::ArpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::net::addr::Addr;
use crate::model::packet::{Arp, Packet};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Arp, datagram: None, stream: None, frame: Some(read) };

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = match packet.arp.as_deref() {
        Some(arp) => kind(arp),
        // Addresses of another size than Ethernet's: the operation stands at the same place.
        None => match data.get(packet.net_at as usize + 6..) {
            Some([high, low, ..]) => operation(u16::from_be_bytes([*high, *low])),
            _ => return,
        },
    };
    fields.token(FieldId::Message, message);
}

fn kind(arp: &Arp) -> ArpMessage {
    match arp.operation {
        1 | 2 if arp.sender_ip == arp.target_ip => ArpMessage::Gratuitous,
        1 if arp.sender_ip == Addr::v4([0; 4]) => ArpMessage::Probe,
        number => operation(number),
    }
}

fn operation(number: u16) -> ArpMessage {
    match number {
        1 => ArpMessage::Request,
        2 => ArpMessage::Reply,
        // RFC 903 and RFC 2390: addresses asked for the other way round.
        3 | 8 => ArpMessage::ReverseRequest,
        4 | 9 => ArpMessage::ReverseReply,
        _ => ArpMessage::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    fn said(operation: u8, sender: [u8; 4], target: [u8; 4]) -> Vec<String> {
        let ethernet = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6];
        let arp = [0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, 1];
        let frame = [&ethernet[..], &arp, &sender, &[0; 6], &target].concat();
        (0..frame.len()).for_each(|end| drop(facts_of_frame(1, &frame[..end])));
        let (protocol, fields) = facts_of_frame(1, &frame);
        assert_eq!(protocol, Some(AppProto::Arp));
        listed(&fields)
    }

    #[test]
    fn kinds_are_told_apart() {
        let (own, other) = ([10, 0, 0, 1], [10, 0, 0, 2]);
        assert_eq!(said(1, own, other), ["message=request"]);
        assert_eq!(said(2, own, other), ["message=reply"]);
        assert_eq!(said(1, own, own), ["message=gratuitous"]);
        assert_eq!(said(1, [0; 4], other), ["message=probe"]);
        assert_eq!(said(77, own, other), ["message=other"]);
    }
}
