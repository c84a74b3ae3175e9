//! Describes one packet for the page: one line of text, or that and all layers with their fields.

use super::app::parser::PortPair;
use super::app::registry::{self, Datagrams};
use super::app::{describe, link};
use super::field_places::layer;
use super::fragments::Fragments;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Protocol;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::secret::{MASK, Secrets};
use crate::model::listing::{LayerDetail, PacketRow};
use crate::model::net::addr::mac_text;
use crate::model::packet::{Arp, Encapsulation, Icmp, Packet, Tcp, Transport, Udp, tcp_flag};
use crate::read::RawPacket;
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice, TcpOptionElement};

/// Bytes of an ARP message about IPv4 over Ethernet (RFC 826).
const ARP_BYTES: u32 = 28;

const FLAG_NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/// What is known of a packet beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Serial number of its flow.
    pub flow: Option<u32>,
    /// Its direction in that flow.
    pub direction: Option<Direction>,
    /// The application of that flow, if it is certain.
    pub app: Option<AppProto>,
    /// Whether its fields are shown with their secrets.
    pub secrets: Secrets,
}

/// A packet in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspected {
    /// Its row in a table.
    pub row: PacketRow,
    /// Its layers, outermost first.
    pub layers: Vec<LayerDetail>,
    /// Where and why decoding stopped; empty if it did not.
    pub stopped: String,
}

/// A packet that was decoded, with its application and the fields of that.
struct Decoded<'a> {
    raw: &'a RawPacket<'a>,
    known: Known,
    packet: Packet,
    app: Option<AppProto>,
    fields: FieldBuffer,
}

/// What filters ask of a packet that was read again.
#[derive(Clone, Debug)]
pub struct PacketFacts {
    /// Its headers; of a fragment that completes a datagram those of the whole.
    pub packet: Packet,
    /// Of a fragment that completes a datagram: its own headers, and the bytes of the whole.
    pub whole: Option<(Packet, Vec<u8>)>,
    /// Its application, if it carries anything.
    pub app: Option<AppProto>,
    /// What its messages say, as far as it shows them by itself.
    pub fields: FieldBuffer,
}

/// The headers of a packet, and its messages if they are wanted. `fragments` are those of the packets before it.
pub fn facts(
    raw: &RawPacket<'_>,
    index: u64,
    known: Known,
    wants_messages: bool,
    fragments: &mut Fragments,
) -> PacketFacts {
    let mut issues = IssueLog::default();
    let mut packet = super::decode(raw, index, &mut issues);
    let piece = packet.fragment().is_some().then(|| packet.clone());
    let whole = piece.and_then(|piece| Some((piece, fragments.take(&mut packet, raw, &mut issues)?)));
    let data = whole.as_ref().map_or(raw.data, |(_, whole)| whole.as_slice());
    let (mut app, mut fields) =
        if wants_messages { application(&packet, data, known) } else { (None, FieldBuffer::default()) };
    if wants_messages && let Some(quoted) = quoted_message(&packet, data, &mut fields) {
        app = Some(quoted);
    }
    PacketFacts { packet, whole, app, fields }
}

/// The application of the UDP datagram that an ICMP error quotes, if so much of it is quoted that it can be read.
fn quoted_message(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) -> Option<AppProto> {
    let Transport::Icmp(Icmp { refused: Some(refused), .. }) = &packet.transport else { return None };
    let quoted = data.get(packet.transport_at as usize + 8..)?;
    let header = match Ipv4HeaderSlice::from_slice(quoted) {
        Ok(header) => usize::from(header.ihl()) * 4,
        Err(_) => Ipv6HeaderSlice::from_slice(quoted).ok().map(|_| 40)?,
    };
    let payload = quoted.get(header + 8..).filter(|_| refused.protocol == 17)?;
    let (source, target) = ((refused.source, refused.source_port), (refused.target, refused.target_port));
    Datagrams::default().read(payload, source, target, fields).map(|(app, _)| app)
}

