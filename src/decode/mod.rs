//! Raw packet to packet: link header by `link`, network and transport by etherparse, applications by `app`.
//!
//! Keeps what it could read; what it could not becomes an issue. Sequences of packets are left to `flow`.

pub mod app;
pub mod explain;
pub mod link;
mod net;
pub mod transport;

use crate::issue::{IssueKind, IssueLog};
use crate::model::packet::{Layers, Packet, Transport};
use crate::read::RawPacket;

/// A packet under way: the raw one beside what is known so far.
struct Work<'a, 'out> {
    raw: &'a RawPacket<'a>,
    packet: &'out mut Packet,
    issues: &'out mut IssueLog,
}

impl Work<'_, '_> {
    /// Records an issue; all kinds but fragments mean that part of the packet could not be decoded.
    #[cold]
    fn issue(&mut self, kind: IssueKind) {
        self.packet.is_damaged |= kind != IssueKind::Fragment;
        self.issues.add(kind, Some(self.packet.index), Some(self.raw.offset));
    }

    /// Place of a sub-slice in the captured bytes.
    fn place_of(&self, inner: &[u8]) -> u32 {
        (inner.as_ptr() as usize).saturating_sub(self.raw.data.as_ptr() as usize) as u32
    }
}

/// Decodes one packet; `index` is its place in the capture, from 0.
#[inline]
pub fn decode(raw: &RawPacket<'_>, index: u64, issues: &mut IssueLog) -> Packet {
    let captured_bytes = raw.data.len() as u32;
    let mut packet = Packet {
        index,
        time_ns: raw.time_ns,
        is_timed: raw.is_timed,
        wire_bytes: raw.wire_bytes,
        captured_bytes,
        macs: None,
        vlan: 0,
        layers: Layers::default(),
        arp: None,
        ip: None,
        transport: Transport::None,
        is_damaged: false,
        net_at: 0,
        transport_at: 0,
        payload: 0..captured_bytes,
    };
    // Filled in place: moving a packet costs as much as decoding its network header.
    let mut work = Work { raw, packet: &mut packet, issues };
    match link::read(raw.link_type, raw.data, &mut work) {
        Some((link::Inner::EtherType(kind), inner)) => net::read(kind, inner, &mut work),
        Some((link::Inner::Ip, inner)) => net::read_ip(inner, &mut work),
        None => {}
    }
    packet
}
