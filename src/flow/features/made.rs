//! Packets written out by hand to a flow, for tests.

use crate::model::flow::{Direction, NameSource, Run, TcpState};
use crate::model::moments::Moments;
use crate::model::{Flow, FlowKey, Host};

/// One packet: time in µs since the start, whether it goes forward, payload bytes, TCP flag bits.
pub(crate) type Sketch = (i64, bool, u32, u8);

/// 2026-11-21 00:00:00 UTC.
pub(crate) const START_NS: i64 = 1_795_219_200_000_000_000;

/// A TCP flow from 10.0.0.9:50000 (which has the larger address, so it is `high`) to 10.0.0.2:443.
pub(crate) fn tcp(packets: &[Sketch]) -> Flow {
    let mut flow = Flow {
        key: FlowKey {
            low: Host::v4([10, 0, 0, 2]),
            high: Host::v4([10, 0, 0, 9]),
            low_port: 443,
            high_port: 50_000,
            vlan: 0,
            protocol: 6,
        },
        is_low_initiator: false,
        state: TcpState::Established,
        is_unreachable: false,
        is_over: false,
        saw_request: true,
        app: None,
        is_app_certain: false,
        name: 0,
        name_source: NameSource::Dns,
        first_ns: START_NS,
        last_ns: START_NS,
        active_start_ns: START_NS,
        first_packet: 0,
        gap: Moments::default(),
        directions: [Direction::default(), Direction::default()],
        run: Run::default(),
        run_direction: 0,
        icmp: None,
        macs: None,
        extra: None,
    };
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

fn add(side: &mut Direction, time_ns: i64, payload: u32, flags: u8) {
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
