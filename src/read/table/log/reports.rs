//! Reports of connections that go on, each with all that was counted so far, to what was counted since the report before.

use crate::model::{DirectionStats, Flow};
use std::collections::BTreeMap;

/// Most connections whose last report is kept.
const MOST: usize = 1 << 16;

/// What was reported of each connection, by the hash of its id.
#[derive(Default)]
pub(super) struct Reports {
    /// The log has such reports.
    pub has_some: bool,
    last: BTreeMap<u64, Report>,
}

struct Report {
    first_ns: i64,
    /// Packets and bytes of each direction, as the flow keeps them.
    counts: [(u32, u64); 2],
}

impl Reports {
    /// Takes off what an earlier report of the same connection counted; true if there was one.
    pub fn subtract(&mut self, connection: u64, flow: &mut Flow) -> bool {
        if !self.has_some {
            return false;
        }
        let [low, high] = &flow.directions;
        let report = Report { first_ns: flow.first_ns, counts: [low, high].map(|side| (side.packets, side.bytes)) };
        let has_room = self.last.len() < MOST;
        let before = match self.last.get_mut(&connection) {
            Some(last) => Some(std::mem::replace(last, report)),
            None if has_room => self.last.insert(connection, report),
            None => None,
        };
        let is_later = |before: &Report| {
            let has_all = |(side, (packets, bytes)): (&DirectionStats, &(u32, u64))| {
                side.packets >= *packets && side.bytes >= *bytes
            };
            before.first_ns == flow.first_ns && flow.directions.iter().zip(&before.counts).all(has_all)
        };
        let Some(before) = before.filter(is_later) else { return false };
        for (side, (packets, bytes)) in flow.directions.iter_mut().zip(before.counts) {
            (side.packets, side.bytes) = (side.packets.saturating_sub(packets), side.bytes.saturating_sub(bytes));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Addr, FlowKey};

    #[test]
    fn a_later_report_counts_what_came_since_the_one_before() {
        let report = |packets: u32| {
            let (low, high) = (Addr::v4([10, 0, 0, 2]), Addr::v4([10, 0, 0, 9]));
            let key = FlowKey { low, high, low_port: 443, high_port: 50_000, vlan: 0, protocol: 6 };
            let side = || DirectionStats { packets, bytes: u64::from(packets) * 100, ..DirectionStats::default() };
            Flow::new(key, false, (0, i64::from(packets)), [side(), side()])
        };
        let mut reports = Reports { has_some: true, ..Reports::default() };
        let mut all: Vec<Flow> = [3, 5, 9].map(report).into();
        let is_part: Vec<bool> = all.iter_mut().map(|flow| reports.subtract(1, flow)).collect();
        assert_eq!(is_part, [false, true, true]);
        assert_eq!(
            all.iter().map(|flow| (flow.packets(), flow.bytes())).collect::<Vec<_>>(),
            [(6, 600), (4, 400), (8, 800)]
        );
        let mut other = report(4);
        assert!(!reports.subtract(2, &mut other) && other.packets() == 8);
    }
}
