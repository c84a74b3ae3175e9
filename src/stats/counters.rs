//! Packets, or flows of a table, to totals: packets, bytes, times, protocols, sizes.

use super::messages::MessageCounts;
use super::timeline::TimelineBuilder;
use crate::flow::names::Names;
use crate::maths::sorting::Arrange;
use crate::model::analysis::{ProtocolCount, SizeBin, Timeline};
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::packet::Transport;
use crate::model::{Flow, Packet};
use std::collections::BTreeMap;

/// Upper borders of the size bins, those of Wireshark's packet length statistics.
pub const SIZE_BORDERS: [u32; 10] = [19, 39, 79, 159, 319, 639, 1279, 2559, 5119, u32::MAX];

/// Most points in time that the packets of one flow of a table are spread over: enough for a smooth chart. Set by us.
const MOST_SPREAD: u64 = 16;

/// The layer of applications, see [`layer`].
const APPLICATION: u8 = 4;

/// With at most so many layers, a layer that comes twice comes side by side, so that looking one back is enough.
const PLAIN_LAYERS: usize = 4;

#[derive(Clone, Copy, Default)]
struct Count {
    packets: u64,
    bytes: u64,
    /// Flows of a table, whose packets may not be counted.
    flows: u64,
}

impl Count {
    fn is_met(&self) -> bool {
        self.packets > 0 || self.flows > 0
    }
}

/// Running totals.
pub struct Counters {
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub bytes: u64,
    /// Earliest and latest time, ns since 1970.
    pub span_ns: Option<(i64, i64)>,
    /// Packets that the capture cut.
    pub packets_truncated: u64,
    /// Traffic over time.
    pub timeline: TimelineBuilder,
    named: [Count; AppProto::ALL.len()],
    numbered: BTreeMap<Protocol, Count>,
    sizes: [u64; SIZE_BORDERS.len()],
}

impl Default for Counters {
    fn default() -> Self {
        Counters {
            packets: 0,
            bytes: 0,
            span_ns: None,
            packets_truncated: 0,
            timeline: TimelineBuilder::default(),
            named: [Count::default(); AppProto::ALL.len()],
            numbered: BTreeMap::new(),
            sizes: [0; SIZE_BORDERS.len()],
        }
    }
}

impl Counters {
    /// Counts a packet.
    #[inline]
    pub fn add(&mut self, packet: &Packet) {
        let bytes = u64::from(packet.wire_bytes);
        self.packets += 1;
        self.bytes += bytes;
        self.packets_truncated += u64::from(packet.captured_bytes < packet.wire_bytes);
        let now = packet.time_ns;
        if packet.is_timed {
            self.span_ns = Some(self.span_ns.map_or((now, now), |(first, last)| (first.min(now), last.max(now))));
        }
        if let Some(slot) = self.sizes.get_mut(size_bin(packet.wire_bytes)) {
            *slot += 1;
        }
        let layers = packet.layers.as_slice();
        for (place, layer) in layers.iter().enumerate() {
            // A packet counts once for each protocol, even if it has the layer twice, as with VLAN tags or IP in IP.
            let from = if layers.len() > PLAIN_LAYERS { 0 } else { place.saturating_sub(1) };
            let before = layers.get(from..place);
            if before.is_some_and(|before| before.contains(layer)) {
                continue;
            }
            if let Some(slot) = self.slot(*layer) {
                slot.packets += 1;
                slot.bytes += bytes;
            }
        }
        let kind = match (&packet.transport, packet.arp.is_some()) {
            (Transport::Tcp(_), _) => Timeline::TCP,
            (Transport::Udp(_), _) => Timeline::UDP,
            (Transport::Icmp(_), _) => Timeline::ICMP,
            (_, true) => Timeline::ARP,
            _ => Timeline::OTHER,
        };
        if packet.is_timed {
            self.timeline.add(now, kind, bytes);
        }
    }

    /// Counts the packets of a flow that a table tells of, evenly spread over its time. Sizes are not known.
    pub fn add_flow(&mut self, flow: &Flow) {
        let (packets, bytes) = (flow.packets(), flow.bytes());
        self.packets += packets;
        self.bytes += bytes;
        let (first, last) = self.span_ns.unwrap_or((flow.first_ns, flow.last_ns));
        self.span_ns = Some((first.min(flow.first_ns), last.max(flow.last_ns)));
        let ip = Protocol::AppProto(if flow.key.low.is_v4() { AppProto::Ipv4 } else { AppProto::Ipv6 });
        for layer in [ip, flow.transport()] {
            if let Some(slot) = self.slot(layer) {
                slot.packets += packets;
                slot.bytes += bytes;
                slot.flows += 1;
            }
        }
        let kind = match flow.key.protocol {
            6 => Timeline::TCP,
            17 => Timeline::UDP,
            1 | 58 => Timeline::ICMP,
            _ => Timeline::OTHER,
        };
        let n = packets.clamp(1, MOST_SPREAD);
        // total * i / n, without running over 64 bits.
        let share = |total: u64, i: u64| total / n * i + total % n * i / n;
        let duration_ns = flow.duration_ns().unsigned_abs();
        for i in 0..n {
            let at = flow.first_ns.saturating_add_unsigned(share(duration_ns, i));
            let part = |total: u64| share(total, i + 1) - share(total, i);
            self.timeline.add_many(at, kind, part(packets), part(bytes));
        }
    }

