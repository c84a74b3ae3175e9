//! Reads from the bytes of a packet what its decoded headers leave out.

use crate::filter::field::{Out, Value};
use crate::filter::view::{PacketView, ReadPacket, Side};
use crate::model::Protocol;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::net::addr::Addr;

/// A byte.
pub(super) fn byte(data: &[u8], at: usize) -> Option<u8> {
    data.get(at).copied()
}

/// Two bytes, the higher first.
pub(super) fn word(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([byte(data, at)?, byte(data, at + 1)?]))
}

/// Ethernet addresses of a flow's first packet, as its side has them.
pub(super) fn macs(side: &Side<'_>, out: Out<'_>, is_source: bool, is_target: bool) {
    let Some((first, second)) = side.flow.macs else { return };
    let (source, target) = match side.direction {
        Direction::ToResponder => (first, second),
        Direction::ToOriginator => (second, first),
    };
    if is_source {
        out(Value::Mac(source));
    }
    if is_target {
        out(Value::Mac(target));
    }
}

/// True if the first layer is Ethernet.
pub(super) fn is_ethernet(view: &PacketView<'_>) -> bool {
    let of_frame = |read: ReadPacket<'_>| read.piece.unwrap_or(read.packet).layers.as_slice().first().copied();
    let first = view.read.and_then(of_frame);
    first == Some(Protocol::AppProto(AppProto::Ethernet))
}

/// The EtherType behind the addresses.
pub(super) fn ethertype(view: &PacketView<'_>) -> Option<i64> {
    let read = view.read.filter(|_| is_ethernet(view))?;
    word(read.frame, 12).filter(|number| *number >= 0x600).map(i64::from)
}

/// Ids and EtherTypes of the VLAN tags, outermost first.
pub(super) fn vlans(view: &PacketView<'_>) -> Vec<(i64, i64)> {
    let Some(read) = view.read else { return Vec::new() };
    if !is_ethernet(view) {
        let id = i64::from(read.packet.vlan);
        return if id > 0 { vec![(id, 0)] } else { Vec::new() };
    }
    let mut tags = Vec::new();
    let mut at = 12;
    while let (Some(0x8100 | 0x88a8 | 0x9100), Some(tag), Some(next)) =
        (word(read.frame, at), word(read.frame, at + 2), word(read.frame, at + 4))
    {
        tags.push((i64::from(tag & 0xfff), i64::from(next)));
        at += 4;
    }
    tags
}

/// The payload behind the last header.
pub(super) fn payload<'a>(read: &ReadPacket<'a>) -> &'a [u8] {
    read.data.get(read.packet.payload.start as usize..read.packet.payload.end as usize).unwrap_or_default()
}

/// From the network header of the frame on, also of a fragment.
pub(super) fn net<'a>(read: &ReadPacket<'a>) -> &'a [u8] {
    let (packet, data) = read.piece.map_or((read.packet, read.data), |piece| (piece, read.frame));
    data.get(packet.net_at as usize..).unwrap_or_default()
}

/// From the transport header on; nothing without one.
pub(super) fn transport<'a>(read: &ReadPacket<'a>) -> &'a [u8] {
    if read.packet.transport_at == 0 {
        return &[];
    }
    read.data.get(read.packet.transport_at as usize..).unwrap_or_default()
}

/// A byte of a spanning tree message, counted from its start.
pub(super) fn stp(view: &PacketView<'_>, at: usize) -> Option<i64> {
    let read = view.read?;
    let is_stp = read.app == Some(AppProto::Stp) || read.packet.top() == Some(Protocol::AppProto(AppProto::Stp));
    // Behind addresses, length and the three bytes of LLC (IEEE 802.1D, section 9).
    let start = 17 + 4 * vlans(view).len();
    if !is_stp || word(read.frame, start)? != 0 {
        return None;
    }
    byte(read.frame, start + at).map(i64::from)
}

/// The addresses of a datagram that an ICMP error quotes, and its ports with the number of its transport.
pub(super) struct Quoted {
    pub(super) addresses: [Addr; 2],
    pub(super) protocol: u8,
    pub(super) ports: Option<[u16; 2]>,
}

/// The datagram that an ICMP error quotes (RFC 792; RFC 4443, section 2.1).
pub(super) fn quoted(read: &ReadPacket<'_>) -> Option<Quoted> {
    let crate::model::packet::Transport::Icmp(icmp) = &read.packet.transport else { return None };
    let is_error = if icmp.is_v6 { (1..=4).contains(&icmp.kind) } else { matches!(icmp.kind, 3 | 4 | 5 | 11 | 12) };
    if !is_error {
        return None;
    }
    let inner = transport(read).get(8..)?;
    let (addresses, protocol, at) = match byte(inner, 0)? >> 4 {
        4 => {
            let address = |at: usize| inner.get(at..at + 4)?.try_into().ok().map(Addr::v4);
            ([address(12)?, address(16)?], byte(inner, 9)?, usize::from(byte(inner, 0)? & 0xf) * 4)
        }
        6 => {
            let address = |at: usize| inner.get(at..at + 16)?.try_into().ok().map(Addr::v6);
            ([address(8)?, address(24)?], byte(inner, 6)?, 40)
        }
        _ => return None,
    };
    let is_first = byte(inner, 0)? >> 4 == 6 || word(inner, 6)? & 0x1fff == 0;
    let ports = word(inner, at).zip(word(inner, at + 2)).filter(|_| is_first && matches!(protocol, 6 | 17));
    Some(Quoted { addresses, protocol, ports: ports.map(|(source, target)| [source, target]) })
}

/// The ports behind an IP header of this protocol where the rest of the transport's header was cut off.
pub(super) fn cut_ports(ip: &[u8], protocol: u8) -> Option<[u16; 2]> {
    let (carried, at, is_first) = match byte(ip, 0)? >> 4 {
        4 => (byte(ip, 9)?, usize::from(byte(ip, 0)? & 0xf) * 4, word(ip, 6)? & 0x1fff == 0),
        6 => (byte(ip, 6)?, 40, true),
        _ => return None,
    };
    let ports = word(ip, at).zip(word(ip, at + 2)).filter(|_| carried == protocol && is_first);
    ports.map(|(source, target)| [source, target])
}
