//! The first half of the pipeline, which may run on its own thread: turns bytes into decoded and counted packets and
//! rows.

use super::PipelineOptions;
use super::batch::{Batch, DecodedPacket};
use super::dispatch::CaptureDispatch;
use super::rows::RowTable;
use crate::decode;
use crate::decode::app::registry::{self, Datagrams};
use crate::decode::fragments::Fragments;
use crate::flow::table::FlowKeyHash;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::interface::CaptureInterface;
use crate::model::packet::{Captured, Transport};
use crate::read::table::{Part, RowContent};
use crate::read::{InputReport, Inputs, RawPacket, Record, UnsupportedFile};
use crate::stats::counters::Counters;
use crate::stats::duplicates::{DuplicateShare, Duplicates};
use crate::stats::interfaces::Interfaces;
use crate::stats::packet_index::{PacketLocation, PacketLocations};
use crate::stats::rows::{RowBlock, RowStore};
use std::ops::Range;

/// How many bytes of packets and rows are passed on at a time from compressed input.
const PART_BYTES: usize = 1 << 20;

/// A packet that is so much earlier than the one before did not only take another way through the capturing machine.
const CLOCK_STEP_NS: i64 = 1_000_000_000;

/// The readers, the decoders, and the totals over packets.
pub struct CaptureStage {
    inputs: Inputs,
    read_issues: IssueLog,
    packets: Packets,
    table: RowTable,
}

/// What needs only the packets one by one, or the fragments of one packet.
#[derive(Default)]
struct Packets {
    issues: IssueLog,
    counters: Counters,
    locations: PacketLocations,
    fragments: Fragments,
    datagrams: Datagrams,
    dispatch: CaptureDispatch,
    duplicates: Duplicates,
    interfaces: Interfaces,
    n_damaged: u64,
    latest_ns: Option<i64>,
    before_ns: Option<i64>,
}

impl CaptureStage {
    pub(super) fn new(options: &PipelineOptions<'_>) -> CaptureStage {
        let dispatch = if options.has_detectors { CaptureDispatch::all() } else { CaptureDispatch::default() };
        CaptureStage {
            inputs: Inputs::new(options.names.len(), options.table()),
            read_issues: IssueLog::default(),
            packets: Packets { dispatch, ..Packets::default() },
            table: RowTable::new(options),
        }
    }

    /// The file whose next bytes, or whose end, are needed; none once all have ended.
    pub(super) fn wants(&self) -> Option<usize> {
        self.inputs.wants()
    }

