//! Decoded packets and rows to flows, index and detectors: the stage after [`CaptureStage`](super::CaptureStage).

use super::PipelineOptions;
use super::app_layer::{AppLayer, ReadToEnd, Segment, SegmentResult, StreamState};
use super::capture_stage::Batch;
use super::client_server;
use super::dispatch::FlowDispatch;
use crate::detect::detector::{Context, Detector};
use crate::flow::connections::Connections;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::expectations::Expectations;
use crate::flow::fields::{self, FlowFields, InternedField};
use crate::flow::loss::Losses;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::site::SiteEvidence;
use crate::flow::table::{FlowKeyHash, FlowTable, FlowUpdate, Lookup, LookupResult};
use crate::issue::{IssueKind, IssueLog};
use crate::model::Flow;
use crate::model::app::field::{FieldBuffer, FieldId, Message};
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::flow::{Direction, NameSource};
use crate::model::packet::{Packet, Tcp, Transport};
use crate::read::table::RowContent;
use crate::read::table::log::LogRow;
use crate::settings::{self, Settings};
use crate::stats::counters::Counters;
use crate::stats::messages::MessageCounts;
use crate::stats::packet_index::{PacketFlow, PacketFlowMap};
use crate::stats::tops::Tops;

/// How many payload packets of a connection are checked for their protocol.
const LAST_PROBED_PACKET: u32 = 3;
/// Packets whose flows are looked up at a time.
const TOGETHER: usize = 16;

/// Everything after the decoders: the second half of the pipeline.
pub struct FlowStage {
    pub(super) issues: IssueLog,
    pub(super) packet_flows: PacketFlowMap,
    pub(super) flows: FlowTable,
    pub(super) optional: Option<Box<OptionalTables>>,
    /// Of the flow table, once reading has ended.
    endpoints: EndpointIndex,
    pub(super) names: Names,
    pub(super) dispatch: FlowDispatch,
    app_layer: AppLayer,
    expectations: Expectations,
    /// What a TCP segment completes; kept for its memory.
    fields: FieldBuffer,
    /// The fields of a message as they are kept; kept for its memory.
    interned: Vec<InternedField>,
    /// Fields of the messages of flows.
    pub(super) flow_fields: FlowFields,
    pub(super) messages: MessageCounts,
    /// Of the flow table, once reading has ended.
    pub(super) tops: Tops,
    /// For each row of a table whose rows are flows or packets, its flow; [`NO_FLOW`] if it has none.
    flows_of_rows: Vec<u32>,
    /// Connections that rows of logs name.
    connections: Connections,
    /// What TCP flows lack, once reading has ended.
    pub(super) losses: Losses,
    /// What the link shows of who is inside.
    site_evidence: SiteEvidence,
    /// Rows of a table have told of messages.
    pub(super) has_logged_messages: bool,
}

/// No flow has this serial number.
const NO_FLOW: u32 = u32::MAX;

impl FlowStage {
    pub(super) fn new(options: &PipelineOptions<'_>) -> FlowStage {
        let limits = options.limits();
        let is_on = |switch| options.settings.is_on(switch);
        let mut dispatch = if options.has_detectors { FlowDispatch::all() } else { FlowDispatch::silent() };
        dispatch.site = options.site();
        let (is_cic, is_extended) = (is_on(&settings::CIC_COMPATIBLE), is_on(&settings::MORE_COLUMNS));
        FlowStage {
            issues: IssueLog::default(),
            packet_flows: PacketFlowMap::default(),
            optional: OptionalTables::new(is_cic, is_extended, limits.most),
            flows: FlowTable::new(limits),
            endpoints: EndpointIndex::default(),
            names: Names::default(),
            dispatch,
            app_layer: AppLayer::default(),
            expectations: Expectations::default(),
            fields: FieldBuffer::default(),
            interned: Vec::new(),
            flow_fields: FlowFields::default(),
            messages: MessageCounts::default(),
            tops: Tops::default(),
            flows_of_rows: Vec::new(),
            connections: Connections::default(),
            losses: Losses::default(),
            site_evidence: SiteEvidence::default(),
            has_logged_messages: false,
        }
    }

