//! The index of packets: where each stands in the file, when, how long, in which flow. 23 bytes a packet.

use crate::model::flow::Way;
use crate::model::protocol::Named;
use std::collections::BTreeMap;

const CHUNK: usize = 1 << 16;
/// The sign bit of the flow column tells the way.
const BACKWARD: u32 = 1 << 31;
/// From here on the flow column holds the protocol of a packet without a flow.
const NO_FLOW: u32 = 0x7fff_ff00;
/// Longer captured packets stand in a table of their own.
const LONG: u16 = u16::MAX;

struct Chunk {
    /// What packets of this chunk share.
    kinds: Vec<Kind>,
    /// Offset of the captured bytes from the kind's `base`.
    offsets: Vec<u32>,
    times_ns: Vec<i64>,
    wire_bytes: Vec<u32>,
    captured_bytes: Vec<u16>,
    flows: Vec<u32>,
    /// Places in `kinds`.
    kind_places: Vec<u8>,
}

/// What neighbouring packets share.
struct Kind {
    base: u64,
    link_type: u16,
    file: u8,
}

impl Kind {
    #[inline]
    fn fits(&self, packet: &Indexed) -> bool {
        self.link_type == packet.link_type
            && self.file == packet.file
            && packet.offset.wrapping_sub(self.base) <= u64::from(u32::MAX)
    }
}

impl Chunk {
    fn new(room: usize) -> Chunk {
        Chunk {
            kinds: Vec::with_capacity(1),
            offsets: Vec::with_capacity(room),
            times_ns: Vec::with_capacity(room),
            wire_bytes: Vec::with_capacity(room),
            captured_bytes: Vec::with_capacity(room),
            flows: Vec::with_capacity(room),
            kind_places: Vec::with_capacity(room),
        }
    }

    /// Place of the packet's kind; none if there is room for no more.
    #[inline]
    fn kind_place(&mut self, packet: &Indexed) -> Option<u8> {
        let known = self.kinds.iter().position(|kind| kind.fits(packet));
        let place = known.unwrap_or_else(|| {
            self.kinds.push(Kind { base: packet.offset, link_type: packet.link_type, file: packet.file });
            self.kinds.len() - 1
        });
        u8::try_from(place).ok()
    }
}

/// The index.
#[derive(Default)]
pub struct PacketIndex {
    chunks: Vec<Chunk>,
    /// First packet of every chunk.
    starts: Vec<u64>,
    n_packets: u64,
    long: BTreeMap<u64, u32>,
}

/// What the index knows of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indexed {
    /// Which of the files that were opened together, from 0.
    pub file: u8,
    /// Byte offset of the captured bytes in the file, or in what a compressed file unpacks to.
    pub offset: u64,
    /// ns since 1970.
    pub time_ns: i64,
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// Bytes captured.
    pub captured_bytes: u32,
    /// LINKTYPE_ number.
    pub link_type: u16,
    /// Its flow and way, or the protocol of a packet without a flow (none for one that has no name here).
    pub belongs: Belongs,
}

/// Whose a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// Of a flow.
    Flow(u32, Way),
    /// Of no flow.
    Alone(Option<Named>),
}

impl Belongs {
    fn pack(self) -> u32 {
        match self {
            Belongs::Flow(serial, Way::Forward) => serial.min(NO_FLOW - 1),
            Belongs::Flow(serial, Way::Backward) => serial.min(NO_FLOW - 1) | BACKWARD,
            Belongs::Alone(None) => NO_FLOW,
            Belongs::Alone(Some(named)) => NO_FLOW + 1 + named as u32,
        }
    }

    fn unpack(packed: u32) -> Belongs {
        match packed & !BACKWARD {
            serial @ 0..NO_FLOW => {
                Belongs::Flow(serial, if packed & BACKWARD == 0 { Way::Forward } else { Way::Backward })
            }
            alone => {
                let place = (alone - NO_FLOW) as usize;
                Belongs::Alone(place.checked_sub(1).and_then(|place| Named::ALL.get(place)).copied())
            }
        }
    }
}

