//! The text of a table's filter to the flows and packets that pass it.

use super::listing::Sight;
use super::slices::{known_of, raw, spans_in_turns};
use super::streams::Streams;
use crate::decode::fragments::Fragments;
use crate::decode::inspect::{self, PacketFacts};
use crate::explore::turn::in_span;
use crate::filter::{self, PacketView, ReadPacket, Selection, Side, Tables, TlsRecord};
use crate::flow::remarks::SegmentRemarks;
use crate::model::app::protocol::AppProto;
use crate::model::finding::Finding;
use crate::model::flow::health::Remarks;
use crate::model::flow::{Direction, Flow};
use crate::model::listing::FilterError;
use crate::pipeline::Pipeline;
use crate::protocol::Filter;
use crate::stats::packet_index::{IndexedPacket, PacketFlow};
use crate::stats::rows::cell;

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

/// The tables of a pipeline as filters see them.
pub(super) fn tables<'a>(pipeline: &'a Pipeline, findings: &'a [Finding], compiled: &filter::Filter) -> Tables<'a> {
    let flows = pipeline.flows();
    let mut tables = Tables::new(pipeline.flow_fields(), pipeline.names(), findings);
    tables.scores = pipeline.scores();
    tables.first_serial = flows.first_serial();
    tables.start_ns = pipeline.index().times_ns().next().unwrap_or(0);
    if compiled.needs_streams() {
        let mut next = [0_u32; 256];
        let numbered = flows.iter().map(|(_, flow)| {
            let slot = next.get_mut(usize::from(flow.key.protocol));
            slot.map_or(0, |slot| std::mem::replace(slot, *slot + 1))
        });
        tables.streams = numbered.collect();
    }
    if compiled.needs_labels() {
        fill_labels(pipeline, &mut tables);
    }
    tables
}

/// The label of the row, or of the last of several, that each flow of a table comes from.
fn fill_labels(pipeline: &Pipeline, tables: &mut Tables<'_>) {
    let Some((rows, label)) = pipeline.rows().and_then(|rows| Some((rows, rows.layout().label? as usize))) else {
        return;
    };
    let Some(kept) = rows.column(label) else { return };
    let text = |code: u32| String::from_utf8_lossy(kept.text(code).unwrap_or_default()).into_owned();
    tables.label_texts = (0..kept.n_texts() as u32).map(text).collect();
    tables.labels = vec![None; pipeline.flows().len()];
    for (row, serial) in pipeline.flows_of_rows().into_iter().enumerate() {
        let own = rows.cell(label, row);
        let place = serial.and_then(|serial| serial.checked_sub(tables.first_serial));
        let Some(place) = place.map(|place| place as usize).filter(|place| *place < tables.labels.len()) else {
            continue;
        };
        let code = cell::code(own).or_else(|| {
            let number = cell::as_number(own)?;
            let text = number.to_string();
            let known = tables.label_texts.iter().position(|label| *label == text);
            Some(known.unwrap_or_else(|| {
                tables.label_texts.push(text);
                tables.label_texts.len() - 1
            }) as u32)
        });
        if let Some(slot) = tables.labels.get_mut(place) {
            *slot = code;
        }
    }
}

/// Serial numbers of the flows that pass, ascending.
///
/// # Errors
/// The filter cannot be understood, or asks for packets where there are none.
pub(super) async fn flows(sight: &mut Sight<'_>, filter: &Filter) -> Result<Vec<u32>, FilterError> {
    let compiled = filter::compile(&filter.whole_text())?;
    let pipeline = sight.pipeline;
    let has_packets = !pipeline.index().is_empty();
    if !has_packets && let Some(error) = compiled.needs_packets() {
        return Err(error);
    }
    let tables = tables(pipeline, &sight.analysis.findings, &compiled);
    let selection = compiled.over(&tables);
    let table = pipeline.flows();
    let is_wanted = wanted(sight, filter);
    let by_flow = |(serial, flow): (u32, &Flow)| selection.passes_flow(serial, flow).then_some(serial);
    let is_enough = compiled.is_by_flow() && !(compiled.needs_messages() && pipeline.flow_fields().n_refused > 0);
    let mut passing: Vec<u32> = if compiled.is_by_flow() || !has_packets {
        let mut passing = Vec::new();
        let wanted = table.iter().filter(|(serial, _)| is_wanted(*serial));
        sight.turn.each(wanted, |flow| passing.extend(by_flow(flow))).await;
        passing
    } else {
        Vec::new()
    };
    if has_packets && !is_enough {
        // What flows have no room for stands in their packets.
        let mut marks = vec![false; table.len()];
        for index in scan(sight, &selection, &compiled, &is_wanted, false).await? {
            if let Some(PacketFlow::Flow(serial, _)) =
                pipeline.index().get(u64::from(index)).map(|packet| packet.belongs)
                && let Some(mark) = serial.checked_sub(table.first_serial()).and_then(|at| marks.get_mut(at as usize))
            {
                *mark = true;
            }
        }
        passing.extend((table.first_serial()..).zip(marks).filter(|(_, mark)| *mark).map(|(serial, _)| serial));
        passing.sort_unstable();
        passing.dedup();
    }
    let is_in_time = |flow: &Flow| filter.scope.has_part_of(flow.first_ns, flow.last_ns);
    passing.retain(|serial| table.get(*serial).is_some_and(is_in_time));
    Ok(passing)
}