    fn row(&mut self, content: RowContent) {
        let serial = match content {
            RowContent::Row => None,
            RowContent::Flow(flow, is_one_way) => {
                let FlowStage { flows, names, dispatch, .. } = self;
                let ended = &mut |serial, flow: &Flow| dispatch.flow(serial, flow, names);
                Some(flows.push(*flow, is_one_way, ended))
            }
            RowContent::Packet(packet) => {
                let found = self.flows.seek(&packet, self.flows.begin(FlowKeyHash::of(&packet)));
                self.observe(&packet, found).map(|update| update.serial)
            }
            RowContent::Log(row) => Some(self.logged(*row)),
        };
        self.make_room();
        self.flows_of_rows.push(serial.unwrap_or(NO_FLOW));
    }

    /// Takes a connection of a log and shows what it carried.
    fn logged(&mut self, row: LogRow) -> u32 {
        let LogRow { mut flow, connection, has_id, messages } = row;
        let FlowStage { flows, names, dispatch, connections, .. } = self;
        let idle_ns = flows.limits().idle_ns;
        let is_same = |kept: &Flow| has_id || kept.apart_ns(&flow) <= idle_ns;
        let known = connections.get(connection).filter(|serial| flows.get(*serial).is_some_and(is_same));
        if known.is_none() {
            flow.name = names.of(flow.responder().0);
        }
        let ended = &mut |serial, flow: &Flow| dispatch.flow(serial, flow, names);
        let (app, is_certain) = (flow.app, flow.is_app_certain);
        let serial = flows.log_row(known, flow, ended);
        connections.set(connection, serial);
        let number = self.flows_of_rows.len() as u64;
        for (direction, message) in messages.iter(number) {
            self.has_logged_messages = true;
            let update = Some(FlowUpdate { serial, direction, is_retransmission: false });
            self.on_message((update, None), &message);
        }
        if let Some(app) = app {
            self.name_app(
                Some(FlowUpdate { serial, direction: Direction::ToResponder, is_retransmission: false }),
                app,
                is_certain,
            );
        }
        serial
    }

    /// Takes a batch of the first half, with the bytes that it was decoded from.
    pub fn take(&mut self, batch: &mut Batch, bytes: &[u8]) {
        for content in batch.rows() {
            self.row(content);
        }
        let mut begun = [Lookup::default(); TOGETHER];
        let mut found = [LookupResult::default(); TOGETHER];
        for (group, hashes) in batch.groups(TOGETHER) {
            for (begun, hash) in begun.iter_mut().zip(hashes) {
                *begun = self.flows.begin(*hash);
            }
            for ((found, begun), decoded) in found.iter_mut().zip(&begun).zip(group) {
                *found = self.flows.seek(&decoded.packet, *begun);
            }
            for (found, decoded) in found.iter().zip(group) {
                let update = self.packet(&decoded.packet, *found, batch.data(decoded, bytes));
                if let Some((protocol, is_certain)) = decoded.app {
                    self.name_app(update, protocol, is_certain);
                    if let Some(message) = batch.message(decoded) {
                        self.on_message((update, Some(&decoded.packet)), &message);
                    }
                }
            }
        }
    }

    /// The flow of a row of a table, by its number; none if it has none.
    pub(super) fn flow_of_row(&self, number: u64) -> Option<u32> {
        self.flows_of_rows.get(number as usize).copied().filter(|flow| *flow != NO_FLOW)
    }

    /// Packets, or rows of a table of flows or packets, taken so far.
    pub fn packets(&self) -> u64 {
        self.packet_flows.len().max(self.flows_of_rows.len() as u64)
    }

