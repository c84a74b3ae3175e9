//! Bytes to decoded and counted packets: the front half of the line, which may run on a thread of its own.

use crate::decode;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::read::{RawPacket, Reader, Refusal};
use crate::stats::counters::Counters;

/// The reader, the decoders, and the totals over packets.
#[derive(Default)]
pub struct Front {
    reader: Reader,
    read_issues: IssueLog,
    packets: Packets,
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
    /// Decodes the next bytes of the file, for the other half of the line to take.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<(), Refusal> {
        let Front { reader, read_issues, packets } = self;
        batch.carried.clear();
        batch.packets.clear();
        let start = bytes.as_ptr() as usize;
        reader.feed(bytes, read_issues, &mut |raw: RawPacket<'_>| {
            let packet = decode::decode(&raw, packets.counters.packets, &mut packets.issues);
            packets.count(&packet, raw.offset);
            let inside =
                (raw.data.as_ptr() as usize).checked_sub(start).filter(|at| at + raw.data.len() <= bytes.len());
            let at = inside.unwrap_or(batch.carried.len());
            if inside.is_none() {
                batch.carried.extend_from_slice(raw.data);
            }
            let place = Place { offset: raw.offset, link_type: raw.link_type };
            batch.packets.push(Passing { packet, place, at, is_carried: inside.is_none() });
        })
    }

    /// The file has ended.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        self.reader.end(&mut self.read_issues)
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

    /// Totals of the packets so far.
    pub(super) fn counters(&self) -> &Counters {
        &self.packets.counters
    }

    /// Packets of which a part could not be decoded.
    pub(super) fn n_damaged(&self) -> u64 {
        self.packets.n_damaged
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
    /// Its packets in order, in groups of this size.
    pub(super) fn groups(&self, n: usize) -> impl Iterator<Item = &[Passing]> {
        self.packets.chunks(n)
    }

    /// The captured bytes of one of them; `bytes` is what was decoded.
    pub(super) fn data<'a>(&'a self, passing: &Passing, bytes: &'a [u8]) -> &'a [u8] {
        let from = if passing.is_carried { &self.carried } else { bytes };
        from.get(passing.at..passing.at + passing.packet.captured_bytes as usize).unwrap_or(&[])
    }
}