/// Places of the packets that pass, ascending.
///
/// # Errors
/// The filter cannot be understood.
pub(super) async fn packets(sight: &mut Sight<'_>, filter: &Filter) -> Result<Vec<u32>, FilterError> {
    let compiled = filter::compile(&filter.whole_text())?;
    let pipeline = sight.pipeline;
    let tables = tables(pipeline, &sight.analysis.findings, &compiled);
    let selection = compiled.over(&tables);
    let is_wanted = wanted(sight, filter);
    let is_open = filter.flow.is_none() && filter.finding.is_none();
    let mut passing = scan(sight, &selection, &compiled, &is_wanted, is_open).await?;
    if filter.scope.from_ns.is_some() || filter.scope.to_ns.is_some() {
        let is_in_time: Vec<bool> = pipeline.index().times_ns().map(|ns| filter.scope.has_part_of(ns, ns)).collect();
        passing.retain(|place| is_in_time.get(*place as usize).copied().unwrap_or(false));
    }
    Ok(passing)
}

/// Which flows the chips of a filter leave.
fn wanted(sight: &Sight<'_>, filter: &Filter) -> impl Fn(u32) -> bool + use<> {
    let flow = filter.flow;
    // A finding that is no more: nothing is meant by it.
    let of_finding = filter.finding.as_ref().map(|_| {
        let mut serials = sight.finding(filter).map(|finding| finding.flow_serials.clone()).unwrap_or_default();
        serials.sort_unstable();
        serials
    });
    move |serial| {
        flow.is_none_or(|flow| flow == serial)
            && of_finding.as_ref().is_none_or(|serials| serials.binary_search(&serial).is_ok())
    }
}

/// What the index and the flows leave to be read.
struct Undecided {
    index: u32,
    before_ns: i64,
    is_decided: Option<bool>,
}

