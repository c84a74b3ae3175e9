//! The position of each packet in the file, its time and length: the columns of the index that need no flows.

use std::collections::{BTreeMap, BTreeSet};

/// Packets in a chunk, at most.
const CHUNK: usize = 1 << 16;
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
    /// Places in `kinds`.
    kind_places: Vec<u8>,
}

/// What neighbouring packets share.
struct Kind {
    base: u64,
    link_type: u16,
    file: u8,
}

/// Where a packet stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PacketLocation {
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
}

/// The places of all packets.
#[derive(Default)]
pub struct PacketLocations {
    chunks: Vec<Chunk>,
    /// First packet of every chunk.
    starts: Vec<u64>,
    n_packets: u64,
    long: BTreeMap<u64, u32>,
}

impl Kind {
    #[inline]
    fn fits(&self, packet: &PacketLocation) -> bool {
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
            kind_places: Vec::with_capacity(room),
        }
    }

    /// Place of the packet's kind; none if there is room for no more.
    #[inline]
    fn kind_place(&mut self, packet: &PacketLocation) -> Option<u8> {
        let known = self.kinds.iter().position(|kind| kind.fits(packet));
        let place = known.unwrap_or_else(|| {
            self.kinds.push(Kind { base: packet.offset, link_type: packet.link_type, file: packet.file });
            self.kinds.len() - 1
        });
        u8::try_from(place).ok()
    }
}

impl PacketLocations {
    /// Adds the next packet.
    #[inline]
    pub fn push(&mut self, packet: PacketLocation) {
        let has_room = |chunk: &&mut Chunk| chunk.offsets.len() < CHUNK;
        let place = self.chunks.last_mut().filter(has_room).and_then(|chunk| chunk.kind_place(&packet));
        let place = place.unwrap_or_else(|| self.begin_chunk(&packet));
        let Some(chunk) = self.chunks.last_mut() else { return };
        let base = chunk.kinds.get(usize::from(place)).map_or(0, |kind| kind.base);
        chunk.offsets.push(packet.offset.wrapping_sub(base) as u32);
        chunk.times_ns.push(packet.time_ns);
        chunk.wire_bytes.push(packet.wire_bytes);
        chunk.captured_bytes.push(packet.captured_bytes.min(u32::from(LONG)) as u16);
        chunk.kind_places.push(place);
        if packet.captured_bytes >= u32::from(LONG) {
            self.long.insert(self.n_packets, packet.captured_bytes);
        }
        self.n_packets += 1;
    }

    /// Begins the next chunk; gives the place of the packet's kind in it.
    #[cold]
    fn begin_chunk(&mut self, packet: &PacketLocation) -> u8 {
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
        let mut met = BTreeSet::new();
        let kinds = self.chunks.iter().flat_map(|chunk| &chunk.kinds);
        kinds.map(|kind| kind.link_type).filter(|link_type| met.insert(*link_type)).collect()
    }

    /// The packet with this number, from 0.
    pub fn get(&self, number: u64) -> Option<PacketLocation> {
        let place = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        let chunk = self.chunks.get(place)?;
        let row = (number - self.starts.get(place)?) as usize;
        let captured = *chunk.captured_bytes.get(row)?;
        let captured_bytes = if captured == LONG { self.long.get(&number).copied()? } else { u32::from(captured) };
        let kind = chunk.kinds.get(usize::from(*chunk.kind_places.get(row)?))?;
        Some(PacketLocation {
            file: kind.file,
            offset: kind.base + u64::from(*chunk.offsets.get(row)?),
            time_ns: *chunk.times_ns.get(row)?,
            wire_bytes: *chunk.wire_bytes.get(row)?,
            captured_bytes,
            link_type: kind.link_type,
        })
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
