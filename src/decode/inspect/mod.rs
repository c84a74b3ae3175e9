//! Describes one packet for the page: one line of text, or that and all layers with their fields.

mod layers;
mod line;
mod messages;

use super::app::describe;
use super::field_places::layer;
use super::fragments::Fragments;
use crate::issue::{IssueKind, IssueLog};
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::secret::Secrets;
use crate::model::listing::{LayerDetail, PacketRow};
use crate::model::packet::{Packet, Transport};
use crate::read::RawPacket;
use layers::{arp_layer, icmp_layer, ip_layer, link_layer, outer_layer, tcp_layer, udp_layer};
use line::{endpoints, info, remarks};
use messages::{application, quoted_message};

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

fn is_datagram(packet: &Packet) -> bool {
    matches!(packet.transport, Transport::Udp(_))
}
