//! Adds up the small uploads to one destination.

use crate::model::Flow;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use std::collections::BTreeSet;

/// A connection in which less was sent carries a question, not data.
const LEAST_BYTES: u64 = 1000;
/// Length of a slot of time, ns.
const SLOT_NS: i64 = 300 * SECOND;
/// Slots kept.
const SLOTS: i64 = 128;

/// What a host sent to one place.
#[derive(Clone, Default)]
pub struct Sum {
    /// Drops.
    pub n: u64,
    /// Payload sent in them.
    pub sent: u64,
    /// Payload that came back.
    pub got: u64,
    /// Payload of the largest.
    pub largest: u64,
    /// All that was sent, questions among it.
    pub all_sent: u64,
    /// Start of the first drop, ns since 1970; meaningless while there is none.
    pub first_ns: i64,
    /// End of the last.
    pub last_ns: i64,
    slots: u128,
    /// Ports of the place.
    pub ports: BTreeSet<u16>,
    /// Drops that cannot be read.
    pub n_encrypted: u64,
}

/// True for a connection that carries data.
pub fn is_drop(flow: &Flow) -> bool {
    flow.forward().payload_bytes() > LEAST_BYTES
}

impl Sum {
    /// Takes a flow to the place.
    pub fn take(&mut self, flow: &Flow) {
        let sent = flow.forward().payload_bytes();
        self.all_sent += sent;
        if !is_drop(flow) {
            return;
        }
        (self.first_ns, self.last_ns) = match self.n {
            0 => (flow.first_ns, flow.last_ns),
            _ => (self.first_ns.min(flow.first_ns), self.last_ns.max(flow.last_ns)),
        };
        self.n += 1;
        self.sent += sent;
        self.got += flow.backward().payload_bytes();
        self.largest = self.largest.max(sent);
        self.slots |= 1 << flow.first_ns.div_euclid(SLOT_NS).rem_euclid(SLOTS);
        self.n_encrypted += u64::from(matches!(flow.app, Some(AppProto::Tls | AppProto::Quic | AppProto::Ssh)));
        self.ports.insert(flow.responder().1);
    }

    /// Adds what went to another address of the place.
    pub fn add(&mut self, other: &Sum) {
        self.all_sent += other.all_sent;
        if other.n == 0 {
            return;
        }
        (self.first_ns, self.last_ns) = match self.n {
            0 => (other.first_ns, other.last_ns),
            _ => (self.first_ns.min(other.first_ns), self.last_ns.max(other.last_ns)),
        };
        self.n += other.n;
        self.sent += other.sent;
        self.got += other.got;
        self.largest = self.largest.max(other.largest);
        self.slots |= other.slots;
        self.n_encrypted += other.n_encrypted;
        self.ports.extend(&other.ports);
    }

    /// From the first to the last drop, s.
    pub fn seconds(&self) -> f64 {
        (self.last_ns - self.first_ns) as f64 / SECOND as f64
    }

    /// Share of the time slots in which a drop fell.
    pub fn steadiness(&self) -> f64 {
        let n_slots = ((self.last_ns - self.first_ns) / SLOT_NS + 1).clamp(1, SLOTS);
        f64::from(self.slots.count_ones()) / n_slots as f64
    }

    /// Times that more was sent than came back.
    pub fn ratio(&self) -> f64 {
        self.sent as f64 / self.got.max(1) as f64
    }
}
