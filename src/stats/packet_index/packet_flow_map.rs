//! Which flow each packet belongs to, four bytes a packet.

use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Packets in a chunk.
const CHUNK: usize = 1 << 16;
/// The sign bit gives the direction.
const BACKWARD: u32 = 1 << 31;
/// From here on stands the protocol of a packet without a flow.
const NO_FLOW: u32 = 0x7fff_ff00;

/// Whose a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketFlow {
    /// Of a flow.
    Flow(u32, Direction),
    /// Of no flow.
    Alone(Option<AppProto>),
}

/// Whose all packets are.
#[derive(Default)]
pub struct PacketFlowMap {
    chunks: Vec<Vec<u32>>,
}

impl PacketFlow {
    fn pack(self) -> u32 {
        match self {
            PacketFlow::Flow(serial, Direction::ToResponder) => serial.min(NO_FLOW - 1),
            PacketFlow::Flow(serial, Direction::ToOriginator) => serial.min(NO_FLOW - 1) | BACKWARD,
            PacketFlow::Alone(None) => NO_FLOW,
            PacketFlow::Alone(Some(named)) => NO_FLOW + 1 + named as u32,
        }
    }

    fn unpack(packed: u32) -> PacketFlow {
        match packed & !BACKWARD {
            serial @ 0..NO_FLOW => PacketFlow::Flow(
                serial,
                if packed & BACKWARD == 0 { Direction::ToResponder } else { Direction::ToOriginator },
            ),
            alone => {
                let place = (alone - NO_FLOW) as usize;
                PacketFlow::Alone(place.checked_sub(1).and_then(|place| AppProto::ALL.get(place)).copied())
            }
        }
    }
}

impl PacketFlowMap {
    /// Adds the next packet.
    #[inline]
    pub fn push(&mut self, belongs: PacketFlow) {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            // Small files stay small.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(belongs.pack());
        }
    }

    /// Packets so far.
    pub fn len(&self) -> u64 {
        (self.chunks.len().saturating_sub(1) * CHUNK + self.chunks.last().map_or(0, Vec::len)) as u64
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whose the packet with this number is, from 0.
    pub fn get(&self, number: u64) -> Option<PacketFlow> {
        let chunk = self.chunks.get(usize::try_from(number).ok()? / CHUNK)?;
        chunk.get(number as usize % CHUNK).map(|packed| PacketFlow::unpack(*packed))
    }

    /// Whose every packet is, in order.
    pub fn iter(&self) -> impl Iterator<Item = PacketFlow> {
        self.chunks.iter().flatten().map(|packed| PacketFlow::unpack(*packed))
    }
}
