//! ARP, IPv4 and IPv6 with extension headers, by etherparse's lax slices.

use super::extension_headers::extensions;
use super::{Inner, Work, fragments, transport, tunnel};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::net::addr::Addr;
use crate::model::packet::{Arp, HeaderAnomalies, Ip};
use etherparse::{ArpPacketSlice, EtherType, Ipv6ExtensionsSlice, LaxIpSlice};

#[inline]
pub(super) fn read<'a>(kind: u16, data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    match kind {
        0x0800 | 0x86dd => read_ip(data, work),
        0x0806 => {
            read_arp(data, work);
            None
        }
        _ => {
            work.packet.layers.push(Protocol::from_ethertype(kind));
            let at = work.place_of(data);
            work.packet.payload = at..at + data.len() as u32;
            tunnel::below_ethertype(kind, data, work)
        }
    }
}

fn read_arp(data: &[u8], work: &mut Work<'_, '_>) {
    work.packet.layers.push(AppProto::Arp);
    work.packet.net_at = work.place_of(data);
    let Ok(arp) = ArpPacketSlice::from_slice(data) else { return work.issue(IssueKind::NetDamaged) };
    let parts = (
        <[u8; 6]>::try_from(arp.sender_hw_addr()),
        <[u8; 4]>::try_from(arp.sender_protocol_addr()),
        <[u8; 6]>::try_from(arp.target_hw_addr()),
        <[u8; 4]>::try_from(arp.target_protocol_addr()),
    );
    // Other address sizes than Ethernet and IPv4 are counted as ARP and left at that.
    if let (Ok(sender_mac), Ok(sender_ip), Ok(target_mac), Ok(target_ip), EtherType::IPV4) =
        (parts.0, parts.1, parts.2, parts.3, arp.proto_addr_type())
    {
        work.packet.arp = Some(Box::new(Arp {
            operation: arp.operation().0,
            sender_mac,
            sender_ip: Addr::v4(sender_ip),
            target_mac,
            target_ip: Addr::v4(target_ip),
        }));
    }
    work.packet.payload = 0..0;
}

pub(super) fn read_ip<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let at = work.place_of(data);
    work.packet.net_at = at;
    let (ip, stopped) = match LaxIpSlice::from_slice(data) {
        Ok(read) => read,
        Err(_) => {
            match data.first().map(|first| first >> 4) {
                Some(4) => work.packet.layers.push(AppProto::Ipv4),
                Some(6) => work.packet.layers.push(AppProto::Ipv6),
                _ => {}
            }
            work.issue(IssueKind::NetDamaged);
            return None;
        }
    };
    let on_wire = work.packet.wire_bytes.saturating_sub(at);
    let (source, target, ttl, length) = match &ip {
        LaxIpSlice::Ipv4(slice) => {
            work.packet.layers.push(AppProto::Ipv4);
            let header = slice.header();
            let total = u32::from(header.total_len());
            (Addr::v4(header.source()), Addr::v4(header.destination()), header.ttl(), total)
        }
        LaxIpSlice::Ipv6(slice) => {
            work.packet.layers.push(AppProto::Ipv6);
            if !slice.extensions().slice().is_empty() {
                extended(slice.extensions(), work);
            }
            let header = slice.header();
            let total = match header.payload_length() {
                0 => 0,
                payload => u32::from(payload) + 40,
            };
            (Addr::v6(header.source()), Addr::v6(header.destination()), header.hop_limit(), total)
        }
    };
    // A zero length stands for what the sender left to its network card to fill in.
    let length = if length == 0 { on_wire } else { length.min(on_wire) };
    let payload = ip.payload();
    let inner = payload.payload;
    let inner_at = work.place_of(inner);
    let payload_bytes = length.saturating_sub(inner_at - at);
    work.packet.ip =
        Some(Ip { source, target, protocol: payload.ip_number.0, ttl, is_fragment: payload.fragmented, payload_bytes });
    work.packet.payload = inner_at..inner_at + inner.len() as u32;
    if is_authenticated(&ip) {
        work.packet.layers.push(AppProto::Ah);
    }
    if stopped.is_some() {
        work.issue(IssueKind::NetDamaged);
        return None;
    }
    if payload.fragmented {
        work.packet.layers.push(AppProto::IpFragment);
        work.issue(IssueKind::Fragment);
        work.packet.extras.get_or_insert_default().fragment = fragments::fragment(&ip, payload_bytes);
        return None;
    }
    transport::read(payload.ip_number.0, inner, payload_bytes, work)
}

