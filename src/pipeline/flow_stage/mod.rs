//! Decoded packets and rows to flows, index and detectors: the stage after [`CaptureStage`](super::CaptureStage).

mod messages;
mod rows;

use super::PipelineOptions;
use super::app_layer::AppLayer;
use super::batch::Batch;
use super::client_server;
use super::dispatch::FlowDispatch;
use crate::detect::detector::{Context, Detector};
use crate::flow::connections::Connections;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::expectations::Expectations;
use crate::flow::fields::{FlowFields, InternedField};
use crate::flow::loss::Losses;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::site::SiteEvidence;
use crate::flow::table::{FlowTable, FlowUpdate, Lookup, LookupResult};
use crate::issue::{IssueKind, IssueLog};
use crate::model::Flow;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::Protocol;
use crate::model::packet::Packet;
use crate::settings::{self, Settings};
use crate::stats::counters::Counters;
use crate::stats::messages::MessageCounts;
use crate::stats::packet_index::{PacketFlow, PacketFlowMap};
use crate::stats::tops::Tops;

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
    /// For each row of a table whose rows are flows or packets, its flow; [`rows::NO_FLOW`] if it has none.
    flows_of_rows: Vec<u32>,
    /// Connections that rows of logs name.
    connections: Connections,
    /// What TCP flows lack, once reading has ended.
    pub(super) losses: Losses,
    /// What the link shows of who is inside.
    site_evidence: SiteEvidence,
    /// Rows of a table have given messages.
    pub(super) has_logged_messages: bool,
}

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

    /// Packets, or rows of a table of flows or packets, taken so far.
    pub fn packets(&self) -> u64 {
        self.packet_flows.len().max(self.flows_of_rows.len() as u64)
    }

    pub(super) fn context<'a>(
        &'a mut self,
        settings: &'a Settings,
        counters: &Counters,
    ) -> (Context<'a>, &'a mut [Box<dyn Detector>]) {
        let FlowStage { flows, endpoints, losses, names, flow_fields, dispatch, .. } = self;
        dispatch.context(settings, counters, (flows, endpoints, losses), (names, flow_fields))
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
}

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
}
