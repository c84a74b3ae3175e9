//! The messages of one case: how many, when, and in which flows.

use crate::detect::detector::AppEvent;
use crate::model::Finding;

/// Messages of a case.
#[derive(Clone, Debug, Default)]
pub struct MessageEvidence {
    /// Messages.
    pub n: u64,
    /// First, ns since 1970; meaningless while there is none.
    pub first_ns: i64,
    /// Last, ns since 1970.
    pub last_ns: i64,
    flows: Vec<u32>,
    packets: Vec<u64>,
}

/// A sentence on calls of a case of which only the answers were captured, with a space before; empty if there are none.
pub fn only_answers(n_answers: u64, n: u64) -> String {
    match n_answers {
        0 => String::new(),
        answers => format!(
            " Of {answers} of {n} only the answer is in the capture; the function is told by the interface and the size of the answer."
        ),
    }
}

impl MessageEvidence {
    /// Adds a message. Flows and packets are kept up to what a finding shows.
    pub fn add(&mut self, event: &AppEvent<'_>) {
        let (now, packet) = (event.message.time_ns, event.message.packet);
        (self.first_ns, self.last_ns) =
            if self.n == 0 { (now, now) } else { (self.first_ns.min(now), self.last_ns.max(now)) };
        self.n += 1;
        if let Some(update) = event.update
            && self.flows.last() != Some(&update.serial)
            && self.flows.len() < Finding::MOST_FLOWS
        {
            self.flows.push(update.serial);
        }
        if self.packets.len() < Finding::MOST_FLOWS {
            self.packets.push(packet);
        }
    }

    /// Adds the messages of another case of the same cause.
    pub fn merge(&mut self, other: &MessageEvidence) {
        if other.n == 0 {
            return;
        }
        let is_empty = self.n == 0;
        self.first_ns = if is_empty { other.first_ns } else { self.first_ns.min(other.first_ns) };
        self.last_ns = if is_empty { other.last_ns } else { self.last_ns.max(other.last_ns) };
        self.n += other.n;
        self.flows.extend(&other.flows);
        self.packets.extend(&other.packets);
    }

    /// Times, flows and packets into a finding.
    pub fn fill(&self, finding: &mut Finding) {
        (finding.start_ns, finding.end_ns) = (self.first_ns, self.last_ns);
        let mut flows = self.flows.clone();
        flows.sort_unstable();
        flows.dedup();
        finding.n_flows = flows.len() as u64;
        finding.n_packets = self.n;
        finding.flow_serials = flows;
        finding.packet_indices.clone_from(&self.packets);
    }
}
