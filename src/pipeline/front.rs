//! Bytes to decoded and counted packets: the front half of the line, which may run on a thread of its own.

use crate::decode;
use crate::decode::fragments::Fragments;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::read::{Inputs, RawPacket, Refusal};
use crate::stats::counters::Counters;

/// So many bytes of packets are handed on at a time where bytes become more by unpacking.
const PART_BYTES: usize = 1 << 20;

/// The readers, the decoders, and the totals over packets.
pub struct Front {
    inputs: Inputs,
    read_issues: IssueLog,
    packets: Packets,
}

/// What needs only the packets one by one, or the pieces of one packet.
#[derive(Default)]
struct Packets {
    issues: IssueLog,
    counters: Counters,
    fragments: Fragments,
    n_damaged: u64,
    latest_ns: Option<i64>,
}

/// Where a packet stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Which of the files that are read together.
    pub file: u8,
    /// Byte offset of its captured bytes.
    pub offset: u64,
    /// LINKTYPE_ number.
    pub link_type: u16,
}

/// The packets that end in a stretch of the file, decoded.
#[derive(Default)]
pub struct Batch {
    /// Bytes of packets that began in the stretch before, or that were unpacked.
    carried: Vec<u8>,
    packets: Vec<Passing>,
}

/// A packet on its way from one half of the line to the other.
pub(super) struct Passing {
    pub packet: Packet,
    pub place: Place,
    /// Where its bytes begin, in `carried` or else in what was decoded.
    at: u32,
    length: u32,
    is_carried: bool,
}

impl Front {
    /// For so many files.
    pub(super) fn new(n_files: usize) -> Front {
        Front { inputs: Inputs::new(n_files), read_issues: IssueLog::default(), packets: Packets::default() }
    }

    /// Decodes the next bytes of the file that is wanted, for the other half of the line to take; gives how many. Some
    /// are left where they unpack to much more: then what they gave, all of it in the batch, should be taken first.
    /// What is unpacked is shown to `keep` with the file's number.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        batch: &mut Batch,
        keep: &mut impl FnMut(usize, &[u8]),
    ) -> Result<usize, Refusal> {
        let Front { inputs, packets: counted, .. } = self;
        let Batch { carried, packets } = batch;
        carried.clear();
        packets.clear();
        let start = bytes.as_ptr() as usize;
        let mut n_done = 0;
        while let Some(rest) = bytes.get(n_done..).filter(|rest| !rest.is_empty()) {
            if carried.len() + packets.len() * size_of::<Passing>() > PART_BYTES {
                break;
            }
            let mut sink = |packet: Packet, place: Place, data: &[u8]| {
                let length = data.len();
                let inside = (data.as_ptr() as usize).checked_sub(start).filter(|at| at + length <= bytes.len());
                let at = inside.unwrap_or(carried.len());
                if inside.is_none() {
                    carried.extend_from_slice(data);
                }
                let (at, length) = (at as u32, length as u32);
                packets.push(Passing { packet, place, at, length, is_carried: inside.is_none() });
            };
            n_done += inputs.step(rest, keep, &mut |raw| counted.hand_on(&raw, &mut sink))?;
        }
        Ok(n_done)
    }

    /// The file that is wanted has ended.
    pub(super) fn end_file(
        &mut self,
        keep: &mut impl FnMut(usize, &[u8]),
        sink: &mut impl FnMut(Packet, Place, &[u8]),
    ) -> Result<(), Refusal> {
        let Front { inputs, packets, .. } = self;
        inputs.end(keep, &mut |raw| packets.hand_on(&raw, sink))?;
        if inputs.wants().is_none() {
            packets.fragments.end(&mut packets.issues);
        }
        Ok(())
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

    /// What was met in reading and decoding; of several files, see also [`Inputs::issues_of`].
    pub(super) fn issues(&self) -> IssueLog {
        let mut all = self.read_issues.clone();
        if let Some(log) = self.inputs.log() {
            all.merge(log);
        }
        all.merge(&self.packets.issues);
        all
    }

    /// The files, for what is said of them.
    pub(super) fn inputs(&self) -> &Inputs {
        &self.inputs
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
    fn hand_on(&mut self, raw: &RawPacket<'_>, sink: &mut impl FnMut(Packet, Place, &[u8])) {
        let mut packet = decode::decode(raw, self.counters.packets, &mut self.issues);
        let place = Place { file: raw.file, offset: raw.offset, link_type: raw.link_type };
        if packet.piece().is_some() {
            // The piece that completes a whole stands for it, with the bytes of the whole.
            let whole = self.fragments.take(&mut packet, raw, &mut self.issues);
            self.count(&packet, raw.offset);
            return sink(packet, place, whole.as_deref().unwrap_or(raw.data));
        }
        self.count(&packet, raw.offset);
        sink(packet, place, raw.data);
    }

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

    /// The bytes of one of them: captured ones, or those of a packet that was put together from pieces.
    /// `bytes` is what was decoded.
    pub(super) fn data<'a>(&'a self, passing: &Passing, bytes: &'a [u8]) -> &'a [u8] {
        let from = if passing.is_carried { &self.carried } else { bytes };
        let at = passing.at as usize;
        from.get(at..at + passing.length as usize).unwrap_or(&[])
    }
}