/// Options of IPv6 with a length of their own choice that stay short (IANA, Destination Options and Hop-by-Hop Options).
const ASSIGNED_OPTIONS: [u8; 19] =
    [0x04, 0x05, 0x07, 0x08, 0x11, 0x12, 0x23, 0x26, 0x30, 0x31, 0x63, 0x6d, 0x8a, 0x8b, 0x8c, 0xc2, 0xc3, 0xc9, 0xee];
/// The longest that one of these is in practice.
const MOST_OPTION_BYTES: usize = 64;
/// Extension headers that RFC 8200, section 4.1, has a place for, at most.
const MOST_EXTENSIONS: u8 = 6;

/// Notes extension headers that no ordinary sender makes.
#[cold]
fn extended(all: &Ipv6ExtensionsSlice<'_>, work: &mut Work<'_, '_>) {
    let mut anomalies = HeaderAnomalies::default();
    let (mut n, mut n_options, mut n_routes, mut is_repeated) = (0_u8, 0_u8, 0_u8, false);
    for (number, header) in extensions(all) {
        n = n.saturating_add(1);
        match number {
            0 => {
                is_repeated |= n > 1;
                anomalies.n_hidden_bytes = anomalies.n_hidden_bytes.saturating_add(hidden(header));
            }
            60 => {
                n_options += 1;
                anomalies.n_hidden_bytes = anomalies.n_hidden_bytes.saturating_add(hidden(header));
            }
            43 => {
                n_routes += 1;
                anomalies.has_source_route |= header.get(2) == Some(&0) && header.get(3).is_some_and(|left| *left > 0);
            }
            _ => {}
        }
    }
    if is_repeated || n_options > 2 || n_routes > 1 || n > MOST_EXTENSIONS {
        anomalies.n_extensions = n;
    }
    if anomalies != HeaderAnomalies::default() {
        let has_two_tags = work.packet.anomalies().is_some_and(|anomalies| anomalies.has_two_tags);
        work.packet.extras.get_or_insert_default().anomalies = Some(HeaderAnomalies { has_two_tags, ..anomalies });
    }
}

/// Bytes of an options header that mean nothing to any standard.
fn hidden(header: &[u8]) -> u16 {
    let (mut n, mut rest) = (0_usize, header.get(2..).unwrap_or(&[]));
    loop {
        match rest {
            [0, behind @ ..] => rest = behind,
            [kind, length, behind @ ..] => {
                let (option, behind) = behind.split_at_checked((*length).into()).unwrap_or((behind, &[]));
                n += match kind {
                    1 => option.iter().filter(|byte| **byte != 0).count(),
                    kind if ASSIGNED_OPTIONS.contains(kind) && option.len() <= MOST_OPTION_BYTES => 0,
                    _ => option.len(),
                };
                rest = behind;
            }
            _ => return u16::try_from(n).unwrap_or(u16::MAX),
        }
    }
}

/// True if an authentication header stands between IP and what it carries (RFC 4302, section 3.1).
#[inline]
fn is_authenticated(ip: &LaxIpSlice<'_>) -> bool {
    match ip {
        LaxIpSlice::Ipv4(slice) => slice.extensions().auth.is_some(),
        LaxIpSlice::Ipv6(slice) => extensions(slice.extensions()).any(|(number, _)| number == 51),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_no_standard_has_a_place_for_are_counted() {
        // A router alert and zero padding; an option of nobody's; padding that says something.
        assert_eq!(hidden(&[58, 0, 5, 2, 0, 0, 1, 0]), 0);
        assert_eq!(hidden(&[58, 0, 0x1e, 3, 7, 7, 7, 0]), 3);
        assert_eq!(hidden(&[58, 0, 1, 4, 0, 9, 9, 0]), 2);
        // Lengths past the end.
        assert_eq!(hidden(&[58, 0, 0x1e, 255, 7, 7]), 2);
    }
}
