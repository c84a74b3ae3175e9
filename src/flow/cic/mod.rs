//! Flows as CICFlowMeter v4 cuts them, beside the flow table and only when asked: for models that were trained on its CSVs.
//!
//! Its rules, taken from its behaviour (FlowGenerator and BasicFlow, October 2019 on): a flow's originator is who sent its
//! first packet; a packet more than 120 s after the first begins a new flow with the same originator, whose first packet
//! counts as the originator's whoever sent it; a RST or the responder's first FIN ends a flow at once; a side's second FIN
//! is lost; a flow of a single packet is left out when it times out or the file ends. Not taken over, because they make
//! a row unusable and not merely different: protocol 0 for what is neither TCP nor UDP, rates of infinity, times
//! without a zone.

mod count;

use super::chunks::{CHUNK, Chunks};
use super::features::figures::Figures;
use crate::model::Addr;
use crate::model::packet::{Packet, Transport, tcp_flag};
use count::{CicFlow, Seen};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// A packet later than this after a flow's first begins a new flow, µs.
const CUT_US: i64 = 120_000_000;

/// Both endpoints, the smaller first, and the IP protocol.
type Key = ((Addr, u16), (Addr, u16), u8);

/// All CICFlowMeter flows of a capture, in order of their first packet.
pub struct CicTable {
    flows: Chunks<CicFlow>,
    open: HashMap<Key, u32, RandomState>,
    most: usize,
    /// Flows that were forgotten because there were too many.
    pub n_forgotten: u64,
}

impl CicTable {
    /// An empty table that keeps at most so many flows.
    pub fn new(most: usize) -> CicTable {
        CicTable {
            flows: Chunks::default(),
            open: HashMap::with_hasher(RandomState::default()),
            most: most.max(2 * CHUNK),
            n_forgotten: 0,
        }
    }

    /// Counts a packet; `serial` is the number of its flow in the flow table.
    pub fn update(&mut self, packet: &Packet, serial: u32) {
        let Some((key, seen)) = read(packet) else { return };
        let Some((place, flow)) = self.open.get(&key).and_then(|place| Some((*place, self.flows.get_mut(*place)?)))
        else {
            return self.begin(key, CicFlow::new(seen, serial));
        };
        if seen.time_us - flow.start_us > CUT_US {
            let next = CicFlow::cut_from(flow, seen, serial);
            return self.begin(key, next);
        }
        let is_forward = flow.is_forward(&seen);
        let has = |bit| seen.flags & bit != 0;
        if has(tcp_flag::FIN) {
            if flow.fin_repeats(is_forward) {
                return;
            }
            if is_forward {
                flow.update(seen.time_us);
            }
            flow.add(&seen, is_forward);
            if is_forward {
                return;
            }
        } else if has(tcp_flag::RST) {
            flow.add(&seen, is_forward);
        } else {
            flow.update(seen.time_us);
            return flow.add(&seen, is_forward);
        }
        // The number stays with the flow; only the next packet must not find it.
        if self.open.get(&key) == Some(&place) {
            self.open.remove(&key);
        }
    }

    fn begin(&mut self, key: Key, flow: CicFlow) {
        if self.flows.len() >= self.most {
            let CicTable { flows, open, n_forgotten, .. } = self;
            flows.forget_oldest(|place, flow| {
                *n_forgotten += 1;
                let key = flow.key();
                if open.get(&key) == Some(&place) {
                    open.remove(&key);
                }
            });
        }
        let place = self.flows.push(flow);
        self.open.insert(key, place);
    }

    /// The flows that CICFlowMeter would write, each with the number of the flow that its first packet has in the flow
    /// table.
    pub fn rows(&self) -> impl Iterator<Item = (u32, Figures)> {
        self.flows.iter().filter(|flow| flow.packets() > 1).map(|flow| (flow.serial, Figures::from(flow)))
    }

    /// Flows written, and flows of a single packet that are not.
    pub fn counts(&self) -> (u64, u64) {
        let n_written = self.flows.iter().filter(|flow| flow.packets() > 1).count() as u64;
        (n_written, self.flows.len() as u64 - n_written)
    }
}