    /// Decodes the next bytes of the file that is wanted, for the second half of the line to take; gives how many. Some
    /// are left where they unpack to much more: then what they gave, all of it in the batch, should be taken first.
    /// What is unpacked is shown to `keep` with the file's number.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        batch: &mut Batch,
        keep: &mut dyn FnMut(usize, &[u8]),
    ) -> Result<usize, UnsupportedFile> {
        let CaptureStage { inputs, packets, table, .. } = self;
        batch.clear();
        let mut n_done = 0;
        while let Some(rest) = bytes.get(n_done..).filter(|rest| !rest.is_empty()) {
            if batch.size() > PART_BYTES {
                break;
            }
            n_done += inputs.step(rest, keep, &mut sink(packets, table, bytes, batch))?;
        }
        table.flush();
        Ok(n_done)
    }

    /// The file that is wanted has ended: what was left of it, for the second half of the line to take. True if there is
    /// more for it, see [`CaptureStage::work_off`].
    pub(super) fn end_file(
        &mut self,
        batch: &mut Batch,
        keep: &mut dyn FnMut(usize, &[u8]),
    ) -> Result<bool, UnsupportedFile> {
        let CaptureStage { inputs, packets, table, .. } = self;
        batch.clear();
        let is_more = inputs.end(keep, &mut sink(packets, table, &[], batch))?;
        self.after_end(is_more);
        Ok(is_more)
    }

    /// More packets that were at hand when a file ended; true if there are still more.
    pub(super) fn work_off(
        &mut self,
        batch: &mut Batch,
        keep: &mut dyn FnMut(usize, &[u8]),
    ) -> Result<bool, UnsupportedFile> {
        let CaptureStage { inputs, packets, table, .. } = self;
        batch.clear();
        let is_more = inputs.work_off(keep, &mut sink(packets, table, &[], batch))?;
        self.after_end(is_more);
        Ok(is_more)
    }

    fn after_end(&mut self, is_more: bool) {
        self.table.flush();
        if !is_more && self.inputs.wants().is_none() {
            self.packets.fragments.end(&mut self.packets.issues);
        }
    }

    /// Reading is given up before the end of the file.
    pub(super) fn stop(&mut self) {
        self.inputs.give_up();
        self.note(IssueKind::StoppedEarly, Some(self.packets.counters.packets));
    }

    /// Notes something that went wrong in reading.
    pub(super) fn note(&mut self, kind: IssueKind, packet: Option<u64>) {
        self.read_issues.add(kind, packet, None);
    }

    /// What is known of each file so far.
    pub(super) fn reports(&self) -> Vec<InputReport> {
        self.inputs.reports()
    }

    /// What went wrong in reading and decoding. Of several files, what went wrong in each is left to its report: packet
    /// numbers there are not those of the sequence.
    pub(super) fn issues(&self, reports: &[InputReport]) -> IssueLog {
        let mut all = self.read_issues.clone();
        if let [report] = reports {
            all.merge(&report.issues);
        }
        all.merge(&self.packets.issues);
        all
    }

    /// The rows of a table, if the file is one.
    pub(super) fn rows(&self) -> Option<&RowStore> {
        self.table.rows()
    }

    /// True if the file is known to be a plain table of flows or packets.
    pub(super) fn can_leave_rows(&self) -> bool {
        self.table.has_content() && !self.inputs.reports().iter().any(|report| report.is_packed)
    }

    /// Leaves the rows of such a table to somebody else.
    pub(super) fn leave_rows(&mut self) {
        self.inputs.want(Part::RowContent);
        self.table.leave();
    }

    /// Takes a block of the rows that were left to somebody else; true once that was the last one.
    pub(super) fn put_rows(&mut self, block: RowBlock) -> bool {
        self.table.put(block)
    }

    /// Totals of the packets so far.
    pub(super) fn counters(&self) -> &Counters {
        &self.packets.counters
    }

    /// Where the packets stand.
    pub(super) fn locations(&self) -> &PacketLocations {
        &self.packets.locations
    }

    /// The detectors that observed here; none do any more.
    pub(super) fn take_dispatch(&mut self) -> CaptureDispatch {
        std::mem::take(&mut self.packets.dispatch)
    }

    /// Packets that are there twice, if they are many.
    pub(super) fn duplicates(&self) -> Option<DuplicateShare> {
        self.packets.duplicates.share()
    }

    /// The interfaces that captured the packets, by the places that packets and flows name.
    pub(super) fn interfaces(&self, reports: &[InputReport]) -> Vec<CaptureInterface> {
        let name = |facts: &CaptureInterface| {
            let report = reports.get(usize::from(facts.file));
            report.and_then(|report| report.interfaces.get(usize::from(facts.number))).cloned().unwrap_or_default()
        };
        self.packets.interfaces.facts().map(|facts| CaptureInterface { name: name(facts), ..facts.clone() }).collect()
    }

    /// Packets of which a part could not be decoded.
    pub(super) fn n_damaged(&self) -> u64 {
        self.packets.n_damaged
    }
}

