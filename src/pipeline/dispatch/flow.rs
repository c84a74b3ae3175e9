//! Packets, messages and ended flows to all other detectors, while a file is read and at its end.

use super::super::threads;
use super::{CaptureDispatch, Watchers, entries, watchers};
use crate::detect;
use crate::detect::detector::{AppEvent, Context, Detector, EndedFlow, Interest};
use crate::detect::ml::flow_rows;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::domains::Domains;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::{FlowFields, InternedField};
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::Flow;
use crate::model::app::field::{FieldId, FieldSet, Message};
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;
use crate::settings::Settings;
use crate::stats::counters::Counters;
use crate::stats::tops::{Tops, tops};

/// The detectors of the second half, and what several of them share.
pub struct FlowDispatch {
    /// All of the table of detectors; those of the first half have seen nothing until they are joined.
    detectors: Vec<Box<dyn Detector>>,
    /// Places in the table of detectors.
    watchers: Watchers,
    /// By the number of a protocol: places of the detectors that want its messages, and which fields matter to each.
    listeners: Vec<Vec<(usize, FieldSet)>>,
    domains: Domains,
    contacts: Contacts,
    /// Detectors are shown nothing.
    is_silent: bool,
    /// Rows of flows, while models evaluate them.
    pub rows: flow_rows::Shared,
}

impl FlowDispatch {
    /// With all detectors.
    pub fn all() -> FlowDispatch {
        let dispatch = FlowDispatch::silent();
        let listeners = AppProto::ALL.iter().map(|protocol| listeners(&dispatch.detectors, *protocol)).collect();
        FlowDispatch { watchers: watchers(entries(false)), listeners, is_silent: false, ..dispatch }
    }

    /// With detectors that are shown nothing.
    pub fn silent() -> FlowDispatch {
        FlowDispatch {
            detectors: detect::ALL.iter().map(|entry| (entry.make)()).collect(),
            watchers: Watchers::default(),
            listeners: Vec::new(),
            domains: Domains::default(),
            contacts: Contacts::default(),
            is_silent: true,
            rows: flow_rows::Shared::default(),
        }
    }

    /// Shows a packet to those that want it.
    #[inline]
    pub fn packet(&mut self, packet: &Packet) {
        self.show_packet(Interest::of_packet(packet), packet);
        if packet.fragment().is_some() {
            self.show_packet(Interest::FRAGMENTS, packet);
        }
    }

    /// Shows a message, whose fields are `interned`, to those that want it.
    #[inline]
    pub fn message(
        &mut self,
        update: Option<FlowUpdate>,
        message: &Message<'_>,
        interned: &[InternedField],
        (flows, names): (&FlowTable, &mut Names),
    ) {
        let kinds = message.fields.kinds();
        let listeners = self.listeners.get(message.protocol as usize).map_or(&[][..], Vec::as_slice);
        let mut listeners =
            listeners.iter().filter(|(_, fields_of_interest)| fields_of_interest.intersects(kinds)).peekable();
        if listeners.peek().is_none() {
            return;
        }
        let is_name = |field: &&InternedField| field.kind == FieldId::DnsQuery && field.is_text;
        let name =
            interned.iter().find(is_name).filter(|_| message.protocol == AppProto::Dns).map(|name| name.value as u32);
        if let Some(name) = name {
            self.domains.learn(names, name);
        }
        let query = name.and_then(|name| self.domains.of(names, name));
        let flow = update.and_then(|update| flows.get(update.serial));
        let event = AppEvent { message, update, flow, names, query };
        for (place, _) in listeners {
            if let Some(detector) = self.detectors.get_mut(*place) {
                detector.observe_message(&event);
            }
        }
    }

