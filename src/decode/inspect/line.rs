//! What a packet's row says: its ends, a line about its headers, and remarks.

use crate::decode::app::link;
use crate::model::Protocol;
use crate::model::net::addr::mac_text;
use crate::model::packet::{Icmp, Packet, Transport, tcp_flag};
use etherparse::Ipv4HeaderSlice;

const FLAG_NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// `SYN, ACK`, or `none`.
pub(super) fn flags(bits: u8) -> String {
    let set: Vec<&str> =
        FLAG_NAMES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}

pub(super) fn icmp_name(icmp: &Icmp) -> &'static str {
    if icmp.is_v6 { link::icmpv6::message(icmp.kind).label() } else { link::icmp::message(icmp.kind).label() }
}

pub(super) fn endpoints(packet: &Packet) -> (String, String) {
    if let Some(ip) = &packet.ip {
        return (ip.source.to_string(), ip.target.to_string());
    }
    match packet.macs {
        Some((source, [0, 0, 0, 0, 0, 0])) => (mac_text(source), String::new()),
        Some((source, target)) => (mac_text(source), mac_text(target)),
        None => (String::new(), String::new()),
    }
}

/// What is to be said of a packet by its headers alone.
pub(super) fn remarks(packet: &Packet, data: &[u8]) -> Vec<&'static str> {
    let mut all = Vec::new();
    if packet.tcp().is_some_and(|tcp| tcp.flags & tcp_flag::RST != 0) {
        all.push("Reset");
    }
    // Zero is what network cards are left to compute.
    let header = Ipv4HeaderSlice::from_slice(data.get(packet.net_at as usize..).unwrap_or_default());
    if packet.ip.as_ref().is_some_and(|ip| ip.source.is_v4())
        && header.is_ok_and(|header| {
            header.header_checksum() != 0 && header.to_header().calc_header_checksum() != header.header_checksum()
        })
    {
        all.push("Wrong IP checksum");
    }
    if packet.is_damaged {
        all.push("Malformed");
    }
    all
}

pub(super) fn info(packet: &Packet) -> String {
    if let Some(arp) = &packet.arp {
        return match arp.operation {
            1 if arp.sender_ip == arp.target_ip => format!("{} announces itself (gratuitous)", arp.sender_ip),
            1 => format!("Who has {}? Tell {}", arp.target_ip, arp.sender_ip),
            _ => format!("{} is at {}", arp.sender_ip, mac_text(arp.sender_mac)),
        };
    }
    match &packet.transport {
        Transport::Tcp(tcp) => format!(
            "{} → {} [{}] seq {} ack {} win {} len {}",
            tcp.source_port,
            tcp.target_port,
            flags(tcp.flags),
            tcp.sequence,
            tcp.acknowledgment,
            tcp.window.unwrap_or_default(),
            tcp.payload_bytes
        ),
        Transport::Udp(udp) => format!("{} → {} len {}", udp.source_port, udp.target_port, udp.payload_bytes),
        Transport::Icmp(icmp) => {
            let id = if icmp.identifier > 0 { format!(", id {}", icmp.identifier) } else { String::new() };
            format!("{} (type {}, code {}){id}", icmp_name(icmp), icmp.kind, icmp.code)
        }
        Transport::None => match &packet.ip {
            Some(ip) if ip.is_fragment => {
                format!("Fragment of a {} packet", Protocol::from_ip_protocol(ip.protocol))
            }
            Some(ip) => format!("{} bytes of {}", ip.payload_bytes, Protocol::from_ip_protocol(ip.protocol)),
            None => format!("{} bytes", packet.wire_bytes),
        },
    }
}
