//! Tunnels, one file each: a packet in a packet. The fields of a packet become those of the inner packet; the outer
//! headers are kept as [`Encapsulation`]. A tunnel whose content cannot be read keeps the outer fields.

mod cisco_metadata;
mod erspan;
mod ether_ip;
mod geneve;
mod gre;
mod gtp;
mod mpls;
mod pbb;
mod pppoe;
mod teredo;
mod vntag;
mod vxlan;

use super::{Inner, Read, Work};
use crate::issue::IssueKind;
use crate::model::Packet;
use crate::model::app::protocol::AppProto;
use crate::model::packet::{Encapsulation, Transport};

/// By EtherType (IEEE 802 numbers).
const ETHERTYPES: &[(u16, Read)] = &[
    (0x8847, mpls::read),
    (0x8848, mpls::read),
    (0x8864, pppoe::read),
    (0x88be, erspan::read_second),
    (0x88e7, pbb::read),
    (0x8909, cisco_metadata::read),
    (0x8926, vntag::read),
];

/// By IP protocol (IANA protocol numbers).
const IP_PROTOCOLS: &[(u8, Read)] =
    &[(4, ip_in_ip), (41, ip_in_ip), (47, gre::read), (97, ether_ip::read), (137, mpls::read_over_ip)];

/// By UDP port (IANA service names; 8472 is what Linux used for VXLAN before).
const UDP_PORTS: &[(u16, Read)] = &[
    (2152, gtp::read),
    (3544, teredo::read),
    (4789, vxlan::read),
    (8472, vxlan::read),
    (6081, geneve::read),
    (4754, gre::read),
    (6635, mpls::read_over_ip),
];

/// Bytes of a UDP header.
const UDP_BYTES: usize = 8;

pub(super) fn below_ethertype<'a>(kind: u16, data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let (_, read) = ETHERTYPES.iter().find(|(number, _)| *number == kind)?;
    read(data, work)
}

pub(super) fn below_ip<'a>(protocol: u8, data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let (_, read) = IP_PROTOCOLS.iter().find(|(number, _)| *number == protocol)?;
    read(data, work)
}

/// `data` begins with the UDP header.
#[inline]
pub(super) fn below_udp<'a>(
    source_port: u16,
    target_port: u16,
    data: &'a [u8],
    work: &mut Work<'_, '_>,
) -> Option<(Inner, &'a [u8])> {
    let by = |port: u16| UDP_PORTS.iter().find(|(number, _)| *number == port);
    let (_, read) = by(target_port).or_else(|| by(source_port))?;
    read(data.get(UDP_BYTES..)?, work)
}

/// RFC 2003 and 4213 (IPv4 and IPv6 in anything).
fn ip_in_ip<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.enter(AppProto::IpInIp, 0);
    Some((Inner::Ip, data))
}

/// The inner packet if it is IP, recognised by its version field.
fn ip(data: &[u8]) -> Option<(Inner, &[u8])> {
    matches!(data.first()? >> 4, 4 | 6).then_some((Inner::Ip, data))
}

impl Work<'_, '_> {
    /// The packet goes on inside of a tunnel over IP: what was read so far becomes its outside.
    #[cold]
    fn enter(&mut self, tunnel: AppProto, id: u32) {
        let packet = &mut *self.packet;
        let Some(ip) = packet.ip.take() else { return };
        let outer = Encapsulation {
            tunnel,
            id,
            ip,
            transport: std::mem::replace(&mut packet.transport, Transport::None),
            net_at: packet.net_at,
            transport_at: packet.transport_at,
            payload: packet.payload.clone(),
        };
        packet.extras.get_or_insert_default().encapsulations.push(outer);
        (packet.net_at, packet.transport_at) = (0, 0);
        // A frame inside is of another network than the one that carries it, even by the id 0.
        packet.enter_vlan((tunnel as u32 + 1) << 24 ^ id);
    }
}

/// What was said of a tunnel with nothing to read inside becomes the packet again.
#[cold]
pub(super) fn leave(packet: &mut Packet) {
    let Some(extras) = &mut packet.extras else { return };
    if packet.ip.is_none()
        && packet.arp.is_none()
        && let Some(outer) = extras.encapsulations.pop()
    {
        (packet.ip, packet.transport, packet.payload) = (Some(outer.ip), outer.transport, outer.payload);
        (packet.net_at, packet.transport_at) = (outer.net_at, outer.transport_at);
    }
    if extras.encapsulations.is_empty() && extras.fragment.is_none() && extras.anomalies.is_none() {
        packet.extras = None;
    }
}

/// The first `N` bytes of a tunnel's header and the rest; records an issue if the capture holds fewer.
fn header<'a, const N: usize>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(&'a [u8; N], &'a [u8])> {
    work.split(data, IssueKind::TunnelDamaged)
}
