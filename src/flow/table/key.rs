//! A packet's five-tuple in canonical order, and its hash.

use crate::model::flow::FlowKey;
use crate::model::net::addr::Addr;
use crate::model::packet::{Packet, Transport};
use foldhash::fast::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// Seeded anew in every run: nobody can make flows that all look for the same place. No order depends on it.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// What leads from a packet to its flow, without the table: half of what seeking a flow costs.
#[derive(Clone, Copy, Debug)]
pub struct FlowKeyHash {
    pub(super) hash: u32,
    is_from_high: bool,
}

impl FlowKeyHash {
    /// None for what is not IP.
    #[inline]
    pub fn of(packet: &Packet) -> Option<FlowKeyHash> {
        let (key, from) = ordered(ends(packet)?);
        Some(FlowKeyHash { hash: hash(&key), is_from_high: from == 1 })
    }

    /// The five-tuple of the packet with the smaller endpoint first, and 1 if the packet comes from the larger.
    #[inline]
    pub(super) fn key_of(self, packet: &Packet) -> Option<(FlowKey, usize)> {
        let ends = ends(packet)?;
        Some((arranged(ends, self.is_from_high), usize::from(self.is_from_high)))
    }
}

/// Who sends what to whom.
pub(super) struct Ends {
    pub source: (Addr, u16),
    pub target: (Addr, u16),
    pub protocol: u8,
    pub vlan: u16,
}

#[inline]
fn ends(packet: &Packet) -> Option<Ends> {
    let ip = packet.ip.as_ref()?;
    let (source_port, target_port) = match &packet.transport {
        Transport::Tcp(tcp) => (tcp.source_port, tcp.target_port),
        Transport::Udp(udp) => (udp.source_port, udp.target_port),
        Transport::Icmp(icmp) => (icmp.identifier, icmp.identifier),
        // Pieces of a packet belong to its flow.
        Transport::None => packet.fragment().and_then(|fragment| fragment.ports).unwrap_or((0, 0)),
    };
    let (source, target) = ((ip.source, source_port), (ip.target, target_port));
    Some(Ends { source, target, protocol: ip.protocol, vlan: packet.vlan })
}

#[inline]
pub(super) fn ordered(ends: Ends) -> (FlowKey, usize) {
    let is_from_high = ends.source > ends.target;
    (arranged(ends, is_from_high), usize::from(is_from_high))
}

/// By arithmetic, because no processor can foretell which end a packet comes from.
#[inline]
fn arranged(Ends { source, target, protocol, vlan }: Ends, is_from_high: bool) -> FlowKey {
    let hosts = (source.0.0 ^ target.0.0) & u128::from(is_from_high).wrapping_neg();
    let ports = (source.1 ^ target.1) & u16::from(is_from_high).wrapping_neg();
    FlowKey {
        low: Addr(source.0.0 ^ hosts),
        high: Addr(target.0.0 ^ hosts),
        low_port: source.1 ^ ports,
        high_port: target.1 ^ ports,
        vlan,
        protocol,
    }
}

#[inline]
pub(super) fn hash(key: &FlowKey) -> u32 {
    let mut state = HASHER.build_hasher();
    state.write_u128(key.low.0);
    state.write_u128(key.high.0);
    let ports = u64::from(key.low_port) | u64::from(key.high_port) << 16;
    state.write_u64(ports | u64::from(key.vlan) << 32 | u64::from(key.protocol) << 48);
    (state.finish() >> 32) as u32
}