/// What counts of a packet; none for what is not IP.
fn read(packet: &Packet) -> Option<(Key, Seen)> {
    let ip = packet.ip.as_ref()?;
    let mut seen = Seen {
        time_us: packet.time_ns.div_euclid(1000),
        source: (ip.source, 0),
        target: (ip.target, 0),
        protocol: ip.protocol,
        payload_bytes: ip.payload_bytes,
        header_bytes: 0,
        flags: 0,
        window: 0,
    };
    match &packet.transport {
        Transport::Tcp(tcp) => {
            (seen.source.1, seen.target.1) = (tcp.source_port, tcp.target_port);
            (seen.payload_bytes, seen.header_bytes) = (tcp.payload_bytes, tcp.header_bytes);
            (seen.flags, seen.window) = (tcp.flags, tcp.window.unwrap_or(0));
        }
        Transport::Udp(udp) => {
            (seen.source.1, seen.target.1) = (udp.source_port, udp.target_port);
            (seen.payload_bytes, seen.header_bytes) = (udp.payload_bytes, 8);
        }
        Transport::Icmp(icmp) => (seen.payload_bytes, seen.header_bytes) = (icmp.payload_bytes, 8),
        Transport::None => {}
    }
    let key = (seen.source.min(seen.target), seen.source.max(seen.target), seen.protocol);
    Some((key, seen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::{Sketch, packet};
    use crate::model::flow::Direction;

    const SECOND: i64 = 1_000_000;
    const SYN: u8 = 0x02;
    const ACK: u8 = 0x10;
    const PUSH: u8 = 0x18;
    const FIN: u8 = 0x11;
    const RST: u8 = 0x04;

    fn table(packets: &[Sketch]) -> CicTable {
        let mut table = CicTable::new(0);
        for (window, sketch) in (100..).zip(packets) {
            table.update(&packet(*sketch, window), 7);
        }
        table
    }

    /// Packets of each side, of every flow.
    fn sizes(packets: &[Sketch]) -> Vec<[u32; 2]> {
        table(packets).rows().map(|(_, figures)| figures.sides.map(|side| side.packets)).collect()
    }

    #[test]
    fn the_published_errors_are_there() {
        let packets = [
            (0, true, 10, PUSH),
            (2 * SECOND, false, 40, PUSH),
            (2 * SECOND + 10, true, 30, PUSH),
            (2 * SECOND + 20, false, 50, PUSH),
            (2 * SECOND + 30, false, 60, PUSH),
            (9 * SECOND, true, 0, ACK),
            (10 * SECOND, true, 0, ACK),
        ];
        let (serial, figures) = table(&packets).rows().next().unwrap();
        let (forward, backward) = (figures.side(Direction::ToResponder), figures.side(Direction::ToOriginator));
        assert_eq!(serial, 7);
        assert_eq!((forward.pushes, backward.pushes), (1, 0), "of the first packet only");
        assert_eq!((forward.window, backward.window), (100.0, 104.0), "the first, and the last of the responder");
        assert_eq!(forward.data_packets, 1, "without the first packet");
        assert_eq!((figures.length.n, figures.average_size), (8, 200.0 / 7.0), "the first packet twice");
        assert_eq!(
            (forward.subflow, backward.subflow),
            ([2.0, 20.0], [1.0, 75.0]),
            "divided by two gaps, not three parts"
        );
        assert_eq!((forward.bulk, backward.bulk[0]), ([0.0; 3], 180.0), "all booked to the responder");
        assert_eq!((figures.down_up, figures.active.n), (0.0, 1), "whole numbers; without the last period");
        assert_eq!((figures.active.max_or_zero(), figures.idle.n), ((2 * SECOND + 30) as f64, 1));
    }

    #[test]
    fn the_responders_first_fin_ends_a_flow_and_the_initiators_does_not() {
        let open = [(0, true, 0, SYN), (1, false, 0, SYN | ACK), (2, true, 0, ACK)];
        let until = |rest: &[Sketch]| sizes(&[&open, rest].concat());
        assert_eq!(until(&[(3, false, 0, FIN), (4, true, 0, FIN), (5, false, 0, ACK)]), [[2, 2], [1, 1]]);
        assert_eq!(until(&[(3, true, 0, FIN), (4, true, 0, FIN), (5, true, 0, ACK), (6, false, 0, FIN)]), [[4, 2]]);
        assert_eq!(until(&[(3, false, 0, RST), (4, true, 0, ACK)]), [[2, 2]], "one packet alone is left out");
    }

    #[test]
    fn a_flow_is_cut_120_seconds_after_its_start_and_keeps_its_ends() {
        let beat = |at: i64, is_forward| (at * SECOND, is_forward, 1, PUSH);
        let table = table(&[beat(0, true), beat(60, false), beat(120, true), beat(121, false), beat(122, false)]);
        let rows: Vec<Figures> = table.rows().map(|(_, figures)| figures).collect();
        assert_eq!(
            rows.iter().map(|row| row.sides.each_ref().map(|s| s.packets)).collect::<Vec<_>>(),
            [[2, 1], [1, 1]]
        );
        assert_eq!(rows[0].source, rows[1].source);
        assert_eq!(table.counts(), (2, 0));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut table = CicTable::new(0);
        for i in 0..=2 * CHUNK as i64 {
            table.update(&packet((i * 121 * SECOND, true, 1, PUSH), 1), 0);
        }
        assert_eq!((table.n_forgotten, table.flows.len()), (CHUNK as u64, CHUNK + 1));
    }
}
