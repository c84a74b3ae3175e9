//! What more than the flow table's figures can be known of each flow, kept beside the table and only when asked for:
//! handshake, zero windows, entropy, periodicity, and the damped statistics of its host and pair.

pub mod damped;
mod periodicity;
mod recent;

use super::chunks::Chunks;
use super::table::FlowUpdate;
use crate::maths::entropy;
use crate::model::Flow;
use crate::model::flow::{Direction, TcpState};
use crate::model::packet::{Packet, tcp_flag};
use damped::{Damped, N_DAMPED};
use periodicity::Periodicity;

/// Bytes of the first payload that entropy is computed of.
pub const ENTROPY_BYTES: usize = 256;

/// What more is known of one flow.
#[derive(Clone, Debug)]
pub struct ExtendedRecord {
    /// Entropy of the first payload's first bytes that `low` and `high` sent, bit per byte.
    pub entropy: [Option<f32>; 2],
    /// TCP packets of `low` and `high` that announce a window of 0.
    pub zero_windows: [u32; 2],
    /// From the request to the packet that completes the handshake, ns.
    pub handshake_ns: Option<i64>,
    /// Statistics of host and pair when the originator sent its latest packet, in the order of [`damped::NAMES`].
    pub damped: [f32; N_DAMPED],
    request_ns: Option<i64>,
    beats: Periodicity,
}

impl ExtendedRecord {
    /// Share of the gaps between payload packets of the originator that are alike, 0 to 1; see [`Periodicity`].
    pub fn periodicity(&self) -> f64 {
        self.beats.share()
    }
}

/// Records of the kept flows by their serial number.
#[derive(Default)]
pub struct ExtendedFeatures {
    records: Chunks<ExtendedRecord>,
    damped: Damped,
}

impl ExtendedFeatures {
    /// Takes a packet after the flow table has counted it; `first_serial` is the first that the table still keeps.
    pub fn update(&mut self, packet: &Packet, payload: &[u8], flow: &Flow, update: FlowUpdate, first_serial: u32) {
        if self.records.next_serial() == update.serial {
            while self.records.first_serial() < first_serial && !self.records.forget_oldest(|_, _| ()).1.is_empty() {}
            self.records.push(ExtendedRecord {
                entropy: [None; 2],
                zero_windows: [0; 2],
                handshake_ns: None,
                damped: [0.0; N_DAMPED],
                request_ns: None,
                beats: Periodicity::default(),
            });
        }
        let now = packet.time_ns;
        if let Some(ip) = &packet.ip {
            self.damped.add(ip.source, ip.target, f64::from(packet.wire_bytes), now);
        }
        let Some(record) = self.records.get_mut(update.serial) else { return };
        let is_forward = update.direction == Direction::ToResponder;
        if is_forward && let Some(ip) = &packet.ip {
            self.damped.snapshot(ip.source, ip.target, &mut record.damped);
        }
        let from = usize::from(is_forward != flow.is_low_originator);
        if !payload.is_empty() && !update.is_retransmission {
            if let Some(slot @ None) = record.entropy.get_mut(from) {
                *slot = Some(payload_entropy(payload));
            }
            if is_forward {
                record.beats.add(now);
            }
        }
        let Some(tcp) = packet.tcp() else { return };
        // A reset, SYN or FIN says nothing about room in the buffer.
        let is_open = tcp.flags & (tcp_flag::RST | tcp_flag::SYN | tcp_flag::FIN) == 0;
        if tcp.window == Some(0)
            && tcp.has_flags
            && is_open
            && let Some(count) = record.zero_windows.get_mut(from)
        {
            *count = count.saturating_add(1);
        }
        if tcp.is_request() {
            record.request_ns = record.request_ns.or(Some(now));
        }
        if flow.state == TcpState::Established && record.handshake_ns.is_none() {
            record.handshake_ns = record.request_ns.map(|request| (now - request).max(0));
        }
    }

    /// What is known of a flow.
    pub fn get(&self, serial: u32) -> Option<&ExtendedRecord> {
        self.records.get(serial)
    }

    /// Hosts and pairs whose damped statistics began again because there were too many.
    pub fn n_forgotten(&self) -> u64 {
        self.damped.n_forgotten()
    }
}

/// Shannon's entropy of the first bytes, bit per byte: 0 for one byte repeated, at most 8.
fn payload_entropy(payload: &[u8]) -> f32 {
    let bytes = payload.get(..ENTROPY_BYTES).unwrap_or(payload);
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    entropy::bits(counts.into_iter()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_the_bytes() {
        assert_eq!(payload_entropy(&[7; 100]), 0.0);
        assert_eq!(payload_entropy(b"abababab"), 1.0);
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(payload_entropy(&all), 8.0);
        assert_eq!(payload_entropy(&[all, vec![0; 5000]].concat()), 8.0);
    }
}
