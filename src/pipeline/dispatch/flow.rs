//! Passes packets, messages and ended flows to all other detectors, while a file is read and at its end.

use super::super::threads;
use super::{CaptureDispatch, Watchers, entries, watchers};
use crate::detect;
use crate::detect::detector::{AppEvent, Context, Detector, EndedFlow, Interest};
use crate::detect::ml::flow_rows;
use crate::detect::support::address_claims::AddressClaims;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::domains::Domains;
use crate::detect::support::gateway::Gateway;
use crate::detect::support::service_answers::ServiceAnswers;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::{FlowFields, InternedField};
use crate::flow::loss::Losses;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::app::field::{FieldId, FieldSet, Message};
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;
use crate::model::{Flow, Site};
use crate::settings::Settings;
use crate::stats::counters::Counters;
use crate::stats::tops::{Tops, tops};
use std::sync::OnceLock;

/// Packets that show who claims or uses an address.
const CLAIMING: Interest = Interest::ARP.union(Interest::UDP).union(Interest::ICMP).union(Interest::TCP_CONTROL);

/// Flows that are shown to one detector before the next: half a kilobyte each, they stay in the fastest cache.
const SHOWN_TOGETHER: usize = 32;

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
    claims: AddressClaims,
    gateway: Gateway,
    answers: ServiceAnswers,
    /// Detectors are shown nothing.
    is_silent: bool,
    /// Which addresses are inside, once that is known.
    pub site: Option<Site>,
    /// What is known of it before.
    unknown: Site,
    /// Rows of flows, while models evaluate them.
    pub rows: flow_rows::FlowRowsCache,
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
            claims: AddressClaims::default(),
            gateway: Gateway::default(),
            answers: ServiceAnswers::default(),
            is_silent: true,
            site: None,
            unknown: Site::default(),
            rows: flow_rows::FlowRowsCache::default(),
        }
    }

    /// Shows a packet to those that want it.
    #[inline]
    pub fn packet(&mut self, packet: &Packet) {
        let kind = Interest::of_packet(packet);
        if CLAIMING.intersects(kind) && !self.is_silent {
            self.claims.observe(packet);
        }
        self.show_packet(kind, packet);
        if packet.fragment().is_some() {
            self.show_packet(Interest::FRAGMENTS, packet);
        }
    }

    /// Shows a message, whose fields are `interned`, to those that want it.
    #[inline]
    pub fn message(
        &mut self,
        (update, packet): (Option<FlowUpdate>, Option<&Packet>),
        message: &Message<'_>,
        interned: &[InternedField],
        (flows, names): (&FlowTable, &mut Names),
    ) {
        let vlan_stack = packet.map_or(0, |packet| packet.vlan_stack);
        if !self.is_silent {
            self.claims.observe_message(message, update, vlan_stack);
            if ServiceAnswers::listens(message.protocol)
                && let Some(update) = update
                && let Some(flow) = flows.get(update.serial)
            {
                self.answers.observe(message, flow, update);
            }
        }
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
        let event = AppEvent { message, update, flow, packet, vlan_stack, names, query };
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
        let ended = EndedFlow { serial, flow, name: names.text(flow.name), site: &self.unknown };
        for place in self.watchers.get(Interest::of_flow(flow).place()).into_iter().flatten() {
            if let Some(detector) = self.detectors.get_mut(*place) {
                detector.observe_flow(&ended);
            }
        }
    }

    /// Shows flows that made room to those who ask who is inside, as far as that is known by now.
    pub fn forgotten(&mut self, (first, flows): (u32, Vec<Flow>), names: &Names) {
        let FlowDispatch { detectors, gateway, site, is_silent, unknown, .. } = self;
        if *is_silent {
            return;
        }
        let site = site.as_ref().unwrap_or(unknown);
        let mut asking: Vec<_> = wanting(detectors, true).collect();
        let counted = (first..).zip(&flows).filter(|(_, flow)| flow.is_counted());
        let ended = counted.inspect(|(_, flow)| gateway.add(site, flow));
        show_all(
            &mut asking,
            ended.map(|(serial, flow)| EndedFlow { serial, flow, name: names.text(flow.name), site }),
        );
    }

    /// Shows the flows that are still open at the end of the file, and lists and adds up all. Then it is known who is inside,
    /// and those who ask for that are shown all flows.
    pub fn end(
        &mut self,
        flows: &FlowTable,
        names: &Names,
        infer: impl FnOnce(&EndpointIndex) -> Site,
    ) -> (EndpointIndex, Tops) {
        let FlowDispatch { detectors, contacts, is_silent, unknown, .. } = self;
        let is_silent = *is_silent;
        let list = || {
            tops(flows, names, |flow| {
                if !flow.is_over && !is_silent && flow.is_counted() {
                    contacts.add(flow);
                }
            })
        };
        let observe = || {
            if !is_silent {
                observe_all(wanting(detectors, false), flows, names, unknown, |flow| !flow.is_over);
            }
        };
        let (endpoints, tops) = threads::both(list, observe).0;
        let site = self.site.take().unwrap_or_else(|| infer(&endpoints));
        if !is_silent {
            let FlowDispatch { detectors, gateway, .. } = self;
            let counted = || flows.iter().map(|(_, flow)| flow).filter(|flow| flow.is_counted());
            let count = || counted().for_each(|flow| gateway.add(&site, flow));
            threads::both(count, || observe_all(wanting(detectors, true), flows, names, &site, |_| true));
        }
        self.site = Some(site);
        (endpoints, tops)
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
        (flows, endpoints, losses): (&'a FlowTable, &'a EndpointIndex, &'a Losses),
        (names, fields): (&'a Names, &'a FlowFields),
    ) -> (Context<'a>, &'a mut [Box<dyn Detector>]) {
        let FlowDispatch { detectors, contacts, claims, gateway, answers, rows, site, unknown, .. } = self;
        let (span_ns, packets) = (counters.span_ns.unwrap_or((0, 0)), counters.packets);
        let site = site.as_ref().unwrap_or(unknown);
        let shared = Context {
            settings,
            flows,
            endpoints,
            losses,
            names,
            fields,
            contacts,
            claims,
            gateway,
            answers,
            outside: OnceLock::new(),
            site,
            rows,
            span_ns,
            packets,
        };
        (shared, detectors)
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

/// The detectors that want flows, be it those that ask who is inside or the others.
fn wanting(
    detectors: &mut [Box<dyn Detector>],
    asks_site: bool,
) -> impl Iterator<Item = (Interest, &mut Box<dyn Detector>)> {
    let all = detect::ALL.iter().zip(detectors);
    let meant =
        all.filter(move |(entry, _)| entry.interest.intersects(Interest::ANY_FLOW) && entry.asks_site == asks_site);
    meant.map(|(entry, detector)| (entry.interest, detector))
}

/// Shows the kept flows that `is_meant` to these detectors, on all threads.
fn observe_all<'a>(
    detectors: impl Iterator<Item = (Interest, &'a mut Box<dyn Detector>)>,
    flows: &FlowTable,
    names: &Names,
    site: &Site,
    is_meant: impl Fn(&Flow) -> bool + Sync,
) {
    let n = threads::n_threads();
    let mut groups: Vec<Vec<_>> = (0..n).map(|_| Vec::new()).collect();
    for (place, detector) in detectors.enumerate() {
        if let Some(group) = groups.get_mut(place % n) {
            group.push(detector);
        }
    }
    threads::each(groups, |mut group| {
        let meant = flows.iter().filter(|(_, flow)| is_meant(flow) && flow.is_counted());
        show_all(&mut group, meant.map(|(serial, flow)| EndedFlow { serial, flow, name: names.text(flow.name), site }));
    });
}

/// Shows ended flows, some at a time, to those who want them.
fn show_all<'a>(detectors: &mut [(Interest, &mut Box<dyn Detector>)], ended: impl Iterator<Item = EndedFlow<'a>>) {
    let mut block = Vec::with_capacity(SHOWN_TOGETHER);
    for ended in ended {
        block.push((Interest::of_flow(ended.flow), ended));
        if block.len() == SHOWN_TOGETHER {
            show(detectors, &block);
            block.clear();
        }
    }
    show(detectors, &block);
}

/// Shows each detector those of a few flows that it wants. Its code then stays in the processor's cache for all of them, as
/// the flows do for all detectors. Not inlined: browsers optimise a function that is called often, but not a long loop in
/// one that is called once.
#[inline(never)]
fn show(detectors: &mut [(Interest, &mut Box<dyn Detector>)], block: &[(Interest, EndedFlow<'_>)]) {
    for (interest, detector) in detectors {
        for (_, ended) in block.iter().filter(|(kind, _)| interest.intersects(*kind)) {
            detector.observe_flow(ended);
        }
    }
}
