//! Remarks on TCP segments, by counting the packets of their connections once more: what a segment changes is said of it.

use super::limits::Limits;
use super::names::Names;
use super::table::{FlowKeyHash, FlowTable};
use crate::model::flow::Flow;
use crate::model::flow::health::{Remarks, SenderHealth};
use crate::model::packet::Packet;

/// Counts packets again to remark on each.
pub struct SegmentRemarks {
    flows: FlowTable,
    names: Names,
}

impl SegmentRemarks {
    /// Before the first packet; flows end as in the table with these limits.
    pub fn new(limits: Limits) -> SegmentRemarks {
        SegmentRemarks { flows: FlowTable::new(Limits { most: usize::MAX, ..limits }), names: Names::default() }
    }

    /// The remarks on a packet. All packets of its connection must be given, in order.
    pub fn of(&mut self, packet: &Packet) -> Remarks {
        if packet.tcp().is_none() {
            return Remarks::default();
        }
        let found = self.flows.seek(packet, self.flows.begin(FlowKeyHash::of(packet)));
        let before = found.serial().and_then(|serial| Some((serial, counted(self.flows.get(serial)?))));
        let Some(update) = self.flows.update(packet, found, &self.names, &mut |_, _| ()) else {
            return Remarks::default();
        };
        let Some(flow) = self.flows.get(update.serial) else { return Remarks::default() };
        let before = before.filter(|(serial, _)| *serial == update.serial).map(|(_, sides)| sides).unwrap_or_default();
        let mut bits = 0;
        for (before, now) in before.iter().zip(&counted(flow)) {
            bits |= changes(before, now);
        }
        Remarks { bits }
    }
}

/// True if something is remarked on a packet of a flow.
pub fn has_any(flow: &Flow) -> bool {
    counted(flow).iter().any(|side| changes(&SenderHealth::default(), side) != 0)
}

/// What is counted of both sides. Before a connection has a health, what is sent again is counted by the direction.
fn counted(flow: &Flow) -> [SenderHealth; 2] {
    let first = |retransmissions| SenderHealth { retransmissions, ..SenderHealth::default() };
    let [low, high] = &flow.directions;
    flow.health()
        .map_or_else(|| [first(low.retransmissions), first(high.retransmissions)], |health| health.sides.clone())
}

fn changes(a: &SenderHealth, b: &SenderHealth) -> u16 {
    let grown = [
        (b.retransmissions > a.retransmissions, Remarks::RETRANSMISSION),
        (b.fast_retransmissions > a.fast_retransmissions, Remarks::FAST_RETRANSMISSION),
        (b.spurious_retransmissions > a.spurious_retransmissions, Remarks::SPURIOUS_RETRANSMISSION),
        (b.out_of_order > a.out_of_order, Remarks::OUT_OF_ORDER),
        (b.gaps > a.gaps, Remarks::LOST_SEGMENT),
        (b.acknowledged_unseen > a.acknowledged_unseen, Remarks::ACK_LOST_SEGMENT),
        (b.duplicate_acks > a.duplicate_acks, Remarks::DUPLICATE_ACK),
        (b.zero_windows > a.zero_windows, Remarks::ZERO_WINDOW),
        (b.probes > a.probes, Remarks::ZERO_WINDOW_PROBE),
        (b.window_updates > a.window_updates, Remarks::WINDOW_UPDATE),
        (b.full_windows > a.full_windows, Remarks::WINDOW_FULL),
        (b.keep_alives > a.keep_alives, Remarks::KEEP_ALIVE),
    ];
    grown.into_iter().filter(|(has_grown, _)| *has_grown).fold(0, |bits, (_, bit)| bits | bit)
}
