//! The first packet to a flow, and every packet to the figures of its flow.

use crate::flow::names::Names;
use crate::flow::{exchanges, health, periods, tcp, ttl};
use crate::model::DirectionStats;
use crate::model::app::protocol::Protocol;
use crate::model::flow::{Flow, FlowKey};
use crate::model::packet::{Packet, Transport, tcp_flag};

/// A flow that begins with this packet, which is not counted yet.
pub(super) fn new_flow(key: FlowKey, packet: &Packet, from: usize, names: &Names) -> Flow {
    let (source_port, target_port) =
        if from == 0 { (key.low_port, key.high_port) } else { (key.high_port, key.low_port) };
    let is_answer = match packet.tcp() {
        Some(tcp) if tcp.is_request() => false,
        Some(tcp) if tcp.has(tcp_flag::SYN | tcp_flag::ACK) => true,
        // Joined in the middle: the side with the reserved port is taken for the server (RFC 6335, section 6).
        _ => matches!(key.protocol, 6 | 17) && source_port < 1024 && target_port >= 1024,
    };
    let is_low_originator = (from == 0) != is_answer;
    let server_port = if is_answer { source_port } else { target_port };
    let server = if is_low_originator { key.high } else { key.low };
    let app = matches!(key.protocol, 6 | 17).then(|| {
        Protocol::from_port(key.protocol == 6, server_port).or_else(|| {
            let other = if is_answer { target_port } else { source_port };
            Protocol::from_port(key.protocol == 6, other).filter(|_| other < 1024)
        })
    });
    let directions = [DirectionStats::default(), DirectionStats::default()];
    Flow {
        app: app.flatten(),
        name: names.of(server),
        first_packet: packet.index,
        icmp: match &packet.transport {
            Transport::Icmp(icmp) => Some((icmp.kind, icmp.code)),
            _ => None,
        },
        macs: packet.macs,
        ..Flow::new(key, is_low_originator, (packet.time_ns, packet.time_ns), directions)
    }
}

/// Adds a packet to its flow; true if it repeats bytes that were sent before.
#[inline]
pub(super) fn count(flow: &mut Flow, packet: &Packet, from: usize) -> bool {
    let now = packet.time_ns;
    let n_before = flow.directions.iter().map(|direction| direction.packets).fold(0, u32::saturating_add);
    // Packets out of order of time: the gap counts as none, and time does not run back.
    let gap_ns = (now - flow.last_ns).max(0);
    if n_before > 0 {
        flow.gap.add(gap_ns as f64 / 1e3);
        periods::gap(flow, gap_ns, now);
    }
    flow.last_ns = flow.last_ns.max(now);
    flow.first_ns = flow.first_ns.min(now);
    let (payload_bytes, header_bytes) = match &packet.transport {
        Transport::Tcp(tcp) => (tcp.payload_bytes, tcp.header_bytes),
        Transport::Udp(udp) => (udp.payload_bytes, 8),
        Transport::Icmp(icmp) => (icmp.payload_bytes, 8),
        // The payload of a packet in pieces is counted when it is whole.
        Transport::None => (packet.ip.as_ref().filter(|ip| !ip.is_fragment).map_or(0, |ip| ip.payload_bytes), 0),
    };
    let Some(direction) = flow.directions.get_mut(from) else { return false };
    if direction.packets == 0 {
        direction.first_ns = now;
    } else {
        direction.gap.add((now - direction.last_ns).max(0) as f64 / 1e3);
    }
    direction.last_ns = if direction.packets == 0 { now } else { direction.last_ns.max(now) };
    direction.packets = direction.packets.saturating_add(1);
    direction.bytes += u64::from(packet.wire_bytes);
    direction.interface = packet.captured.interface();
    direction.header_bytes += u64::from(header_bytes);
    direction.header_min = direction.header_min.min(header_bytes);
    direction.payload.add(f64::from(payload_bytes));
    if payload_bytes > 0 {
        direction.data_packets = direction.data_packets.saturating_add(1);
    }
    let is_retransmission = match packet.tcp() {
        Some(tcp) => {
            ttl::count(flow, packet, tcp, from);
            let order = tcp::count(flow, packet, tcp, from);
            if !packet.captured.is_copy() {
                health::update(flow, tcp, from, now, order);
            }
            order.is_retransmission()
        }
        None => false,
    };
    if payload_bytes > 0 {
        periods::payload(flow, from as u8, payload_bytes, now);
        if !is_retransmission {
            exchanges::payload(flow, from, payload_bytes, now);
        }
    }
    is_retransmission
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_costs_what_the_documentation_says() {
        assert!(size_of::<Flow>() <= 512, "{}", size_of::<Flow>());
    }
}
