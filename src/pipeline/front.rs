//! Bytes to decoded and counted packets and rows: the front half of the line, which may run on a thread of its own.

use crate::decode;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::read::table::{Became, Options, TableRow};
use crate::read::{Reader, Record, Refusal};
use crate::stats::counters::Counters;
use crate::stats::rows::{self, RowStore};

/// The reader, the decoders, and the totals over packets.
#[derive(Default)]
pub struct Front {
    reader: Reader,
    read_issues: IssueLog,
    packets: Packets,
    table: Table,
}

/// The rows of a table.
#[derive(Default)]
struct Table {
    /// Once the layout is known.
    rows: Option<RowStore>,
    most_bytes: usize,
    seed: u64,
    /// Rows handed on: those that became flows or packets.
    n_passed: u32,
}

/// What needs only the packets one by one.
#[derive(Default)]
struct Packets {
    issues: IssueLog,
    counters: Counters,
    n_damaged: u64,
    latest_ns: Option<i64>,
}

/// Where a packet stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Byte offset of its captured bytes.
    pub offset: u64,
    /// LINKTYPE_ number.
    pub link_type: u16,
}

/// The packets that end in a stretch of the file, decoded.
#[derive(Default)]
pub struct Batch {
    /// Bytes of packets that began in the stretch before.
    carried: Vec<u8>,
    packets: Vec<Passing>,
    rows: Vec<Became>,
}

/// A packet on its way from one half of the line to the other.
pub(super) struct Passing {
    pub packet: Packet,
    pub place: Place,
    /// Where its bytes begin, in `carried` or else in `bytes`.
    at: usize,
    is_carried: bool,
}

impl Front {
    /// A front that reads tables as `options` say, and packs their rows into about `most_bytes`.
    pub(super) fn new(options: Options, most_bytes: usize, seed: u64) -> Front {
        let table = Table { most_bytes, seed, ..Table::default() };
        Front { reader: Reader::new(options), table, ..Front::default() }
    }

    /// Says which column of a table says what its rows are.
    pub(super) fn choose_label(&mut self, label: crate::read::table::Label) {
        self.reader.table_options.label = label;
    }

    /// Decodes the next bytes of the file, for the other half of the line to take.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<(), Refusal> {
        let Front { reader, read_issues, packets, table } = self;
        batch.clear();
        reader.feed(bytes, read_issues, &mut |record| take(record, packets, table, bytes, batch))
    }

    /// The file has ended: what was left of it, for the other half of the line to take.
    pub(super) fn end(&mut self, batch: &mut Batch) -> Result<(), Refusal> {
        let Front { reader, read_issues, packets, table } = self;
        batch.clear();
        reader.end(read_issues, &mut |record| take(record, packets, table, &[], batch))
    }

    /// Reading is given up before the end of the file.
    pub(super) fn stop(&mut self) {
        self.reader.give_up();
        self.note(IssueKind::StoppedEarly, Some(self.packets.counters.packets));
    }

    /// Notes something that went wrong in reading.
    pub(super) fn note(&mut self, kind: IssueKind, packet: Option<u64>) {
        self.read_issues.add(kind, packet, None);
    }

    /// What was met in reading and decoding.
    pub(super) fn issues(&self) -> IssueLog {
        let mut all = self.read_issues.clone();
        all.merge(&self.packets.issues);
        all
    }

    /// The reader, for what it says of the file.
    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The rows of a table, if the file is one.
    pub(super) fn rows(&self) -> Option<&RowStore> {
        self.table.rows.as_ref()
    }

    /// Totals of the packets so far.
    pub(super) fn counters(&self) -> &Counters {
        &self.packets.counters
    }

    /// Packets of which a part could not be decoded.
    pub(super) fn n_damaged(&self) -> u64 {
        self.packets.n_damaged
    }
}

/// Takes a record that was read out of `bytes`, or of bytes before.
#[inline]
fn take(record: Record<'_>, packets: &mut Packets, table: &mut Table, bytes: &[u8], batch: &mut Batch) {
    match record {
        Record::Packet(raw) => {
            let packet = decode::decode(&raw, packets.counters.packets, &mut packets.issues);
            packets.count(&packet, raw.offset);
            let start = bytes.as_ptr() as usize;
            let inside =
                (raw.data.as_ptr() as usize).checked_sub(start).filter(|at| at + raw.data.len() <= bytes.len());
            let at = inside.unwrap_or(batch.carried.len());
            if inside.is_none() {
                batch.carried.extend_from_slice(raw.data);
            }
            let place = Place { offset: raw.offset, link_type: raw.link_type };
            batch.packets.push(Passing { packet, place, at, is_carried: inside.is_none() });
        }
        Record::Layout(layout) => {
            let (most_bytes, seed) = (table.most_bytes, table.seed);
            table.rows.get_or_insert_with(|| RowStore::new(most_bytes, seed)).set_layout(layout);
        }
        Record::Row(row) => {
            match &row.became {
                Became::Row => {}
                Became::Flow(flow, _) => packets.counters.add_flow(flow),
                Became::Packet(packet) => packets.counters.add(packet),
            }
            if table.keep(&row).is_some() {
                batch.rows.push(row.became);
            }
        }
    }
}

impl Table {
    /// Keeps a row; its number among those that are handed on, if it is one.
    fn keep(&mut self, row: &TableRow<'_>) -> Option<u32> {
        let passed = (!matches!(row.became, Became::Row)).then_some(self.n_passed);
        self.n_passed += u32::from(passed.is_some());
        if let Some(rows) = &mut self.rows {
            let place = rows::Place { offset: row.offset, length: row.length };
            rows.push(row.values, row.bytes, place, passed);
        }
        passed
    }
}

impl Packets {
    #[inline]
    fn count(&mut self, packet: &Packet, offset: u64) {
        self.n_damaged += u64::from(packet.is_damaged);
        if packet.captured_bytes < packet.wire_bytes {
            self.issues.add(IssueKind::PacketCut, Some(packet.index), Some(offset));
        }
        let latest_ns = self.latest_ns.get_or_insert(packet.time_ns);
        if packet.time_ns < *latest_ns {
            self.issues.add(IssueKind::TimeBackwards, Some(packet.index), Some(offset));
        }
        *latest_ns = packet.time_ns.max(*latest_ns);
        self.counters.add(packet);
    }
}

impl Batch {
    /// Forgets what it held but keeps the memory.
    fn clear(&mut self) {
        self.carried.clear();
        self.packets.clear();
        self.rows.clear();
    }

    /// Its packets in order, in groups of this size.
    pub(super) fn groups(&self, n: usize) -> impl Iterator<Item = &[Passing]> {
        self.packets.chunks(n)
    }

    /// What rows of a table became, in order.
    pub(super) fn rows(&mut self) -> std::vec::Drain<'_, Became> {
        self.rows.drain(..)
    }

    /// The captured bytes of one of them; `bytes` is what was decoded.
    pub(super) fn data<'a>(&'a self, passing: &Passing, bytes: &'a [u8]) -> &'a [u8] {
        let from = if passing.is_carried { &self.carried } else { bytes };
        from.get(passing.at..passing.at + passing.packet.captured_bytes as usize).unwrap_or(&[])
    }
}
