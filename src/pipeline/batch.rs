//! What the first half of the pipeline hands to the second: decoded packets with their bytes and messages, or rows.

use crate::flow::table::FlowKeyHash;
use crate::model::Packet;
use crate::model::app::field::{FieldBuffer, Message, MessageFields};
use crate::model::app::protocol::AppProto;
use crate::read::table::RowContent;
use std::ops::Range;

/// The packets that end in a stretch of the file, decoded, or what its rows became.
#[derive(Default)]
pub struct Batch {
    /// Bytes of packets that began in the stretch before, or that were unpacked.
    pub(super) carried: Vec<u8>,
    /// The first `n_packets` count; others wait to be written over, which is cheaper than to clear them away first.
    pub(super) packets: Vec<DecodedPacket>,
    pub(super) n_packets: usize,
    /// Apart from the packets and close together, because they are wanted first.
    pub(super) key_hashes: Vec<Option<FlowKeyHash>>,
    pub(super) rows: Vec<RowContent>,
    /// Fields of the messages that packets hold by themselves.
    pub(super) fields: FieldBuffer,
}

/// A packet on its way from the first half of the pipeline to the second.
pub(super) struct DecodedPacket {
    pub packet: Packet,
    /// Where its bytes begin, in `carried` or else in what was decoded.
    at: u32,
    length: u32,
    is_carried: bool,
    /// Its application protocol, if the packet alone shows it, and whether that is certain.
    pub app: Option<(AppProto, bool)>,
    /// Where the fields of its message stand.
    pub(super) fields: Range<u32>,
}

impl From<Packet> for DecodedPacket {
    fn from(packet: Packet) -> DecodedPacket {
        DecodedPacket { packet, at: 0, length: 0, is_carried: false, app: None, fields: 0..0 }
    }
}

impl DecodedPacket {
    /// Remembers where its data stands, which are part of `bytes` or else carried along.
    #[inline]
    pub(super) fn point(&mut self, data: &[u8], bytes: &[u8], carried: &mut Vec<u8>) {
        let start = bytes.as_ptr() as usize;
        let inside = (data.as_ptr() as usize).checked_sub(start).filter(|at| at + data.len() <= bytes.len());
        self.is_carried = inside.is_none();
        (self.at, self.length) = (inside.unwrap_or(carried.len()) as u32, data.len() as u32);
        if self.is_carried {
            carried.extend_from_slice(data);
        }
    }
}

impl Batch {
    /// Forgets what it held but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.carried.clear();
        self.n_packets = 0;
        self.key_hashes.clear();
        self.rows.clear();
        self.fields.clear();
    }

    /// Bytes of what it holds.
    pub(super) fn size(&self) -> usize {
        self.carried.len() + self.n_packets * size_of::<DecodedPacket>() + self.rows.len() * size_of::<RowContent>()
    }

    /// The message that one of them holds by itself.
    #[inline]
    pub(super) fn message(&self, decoded: &DecodedPacket) -> Option<Message<'_>> {
        let (protocol, _) = decoded.app?;
        let DecodedPacket { packet, fields, .. } = decoded;
        if fields.is_empty() {
            return None;
        }
        let fields: MessageFields<'_> = self.fields.fields_at(fields.clone());
        Some(Message { protocol, time_ns: packet.time_ns, packet: packet.index, fields })
    }

    /// What each row of a table became, in order.
    pub(super) fn rows(&mut self) -> std::vec::Drain<'_, RowContent> {
        self.rows.drain(..)
    }

    /// Its packets in order, in groups of this size, and the hashes by which their flows are found.
    pub(super) fn groups(&self, n: usize) -> impl Iterator<Item = (&[DecodedPacket], &[Option<FlowKeyHash>])> {
        self.packets.get(..self.n_packets).unwrap_or(&[]).chunks(n).zip(self.key_hashes.chunks(n))
    }

    /// The bytes of one of them: captured ones, or those of a packet that was put together from fragments.
    /// `bytes` is what was decoded.
    pub(super) fn data<'a>(&'a self, decoded: &DecodedPacket, bytes: &'a [u8]) -> &'a [u8] {
        let from = if decoded.is_carried { &self.carried } else { bytes };
        let at = decoded.at as usize;
        from.get(at..at + decoded.length as usize).unwrap_or(&[])
    }
}