/// The table row of a packet.
pub fn row(raw: &RawPacket<'_>, index: u64, known: Known) -> PacketRow {
    Decoded::of(raw, index, known, &mut IssueLog::default()).row()
}

/// The table row of a packet and its layers; it is decoded once for both.
pub fn inspect(raw: &RawPacket<'_>, index: u64, known: Known) -> Inspected {
    let mut issues = IssueLog::default();
    let decoded = Decoded::of(raw, index, known, &mut issues);
    Inspected { row: decoded.row(), layers: decoded.layers(), stopped: stopped(&issues).to_owned() }
}

impl<'a> Decoded<'a> {
    fn of(raw: &'a RawPacket<'a>, index: u64, known: Known, issues: &mut IssueLog) -> Decoded<'a> {
        let packet = super::decode(raw, index, issues);
        let (app, fields) = application(&packet, raw.data, known);
        Decoded { raw, known, packet, app, fields }
    }

    fn row(&self) -> PacketRow {
        let Decoded { raw, known, packet, app, fields } = self;
        let (source, target) = endpoints(packet);
        let line = app.and_then(|app| describe::line(app, fields, known.secrets));
        let protocol = match (app, packet.top()) {
            (Some(app), _) if line.is_some() || is_datagram(packet) => app.name().to_owned(),
            (_, Some(top)) => top.to_string(),
            (_, None) => String::new(),
        };
        let info = line.unwrap_or_else(|| info(packet));
        let (time_ns, wire_bytes, flow) = (raw.time_ns, raw.wire_bytes, known.flow);
        PacketRow {
            index: packet.index,
            time_ns,
            source,
            target,
            protocol,
            wire_bytes,
            info,
            flow,
            delta_ns: None,
            remarks: remarks(packet, raw.data).into_iter().map(str::to_owned).collect(),
            is_not_analysed: false,
            paint: None,
        }
    }

    fn layers(&self) -> Vec<LayerDetail> {
        let Decoded { raw, known, packet, app, fields: app_fields } = self;
        let data = raw.data;
        let mut layers = vec![link_layer(packet, raw)];
        layers.extend(packet.encapsulations().iter().map(outer_layer));
        layers.extend(packet.arp.as_ref().map(|arp| arp_layer(packet, arp)));
        if packet.ip.is_some() {
            layers.push(ip_layer(packet, data));
        }
        match &packet.transport {
            Transport::Tcp(tcp) => layers.push(tcp_layer(packet, tcp, data)),
            Transport::Udp(udp) => layers.push(udp_layer(packet, udp)),
            Transport::Icmp(icmp) => layers.push(icmp_layer(packet, icmp)),
            Transport::None => {}
        }
        let (start, end) = (packet.payload.start, packet.payload.end);
        if end > start && packet.net_at > 0 {
            let mut fields = vec![("Captured", format!("{} bytes", end - start))];
            fields.extend(describe::described(app_fields, known.secrets));
            layers.push(layer(app.map_or("Payload", AppProto::name), start, end - start, fields));
        }
        layers
    }
}

/// Why decoding stopped, by the issues that it gave.
fn stopped(issues: &IssueLog) -> &'static str {
    let stops = [
        IssueKind::LinkUnknown,
        IssueKind::LinkCut,
        IssueKind::TunnelDamaged,
        IssueKind::TunnelDeep,
        IssueKind::NetDamaged,
        IssueKind::TransportDamaged,
    ];
    let stopped = stops.into_iter().find(|kind| issues.count(*kind) > 0);
    match stopped {
        Some(IssueKind::LinkUnknown) => "This link type is not decoded.",
        Some(IssueKind::LinkCut) => "The packet is too short for its link header.",
        Some(IssueKind::TunnelDamaged) => "The tunnel header is invalid or truncated.",
        Some(IssueKind::TunnelDeep) => "It has more nested headers than are decoded.",
        Some(IssueKind::NetDamaged) => "The network header is invalid or truncated.",
        Some(_) => "The transport header is invalid or truncated.",
        None => "",
    }
}

