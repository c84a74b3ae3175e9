//! Packets written out by hand, and flows of them, for tests.

use crate::model::flow::{DirectionStats, TcpState};
use crate::model::packet::{Captured, Ip, Layers, Packet, Tcp, Transport};
use crate::model::{Addr, Flow, FlowKey};

/// One packet: time in µs since the start, whether it goes forward, payload bytes, TCP flag bits.
pub(crate) type Sketch = (i64, bool, u32, u8);

/// 2026-11-21 00:00:00 UTC.
pub(crate) const START_NS: i64 = 1_795_219_200_000_000_000;

/// A TCP flow from 10.0.0.9:50000 (which has the larger address, so it is `high`) to 10.0.0.2:443.
pub(crate) fn tcp(packets: &[Sketch]) -> Flow {
    let key = FlowKey {
        low: Addr::v4([10, 0, 0, 2]),
        high: Addr::v4([10, 0, 0, 9]),
        low_port: 443,
        high_port: 50_000,
        vlan: 0,
        protocol: 6,
    };
    let directions = [DirectionStats::default(), DirectionStats::default()];
    let mut flow =
        Flow { state: TcpState::Established, saw_syn: true, ..Flow::new(key, false, (START_NS, START_NS), directions) };
    for (i, (at_micros, is_forward, payload, flags)) in packets.iter().copied().enumerate() {
        let time_ns = START_NS + at_micros * 1000;
        if i > 0 {
            flow.gap.add((time_ns - flow.last_ns) as f64 / 1e3);
        }
        flow.last_ns = time_ns;
        let [low, high] = &mut flow.directions;
        add(if is_forward { high } else { low }, time_ns, payload, flags);
    }
    flow
}

/// One of the packets that [`tcp`] makes a flow of, with this window and 20 bytes of TCP header.
pub(crate) fn packet((at_micros, is_forward, payload_bytes, flags): Sketch, window: u16) -> Packet {
    let (low, high) = ((Addr::v4([10, 0, 0, 2]), 443), (Addr::v4([10, 0, 0, 9]), 50_000));
    let (source, target) = if is_forward { (high, low) } else { (low, high) };
    let tcp = Tcp {
        source_port: source.1,
        target_port: target.1,
        sequence: 0,
        acknowledgment: 0,
        flags,
        has_flags: true,
        window: Some(window),
        window_scale: None,
        says_came_twice: false,
        header_bytes: 20,
        payload_bytes,
    };
    let (source, target) = (source.0, target.0);
    Packet {
        index: 0,
        time_ns: START_NS + at_micros * 1000,
        is_timed: true,
        wire_bytes: payload_bytes + 54,
        captured_bytes: payload_bytes + 54,
        macs: None,
        vlan: 0,
        vlan_stack: 0,
        layers: Layers::default(),
        arp: None,
        ip: Some(Ip { source, target, protocol: 6, ttl: 64, is_fragment: false, payload_bytes: payload_bytes + 20 }),
        transport: Transport::Tcp(tcp),
        is_damaged: false,
        captured: Captured::default(),
        net_at: 14,
        transport_at: 34,
        payload: 54..payload_bytes + 54,
        extras: None,
    }
}

fn add(side: &mut DirectionStats, time_ns: i64, payload: u32, flags: u8) {
    if side.packets == 0 {
        side.first_ns = time_ns;
        side.initial_window = Some(64_240);
    } else {
        side.gap.add((time_ns - side.last_ns) as f64 / 1e3);
    }
    side.last_ns = time_ns;
    side.packets += 1;
    side.data_packets += u32::from(payload > 0);
    side.bytes += u64::from(payload) + 54;
    side.header_bytes += 20;
    side.header_min = side.header_min.min(20);
    side.payload.add(f64::from(payload));
    for (bit, count) in side.flags.iter_mut().enumerate() {
        *count += u32::from(flags >> bit & 1);
    }
}
