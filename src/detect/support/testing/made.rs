//! Flows and packets made by hand.

use crate::model::flow::{Flow, FlowKey, TcpState};
use crate::model::format::time::SECOND;
use crate::model::packet::{Arp, Captured, Icmp, Ip, Layers, Packet, Tcp, Transport, Udp};
use crate::model::{Addr, DirectionStats};

/// Any private address.
pub fn inside(last: u8) -> Addr {
    Addr::v4([192, 168, 1, last])
}

/// Any public address.
pub fn outside(last: u8) -> Addr {
    Addr::v4([203, 0, 113, last])
}

/// A flow with `packets` and payload `bytes` forward and backward, evenly spread over `seconds` from `start`.
pub struct Made {
    /// IP protocol number.
    pub protocol: u8,
    /// Initiator and its port.
    pub from: (Addr, u16),
    /// Responder and its port.
    pub to: (Addr, u16),
    /// Seconds since 1970.
    pub start: f64,
    /// First to last packet.
    pub seconds: f64,
    /// Packets forward and backward.
    pub packets: [u32; 2],
    /// Payload bytes forward and backward.
    pub bytes: [u64; 2],
    /// TCP state.
    pub state: TcpState,
    /// Flag bits that every forward and every backward packet has.
    pub flags: [u8; 2],
}

impl Made {
    /// A TCP connection that was opened, used and closed.
    pub fn tcp(from: Addr, to: Addr, port: u16, start: f64) -> Made {
        Made {
            protocol: 6,
            from: (from, 40_000),
            to: (to, port),
            start,
            seconds: 0.5,
            packets: [6, 5],
            bytes: [400, 900],
            state: TcpState::Closed,
            flags: [0x10, 0x10],
        }
    }

    /// A TCP request that was refused.
    pub fn refused(from: Addr, to: Addr, port: u16, start: f64) -> Made {
        Made {
            seconds: 0.0,
            packets: [1, 1],
            bytes: [0, 0],
            state: TcpState::Refused,
            flags: [0x02, 0x14],
            ..Made::tcp(from, to, port, start)
        }
    }

    /// The flow.
    pub fn flow(&self) -> Flow {
        let is_low = self.from <= self.to;
        let ((low, low_port), (high, high_port)) = if is_low { (self.from, self.to) } else { (self.to, self.from) };
        let first_ns = (self.start * 1e9) as i64;
        let last_ns = first_ns + (self.seconds * 1e9) as i64;
        let [forward, backward] = [0, 1].map(|side| {
            let n = self.packets[side];
            let mut direction = DirectionStats { packets: n, first_ns, last_ns, ..DirectionStats::default() };
            for _ in 0..n {
                direction.payload.add(self.bytes[side] as f64 / f64::from(n));
            }
            direction.data_packets = if self.bytes[side] > 0 { n } else { 0 };
            direction.bytes = self.bytes[side] + 54 * u64::from(n);
            for bit in 0..8 {
                direction.flags[bit] = if self.flags[side] & (1 << bit) != 0 { n } else { 0 };
            }
            direction
        });
        let key = FlowKey { low, high, low_port, high_port, vlan: 0, protocol: self.protocol };
        let directions = if is_low { [forward, backward] } else { [backward, forward] };
        Flow {
            state: self.state,
            saw_syn: self.protocol == 6 && self.state != TcpState::Unknown,
            ..Flow::new(key, is_low, (first_ns, last_ns), directions)
        }
    }
}

/// An ARP packet; an answer if `operation` is 2.
pub fn arp(index: u64, second: f64, operation: u16, mac: u8, sender: Addr, target: Addr) -> Packet {
    Packet {
        index,
        time_ns: (second * SECOND as f64) as i64,
        is_timed: true,
        is_damaged: false,
        captured: Captured::default(),
        net_at: 0,
        transport_at: 0,
        wire_bytes: 60,
        captured_bytes: 60,
        macs: Some(([2, 0, 0, 0, 0, mac], [0xff; 6])),
        vlan: 0,
        vlan_stack: 0,
        layers: Layers::default(),
        arp: Some(Box::new(Arp {
            operation,
            sender_mac: [2, 0, 0, 0, 0, mac],
            sender_ip: sender,
            target_mac: [0; 6],
            target_ip: target,
        })),
        ip: None,
        transport: Transport::None,
        payload: 0..0,
        extras: None,
    }
}

/// An IP packet with this transport; the frame goes from the device `mac` to device 250.
fn ip(index: u64, second: f64, mac: u8, source: Addr, target: Addr, transport: Transport) -> Packet {
    let ip = Ip { source, target, protocol: 17, ttl: 64, is_fragment: false, payload_bytes: 100 };
    Packet {
        macs: Some(([2, 0, 0, 0, 0, mac], [2, 0, 0, 0, 0, 250])),
        arp: None,
        ip: Some(ip),
        transport,
        ..arp(index, second, 1, mac, source, target)
    }
}

/// A UDP packet from the device `mac`.
pub fn udp(index: u64, second: f64, mac: u8, source: (Addr, u16), target: (Addr, u16)) -> Packet {
    let udp = Udp { source_port: source.1, target_port: target.1, payload_bytes: 92 };
    ip(index, second, mac, source.0, target.0, Transport::Udp(udp))
}

/// A TCP packet without payload that acknowledges 1.
pub fn tcp(index: u64, second: f64, source: (Addr, u16), target: (Addr, u16), flags: u8) -> Packet {
    let tcp = Tcp {
        source_port: source.1,
        target_port: target.1,
        sequence: 0,
        acknowledgment: 1,
        flags,
        has_flags: true,
        window: Some(1024),
        window_scale: None,
        says_came_twice: false,
        header_bytes: 20,
        payload_bytes: 0,
    };
    ip(index, second, 1, source.0, target.0, Transport::Tcp(tcp))
}

/// An ICMP message of this type from the device `mac`.
pub fn icmp(index: u64, second: f64, mac: u8, source: Addr, target: Addr, is_v6: bool, kind: u8) -> Packet {
    let icmp = Icmp { is_v6, kind, code: 0, identifier: 0, payload_bytes: 92, content: None, refused: None };
    ip(index, second, mac, source, target, Transport::Icmp(icmp))
}
