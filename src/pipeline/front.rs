//! Bytes to decoded packets: the front half of the line, which may run on a thread of its own.

use crate::decode;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::read::{RawPacket, Reader, Refusal};

/// The reader and the decoders.
#[derive(Default)]
pub struct Front {
    reader: Reader,
    read_issues: IssueLog,
    decode_issues: IssueLog,
    n_packets: u64,
}

/// Where a packet stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Byte offset of its captured bytes.
    pub offset: u64,
    /// LINKTYPE_ number.
    pub link_type: u16,
}

/// A stretch of the file, and the packets that end in it, decoded.
#[derive(Default)]
pub struct Batch {
    /// The bytes to decode: filled by who reads the file.
    pub bytes: Vec<u8>,
    /// Bytes of packets that began in the stretch before.
    carried: Vec<u8>,
    packets: Vec<Passing>,
}

struct Passing {
    packet: Packet,
    place: Place,
    /// Where its bytes begin, in `carried` or else in `bytes`.
    at: usize,
    is_carried: bool,
}

impl Front {
    /// Decodes the next bytes of the file and hands each packet on with its captured bytes.
    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut impl FnMut(Packet, Place, &[u8])) -> Result<(), Refusal> {
        let (decode_issues, n_packets) = (&mut self.decode_issues, &mut self.n_packets);
        self.reader.feed(bytes, &mut self.read_issues, &mut |raw: RawPacket<'_>| {
            let packet = decode::decode(&raw, *n_packets, decode_issues);
            *n_packets += 1;
            sink(packet, Place { offset: raw.offset, link_type: raw.link_type }, raw.data);
        })
    }

    /// Decodes the bytes of a batch, for the other half of the line to take on another thread.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(&mut self, batch: &mut Batch) -> Result<(), Refusal> {
        let Batch { bytes, carried, packets } = batch;
        carried.clear();
        packets.clear();
        let start = bytes.as_ptr() as usize;
        self.feed(bytes, &mut |packet, place, data| {
            let inside = (data.as_ptr() as usize).checked_sub(start).filter(|at| at + data.len() <= bytes.len());
            let at = inside.unwrap_or(carried.len());
            if inside.is_none() {
                carried.extend_from_slice(data);
            }
            packets.push(Passing { packet, place, at, is_carried: inside.is_none() });
        })
    }

    /// The file has ended.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        self.reader.end(&mut self.read_issues)
    }

    /// Reading is given up before the end of the file.
    pub(super) fn stop(&mut self) {
        self.reader.give_up();
        self.note(IssueKind::StoppedEarly, Some(self.n_packets));
    }

    /// Notes something that went wrong in reading.
    pub(super) fn note(&mut self, kind: IssueKind, packet: Option<u64>) {
        self.read_issues.add(kind, packet, None);
    }

    /// What was met in reading and decoding.
    pub(super) fn issues(&self) -> IssueLog {
        let mut all = self.read_issues.clone();
        all.merge(&self.decode_issues);
        all
    }

    /// The reader, for what it says of the file.
    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }
}

impl Batch {
    /// Its packets in order, each with its captured bytes.
    pub(super) fn packets(&self) -> impl Iterator<Item = (&Packet, Place, &[u8])> {
        self.packets.iter().map(|passing| {
            let from = if passing.is_carried { &self.carried } else { &self.bytes };
            let data = from.get(passing.at..passing.at + passing.packet.captured_bytes as usize).unwrap_or(&[]);
            (&passing.packet, passing.place, data)
        })
    }
}
