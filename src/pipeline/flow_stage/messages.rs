//! Turns the data of TCP streams into messages, and passes messages on to flows, counts, names and detectors.

use super::{FlowStage, payload};
use crate::flow::fields;
use crate::flow::table::FlowUpdate;
use crate::issue::IssueKind;
use crate::model::Flow;
use crate::model::app::field::{FieldId, Message};
use crate::model::app::protocol::AppProto;
use crate::model::flow::{Direction, NameSource};
use crate::model::packet::{Packet, Tcp, Transport};
use crate::pipeline::app_layer::{ReadToEnd, Segment, SegmentResult, StreamState};

/// How many payload packets of a connection are checked for their protocol.
const LAST_PROBED_PACKET: u32 = 3;

impl FlowStage {
    #[inline]
    pub(super) fn applications(&mut self, packet: &Packet, data: &[u8], update: FlowUpdate) {
        match &packet.transport {
            Transport::Tcp(tcp) if tcp.payload_bytes > 0 => self.on_segment(packet, tcp, payload(packet, data), update),
            Transport::Icmp(icmp) => {
                if let Some(refused) = &icmp.refused {
                    self.flows.refuse(refused, packet.vlan);
                }
            }
            _ => {}
        }
    }

    /// Names a flow that begins as it was expected; what it carries, a file, is not parsed.
    pub(super) fn apply_expectation(&mut self, update: FlowUpdate) {
        let Some(flow) = self.flows.get_mut(update.serial).filter(|flow| flow.packets() == 1) else { return };
        if let Some(protocol) = self.expectations.take(flow) {
            (flow.app, flow.is_app_certain, flow.stream) = (Some(protocol), true, Flow::NOT_PARSED);
        }
    }

    /// What waits in streams for bytes that never came is read.
    pub(super) fn end_streams(&mut self) {
        for place in 1..=self.app_layer.n_places() {
            for direction in [Direction::ToResponder, Direction::ToOriginator] {
                let mut fields = std::mem::take(&mut self.fields);
                fields.clear();
                let flows = &self.flows;
                let ports = |serial| flows.get(serial).map(|flow| (flow.originator().1, flow.responder().1));
                if let Some(read) = self.app_layer.end_side(place, direction, ports, &mut fields) {
                    let update = Some(FlowUpdate { serial: read.serial, direction, is_retransmission: false });
                    self.name_app(update, read.protocol, true);
                    let ReadToEnd { protocol, time_ns, packet, .. } = read;
                    fields.messages().for_each(|fields| {
                        self.on_message((update, None), &Message { protocol, time_ns, packet, fields })
                    });
                }
                self.fields = fields;
            }
        }
    }

    /// Parses a TCP payload, if its stream is parsed.
    #[inline]
    fn on_segment(&mut self, packet: &Packet, tcp: &Tcp, payload: &[u8], update: FlowUpdate) {
        let Some(flow) = self.flows.get_mut(update.serial) else { return };
        if flow.stream == Flow::NOT_PARSED {
            return;
        }
        let n_sent = flow.directions.each_ref().map(|direction| direction.data_packets);
        if flow.stream == 0 && n_sent.iter().sum::<u32>() > 2 * LAST_PROBED_PACKET {
            flow.stream = Flow::NOT_PARSED;
            return;
        }
        let segment = Segment {
            serial: update.serial,
            direction: update.direction,
            time_ns: packet.time_ns,
            packet: packet.index,
            tcp,
            payload,
        };
        self.fields.clear();
        let mut evicted = None;
        let SegmentResult { outcome, app, n_differing } =
            self.app_layer.on_segment(flow.stream, segment, &mut self.fields, |serial| evicted = Some(serial));
        if n_differing > 0 {
            record_conflict(flow, packet, update.direction, n_differing);
        }
        match outcome {
            StreamState::At(place) => flow.stream = place,
            StreamState::Over => flow.stream = Flow::NOT_PARSED,
            StreamState::Nothing => {}
        }
        if evicted.is_some() || self.app_layer.is_full() {
            self.stop_parsing(evicted);
        }
        let Some((protocol, is_certain)) = app else { return };
        self.name_app(Some(update), protocol, is_certain);
        if self.fields.is_empty() {
            return;
        }
        let fields = std::mem::take(&mut self.fields);
        for fields in fields.messages() {
            let message = Message { protocol, time_ns: packet.time_ns, packet: packet.index, fields };
            self.on_message((Some(update), Some(packet)), &message);
        }
        self.fields = fields;
    }