    #[inline]
    fn slot(&mut self, protocol: Protocol) -> Option<&mut Count> {
        match protocol {
            Protocol::AppProto(named) => self.named.get_mut(named as usize),
            other => Some(self.numbered.entry(other).or_default()),
        }
    }

    /// Every protocol met with its packets and bytes; `apps` are the totals of applications by flow, `messages` what
    /// was read of them. Most packets first, then by layer and name.
    pub fn protocols(
        &self,
        apps: &BTreeMap<AppProto, (u64, u64)>,
        messages: &MessageCounts,
        names: &Names,
    ) -> Vec<ProtocolCount> {
        let row = |name: String, layer: u8, packets, bytes| ProtocolCount {
            name,
            layer,
            packets,
            bytes,
            ..ProtocolCount::default()
        };
        let of = |named: AppProto, layer: u8, packets, bytes| ProtocolCount {
            messages: messages.messages(named),
            fields: messages.fields(named, names),
            ..row(named.name().to_owned(), layer, packets, bytes)
        };
        // Flows also say what ICMP and its like told; whether a packet has them is known of each packet.
        let is_app = |named: &AppProto| layer(*named) == APPLICATION && apps.contains_key(named);
        let in_packets =
            AppProto::ALL.iter().zip(&self.named).filter(|(named, count)| !is_app(named) && count.is_met());
        let named = in_packets.map(|(named, count)| of(*named, layer(*named), count.packets, count.bytes));
        let numbered = self.numbered.iter().filter(|(_, count)| count.is_met()).map(|(protocol, count)| {
            let layer = match protocol {
                Protocol::LinkType(_) => 1,
                Protocol::IpProtocol(_) => 3,
                _ => 2,
            };
            row(protocol.to_string(), layer, count.packets, count.bytes)
        });
        let apps = apps.iter().filter(|(named, _)| is_app(named));
        let apps = apps.map(|(named, (packets, bytes))| of(*named, APPLICATION, *packets, *bytes));
        let mut rows: Vec<_> = named.chain(numbered).chain(apps).collect();
        rows.arrange_by(|a, b| b.packets.cmp(&a.packets).then(a.layer.cmp(&b.layer)).then_with(|| a.name.cmp(&b.name)));
        rows
    }

    /// Packets by size, all bins.
    pub fn sizes(&self) -> Vec<SizeBin> {
        let mut from = 0;
        SIZE_BORDERS
            .iter()
            .zip(&self.sizes)
            .map(|(to, packets)| {
                let bin = SizeBin { from, to: *to, packets: *packets };
                from = to.saturating_add(1);
                bin
            })
            .collect()
    }
}

/// The place of a size among the bins: their borders double from 20.
#[inline]
pub fn size_bin(bytes: u32) -> usize {
    ((u32::BITS - (bytes / 20).leading_zeros()) as usize).min(SIZE_BORDERS.len() - 1)
}

/// 1 link, 2 network, 3 transport, 4 application.
fn layer(named: AppProto) -> u8 {
    use AppProto::*;
    match named {
        Ethernet | Vlan | Loopback | LinuxSll | LinuxSll2 | RawIp | Llc | Macsec | Wifi | Radiotap | Ppi | Prism
        | Avs | Ppp | Hdlc | FrameRelay | Fddi | Nflog | Pktap | Wpan | Dsa | Slip | Ipoib | Pbb | VnTag
        | CiscoMetadata => 1,
        Arp | Rarp | Slarp | Ipv4 | Ipv6 | Lldp | Mpls | PppoeDiscovery | PppoeSession | Eapol | WakeOnLan | Ptp
        | Stp | Cdp => 2,
        Tcp | Udp | Icmp | Icmpv6 | Igmp | Sctp | Gre | Esp | Ah | Ospf | Pim | Vrrp | Eigrp | L2tp | IpInIp
        | UdpLite | IpFragment | EtherIp | Erspan | Geneve | Teredo | Vxlan | Gtp => 3,
        _ => APPLICATION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_count_applications_only() {
        let mut counters = Counters::default();
        counters.named[AppProto::Icmpv6 as usize] = Count { packets: 2, bytes: 120, flows: 0 };
        counters.named[AppProto::Udp as usize] = Count { packets: 3, bytes: 300, flows: 0 };
        let apps = BTreeMap::from([(AppProto::Icmpv6, (7, 700)), (AppProto::Dns, (3, 300))]);
        let rows = counters.protocols(&apps, &MessageCounts::default(), &Names::default());
        let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.packets)).collect();
        assert_eq!(rows, [("UDP", 3), ("DNS", 3), ("ICMPv6", 2)]);
    }

    #[test]
    fn a_size_falls_into_the_bin_of_its_border() {
        for (bin, border) in SIZE_BORDERS.iter().enumerate() {
            assert_eq!(size_bin(*border), bin);
            assert_eq!(size_bin(border.saturating_add(1)), (bin + 1).min(SIZE_BORDERS.len() - 1));
        }
        assert_eq!(size_bin(0), 0);
    }
}
