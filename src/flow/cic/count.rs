//! One flow as CICFlowMeter v4 counts it, its errors among them.

use crate::flow::features::figures::{Figures, Side};
use crate::model::Addr;
use crate::model::flow::Known;
use crate::model::flow::moments::Moments;

/// A longer gap is idle time, µs.
const IDLE_US: i64 = 5_000_000;
/// A longer gap is a border between subflows, and ends a bulk transfer, µs.
const SUBFLOW_US: i64 = 1_000_000;
/// Payload packets that make a bulk transfer.
const BULK_PACKETS: u32 = 4;

/// What counts of one packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub time_us: i64,
    pub source: (Addr, u16),
    pub target: (Addr, u16),
    pub protocol: u8,
    pub payload_bytes: u32,
    pub header_bytes: u8,
    pub flags: u8,
    pub window: u16,
}

#[derive(Clone, Debug)]
pub(super) struct CicFlow {
    /// Its first packet's flow in the flow table.
    pub serial: u32,
    /// First packet, µs since 1970.
    pub start_us: i64,
    source: (Addr, u16),
    target: (Addr, u16),
    protocol: u8,
    /// Flags and payload bytes of the first packet.
    first: (u8, u32),
    last_us: i64,
    /// Forward and backward.
    sides: [Counted; 2],
    gap: Moments,
    flags: [u32; 8],
    /// Forward packets with payload, without the first.
    data_packets: u32,
    header_min: u8,
    /// Of the first packet, and of the latest backward one.
    windows: [u16; 2],
    /// The originator's FINs count, the responder's end the flow.
    has_fin: bool,
    active: (i64, i64),
    actives: Moments,
    idles: Moments,
    n_gaps: u32,
    bulk: Bulk,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    packets: u32,
    header_bytes: u64,
    payload: Moments,
    gap: Moments,
    last_us: i64,
}

/// Bulk transfers of both sides as one, and the run that may become the next; none while `run_packets` is 0.
#[derive(Clone, Debug, Default)]
struct Bulk {
    count: u64,
    packets: u64,
    bytes: u64,
    duration_us: i64,
    run_packets: u32,
    run_bytes: u64,
    run_start_us: i64,
    run_last_us: i64,
}

impl CicFlow {
    /// A flow that begins with this packet.
    pub fn new(seen: Seen, serial: u32) -> CicFlow {
        let mut flow = CicFlow {
            serial,
            start_us: seen.time_us,
            source: seen.source,
            target: seen.target,
            protocol: seen.protocol,
            first: (seen.flags, seen.payload_bytes),
            last_us: seen.time_us,
            sides: Default::default(),
            gap: Moments::default(),
            flags: [0; 8],
            data_packets: 0,
            header_min: u8::MAX,
            windows: [seen.window, 0],
            has_fin: false,
            active: (seen.time_us, seen.time_us),
            actives: Moments::default(),
            idles: Moments::default(),
            n_gaps: 0,
            bulk: Bulk::default(),
        };
        flow.count(&seen, true);
        flow
    }

    /// The flow that goes on where `before` was cut: its ends stay as they were, and its first packet counts as the
    /// originator's.
    pub fn cut_from(before: &CicFlow, seen: Seen, serial: u32) -> CicFlow {
        CicFlow { source: before.source, target: before.target, ..CicFlow::new(seen, serial) }
    }

    pub fn packets(&self) -> u64 {
        self.sides.iter().map(|side| u64::from(side.packets)).sum()
    }

    pub fn key(&self) -> super::Key {
        (self.source.min(self.target), self.source.max(self.target), self.protocol)
    }

    /// By address alone, as the original does.
    pub fn is_forward(&self, seen: &Seen) -> bool {
        seen.source.0 == self.source.0
    }

    /// Notes a FIN; true if this side has sent one before.
    pub fn fin_repeats(&mut self, is_forward: bool) -> bool {
        is_forward && std::mem::replace(&mut self.has_fin, true)
    }

    /// Takes the time of a packet for active and idle periods.
    pub fn update(&mut self, now_us: i64) {
        let (start, end) = self.active;
        if now_us - end > IDLE_US {
            if end > start {
                self.actives.add((end - start) as f64);
            }
            self.idles.add((now_us - end) as f64);
            self.active = (now_us, now_us);
        } else {
            self.active.1 = now_us;
        }
    }

