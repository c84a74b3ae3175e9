//! A packet's five-tuple in canonical order, and its hash.

use crate::model::address::Host;
use crate::model::flow::FlowKey;
use crate::model::packet::{Packet, Transport};
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hasher};

/// The five-tuple of a packet with the smaller endpoint first, and 1 if the packet comes from the larger.
#[inline]
pub(super) fn key_of(packet: &Packet) -> Option<(FlowKey, usize)> {
    let ip = packet.ip.as_ref()?;
    let (source_port, target_port) = match &packet.transport {
        Transport::Tcp(tcp) => (tcp.source_port, tcp.target_port),
        Transport::Udp(udp) => (udp.source_port, udp.target_port),
        Transport::Icmp(icmp) => (icmp.identifier, icmp.identifier),
        // Pieces of a packet belong to its flow.
        Transport::None => packet.piece().and_then(|piece| piece.ports).unwrap_or((0, 0)),
    };
    Some(ordered((ip.source, source_port), (ip.target, target_port), ip.protocol, packet.vlan))
}

#[inline]
pub(super) fn ordered(source: (Host, u16), target: (Host, u16), protocol: u8, vlan: u16) -> (FlowKey, usize) {
    let (low, high, from) = if source <= target { (source, target, 0) } else { (target, source, 1) };
    (FlowKey { low: low.0, high: high.0, low_port: low.1, high_port: high.1, vlan, protocol }, from)
}

#[inline]
pub(super) fn hash_key(hasher: &FixedState, key: &FlowKey) -> u64 {
    let mut state = hasher.build_hasher();
    state.write_u128(key.low.0);
    state.write_u128(key.high.0);
    let ports = u64::from(key.low_port) | u64::from(key.high_port) << 16;
    state.write_u64(ports | u64::from(key.vlan) << 32 | u64::from(key.protocol) << 48);
    state.finish()
}
