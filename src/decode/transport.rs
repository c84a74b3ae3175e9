//! TCP, UDP, ICMP and ICMPv6 headers, by etherparse. A TCP header whose options were cut still gives its fixed part.

use super::{Inner, Work, tunnel};
use crate::issue::IssueKind;
use crate::maths::fnv;
use crate::model::app::protocol::Protocol;
use crate::model::net::addr::Addr;
use crate::model::packet::tcp_flag::SYN;
use crate::model::packet::{Icmp, QuotedDatagram, Tcp, Transport, Udp};
use etherparse::{Icmpv4Slice, Icmpv6Slice, LaxIpSlice, TcpHeaderSlice, TcpOptionElement, UdpHeaderSlice};

const TCP_FIXED_BYTES: usize = 20;
const UDP_BYTES: u32 = 8;
const ICMP_BYTES: u32 = 8;
/// Where the pattern of a ping begins whatever stands before it, and where it does at the earliest in short ones.
const CONTENT_AT: usize = 24;
const SHORT_CONTENT_AT: usize = 16;
/// So much of it is looked at: as much in each, so that pings of growing size look alike.
const MOST_CONTENT: usize = 32;

#[inline]
pub(super) fn read<'a>(
    protocol: u8,
    data: &'a [u8],
    wire_bytes: u32,
    work: &mut Work<'_, '_>,
) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(Protocol::from_ip_protocol(protocol));
    let at = work.packet.payload.start;
    let end = work.packet.payload.end;
    let read = match protocol {
        6 => tcp(data, wire_bytes).map(|tcp| (Transport::Tcp(tcp), u32::from(tcp.header_bytes))),
        17 => udp(data, wire_bytes).map(|udp| (Transport::Udp(udp), UDP_BYTES)),
        1 => icmp_v4(data, wire_bytes).map(|icmp| (Transport::Icmp(icmp), ICMP_BYTES)),
        58 => icmp_v6(data, wire_bytes).map(|icmp| (Transport::Icmp(icmp), ICMP_BYTES)),
        _ => return tunnel::below_ip(protocol, data, work),
    };
    let Some((transport, header)) = read else {
        work.issue(IssueKind::TransportDamaged);
        return None;
    };
    work.packet.transport = transport;
    work.packet.transport_at = at;
    work.packet.payload = (at + header).min(end)..end;
    match &work.packet.transport {
        Transport::Tcp(tcp) if tcp.flags & SYN != 0 && usize::from(tcp.header_bytes) > TCP_FIXED_BYTES => {
            let options = data.get(TCP_FIXED_BYTES..tcp.header_bytes.into());
            if options.is_some_and(|options| !fit(options)) {
                work.packet.extras.get_or_insert_default().anomalies.get_or_insert_default().has_bad_options = true;
            }
            None
        }
        Transport::Udp(udp) => tunnel::below_udp(udp.source_port, udp.target_port, data, work),
        _ => None,
    }
}

#[inline]
fn tcp(data: &[u8], wire_bytes: u32) -> Option<Tcp> {
    if let Ok(header) = TcpHeaderSlice::from_slice(data) {
        return Some(tcp_facts(&header, data, header.data_offset() * 4, wire_bytes));
    }
    // The options are cut: the fixed part says all that counts, once its length field is made to fit.
    let mut fixed: [u8; TCP_FIXED_BYTES] = *data.first_chunk()?;
    let offset = fixed.get_mut(12)?;
    let header_bytes = (*offset >> 4) * 4;
    if usize::from(header_bytes) < TCP_FIXED_BYTES {
        return None;
    }
    *offset = (*offset & 0x0f) | 0x50;
    let header = TcpHeaderSlice::from_slice(&fixed).ok()?;
    Some(tcp_facts(&header, data, header_bytes, wire_bytes))
}

#[inline]
fn tcp_facts(header: &TcpHeaderSlice<'_>, data: &[u8], header_bytes: u8, wire_bytes: u32) -> Tcp {
    Tcp {
        source_port: header.source_port(),
        target_port: header.destination_port(),
        sequence: header.sequence_number(),
        acknowledgment: header.acknowledgment_number(),
        flags: data.get(13).copied().unwrap_or(0),
        has_flags: true,
        window: Some(header.window_size()),
        window_scale: window_scale(header),
        says_came_twice: says_came_twice(header),
        header_bytes,
        payload_bytes: wire_bytes.saturating_sub(u32::from(header_bytes)),
    }
}