/// Places of the packets that pass, of wanted flows and, if `with_alone`, of no flow.
async fn scan(
    sight: &mut Sight<'_>,
    selection: &Selection<'_>,
    compiled: &filter::Filter,
    is_wanted: &dyn Fn(u32) -> bool,
    with_alone: bool,
) -> Result<Vec<u32>, FilterError> {
    let pipeline = sight.pipeline;
    let (index, flows) = (pipeline.index(), pipeline.flows());
    let tables = selection.tables();
    let is_odd = |name: &str| NOT_ORDINARY.iter().any(|layer| layer.name() == name);
    let has_tunnels = sight.analysis.summary.protocols.iter().any(|protocol| is_odd(&protocol.name));
    // Without ports, headers were cut off.
    let has_ports = |flow: &Flow| flow.key.low_port > 0 || flow.key.high_port > 0;
    let is_ordinary = |flow: &Flow| (flow.is_tcp() || flow.is_udp()) && has_ports(flow) && !has_tunnels;
    // For each side of each flow: not yet asked, fails, passes, has to be read.
    let mut known = vec![[0_u8; 2]; flows.len()];
    let is_the_same = !compiled.needs_index();
    let (needs_remarks, needs_streams) = (compiled.needs_analysis(), compiled.needs_streams_followed());
    // For each flow: not yet asked, not followed, followed.
    let mut followed = vec![0_u8; if needs_remarks || needs_streams { flows.len() } else { 0 }];
    let mut reading = Reading {
        sight,
        selection,
        compiled,
        remarks: needs_remarks.then(|| SegmentRemarks::new(flows.limits())),
        streams: needs_streams.then(Streams::default),
        fragments: Fragments::default(),
        waiting: Vec::new(),
        passing: Vec::new(),
    };
    let mut before_ns = None;
    let columns = index.times_ns().zip(index.wire_bytes()).zip(index.belongs());
    let mut columns = (0..u32::MAX).zip(columns);
    let turn = reading.sight.turn;
    let mut decide = |reading: &mut Reading<'_, '_>, (place, ((time_ns, wire_bytes), belongs)): Columns| {
        let last_ns = before_ns.replace(time_ns).unwrap_or(time_ns);
        let blank = PacketView {
            tables,
            index: u64::from(place),
            time_ns,
            before_ns: last_ns,
            wire_bytes,
            captured_bytes: 0,
            side: None,
            alone: None,
            read: None,
        };
        let decided = match belongs {
            PacketFlow::Alone(alone) if with_alone => selection.decides(&PacketView { alone, ..blank }, false),
            PacketFlow::Alone(_) => Some(false),
            PacketFlow::Flow(serial, _) if !is_wanted(serial) => Some(false),
            PacketFlow::Flow(serial, direction) => {
                let Some(flow) = flows.get(serial) else { return };
                let at = serial.checked_sub(flows.first_serial()).map_or(usize::MAX, |at| at as usize);
                let way = usize::from(direction == Direction::ToOriginator);
                let slot = known.get_mut(at).and_then(|sides| sides.get_mut(way));
                match slot {
                    Some(1) if is_the_same => Some(false),
                    Some(2) if is_the_same => Some(true),
                    Some(3) if is_the_same => None,
                    slot => {
                        let side = Side { tables, serial, flow, direction };
                        let view = PacketView { side: Some(side), ..blank };
                        let decided = selection.decides(&view, is_ordinary(flow));
                        if let Some(slot) = slot {
                            *slot = match decided {
                                Some(false) => 1,
                                Some(true) => 2,
                                None => 3,
                            };
                        }
                        decided
                    }
                }
            }
        };
        // Of a connection that has to be looked into, all packets are.
        let is_followed = match belongs {
            PacketFlow::Flow(serial, _) if !followed.is_empty() && is_wanted(serial) => {
                let at = serial.checked_sub(flows.first_serial()).map_or(usize::MAX, |at| at as usize);
                let slot = followed.get_mut(at).zip(flows.get(serial).filter(|flow| flow.is_tcp()));
                slot.is_some_and(|(slot, flow)| {
                    if *slot == 0 {
                        let is_open = |direction| {
                            let side = Some(Side { tables, serial, flow, direction });
                            let view = PacketView { side, ..blank };
                            !is_the_same || selection.decides(&view, is_ordinary(flow)).is_none()
                        };
                        let is_any = is_open(Direction::ToResponder) || is_open(Direction::ToOriginator);
                        *slot = 1 + u8::from(is_any);
                    }
                    *slot == 2
                })
            }
            _ => false,
        };
        match decided {
            None => reading.wait(Undecided { index: place, before_ns: last_ns, is_decided: None }),
            Some(_) if is_followed => {
                reading.wait(Undecided { index: place, before_ns: last_ns, is_decided: decided });
            }
            Some(true) => reading.pass(place),
            Some(false) => {}
        }
    };
    while in_span(&mut columns, &mut |packet| decide(&mut reading, packet)) {
        if reading.waiting.len() >= MOST_WAITING {
            reading.read().await;
        }
        turn.give().await;
    }
    reading.read().await;
    Ok(reading.passing)
}

/// A packet's place, time, bytes on the wire, and what it belongs to.
type Columns = (u32, ((i64, u32), PacketFlow));

/// Packets on the way from the index to the answer, in order: those that pass, and those that have to be read first.
struct Reading<'r, 's> {
    sight: &'r mut Sight<'s>,
    selection: &'r Selection<'r>,
    compiled: &'r filter::Filter,
    remarks: Option<SegmentRemarks>,
    streams: Option<Streams>,
    fragments: Fragments,
    waiting: Vec<Undecided>,
    passing: Vec<u32>,
}

/// Once so many packets wait they are read.
const MOST_WAITING: usize = 1 << 14;

impl Reading<'_, '_> {
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
        let pipeline = self.sight.pipeline;
        let follows = self.remarks.is_some() || self.streams.is_some();
        let must_read = |packet: &&Undecided| packet.is_decided.is_none() || follows;
        let found = waiting.iter().filter(must_read);
        let known: Vec<(u64, IndexedPacket)> = found
            .filter_map(|packet| Some((u64::from(packet.index), pipeline.index().get(u64::from(packet.index))?)))
            .collect();
        let mut decided = Vec::with_capacity(known.len());
        let turn = self.sight.turn;
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
        spans_in_turns(self.sight.source, &known, turn, decide).await;
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
