//! The headers of a packet as layers with their fields, for its details.

use super::line::{flags, icmp_name};
use crate::decode::field_places::layer;
use crate::model::Protocol;
use crate::model::listing::LayerDetail;
use crate::model::net::addr::mac_text;
use crate::model::packet::{Arp, Encapsulation, Icmp, Packet, Tcp, Transport, Udp};
use crate::read::RawPacket;
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice, TcpOptionElement};

/// Bytes of an ARP message about IPv4 over Ethernet (RFC 826).
const ARP_BYTES: u32 = 28;

pub(super) fn link_layer(packet: &Packet, raw: &RawPacket<'_>) -> LayerDetail {
    let mut fields = Vec::new();
    if let Some((source, target)) = packet.macs {
        fields.push(("Source MAC", mac_text(source)));
        if target != [0; 6] {
            fields.push(("Destination MAC", mac_text(target)));
        }
    }
    if packet.vlan > 0 {
        fields.push(("VLAN", packet.vlan.to_string()));
    }
    let inner: Vec<String> = packet.layers.as_slice().iter().skip(1).map(Protocol::to_string).collect();
    fields.push(("Carries", inner.join(" / ")));
    fields.push(("On the wire", format!("{} bytes", raw.wire_bytes)));
    fields.push(("Captured", format!("{} bytes", raw.data.len())));
    let net_at = packet.encapsulations().first().map_or(packet.net_at, |outer| outer.net_at);
    let end = if net_at > 0 { net_at } else { raw.data.len() as u32 };
    layer(&crate::decode::link::name(raw.link_type), 0, end, fields)
}

/// A tunnel, from the outer IP header on.
pub(super) fn outer_layer(outer: &Encapsulation) -> LayerDetail {
    let mut fields =
        vec![("Outer source", outer.ip.source.to_string()), ("Outer destination", outer.ip.target.to_string())];
    if let Transport::Udp(udp) = &outer.transport {
        fields.push(("Outer ports", format!("{} → {}", udp.source_port, udp.target_port)));
    }
    if outer.id > 0 {
        fields.push(("Identifier", format!("{} (0x{:x})", outer.id, outer.id)));
    }
    layer(&format!("{} tunnel", outer.tunnel.name()), outer.net_at, outer.payload.end - outer.net_at, fields)
}

pub(super) fn arp_layer(packet: &Packet, arp: &Arp) -> LayerDetail {
    let operation = match arp.operation {
        1 => "1 (request)".to_owned(),
        2 => "2 (reply)".to_owned(),
        other => other.to_string(),
    };
    let fields = vec![
        ("Operation", operation),
        ("Sender MAC", mac_text(arp.sender_mac)),
        ("Sender IP", arp.sender_ip.to_string()),
        ("Target MAC", mac_text(arp.target_mac)),
        ("Target IP", arp.target_ip.to_string()),
    ];
    layer("ARP", packet.net_at, ARP_BYTES, fields)
}

pub(super) fn ip_layer(packet: &Packet, data: &[u8]) -> LayerDetail {
    let at = packet.net_at;
    let bytes = data.get(at as usize..).unwrap_or(&[]);
    let mut fields = Vec::new();
    if let Some(ip) = &packet.ip {
        fields.push(("Source", ip.source.to_string()));
        fields.push(("Destination", ip.target.to_string()));
        fields.push(("Protocol", format!("{} ({})", ip.protocol, Protocol::from_ip_protocol(ip.protocol))));
        fields.push((if ip.source.is_v4() { "TTL" } else { "Hop limit" }, ip.ttl.to_string()));
    }
    let mut name = "IPv4";
    let mut length = 20;
    if let Ok(header) = Ipv4HeaderSlice::from_slice(bytes) {
        length = u32::from(header.ihl()) * 4;
        fields.push(("Total length", format!("{} bytes", header.total_len())));
        fields.push(("Identification", format!("0x{:04x}", header.identification())));
        let mut bits = Vec::new();
        if header.dont_fragment() {
            bits.push("don't fragment");
        }
        if header.more_fragments() {
            bits.push("more fragments");
        }
        fields.push(("Flags", if bits.is_empty() { "none".to_owned() } else { bits.join(", ") }));
        fields.push(("Fragment offset", format!("{} bytes", u32::from(header.fragments_offset().value()) * 8)));
        let sum = header.to_header().calc_header_checksum();
        let verdict = if sum == header.header_checksum() { "right" } else { "wrong, or computed by the network card" };
        fields.push(("Header checksum", format!("0x{:04x} ({verdict})", header.header_checksum())));
    } else if let Ok(header) = Ipv6HeaderSlice::from_slice(bytes) {
        name = "IPv6";
        length = if packet.transport_at > at { packet.transport_at - at } else { 40 };
        fields.push(("Payload length", format!("{} bytes", header.payload_length())));
        fields.push(("Traffic class", header.traffic_class().to_string()));
        fields.push(("Flow label", format!("0x{:05x}", header.flow_label().value())));
    }
    layer(name, at, length, fields)
}

