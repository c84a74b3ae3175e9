//! Packets of the index to those that pass a filter: decided by their flows where that is enough, else read.

use super::listing::QueryContext;
use super::slices::{known_of, raw, spans_in_turns};
use super::streams::Streams;
use crate::decode::fragments::Fragments;
use crate::decode::inspect::{self, PacketFacts};
use crate::explore::turn::in_span;
use crate::filter::{self, PacketView, ReadPacket, Selection, Side, TlsRecord};
use crate::flow::remarks::SegmentRemarks;
use crate::flow::table::FlowTable;
use crate::model::Analysis;
use crate::model::app::protocol::AppProto;
use crate::model::flow::health::Remarks;
use crate::model::flow::{Direction, Flow};
use crate::pipeline::Pipeline;
use crate::stats::packet_index::{IndexedPacket, PacketFlow};

/// Layers whose packets hold headers of other packets, or pieces: their addresses and ports are more than those of a flow.
const NOT_ORDINARY: &[AppProto] = &[
    AppProto::EtherIp,
    AppProto::Geneve,
    AppProto::Gre,
    AppProto::Gtp,
    AppProto::IpInIp,
    AppProto::L2tp,
    AppProto::Mpls,
    AppProto::Teredo,
    AppProto::Vxlan,
    AppProto::IpFragment,
];

/// Once so many packets wait they are read.
const MOST_WAITING: usize = 1 << 14;

/// Which packets are asked about at all.
pub(super) struct Allowed<'a> {
    /// Those of these flows.
    pub(super) flows: &'a dyn Fn(u32) -> bool,
    /// And those of no flow.
    pub(super) alone: bool,
}

/// Places of the packets that pass, ascending.
pub(super) async fn scan(
    context: &mut QueryContext<'_>,
    selection: &Selection<'_>,
    compiled: &filter::Filter,
    allowed: &Allowed<'_>,
) -> Vec<u32> {
    let pipeline = context.pipeline;
    let index = pipeline.index();
    let tables = selection.tables();
    let mut sides = Sides::new((pipeline, context.analysis), selection, compiled, allowed);
    let mut reading = Reading::new(context, selection, compiled);
    let mut before_ns = None;
    let columns = index.times_ns().zip(index.wire_bytes()).zip(index.belongs());
    let mut columns = (0..u32::MAX).zip(columns);
    let turn = reading.context.turn;
    let mut decide = |reading: &mut Reading<'_, '_>, (place, ((time_ns, wire_bytes), belongs)): Columns| {
        let before_ns = before_ns.replace(time_ns).unwrap_or(time_ns);
        let blank = PacketView {
            tables,
            index: u64::from(place),
            time_ns,
            before_ns,
            wire_bytes,
            captured_bytes: 0,
            side: None,
            alone: None,
            read: None,
        };
        let is_decided = sides.decide(belongs, &blank);
        // Of a connection that has to be looked into, all packets are.
        if is_decided.is_none() || sides.is_followed(belongs, &blank) {
            reading.wait(Undecided { index: place, before_ns, is_decided });
        } else if is_decided == Some(true) {
            reading.pass(place);
        }
    };
    while in_span(&mut columns, &mut |packet| decide(&mut reading, packet)) {
        if reading.waiting.len() >= MOST_WAITING {
            reading.read().await;
        }
        turn.give().await;
    }
    reading.read().await;
    reading.passing
}

/// A packet's place, time, bytes on the wire, and what it belongs to.
type Columns = (u32, ((i64, u32), PacketFlow));

/// What flows say of all their packets in one direction.
#[derive(Clone, Copy, Default)]
enum Known {
    #[default]
    NotAsked,
    Decided(bool),
    MustBeRead,
}

/// Whether the packets of a connection are looked into in their order.
#[derive(Clone, Copy, Default, PartialEq)]
enum Followed {
    #[default]
    NotAsked,
    No,
    Yes,
}

/// Flows by direction, with what was found out of each.
struct Sides<'a> {
    selection: &'a Selection<'a>,
    flows: &'a FlowTable,
    allowed: &'a Allowed<'a>,
    /// Packets may hold headers of others.
    has_tunnels: bool,
    /// All packets of a side are decided alike.
    is_the_same: bool,
    known: Vec<[Known; 2]>,
    /// Empty where no connection is looked into.
    followed: Vec<Followed>,
}

