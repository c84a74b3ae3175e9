//! The flows of the tables to what exports say of each: only what was measured.

use super::Tables;
use crate::model::flow::{DirectionStats, Flow, Known};

/// The flows that are written, with their serial numbers.
pub(super) fn flows<'a>(tables: &Tables<'a>) -> impl Iterator<Item = (u32, &'a Flow)> {
    let passing = tables.passing;
    let passes = move |serial: u32| passing.is_none_or(|passing| passing.binary_search(&serial).is_ok());
    tables.flows.iter().filter(move |(serial, _)| passes(*serial))
}

/// Packets and bytes on the wire of one direction, where they were measured.
pub(super) fn sent(flow: &Flow, side: Known, direction: &DirectionStats) -> (Option<u32>, Option<u64>) {
    let packets = flow.measured(side.with(Known::PACKETS), direction.packets);
    (packets, flow.measured(side.with(Known::BYTES), direction.bytes))
}

/// Name of the transport as tools write it; none where it is unknown or has no usual name.
pub(super) fn transport(flow: &Flow) -> Option<&'static str> {
    match flow.measured(Known::PROTOCOL, flow.key.protocol)? {
        1 => Some("icmp"),
        6 => Some("tcp"),
        17 => Some("udp"),
        58 => Some("ipv6-icmp"),
        132 => Some("sctp"),
        _ => None,
    }
}
