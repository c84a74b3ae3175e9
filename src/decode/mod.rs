//! Decodes raw packets: link header by `link`, network and transport by etherparse, tunnels by `tunnel`, applications
//! by `app`; IP fragments are reassembled by `fragments`.
//!
//! Keeps what it can read; everything else becomes an issue. Sequences of packets are left to `flow`.

pub mod app;
mod extension_headers;
mod field_places;
pub mod fragments;
pub mod inspect;
pub mod link;
mod net;
pub mod transport;
pub mod tunnel;

use crate::issue::{IssueKind, IssueLog};
use crate::model::packet::{Captured, Layers, Packet, Transport};
use crate::read::RawPacket;

/// Most headers that are followed into each other; a tunnel is one or two. Real ones stand four or five deep.
const MOST_HEADERS: usize = 24;

/// What a header says is inside.
#[derive(Clone, Copy)]
enum Inner {
    /// The protocol of this EtherType.
    EtherType(u16),
    /// IPv4 or IPv6, recognised by its version field.
    Ip,
    /// An Ethernet frame.
    Ethernet,
    /// PPP.
    Ppp,
    /// A frame of another link type (LINKTYPE_ number).
    Link(u16),
}

/// Reads a header: what is inside, and the bytes of it.
type Read = for<'a> fn(&'a [u8], &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])>;

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

    /// The first `N` bytes and the rest; records an issue if the capture holds fewer.
    #[inline]
    fn split<'b, const N: usize>(&mut self, data: &'b [u8], lack: IssueKind) -> Option<(&'b [u8; N], &'b [u8])> {
        let split = data.split_first_chunk();
        if split.is_none() {
            self.issue(lack);
        }
        split
    }

    /// Place of a sub-slice in the captured bytes.
    fn place_of(&self, inner: &[u8]) -> u32 {
        (inner.as_ptr() as usize).saturating_sub(self.raw.data.as_ptr() as usize) as u32
    }
}

/// Decodes one packet; `index` is its place in the capture, from 0.
pub fn decode(raw: &RawPacket<'_>, index: u64, issues: &mut IssueLog) -> Packet {
    let mut packet = begin(raw, index);
    fill(&mut packet, raw, issues);
    packet
}

/// What is known of a packet before any of it is decoded.
#[inline]
pub fn begin(raw: &RawPacket<'_>, index: u64) -> Packet {
    let captured_bytes = raw.data.len() as u32;
    Packet {
        index,
        time_ns: raw.time_ns,
        is_timed: raw.is_timed,
        wire_bytes: raw.wire_bytes,
        captured_bytes,
        macs: None,
        vlan: 0,
        vlan_stack: 0,
        layers: Layers::default(),
        arp: None,
        ip: None,
        transport: Transport::None,
        is_damaged: false,
        captured: Captured::default(),
        net_at: 0,
        transport_at: 0,
        payload: 0..captured_bytes,
        extras: None,
    }
}

/// Decodes a packet that has [begun](begin), in its place: moving it costs as much as decoding its network header.
#[inline]
pub fn fill(packet: &mut Packet, raw: &RawPacket<'_>, issues: &mut IssueLog) {
    let mut work = Work { raw, packet, issues };
    // Most packets are Ethernet with IP and no tunnel: they go straight through.
    let next = match link::read(raw.link_type, raw.data, &mut work) {
        Some((Inner::EtherType(kind), data)) => net::read(kind, data, &mut work),
        other => other,
    };
    if next.is_some() {
        follow(next, &mut work);
    }
    if work.packet.extras.is_some() {
        tunnel::leave(work.packet);
    }
}

/// Reads header after header, as deep as they go.
#[cold]
fn follow(mut next: Option<(Inner, &[u8])>, work: &mut Work<'_, '_>) {
    let mut n_headers = 2;
    while let Some((inner, data)) = next {
        if n_headers == MOST_HEADERS {
            return work.issue(IssueKind::TunnelDeep);
        }
        next = match inner {
            Inner::EtherType(kind) => net::read(kind, data, work),
            Inner::Ip => net::read_ip(data, work),
            Inner::Ethernet => link::ethernet::read(data, work),
            Inner::Ppp => link::ppp::carried(data, work),
            Inner::Link(number) => link::read(number, data, work),
        };
        n_headers += 1;
    }
}

#[cfg(test)]
mod tests;