impl PacketIndex {
    /// Adds the next packet.
    #[inline]
    pub fn push(&mut self, packet: Indexed) {
        let has_room = |chunk: &&mut Chunk| chunk.offsets.len() < CHUNK;
        let place = self.chunks.last_mut().filter(has_room).and_then(|chunk| chunk.kind_place(&packet));
        let place = place.unwrap_or_else(|| self.begin_chunk(&packet));
        let Some(chunk) = self.chunks.last_mut() else { return };
        let base = chunk.kinds.get(usize::from(place)).map_or(0, |kind| kind.base);
        chunk.offsets.push(packet.offset.wrapping_sub(base) as u32);
        chunk.times_ns.push(packet.time_ns);
        chunk.wire_bytes.push(packet.wire_bytes);
        chunk.captured_bytes.push(packet.captured_bytes.min(u32::from(LONG)) as u16);
        chunk.flows.push(packet.belongs.pack());
        chunk.kind_places.push(place);
        if packet.captured_bytes >= u32::from(LONG) {
            self.long.insert(self.n_packets, packet.captured_bytes);
        }
        self.n_packets += 1;
    }

    /// Begins the next chunk; gives the place of the packet's kind in it.
    #[cold]
    fn begin_chunk(&mut self, packet: &Indexed) -> u8 {
        self.starts.push(self.n_packets);
        // Small files stay small; later chunks are made at once, without growing, unless they end before they are full.
        let is_full = self.chunks.last().is_some_and(|chunk| chunk.offsets.len() == CHUNK);
        let room = if is_full { CHUNK } else { 0 };
        let mut chunk = Chunk::new(room);
        let place = chunk.kind_place(packet).unwrap_or(0);
        self.chunks.push(chunk);
        place
    }

    /// Link types met, in order of appearance.
    pub fn link_types(&self) -> Vec<u16> {
        let mut met = Vec::new();
        for kind in self.chunks.iter().flat_map(|chunk| &chunk.kinds) {
            if !met.contains(&kind.link_type) {
                met.push(kind.link_type);
            }
        }
        met
    }

    /// Packets indexed.
    pub fn len(&self) -> u64 {
        self.n_packets
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.n_packets == 0
    }

    /// The packet at a place, from 0.
    pub fn get(&self, place: u64) -> Option<Indexed> {
        let number = self.starts.partition_point(|start| *start <= place).checked_sub(1)?;
        let chunk = self.chunks.get(number)?;
        let row = (place - self.starts.get(number)?) as usize;
        let captured = *chunk.captured_bytes.get(row)?;
        let captured_bytes = if captured == LONG { self.long.get(&place).copied()? } else { u32::from(captured) };
        let kind = chunk.kinds.get(usize::from(*chunk.kind_places.get(row)?))?;
        Some(Indexed {
            file: kind.file,
            offset: kind.base + u64::from(*chunk.offsets.get(row)?),
            time_ns: *chunk.times_ns.get(row)?,
            wire_bytes: *chunk.wire_bytes.get(row)?,
            captured_bytes,
            link_type: kind.link_type,
            belongs: Belongs::unpack(*chunk.flows.get(row)?),
        })
    }

    /// What every packet belongs to, in order.
    pub fn belongs(&self) -> impl Iterator<Item = Belongs> {
        self.chunks.iter().flat_map(|chunk| chunk.flows.iter().map(|packed| Belongs::unpack(*packed)))
    }

    /// Time of every packet, in order, ns since 1970.
    pub fn times_ns(&self) -> impl Iterator<Item = i64> {
        self.chunks.iter().flat_map(|chunk| chunk.times_ns.iter().copied())
    }

    /// Bytes on the wire of every packet, in order.
    pub fn wire_bytes(&self) -> impl Iterator<Item = u32> {
        self.chunks.iter().flat_map(|chunk| chunk.wire_bytes.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_as_they_went_in() {
        let mut index = PacketIndex::default();
        let packet = |i: u64| Indexed {
            file: (i % 5) as u8,
            offset: i * 70_000 + if i > 99_000 { 1 << 33 } else { 0 },
            time_ns: i as i64 - 5,
            wire_bytes: i as u32,
            captured_bytes: if i == 7 { 70_000 } else { 60 },
            link_type: if i.is_multiple_of(2) { 1 } else { 113 },
            belongs: match i % 3 {
                0 => Belongs::Flow(i as u32, Way::Backward),
                1 => Belongs::Alone(Some(Named::Arp)),
                _ => Belongs::Alone(None),
            },
        };
        (0..100_000).for_each(|i| index.push(packet(i)));
        for i in [0, 1, 2, 7, 65_535, 65_536, 98_999, 99_001, 99_999] {
            assert_eq!(index.get(i), Some(packet(i)));
        }
        assert_eq!(index.get(100_000), None);
    }
}