    /// Adds a packet that is not the first.
    pub fn add(&mut self, seen: &Seen, is_forward: bool) {
        if seen.time_us - self.last_us > SUBFLOW_US {
            self.n_gaps = self.n_gaps.saturating_add(1);
            self.update(seen.time_us);
        }
        self.gap.add((seen.time_us - self.last_us) as f64);
        self.last_us = seen.time_us;
        if is_forward {
            self.data_packets = self.data_packets.saturating_add(u32::from(seen.payload_bytes > 0));
        } else {
            self.windows[1] = seen.window;
        }
        self.count(seen, is_forward);
    }

    /// What is counted of every packet.
    fn count(&mut self, seen: &Seen, is_forward: bool) {
        self.bulk.add(seen.payload_bytes, seen.time_us);
        for (bit, count) in self.flags.iter_mut().enumerate() {
            *count = count.saturating_add(u32::from(seen.flags >> bit & 1));
        }
        if is_forward {
            self.header_min = self.header_min.min(seen.header_bytes);
        }
        let [forward, backward] = &mut self.sides;
        let side = if is_forward { forward } else { backward };
        if side.packets > 0 {
            side.gap.add((seen.time_us - side.last_us) as f64);
        }
        side.last_us = seen.time_us;
        side.packets = side.packets.saturating_add(1);
        side.header_bytes += u64::from(seen.header_bytes);
        side.payload.add(f64::from(seen.payload_bytes));
    }
}

impl Bulk {
    fn add(&mut self, bytes: u32, now_us: i64) {
        if bytes == 0 {
            return;
        }
        if self.run_packets == 0 || now_us - self.run_last_us > SUBFLOW_US {
            (self.run_packets, self.run_bytes, self.run_start_us) = (1, u64::from(bytes), now_us);
            self.run_last_us = now_us;
            return;
        }
        self.run_packets = self.run_packets.saturating_add(1);
        self.run_bytes += u64::from(bytes);
        if self.run_packets == BULK_PACKETS {
            self.count += 1;
            self.packets += u64::from(BULK_PACKETS);
            self.bytes += self.run_bytes;
            self.duration_us += now_us - self.run_start_us;
        } else if self.run_packets > BULK_PACKETS {
            self.packets += 1;
            self.bytes += u64::from(bytes);
            self.duration_us += now_us - self.run_last_us;
        }
        self.run_last_us = now_us;
    }

    /// Bytes, packets and bytes a second, whole numbers.
    fn averages(&self) -> [f64; 3] {
        let seconds = self.duration_us as f64 / 1e6;
        let rate = if self.duration_us == 0 { 0.0 } else { (self.bytes as f64 / seconds).trunc() };
        [whole(self.bytes, self.count), whole(self.packets, self.count), rate]
    }
}

/// A division of whole numbers; 0 where there is nothing to divide by.
fn whole(part: u64, by: u64) -> f64 {
    part.checked_div(by).unwrap_or(0) as f64
}

impl From<&CicFlow> for Figures {
    fn from(flow: &CicFlow) -> Figures {
        use crate::model::packet::tcp_flag::{PSH, URG};
        let (first_flags, first_bytes) = flow.first;
        let first_has = |bit| u32::from(first_flags & bit != 0);
        let subflows = u64::from(flow.n_gaps);
        let [forward, backward] = flow.sides.each_ref().map(|side| {
            let bytes = side.payload.sum().round();
            Side {
                packets: side.packets,
                payload: side.payload,
                gap: side.gap,
                gap_total: side.gap.sum().round(),
                header_bytes: side.header_bytes,
                subflow: [whole(u64::from(side.packets), subflows), whole(bytes as u64, subflows)],
                ..Side::default()
            }
        });
        let mut length = forward.payload.merge(&backward.payload);
        length.add(f64::from(first_bytes));
        let packets = forward.packets.saturating_add(backward.packets);
        let down_up = whole(u64::from(backward.packets), u64::from(forward.packets));
        let bytes = length.sum().round();
        Figures {
            source: flow.source,
            target: flow.target,
            protocol: flow.protocol,
            known: Known::ALL,
            first_ns: flow.start_us * 1000,
            duration_us: (flow.last_us - flow.start_us) as f64,
            average_size: if packets > 0 { bytes / f64::from(packets) } else { 0.0 },
            down_up,
            sides: [
                Side {
                    data_packets: flow.data_packets,
                    pushes: first_has(PSH),
                    urgents: first_has(URG),
                    header_min: flow.header_min,
                    window: f64::from(flow.windows[0]),
                    ..forward
                },
                Side { window: f64::from(flow.windows[1]), bulk: flow.bulk.averages(), ..backward },
            ],
            gap: flow.gap,
            length,
            flags: flow.flags.map(u64::from),
            active: flow.actives,
            idle: flow.idles,
        }
    }
}