/// The shift of windows that a request or its answer offers; most are 14 (RFC 7323, section 2.3).
#[inline]
fn window_scale(header: &TcpHeaderSlice<'_>) -> Option<u8> {
    if !header.syn() {
        return None;
    }
    let shift = |option| if let TcpOptionElement::WindowScale(shift) = option { Some(shift.min(14)) } else { None };
    header.options_iterator().map_while(Result::ok).find_map(shift)
}

/// The first block of a selective acknowledgment lies below the acknowledgment, or within the second block: those bytes came
/// twice (RFC 2883, section 4).
#[inline]
fn says_came_twice(header: &TcpHeaderSlice<'_>) -> bool {
    let options = header.options();
    // A block takes two paddings, the option's two bytes and eight of its own. Most packets have as many bytes of timestamps
    // and no more (RFC 7323, appendix A).
    if options.len() < 12 || options.len() == 12 && options.first_chunk() == Some(&[1, 1, 8, 10]) || !header.ack() {
        return false;
    }
    let behind = |a: u32, b: u32| a.wrapping_sub(b) as i32 > 0;
    let acknowledged = header.acknowledgment_number();
    header.options_iterator().map_while(Result::ok).any(|option| match option {
        TcpOptionElement::SelectiveAcknowledgement((from, to), rest) => {
            let is_within =
                |block: Option<(u32, u32)>| block.is_some_and(|(low, high)| !behind(low, from) && !behind(to, high));
            !behind(to, acknowledged) || is_within(rest.first().copied().flatten())
        }
        _ => false,
    })
}

/// True if the lengths of TCP options are what their standards say (RFC 9293, 7323, 2018, 5925, 7413).
fn fit(options: &[u8]) -> bool {
    let mut rest = options;
    loop {
        rest = match rest {
            [] | [0, ..] => return true,
            [1, behind @ ..] => behind,
            [kind, length, ..] => {
                let is_right = match kind {
                    2 => *length == 4,
                    3 => *length == 3,
                    4 => *length == 2,
                    8 => *length == 10,
                    29 => *length >= 4,
                    _ => *length >= 2,
                };
                match rest.get(usize::from(*length)..) {
                    Some(behind) if is_right => behind,
                    _ => return false,
                }
            }
            _ => return false,
        }
    }
}

#[inline]
fn udp(data: &[u8], wire_bytes: u32) -> Option<Udp> {
    let header = UdpHeaderSlice::from_slice(data).ok()?;
    // The UDP length may be shorter than what IP carries (then the rest is padding) or 0 (jumbograms, offloading).
    let length = match u32::from(header.length()) {
        0..UDP_BYTES => wire_bytes,
        length => length.min(wire_bytes),
    };
    Some(Udp {
        source_port: header.source_port(),
        target_port: header.destination_port(),
        payload_bytes: length.saturating_sub(UDP_BYTES),
    })
}

fn icmp_v4(data: &[u8], wire_bytes: u32) -> Option<Icmp> {
    let icmp = Icmpv4Slice::from_slice(data).ok()?;
    let (kind, [a, b, _, _]) = (icmp.type_u8(), icmp.bytes5to8());
    Some(Icmp {
        is_v6: false,
        kind,
        code: icmp.code_u8(),
        // Echo, timestamp and address mask messages carry an identifier (RFC 792, RFC 950).
        identifier: if matches!(kind, 0 | 8 | 13..=18) { u16::from_be_bytes([a, b]) } else { 0 },
        payload_bytes: wire_bytes.saturating_sub(ICMP_BYTES),
        content: if matches!(kind, 0 | 8) { echoed(data) } else { None },
        refused: if kind == 3 { refused(data) } else { None },
    })
}

fn icmp_v6(data: &[u8], wire_bytes: u32) -> Option<Icmp> {
    let icmp = Icmpv6Slice::from_slice(data).ok()?;
    let (kind, [a, b, _, _]) = (icmp.type_u8(), icmp.bytes5to8());
    Some(Icmp {
        is_v6: true,
        kind,
        code: icmp.code_u8(),
        identifier: if matches!(kind, 128 | 129) { u16::from_be_bytes([a, b]) } else { 0 },
        payload_bytes: wire_bytes.saturating_sub(ICMP_BYTES),
        content: if matches!(kind, 128 | 129) { echoed(data) } else { None },
        refused: if kind == 1 { refused(data) } else { None },
    })
}