impl<'a> Sides<'a> {
    fn new(
        (pipeline, analysis): (&'a Pipeline, &Analysis),
        selection: &'a Selection<'a>,
        compiled: &filter::Filter,
        allowed: &'a Allowed<'a>,
    ) -> Sides<'a> {
        let flows = pipeline.flows();
        let is_odd = |name: &str| NOT_ORDINARY.iter().any(|layer| layer.name() == name);
        let follows = compiled.needs_analysis() || compiled.needs_streams_followed();
        Sides {
            selection,
            flows,
            allowed,
            has_tunnels: analysis.summary.protocols.iter().any(|protocol| is_odd(&protocol.name)),
            is_the_same: !compiled.needs_index(),
            known: vec![[Known::default(); 2]; flows.len()],
            followed: vec![Followed::default(); if follows { flows.len() } else { 0 }],
        }
    }

    /// Whether a packet passes, as far as its flow and the index say; none if it has to be read.
    #[inline]
    fn decide(&mut self, belongs: PacketFlow, blank: &PacketView<'a>) -> Option<bool> {
        let (serial, direction) = match belongs {
            PacketFlow::Alone(alone) if self.allowed.alone => {
                return self.selection.decides(&PacketView { alone, ..*blank }, false);
            }
            PacketFlow::Alone(_) => return Some(false),
            PacketFlow::Flow(serial, _) if !(self.allowed.flows)(serial) => return Some(false),
            PacketFlow::Flow(serial, direction) => (serial, direction),
        };
        let Some(flow) = self.flows.get(serial) else { return Some(false) };
        let way = usize::from(direction == Direction::ToOriginator);
        let place = self.place(serial);
        if let Some(known) = self.known.get(place).and_then(|sides| sides.get(way)).filter(|_| self.is_the_same) {
            match *known {
                Known::Decided(passes) => return Some(passes),
                Known::MustBeRead => return None,
                Known::NotAsked => {}
            }
        }
        let decided = self.decide_side((serial, flow, direction), blank);
        if let Some(known) = self.known.get_mut(place).and_then(|sides| sides.get_mut(way)) {
            *known = decided.map_or(Known::MustBeRead, Known::Decided);
        }
        decided
    }

    /// Whether the packet is of a connection that is looked into: one of whose packets some have to be read.
    #[inline]
    fn is_followed(&mut self, belongs: PacketFlow, blank: &PacketView<'a>) -> bool {
        let PacketFlow::Flow(serial, _) = belongs else { return false };
        if self.followed.is_empty() || !(self.allowed.flows)(serial) {
            return false;
        }
        let place = self.place(serial);
        let Some(flow) = self.flows.get(serial).filter(|flow| flow.is_tcp()) else { return false };
        if self.followed.get(place) == Some(&Followed::NotAsked) {
            let is_open = |direction| !self.is_the_same || self.decide_side((serial, flow, direction), blank).is_none();
            let is_any = is_open(Direction::ToResponder) || is_open(Direction::ToOriginator);
            if let Some(followed) = self.followed.get_mut(place) {
                *followed = if is_any { Followed::Yes } else { Followed::No };
            }
        }
        self.followed.get(place) == Some(&Followed::Yes)
    }

    fn decide_side(
        &self,
        (serial, flow, direction): (u32, &'a Flow, Direction),
        blank: &PacketView<'a>,
    ) -> Option<bool> {
        let side = Some(Side { tables: blank.tables, serial, flow, direction });
        // Without ports, headers were cut off.
        let has_ports = flow.key.low_port > 0 || flow.key.high_port > 0;
        let is_ordinary = (flow.is_tcp() || flow.is_udp()) && has_ports && !self.has_tunnels;
        self.selection.decides(&PacketView { side, ..*blank }, is_ordinary)
    }

    /// Where a flow stands among those that are known.
    fn place(&self, serial: u32) -> usize {
        serial.checked_sub(self.flows.first_serial()).map_or(usize::MAX, |place| place as usize)
    }
}

/// What the index and the flows leave to be read.
struct Undecided {
    index: u32,
    before_ns: i64,
    is_decided: Option<bool>,
}

/// Packets on the way from the index to the answer, in order: those that pass, and those that have to be read first.
struct Reading<'r, 's> {
    context: &'r mut QueryContext<'s>,
    selection: &'r Selection<'r>,
    compiled: &'r filter::Filter,
    remarks: Option<SegmentRemarks>,
    streams: Option<Streams>,
    fragments: Fragments,
    waiting: Vec<Undecided>,
    passing: Vec<u32>,
}

impl<'r, 's> Reading<'r, 's> {
    fn new(
        context: &'r mut QueryContext<'s>,
        selection: &'r Selection<'r>,
        compiled: &'r filter::Filter,
    ) -> Reading<'r, 's> {
        let limits = context.pipeline.flows().limits();
        Reading {
            context,
            selection,
            compiled,
            remarks: compiled.needs_analysis().then(|| SegmentRemarks::new(limits)),
            streams: compiled.needs_streams_followed().then(Streams::default),
            fragments: Fragments::default(),
            waiting: Vec::new(),
            passing: Vec::new(),
        }
    }