    /// Parses a stream no longer; without one, none that waits for bytes.
    #[cold]
    fn stop_parsing(&mut self, evicted: Option<u32>) {
        let FlowStage { app_layer, flows, issues, .. } = self;
        let mut stop = |serial: u32| {
            if let Some(flow) = flows.get_mut(serial) {
                flow.stream = Flow::NOT_PARSED;
                issues.add(IssueKind::StreamsFull, None, None);
            }
        };
        match evicted {
            Some(serial) => stop(serial),
            None => app_layer.forget_all().for_each(stop),
        }
    }

    /// A message shows the application of a flow.
    #[inline]
    pub(super) fn name_app(&mut self, update: Option<FlowUpdate>, protocol: AppProto, is_certain: bool) {
        let Some(flow) = update.and_then(|update| self.flows.get_mut(update.serial)) else { return };
        if !flow.is_app_certain && (is_certain || flow.app.is_none()) {
            flow.app = Some(protocol);
            flow.is_app_certain = is_certain;
        }
    }

    /// A message was read: to its flow, to the counts, to the names of addresses, and to the detectors.
    pub(super) fn on_message(
        &mut self,
        (update, packet): (Option<FlowUpdate>, Option<&Packet>),
        message: &Message<'_>,
    ) {
        let FlowStage { flows, flow_fields, messages, interned, names, dispatch, expectations, .. } = self;
        let fields = &message.fields;
        if message.protocol == AppProto::Dhcp {
            self.site_evidence.add_dhcp(fields);
        }
        fields::intern(fields, names, interned);
        messages.add(message.protocol, interned);
        if let Some(flow) = update.and_then(|update| flows.get_mut(update.serial)) {
            interned.iter().for_each(|field| flow_fields.add(flow, *field));
            if let (AppProto::Ftp | AppProto::Tftp, Some(update)) = (message.protocol, update) {
                expectations.note(message, flow, update.direction);
            }
            let by_tls = fields.text(FieldId::TlsSni).map(|name| (name, NameSource::TlsSni));
            let named = by_tls.or_else(|| fields.text(FieldId::HttpHost).map(|name| (name, NameSource::HttpHost)));
            if let Some((name, source)) = named.filter(|(_, source)| *source > flow.name_source) {
                flow.name = names.intern(name);
                flow.name_source = source;
            }
        }
        if matches!(message.protocol, AppProto::Dns | AppProto::Mdns | AppProto::Llmnr)
            && let Some(asked) = fields.text(FieldId::DnsQuery)
        {
            let mut name = None;
            for host in fields.addrs(FieldId::DnsAnswer) {
                let name = *name.get_or_insert_with(|| names.intern(asked));
                names.learn(host, name);
            }
        }
        dispatch.message((update, packet), message, interned, (flows, names));
    }
}

/// Records that a segment differs from what was sent before for the same bytes.
#[cold]
fn record_conflict(flow: &mut Flow, packet: &Packet, direction: Direction, n_differing: usize) {
    let from = usize::from((direction == Direction::ToResponder) != flow.is_low_originator);
    if let Some(anomalies) = flow.anomalies_mut(from) {
        anomalies.conflicts.seen.add(packet.index, packet.time_ns);
        anomalies.conflicts.n_differing += n_differing as u64;
    }
}
