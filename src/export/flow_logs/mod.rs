//! Flows as other tools write them, so that their users can go on: Zeek's conn.log, NFStream's columns, Suricata's EVE lines.
//!
//! What was not measured stays empty. What these tools count otherwise or know more of is left out rather than guessed.

mod conn_log;
mod eve;
mod nfstream;

pub use conn_log::EXPORT as CONN_LOG;
pub use eve::EXPORT as EVE;
pub use nfstream::EXPORT as NFSTREAM;
pub use {conn_log::write as write_conn_log, eve::write as write_eve, nfstream::write as write_nfstream};

use super::Tables;
use crate::model::flow::{DirectionStats, Flow, Known};

/// The flows that are written, with their serial numbers.
fn flows<'a>(tables: &Tables<'a>) -> impl Iterator<Item = (u32, &'a Flow)> {
    let passing = tables.passing;
    let passes = move |serial: u32| passing.is_none_or(|passing| passing.binary_search(&serial).is_ok());
    tables.flows.iter().filter(move |(serial, _)| passes(*serial))
}

/// Packets and bytes on the wire of one direction, where they were measured.
fn sent(flow: &Flow, side: Known, direction: &DirectionStats) -> (Option<u32>, Option<u64>) {
    let packets = flow.measured(side.with(Known::PACKETS), direction.packets);
    (packets, flow.measured(side.with(Known::BYTES), direction.bytes))
}

/// Name of the transport as tools write it; none where it is unknown or has no usual name.
fn transport(flow: &Flow) -> Option<&'static str> {
    match flow.measured(Known::PROTOCOL, flow.key.protocol)? {
        1 => Some("icmp"),
        6 => Some("tcp"),
        17 => Some("udp"),
        58 => Some("ipv6-icmp"),
        132 => Some("sctp"),
        _ => None,
    }
}