    /// Shows a flow that has ended while the file is read; one whose packets nobody counted shows no behaviour.
    pub fn flow(&mut self, serial: u32, flow: &Flow, names: &Names) {
        if self.is_silent || !flow.is_counted() {
            return;
        }
        self.contacts.add(flow);
        let ended = EndedFlow { serial, flow, name: names.text(flow.name) };
        for place in self.watchers.get(Interest::of_flow(flow).place()).into_iter().flatten() {
            if let Some(detector) = self.detectors.get_mut(*place) {
                detector.observe_flow(&ended);
            }
        }
    }

    /// Shows the flows that are still open at the end of the file, and lists and adds up all.
    pub fn end(&mut self, flows: &FlowTable, names: &Names) -> (EndpointIndex, Tops) {
        let FlowDispatch { detectors, contacts, is_silent, .. } = self;
        let is_silent = *is_silent;
        let n = threads::n_threads();
        let mut groups: Vec<Vec<_>> = (0..n).map(|_| Vec::new()).collect();
        let wanting = detect::ALL
            .iter()
            .zip(detectors)
            .filter(|(entry, _)| entry.interest.intersects(Interest::ANY_FLOW) && !is_silent);
        for (place, (entry, detector)) in wanting.enumerate() {
            if let Some(group) = groups.get_mut(place % n) {
                group.push((entry.interest, detector));
            }
        }
        let list = || {
            tops(flows, names, |flow| {
                if !flow.is_over && !is_silent && flow.is_counted() {
                    contacts.add(flow);
                }
            })
        };
        let observe = || {
            threads::each(groups, |mut group| {
                for (serial, flow) in flows.iter().filter(|(_, flow)| !flow.is_over && flow.is_counted()) {
                    show(&mut group, &EndedFlow { serial, flow, name: names.text(flow.name) });
                }
            })
        };
        threads::both(list, observe).0
    }

    /// Takes the detectors of the first half, each at its place in the table of detectors.
    pub fn join(&mut self, capture: CaptureDispatch) {
        for (place, detector) in capture.into_detectors() {
            if let Some(slot) = self.detectors.get_mut(place) {
                *slot = detector;
            }
        }
    }

    /// What detectors may look at when they finish, and the detectors.
    pub fn context<'a>(
        &'a mut self,
        settings: &'a Settings,
        counters: &Counters,
        (flows, endpoints): (&'a FlowTable, &'a EndpointIndex),
        (names, told): (&'a Names, &'a FlowFields),
    ) -> (Context<'a>, &'a mut [Box<dyn Detector>]) {
        let FlowDispatch { detectors, contacts, rows, .. } = self;
        let (span_ns, packets) = (counters.span_ns.unwrap_or((0, 0)), counters.packets);
        (Context { settings, flows, endpoints, names, told, contacts, rows, span_ns, packets }, detectors)
    }

    #[inline]
    fn show_packet(&mut self, kind: Interest, packet: &Packet) {
        for place in self.watchers.get(kind.place()).into_iter().flatten() {
            if let Some(detector) = self.detectors.get_mut(*place) {
                detector.observe_packet(packet);
            }
        }
    }
}

/// Places of the detectors that want messages of a protocol, and which fields of it matter to each.
fn listeners(detectors: &[Box<dyn Detector>], protocol: AppProto) -> Vec<(usize, FieldSet)> {
    let all = detect::ALL.iter().zip(detectors).enumerate();
    let listening = all.filter(|(_, (entry, _))| entry.interest.intersects(Interest::MESSAGES));
    let fields_of_interest = listening.map(|(place, (_, detector))| (place, detector.fields_of_interest(protocol)));
    fields_of_interest.filter(|(_, kinds)| *kinds != FieldSet::NONE).collect()
}

/// Shows an ended flow to those who want it. Not inlined: browsers optimise a function that is called often, but not a
/// long loop in one that is called once.
#[inline(never)]
fn show(detectors: &mut [(Interest, &mut Box<dyn Detector>)], ended: &EndedFlow<'_>) {
    let kind = Interest::of_flow(ended.flow);
    for (_, detector) in detectors.iter_mut().filter(|(interest, _)| interest.intersects(kind)) {
        detector.observe_flow(ended);
    }
}