    fn pass(&mut self, place: u32) {
        match self.waiting.is_empty() {
            true => self.passing.push(place),
            false => self.wait(Undecided { index: place, before_ns: 0, is_decided: Some(true) }),
        }
    }

    fn wait(&mut self, packet: Undecided) {
        self.waiting.push(packet);
    }

    /// Reads what waits, in large slices, and decides it.
    async fn read(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let pipeline = self.context.pipeline;
        let follows = self.remarks.is_some() || self.streams.is_some();
        let must_read = |packet: &&Undecided| packet.is_decided.is_none() || follows;
        let found = waiting.iter().filter(must_read);
        let known: Vec<(u64, IndexedPacket)> = found
            .filter_map(|packet| Some((u64::from(packet.index), pipeline.index().get(u64::from(packet.index))?)))
            .collect();
        let mut decided = Vec::with_capacity(known.len());
        let turn = self.context.turn;
        let decide = |place: u64, packet: &IndexedPacket, bytes: Option<&[u8]>| {
            let before_ns =
                waiting.get(waiting.partition_point(|own| u64::from(own.index) < place)).map_or(0, |own| own.before_ns);
            let passes = bytes.is_some_and(|bytes| {
                let mut facts = inspect::facts(
                    &raw(&packet.location, bytes),
                    place,
                    known_of(pipeline, packet, crate::model::Secrets::Shown),
                    self.compiled.needs_applications(),
                    &mut self.fragments,
                );
                let remarks = self.remarks.as_mut().map(|remarks| remarks.of(&facts.packet)).unwrap_or_default();
                let mut records = Vec::new();
                if let (Some(streams), PacketFlow::Flow(serial, direction)) = (&mut self.streams, packet.belongs)
                    && let Some(flow) = pipeline.flows().get(serial)
                {
                    let payload = &facts.packet.payload;
                    let bytes = facts.whole.as_ref().map_or(bytes, |(_, whole)| whole.as_slice());
                    let payload = bytes.get(payload.start as usize..payload.end as usize).unwrap_or_default();
                    if let Some(completed) = streams.take((serial, flow, direction), &facts.packet, payload) {
                        (facts.app, facts.fields, records) = (completed.app, completed.fields, completed.records);
                    }
                }
                let known = (pipeline, place, packet, before_ns);
                passes_read(self.selection, known, &facts, (bytes, &records, remarks))
            });
            decided.push((place, passes));
        };
        spans_in_turns(self.context.source, &known, turn, decide).await;
        for packet in &waiting {
            let read = || decided.binary_search_by_key(&u64::from(packet.index), |(place, _)| *place);
            let passes = packet
                .is_decided
                .unwrap_or_else(|| read().ok().and_then(|at| decided.get(at)).is_some_and(|(_, passes)| *passes));
            if passes {
                self.passing.push(packet.index);
            }
        }
    }
}

/// True if a packet passes that was read, with the time of the one before it, what it says, the records that it completes and
/// what is remarked on it.
pub(super) fn passes_read(
    selection: &Selection<'_>,
    (pipeline, place, packet, before_ns): (&Pipeline, u64, &IndexedPacket, i64),
    facts: &PacketFacts,
    (bytes, records, remarks): (&[u8], &[TlsRecord], Remarks),
) -> bool {
    let tables = selection.tables();
    let (side, alone) = match packet.belongs {
        PacketFlow::Flow(serial, direction) => {
            (pipeline.flows().get(serial).map(|flow| Side { tables, serial, flow, direction }), None)
        }
        PacketFlow::Alone(alone) => (None, alone),
    };
    selection.passes_packet(&PacketView {
        tables,
        index: place,
        time_ns: packet.location.time_ns,
        before_ns,
        wire_bytes: packet.location.wire_bytes,
        captured_bytes: packet.location.captured_bytes,
        side,
        alone,
        read: Some(ReadPacket {
            packet: &facts.packet,
            data: facts.whole.as_ref().map_or(bytes, |(_, whole)| whole.as_slice()),
            frame: bytes,
            piece: facts.whole.as_ref().map(|(piece, _)| piece),
            app: facts.app,
            fields: &facts.fields,
            records,
            remarks,
        }),
    })
}
