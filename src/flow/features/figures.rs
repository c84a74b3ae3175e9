//! A flow to the figures that CICFlowMeter's columns show. How they are counted depends on the mode; the columns do not.
//!
//! Here they come from a [`Flow`], by the corrected definitions; [`crate::flow::cic`] fills them with the original's.

use super::{micros, payload, ports, ratio};
use crate::model::flow::moments::Moments;
use crate::model::flow::{Bulk, Direction, Extra, Known};
use crate::model::{Addr, DirectionStats, Flow};

/// What the columns show of one flow.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Address and port of who began it; port 0 where the protocol has none.
    pub source: (Addr, u16),
    /// Address and port of the other side.
    pub target: (Addr, u16),
    /// IP protocol number.
    pub protocol: u8,
    /// What of it was measured.
    pub known: Known,
    /// First packet, ns since 1970.
    pub first_ns: i64,
    /// First to last packet, µs.
    pub duration_us: f64,
    /// Forward and backward.
    pub sides: [Side; 2],
    /// Gaps between packets, µs.
    pub gap: Moments,
    /// Payload bytes per packet, both sides.
    pub length: Moments,
    /// Payload bytes of both / packets of both.
    pub average_size: f64,
    /// Packets of the responder / packets of the originator; 0 without the latter.
    pub down_up: f64,
    /// Packets with FIN, SYN, RST, PSH, ACK, URG, ECE, CWR set, in the order of the bits.
    pub flags: [u64; 8],
    /// Active periods, µs.
    pub active: Moments,
    /// Idle gaps, µs.
    pub idle: Moments,
}

/// What the columns show of one side.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Packets.
    pub packets: u32,
    /// Packets with payload.
    pub data_packets: u32,
    /// Payload bytes per packet.
    pub payload: Moments,
    /// Gaps between packets, µs.
    pub gap: Moments,
    /// Sum of the gaps, µs.
    pub gap_total: f64,
    /// Packets with PSH.
    pub pushes: u32,
    /// Packets with URG.
    pub urgents: u32,
    /// Transport header bytes.
    pub header_bytes: u64,
    /// Smallest transport header, bytes; 0 without a packet.
    pub header_min: u8,
    /// Window field, not scaled; -1 where there is none.
    pub window: f64,
    /// Payload bytes, packets, and bytes a second of bulk transfers, on average.
    pub bulk: [f64; 3],
    /// Packets and payload bytes per subflow.
    pub subflow: [f64; 2],
}

impl Figures {
    /// One side.
    pub fn side(&self, direction: Direction) -> &Side {
        let [forward, backward] = &self.sides;
        if direction == Direction::ToResponder { forward } else { backward }
    }

    /// `count` per second of the flow's duration; 0 where the flow took no time.
    pub fn per_second(&self, count: f64) -> f64 {
        ratio(count * 1e6, self.duration_us)
    }

    /// Packets of both sides.
    pub fn packets(&self) -> f64 {
        self.sides.iter().map(|side| f64::from(side.packets)).sum()
    }

    /// Payload bytes of both sides.
    pub fn payload_bytes(&self) -> f64 {
        self.sides.iter().map(Side::payload_bytes).sum()
    }
}

impl Side {
    /// Payload bytes.
    pub fn payload_bytes(&self) -> f64 {
        self.payload.sum().round()
    }
}

/// The corrected figures.
impl From<&Flow> for Figures {
    fn from(flow: &Flow) -> Figures {
        let (source_port, target_port) = ports(flow);
        let length = payload(flow);
        let (forward, backward) = (flow.forward(), flow.backward());
        let mut flags = [0; 8];
        for (sum, (a, b)) in flags.iter_mut().zip(forward.flags.iter().zip(&backward.flags)) {
            *sum = u64::from(*a) + u64::from(*b);
        }
        Figures {
            source: (flow.originator().0, source_port),
            target: (flow.responder().0, target_port),
            protocol: flow.key.protocol,
            known: flow.known,
            first_ns: flow.first_ns,
            duration_us: micros(flow.duration_ns()),
            sides: [side(flow, forward, true), side(flow, backward, false)],
            gap: flow.gap,
            length,
            average_size: length.mean(),
            down_up: ratio(f64::from(backward.packets), f64::from(forward.packets)),
            flags,
            active: active(flow),
            idle: extra(flow, |e| e.idle).unwrap_or_default(),
        }
    }
}

fn side(flow: &Flow, direction: &DirectionStats, is_forward: bool) -> Side {
    use crate::model::packet::tcp_flag::{PSH, URG};
    let subflows = f64::from(extra(flow, |e| e.subflow_gaps).unwrap_or(0)) + 1.0;
    let bulk = bulk(flow, is_forward);
    let is_there = direction.packets > 0;
    Side {
        packets: direction.packets,
        data_packets: direction.data_packets,
        payload: direction.payload,
        gap: direction.gap,
        gap_total: if is_there { micros(direction.last_ns - direction.first_ns) } else { 0.0 },
        pushes: direction.flag(PSH),
        urgents: direction.flag(URG),
        header_bytes: direction.header_bytes,
        header_min: if is_there { direction.header_min } else { 0 },
        window: direction.initial_window.map_or(-1.0, f64::from),
        bulk: [
            ratio(bulk.bytes as f64, f64::from(bulk.count)),
            ratio(f64::from(bulk.packets), f64::from(bulk.count)),
            ratio(bulk.bytes as f64, bulk.duration_ns as f64 / 1e9),
        ],
        subflow: [f64::from(direction.packets) / subflows, direction.payload_bytes() as f64 / subflows],
    }
}

fn extra<T>(flow: &Flow, take: impl Fn(&Extra) -> T) -> Option<T> {
    flow.extra.as_deref().map(take)
}

/// Bulk transfers of the originator (`true`) or the responder.
fn bulk(flow: &Flow, is_forward: bool) -> Bulk {
    let [low, high] = extra(flow, |e| e.bulk).unwrap_or_default();
    if flow.is_low_originator == is_forward { low } else { high }
}

/// Active periods, µs, the one that the flow ended in among them. A period of a single packet takes no time and is
/// not counted, as in CICFlowMeter.
fn active(flow: &Flow) -> Moments {
    let mut periods = extra(flow, |e| e.active).unwrap_or_default();
    let last = micros(flow.last_ns - flow.active_start_ns);
    if last > 0.0 {
        periods.add(last);
    }
    periods
}