pub(super) fn tcp_layer(packet: &Packet, tcp: &Tcp, data: &[u8]) -> LayerDetail {
    let at = packet.transport_at;
    let mut fields = vec![
        ("Source port", tcp.source_port.to_string()),
        ("Destination port", tcp.target_port.to_string()),
        ("Sequence number", tcp.sequence.to_string()),
        ("Acknowledgment number", tcp.acknowledgment.to_string()),
        ("Flags", flags(tcp.flags)),
        ("Window", tcp.window.unwrap_or_default().to_string()),
        ("Header length", format!("{} bytes", tcp.header_bytes)),
        ("Payload", format!("{} bytes", tcp.payload_bytes)),
    ];
    if let Ok(header) = TcpHeaderSlice::from_slice(data.get(at as usize..).unwrap_or(&[])) {
        let options: Vec<String> = header.options_iterator().map_while(Result::ok).map(option).collect();
        if !options.is_empty() {
            fields.push(("Options", options.join(", ")));
        }
        fields.push(("Checksum", format!("0x{:04x}", header.checksum())));
    }
    layer("TCP", at, u32::from(tcp.header_bytes), fields)
}

fn option(option: TcpOptionElement) -> String {
    match option {
        TcpOptionElement::Noop => "no-op".to_owned(),
        TcpOptionElement::MaximumSegmentSize(n) => format!("maximum segment {n}"),
        TcpOptionElement::WindowScale(n) => format!("window scale {n}"),
        TcpOptionElement::SelectiveAcknowledgementPermitted => "SACK permitted".to_owned(),
        TcpOptionElement::SelectiveAcknowledgement(first, _) => format!("SACK {}-{}", first.0, first.1),
        TcpOptionElement::Timestamp(own, echo) => format!("timestamps {own}, {echo}"),
    }
}

pub(super) fn udp_layer(packet: &Packet, udp: &Udp) -> LayerDetail {
    layer(
        "UDP",
        packet.transport_at,
        8,
        vec![
            ("Source port", udp.source_port.to_string()),
            ("Destination port", udp.target_port.to_string()),
            ("Payload", format!("{} bytes", udp.payload_bytes)),
        ],
    )
}

pub(super) fn icmp_layer(packet: &Packet, icmp: &Icmp) -> LayerDetail {
    let mut fields = vec![
        ("Type", format!("{} ({})", icmp.kind, icmp_name(icmp))),
        ("Code", icmp.code.to_string()),
        ("Payload", format!("{} bytes", icmp.payload_bytes)),
    ];
    if icmp.identifier > 0 {
        fields.push(("Identifier", icmp.identifier.to_string()));
    }
    if let Some(refused) = &icmp.refused {
        let (port, protocol) = (refused.target_port, Protocol::from_ip_protocol(refused.protocol));
        fields.push(("Could not deliver", format!("{protocol} to {} port {port}", refused.target)));
    }
    layer(if icmp.is_v6 { "ICMPv6" } else { "ICMP" }, packet.transport_at, 8, fields)
}
