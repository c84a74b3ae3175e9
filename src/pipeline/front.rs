//! Bytes to decoded packets: the front half of the line, which may run on a thread of its own.

use crate::decode;
use crate::decode::fragments::Fragments;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::read::{Inputs, RawPacket, Refusal};

/// So many bytes of packets are handed on at a time where bytes become more by unpacking.
const PART_BYTES: usize = 1 << 20;

/// The readers and the decoders.
pub struct Front {
    inputs: Inputs,
    read_issues: IssueLog,
    decode_issues: IssueLog,
    fragments: Fragments,
    n_packets: u64,
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

/// A stretch of the file, and the packets that end in it, decoded.
#[derive(Default)]
pub struct Batch {
    /// The bytes to decode: filled by who reads the file.
    pub bytes: Vec<u8>,
    /// So many of them are decoded.
    done: usize,
    /// Bytes of packets that began in the stretch before, or that were unpacked.
    carried: Vec<u8>,
    packets: Vec<Passing>,
}

struct Passing {
    packet: Packet,
    place: Place,
    /// Where its bytes begin, in `carried` or else in `bytes`.
    at: usize,
    length: usize,
    is_carried: bool,
}

impl Front {
    /// For so many files.
    pub(super) fn new(n_files: usize) -> Front {
        Front {
            inputs: Inputs::new(n_files),
            read_issues: IssueLog::default(),
            decode_issues: IssueLog::default(),
            fragments: Fragments::default(),
            n_packets: 0,
        }
    }

    /// Decodes the next bytes of the file that is wanted and hands each packet on with its captured bytes.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        keep: &mut impl FnMut(usize, &[u8]),
        sink: &mut impl FnMut(Packet, Place, &[u8]),
    ) -> Result<(), Refusal> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let n = self.step(rest, keep, sink)?;
            rest = rest.get(n..).unwrap_or(&[]);
        }
        Ok(())
    }

    /// The same for some bytes at the front of `bytes`; gives how many.
    fn step(
        &mut self,
        bytes: &[u8],
        keep: &mut impl FnMut(usize, &[u8]),
        sink: &mut impl FnMut(Packet, Place, &[u8]),
    ) -> Result<usize, Refusal> {
        let Front { inputs, decode_issues, fragments, n_packets, .. } = self;
        inputs.step(bytes, keep, &mut |raw| hand_on(&raw, n_packets, fragments, decode_issues, sink))
    }

    /// Decodes bytes of a batch, for the other half of the line to take on another thread; true if some are left,
    /// because what they unpack to should be taken first: see [`Batch::part`].
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn decode(&mut self, batch: &mut Batch) -> Result<bool, Refusal> {
        let Batch { bytes, done, carried, packets } = batch;
        carried.clear();
        packets.clear();
        let start = bytes.as_ptr() as usize;
        while let Some(rest) = bytes.get(*done..).filter(|rest| !rest.is_empty()) {
            if carried.len() + packets.len() * size_of::<Passing>() > PART_BYTES {
                return Ok(true);
            }
            *done += self.step(rest, &mut |_, _| (), &mut |packet, place, data| {
                let length = data.len();
                let inside = (data.as_ptr() as usize).checked_sub(start).filter(|at| at + length <= bytes.len());
                let at = inside.unwrap_or(carried.len());
                if inside.is_none() {
                    carried.extend_from_slice(data);
                }
                packets.push(Passing { packet, place, at, length, is_carried: inside.is_none() });
            })?;
        }
        *done = 0;
        Ok(false)
    }

    /// The file that is wanted has ended.
    pub(super) fn end_file(
        &mut self,
        keep: &mut impl FnMut(usize, &[u8]),
        sink: &mut impl FnMut(Packet, Place, &[u8]),
    ) -> Result<(), Refusal> {
        let Front { inputs, decode_issues, fragments, n_packets, .. } = self;
        inputs.end(keep, &mut |raw| hand_on(&raw, n_packets, fragments, decode_issues, sink))?;
        if inputs.wants().is_none() {
            fragments.end(decode_issues);
        }
        Ok(())
    }

    /// Reading is given up before the end of the file.
    pub(super) fn stop(&mut self) {
        self.inputs.give_up();
        self.note(IssueKind::StoppedEarly, Some(self.n_packets));
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
        all.merge(&self.decode_issues);
        all
    }

    /// The files, for what is said of them.
    pub(super) fn inputs(&self) -> &Inputs {
        &self.inputs
    }
}

#[inline]
fn hand_on(
    raw: &RawPacket<'_>,
    n_packets: &mut u64,
    fragments: &mut Fragments,
    issues: &mut IssueLog,
    sink: &mut impl FnMut(Packet, Place, &[u8]),
) {
    let mut packet = decode::decode(raw, *n_packets, issues);
    *n_packets += 1;
    let place = Place { file: raw.file, offset: raw.offset, link_type: raw.link_type };
    if packet.piece().is_some() {
        // The piece that completes a whole stands for it, with the bytes of the whole.
        let whole = fragments.take(&mut packet, raw, issues);
        return sink(packet, place, whole.as_deref().unwrap_or(raw.data));
    }
    sink(packet, place, raw.data);
}

impl Batch {
    /// The packets decoded so far, as a batch of their own.
    pub fn part(&mut self) -> Batch {
        Batch {
            carried: std::mem::take(&mut self.carried),
            packets: std::mem::take(&mut self.packets),
            ..Batch::default()
        }
    }

    /// Its packets in order, each with its captured bytes.
    pub(super) fn packets(&self) -> impl Iterator<Item = (&Packet, Place, &[u8])> {
        self.packets.iter().map(|passing| {
            let from = if passing.is_carried { &self.carried } else { &self.bytes };
            let data = from.get(passing.at..passing.at + passing.length).unwrap_or(&[]);
            (&passing.packet, passing.place, data)
        })
    }
}