    pub(super) fn context<'a>(
        &'a mut self,
        settings: &'a Settings,
        counters: &Counters,
    ) -> (Context<'a>, &'a mut [Box<dyn Detector>]) {
        let FlowStage { flows, endpoints, names, flow_fields, dispatch, .. } = self;
        dispatch.context(settings, counters, (flows, endpoints), (names, flow_fields))
    }

    /// Shows a packet to the detectors that want it, and adds it to its flow.
    #[inline]
    fn observe(&mut self, packet: &Packet, found: LookupResult) -> Option<FlowUpdate> {
        self.dispatch.packet(packet);
        let FlowStage { flows, names, dispatch, app_layer, .. } = self;
        let update = flows.update(packet, found, names, &mut |serial, flow| {
            dispatch.flow(serial, flow, names);
            if flow.stream != Flow::NOT_PARSED {
                app_layer.end(flow.stream);
            }
        });
        match &packet.arp {
            Some(arp) => self.site_evidence.add(arp),
            None => self.make_room(),
        }
        update
    }

    /// Flows that make room are shown to who asks who is inside; what is known of that before the first of them stays.
    #[inline]
    fn make_room(&mut self) {
        if self.flows.is_full() && self.dispatch.site.is_none() {
            self.dispatch.site = Some(self.site_evidence.infer(&self.flows, &EndpointIndex::of(&self.flows)));
        }
        if self.flows.has_forgotten() {
            self.dispatch.forgotten(self.flows.take_forgotten(), &self.names);
        }
    }

    #[inline]
    fn packet(&mut self, packet: &Packet, found: LookupResult, data: &[u8]) -> Option<FlowUpdate> {
        let update = self.observe(packet, found).map(|update| {
            let FlowStage { flows, names, .. } = self;
            client_server::settle(flows, names, packet, payload(packet, data), update)
        });
        let packet_flow = match update {
            Some(update) => PacketFlow::Flow(update.serial, update.direction),
            None => PacketFlow::Alone(match packet.top() {
                Some(Protocol::AppProto(named)) => Some(named),
                _ => None,
            }),
        };
        self.packet_flows.push(packet_flow);
        if let Some(update) = update {
            if let Some(optional) = &mut self.optional {
                optional.update(packet, payload(packet, data), &self.flows, update);
            }
            if !self.expectations.is_empty() {
                self.apply_expectation(update);
            }
            self.applications(packet, data, update);
        }
        update
    }

    /// Every flow that is still open ends.
    pub(super) fn end_flows(&mut self) {
        self.end_streams();
        let n_one_way = self.flows.end_all();
        self.losses = self.flows.losses();
        self.issues.add_many(IssueKind::RowsOneWay, n_one_way, None, None);
        let FlowStage { flows, names, dispatch, site_evidence, .. } = self;
        (self.endpoints, self.tops) = dispatch.end(flows, names, |endpoints| site_evidence.infer(flows, endpoints));
    }

    /// What waits in streams for bytes that never came is read.
    fn end_streams(&mut self) {
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

    #[inline]
    fn applications(&mut self, packet: &Packet, data: &[u8], update: FlowUpdate) {
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
    fn apply_expectation(&mut self, update: FlowUpdate) {
        let Some(flow) = self.flows.get_mut(update.serial).filter(|flow| flow.packets() == 1) else { return };
        if let Some(protocol) = self.expectations.take(flow) {
            (flow.app, flow.is_app_certain, flow.stream) = (Some(protocol), true, Flow::NOT_PARSED);
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
    fn name_app(&mut self, update: Option<FlowUpdate>, protocol: AppProto, is_certain: bool) {
        let Some(flow) = update.and_then(|update| self.flows.get_mut(update.serial)) else { return };
        if !flow.is_app_certain && (is_certain || flow.app.is_none()) {
            flow.app = Some(protocol);
            flow.is_app_certain = is_certain;
        }
    }

    /// A message was read: to its flow, to the counts, to the names of addresses, and to the detectors.
    fn on_message(&mut self, (update, packet): (Option<FlowUpdate>, Option<&Packet>), message: &Message<'_>) {
        let FlowStage { flows, flow_fields, messages, interned, names, dispatch, expectations, .. } = self;
        let fields = &message.fields;
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

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
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
