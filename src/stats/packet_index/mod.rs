//! The index of packets: where each stands in the file, when, how long, in which flow. 23 bytes a packet.

pub mod locations;
pub mod packet_flow_map;

pub use locations::{PacketLocation, PacketLocations};
pub use packet_flow_map::{PacketFlow, PacketFlowMap};

/// The index: two halves that are filled apart, each by who knows.
#[derive(Clone, Copy)]
pub struct PacketIndex<'a> {
    places: &'a PacketLocations,
    owners: &'a PacketFlowMap,
}

/// What the index knows of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexedPacket {
    /// Where it stands, when, and how long.
    pub location: PacketLocation,
    /// Its flow and way, or the protocol of a packet without a flow (none for one that has no name here).
    pub belongs: PacketFlow,
}

impl<'a> PacketIndex<'a> {
    /// Of both halves.
    pub fn new(places: &'a PacketLocations, owners: &'a PacketFlowMap) -> PacketIndex<'a> {
        PacketIndex { places, owners }
    }

    /// Packets indexed.
    pub fn len(self) -> u64 {
        self.owners.len()
    }

    /// True if there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The packet with this number, from 0.
    pub fn get(self, number: u64) -> Option<IndexedPacket> {
        Some(IndexedPacket { location: self.places.get(number)?, belongs: self.owners.get(number)? })
    }

    /// What every packet belongs to, in order.
    pub fn belongs(self) -> impl Iterator<Item = PacketFlow> + 'a {
        self.owners.iter()
    }

    /// Time of every packet, in order, ns since 1970.
    pub fn times_ns(self) -> impl Iterator<Item = i64> + 'a {
        self.places.times_ns()
    }

    /// Bytes on the wire of every packet, in order.
    pub fn wire_bytes(self) -> impl Iterator<Item = u32> + 'a {
        self.places.wire_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::protocol::AppProto;
    use crate::model::flow::Direction;

    #[test]
    fn packets_come_back_as_they_went_in() {
        let (mut places, mut owners) = (PacketLocations::default(), PacketFlowMap::default());
        let packet = |i: u64| IndexedPacket {
            location: PacketLocation {
                file: (i % 5) as u8,
                offset: i * 70_000 + if i > 99_000 { 1 << 33 } else { 0 },
                time_ns: i as i64 - 5,
                wire_bytes: i as u32,
                captured_bytes: if i == 7 { 70_000 } else { 60 },
                link_type: if i.is_multiple_of(2) { 1 } else { 113 },
            },
            belongs: match i % 3 {
                0 => PacketFlow::Flow(i as u32, Direction::ToOriginator),
                1 => PacketFlow::Alone(Some(AppProto::Arp)),
                _ => PacketFlow::Alone(None),
            },
        };
        for i in 0..200_000 {
            places.push(packet(i).location);
            owners.push(packet(i).belongs);
        }
        let index = PacketIndex::new(&places, &owners);
        for i in [0, 1, 2, 7, 65_535, 65_536, 98_999, 99_001, 99_999, 131_071, 131_072, 199_999] {
            assert_eq!(index.get(i), Some(packet(i)));
        }
        assert_eq!((index.get(200_000), index.len(), index.belongs().count()), (None, 200_000, 200_000));
        assert_eq!(places.link_types(), [1, 113]);
    }
}