/// A hash of a piece of what an echo message carries. Pings put the time into their first 8 to 24 bytes (ping(8), fping) and
/// a pattern behind it that is the same each time; so the piece begins there, and has the same place whatever the size.
fn echoed(data: &[u8]) -> Option<u32> {
    let payload = data.get(ICMP_BYTES as usize..)?;
    let piece = match payload.len() {
        n if n >= CONTENT_AT + 8 => payload.get(CONTENT_AT..n.min(CONTENT_AT + MOST_CONTENT))?,
        n if n >= SHORT_CONTENT_AT + 4 => payload.get(SHORT_CONTENT_AT..)?,
        _ => return None,
    };
    // One byte over and over, whichever it is, carries nothing: mtr can be told to fill each ping with another.
    let is_filled = piece.windows(2).all(|pair| matches!(pair, [one, next] if one == next));
    Some(fnv::add(fnv::OFFSET_BASIS, if is_filled { &[] } else { piece }))
}

/// The packet that an unreachable message quotes behind its first eight bytes.
fn refused(data: &[u8]) -> Option<Box<QuotedDatagram>> {
    let (ip, _) = LaxIpSlice::from_slice(data.get(ICMP_BYTES as usize..)?).ok()?;
    let (source, target) = match &ip {
        LaxIpSlice::Ipv4(slice) => (Addr::v4(slice.header().source()), Addr::v4(slice.header().destination())),
        LaxIpSlice::Ipv6(slice) => (Addr::v6(slice.header().source()), Addr::v6(slice.header().destination())),
    };
    let inner = ip.payload();
    let [a, b, c, d] = *inner.payload.first_chunk()?;
    Some(Box::new(QuotedDatagram {
        source,
        target,
        protocol: inner.ip_number.0,
        source_port: u16::from_be_bytes([a, b]),
        target_port: u16::from_be_bytes([c, d]),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pings_with_another_time_and_size_carry_the_same_and_data_does_not() {
        let ping = |time: u8, size: u8| echoed(&[&[8; 8][..], &[time; 16], &(16..size).collect::<Vec<u8>>()].concat());
        assert!(ping(1, 56).is_some() && ping(1, 56) == ping(2, 56) && ping(1, 64) == ping(2, 200));
        assert_eq!((ping(1, 17), ping(1, 24) == ping(9, 24)), (None, true));
        let filled = |byte: u8| echoed(&[byte; 64]);
        assert_eq!(filled(7), filled(200), "one byte over and over");
        let data = |seed: u8| echoed(&(0..64).map(|i: u8| i.wrapping_mul(seed)).collect::<Vec<u8>>());
        assert!(data(3) != data(5));
    }

    #[test]
    fn options_whose_lengths_do_not_fit_are_told() {
        assert!(fit(&[2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 9]));
        // The authentication option of URGENT/11, and one that ends behind the header.
        assert!(!fit(&[29, 3, 0x61, 0]) && !fit(&[30, 9, 1, 1]) && !fit(&[30]));
    }

    #[test]
    fn bytes_that_came_twice_are_told_from_those_that_came_early() {
        let says = |acknowledged: u32, blocks: &[[u32; 2]]| {
            let words = 1 + 2 * blocks.len() as u8;
            let mut header = vec![0, 80, 0, 80, 0, 0, 0, 1];
            header.extend(acknowledged.to_be_bytes());
            header.extend([(5 + words) << 4, 0x10, 1, 0, 0, 0, 0, 0, 1, 1, 5, 2 + 8 * blocks.len() as u8]);
            blocks.as_flattened().iter().for_each(|number| header.extend(number.to_be_bytes()));
            let wire_bytes = header.len() as u32;
            tcp(&header, wire_bytes).unwrap().says_came_twice
        };
        assert!(says(3000, &[[1000, 2000]]) && says(3000, &[[2000, 3000]]), "acknowledged before");
        assert!(!says(1000, &[[2000, 3000]]), "what is between is missing");
        assert!(says(1000, &[[2000, 2500], [2000, 3000]]), "came twice behind what is missing");
        assert!(!says(1000, &[[2000, 3000], [4000, 5000]]));
        assert!(says(5, &[[u32::MAX - 10, 2]]), "numbers begin again");
    }

    #[test]
    fn timestamps_alone_say_nothing_of_bytes_and_blocks_behind_them_do() {
        let says = |options: &[u8]| {
            let mut header = vec![0, 80, 0, 80, 0, 0, 0, 1, 0, 0, 11, 184];
            header.extend([(5 + options.len() as u8 / 4) << 4, 0x10, 1, 0, 0, 0, 0, 0]);
            header.extend(options);
            tcp(&header, header.len() as u32).unwrap().says_came_twice
        };
        let (times, blocks) = ([1, 1, 8, 10, 0, 0, 3, 232, 0, 0, 7, 208], [1, 1, 5, 10, 0, 0, 3, 232, 0, 0, 7, 208]);
        assert_eq!((says(&times), says(&blocks), says(&[times, blocks].concat())), (false, true, true));
    }
}