/// What takes records: one type, so that the readers, which are generic over it, are compiled once.
fn sink<'a>(
    packets: &'a mut Packets,
    table: &'a mut RowTable,
    bytes: &'a [u8],
    batch: &'a mut Batch,
) -> impl FnMut(Record<'_>) + 'a {
    move |record| take(record, packets, table, bytes, batch)
}

/// Processes a record read from `bytes`, or from earlier bytes.
#[inline]
fn take(record: Record<'_>, packets: &mut Packets, table: &mut RowTable, bytes: &[u8], batch: &mut Batch) {
    match record {
        Record::Packet(raw) => {
            packets.hand_on(&raw, bytes, batch);
        }
        Record::Layout(layout) => table.set_layout(layout),
        Record::Row(row) => {
            match &row.content {
                RowContent::Row => {}
                RowContent::Flow(flow, _) | RowContent::FlowBegins(flow) | RowContent::FlowPart(flow, _) => {
                    packets.counters.add_flow(flow);
                }
                RowContent::Log(row) => packets.counters.add_flow(&row.flow),
                RowContent::Packet(packet) => {
                    packets.counters.add(packet);
                    packets.dispatch.packet(packet);
                }
            }
            table.take(&row);
            if table.has_content() {
                batch.rows.push(row.content);
            }
        }
    }
}

impl Packets {
    /// Decodes a packet in the place where it stays until it is taken, and counts it.
    #[inline]
    fn hand_on(&mut self, raw: &RawPacket<'_>, bytes: &[u8], batch: &mut Batch) {
        let Batch { packets, n_packets, key_hashes, carried, fields, .. } = batch;
        let packet = decode::begin(raw, self.counters.packets);
        match packets.get_mut(*n_packets) {
            Some(decoded) => decoded.packet = packet,
            None => packets.push(DecodedPacket::from(packet)),
        }
        let Some(decoded) = packets.get_mut(*n_packets) else { return };
        *n_packets += 1;
        let packet = &mut decoded.packet;
        decode::fill(packet, raw, &mut self.issues);
        let is_copy = self.duplicates.take(packet, raw.data);
        let mut whole = None;
        if packet.fragment().is_some() {
            // The fragment that completes a packet stands for it, with the bytes of the whole.
            whole = self.fragments.take(packet, raw, &mut self.issues);
        }
        let interface = self.interfaces.take(raw.file, raw.interface, packet.time_ns);
        if let Some(is_copy) = is_copy {
            self.interfaces.compared(interface, is_copy);
        }
        packet.captured = Captured::by(interface, is_copy == Some(true));
        self.count(packet, raw);
        self.dispatch.packet(packet);
        key_hashes.push(FlowKeyHash::of(packet));
        let data = whole.as_deref().unwrap_or(raw.data);
        (decoded.app, decoded.fields) = self.read(packet, data, fields);
        decoded.point(data, bytes, carried);
    }

    /// Reads the message that the packet holds by itself: its application, and where in `all` its fields stand.
    #[inline]
    fn read(&mut self, packet: &Packet, data: &[u8], all: &mut FieldBuffer) -> (Option<(AppProto, bool)>, Range<u32>) {
        let from = all.len() as u32;
        let app = match &packet.transport {
            Transport::Tcp(_) => None,
            Transport::Udp(udp) => {
                let payload = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
                let hosts = packet.ip.as_ref().map(|ip| (ip.source, ip.target));
                hosts.and_then(|(source, target)| {
                    self.datagrams.read(payload, (source, udp.source_port), (target, udp.target_port), all)
                })
            }
            _ => registry::read_frame(packet, data, all).map(|protocol| (protocol, true)),
        };
        (app, from..all.len() as u32)
    }

    #[inline]
    fn count(&mut self, packet: &Packet, raw: &RawPacket<'_>) {
        let (file, offset, link_type) = (raw.file, raw.offset, raw.link_type);
        self.n_damaged += u64::from(packet.is_damaged);
        if packet.captured_bytes < packet.wire_bytes {
            self.issues.add(IssueKind::PacketCut, Some(packet.index), Some(offset));
        }
        let latest_ns = self.latest_ns.get_or_insert(packet.time_ns);
        if packet.time_ns < *latest_ns {
            self.issues.add(IssueKind::TimeBackwards, Some(packet.index), Some(offset));
        }
        let before_ns = self.before_ns.replace(packet.time_ns);
        if before_ns.is_some_and(|before_ns| packet.time_ns < before_ns.saturating_sub(CLOCK_STEP_NS)) {
            self.issues.add(IssueKind::ClockStep, Some(packet.index), Some(offset));
        }
        *latest_ns = packet.time_ns.max(*latest_ns);
        self.counters.add(packet);
        let Packet { time_ns, wire_bytes, captured_bytes, .. } = *packet;
        self.locations.push(PacketLocation { file, offset, time_ns, wire_bytes, captured_bytes, link_type });
    }
}