fn link_layer(packet: &Packet, raw: &RawPacket<'_>) -> LayerDetail {
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
    layer(&super::link::name(raw.link_type), 0, end, fields)
}

/// A tunnel, from the outer IP header on.
fn outer_layer(outer: &Encapsulation) -> LayerDetail {
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

fn arp_layer(packet: &Packet, arp: &Arp) -> LayerDetail {
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

fn ip_layer(packet: &Packet, data: &[u8]) -> LayerDetail {
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

fn tcp_layer(packet: &Packet, tcp: &Tcp, data: &[u8]) -> LayerDetail {
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

fn udp_layer(packet: &Packet, udp: &Udp) -> LayerDetail {
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

fn icmp_layer(packet: &Packet, icmp: &Icmp) -> LayerDetail {
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

/// `SYN, ACK`, or `none`.
fn flags(bits: u8) -> String {
    let set: Vec<&str> =
        FLAG_NAMES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}

fn icmp_name(icmp: &Icmp) -> &'static str {
    if icmp.is_v6 { link::icmpv6::message(icmp.kind).label() } else { link::icmp::message(icmp.kind).label() }
}

fn endpoints(packet: &Packet) -> (String, String) {
    if let Some(ip) = &packet.ip {
        return (ip.source.to_string(), ip.target.to_string());
    }
    match packet.macs {
        Some((source, [0, 0, 0, 0, 0, 0])) => (mac_text(source), String::new()),
        Some((source, target)) => (mac_text(source), mac_text(target)),
        None => (String::new(), String::new()),
    }
}

/// The application that a packet is of, and what it says by itself.
fn application(packet: &Packet, data: &[u8], known: Known) -> (Option<AppProto>, FieldBuffer) {
    let mut fields = FieldBuffer::default();
    let payload = payload(packet, data);
    let app = match &packet.transport {
        Transport::Tcp(tcp) if tcp.payload_bytes > 0 => {
            let ends = PortPair::new(true, tcp.source_port, tcp.target_port);
            let to_server =
                if tcp.source_port >= tcp.target_port { Direction::ToResponder } else { Direction::ToOriginator };
            let direction = known.direction.unwrap_or(to_server);
            let app =
                registry::read_segment(payload, &ends, known.app, direction, &mut fields).or(known.app).or(ends.hint);
            if app == Some(AppProto::Telnet) && known.secrets == Secrets::Masked {
                fields = without_typed(&fields);
            }
            app
        }
        Transport::Udp(udp) => {
            let ends = PortPair::new(false, udp.source_port, udp.target_port);
            let told = packet.ip.as_ref().and_then(|ip| {
                let (source, target) = ((ip.source, udp.source_port), (ip.target, udp.target_port));
                Datagrams::default().read(payload, source, target, &mut fields)
            });
            told.map(|(app, _)| app).or(known.app).or(ends.hint)
        }
        Transport::Tcp(_) => None,
        _ => registry::read_frame(packet, data, &mut fields),
    };
    (app, fields)
}

/// Fields without what was typed: the screen that asked for it, perhaps for a password, is in other packets.
fn without_typed(fields: &FieldBuffer) -> FieldBuffer {
    let mut masked = FieldBuffer::default();
    for message in fields.messages() {
        masked.begin();
        for (kind, value) in message.iter() {
            match kind {
                FieldId::Argument => masked.text(kind, MASK),
                _ => masked.add(kind, value),
            }
        }
    }
    masked
}

/// What is to be said of a packet by its headers alone.
fn remarks(packet: &Packet, data: &[u8]) -> Vec<&'static str> {
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

fn is_datagram(packet: &Packet) -> bool {
    matches!(packet.transport, Transport::Udp(_))
}

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
}

fn info(packet: &Packet) -> String {
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
