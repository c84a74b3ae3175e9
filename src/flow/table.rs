//! The flow table: packets to flows, with time-outs, and room made at the cap by ending the oldest.

use super::names::Names;
use super::tcp;
use crate::model::address::Host;
use crate::model::flow::{Flow, FlowKey, NameSource, TcpState, Way};
use crate::model::moments::Moments;
use crate::model::packet::{Packet, Refused, Transport, tcp_flag};
use crate::model::protocol::Protocol;
use crate::model::{Direction, time};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

const CHUNK: usize = 4096;

/// Limits of a flow table.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A longer gap ends a flow, ns.
    pub idle_ns: i64,
    /// A longer flow is cut, ns.
    pub active_ns: i64,
    /// Most flows kept.
    pub most: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { idle_ns: 120 * time::SECOND, active_ns: 1800 * time::SECOND, most: usize::MAX }
    }
}

/// All flows, kept in order of their first packet; the oldest make room when the table is full.
pub struct FlowTable {
    limits: Limits,
    /// Flow `serial` stands in chunk `serial / CHUNK`; chunks that made room are empty.
    chunks: Vec<Vec<Flow>>,
    n_cleared: usize,
    /// Serial numbers of the current flow of every key.
    open: HashTable<u32>,
    hasher: FixedState,
    /// Totals of flows that made room.
    pub summarised: Summarised,
}

/// Totals of flows that are no longer kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summarised {
    /// Flows.
    pub flows: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub bytes: u64,
}

/// What was found of a packet's flow before the packet is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sought {
    hash: u64,
    serial: Option<u32>,
}

/// What a packet did to the table.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// Its flow.
    pub serial: u32,
    /// Its way in the flow.
    pub way: Way,
    /// It repeats bytes that were sent before.
    pub is_retransmission: bool,
}

/// The five-tuple of a packet with the smaller endpoint first, and 1 if the packet comes from the larger.
#[inline]
fn key_of(packet: &Packet) -> Option<(FlowKey, usize)> {
    let ip = packet.ip.as_ref()?;
    let (source_port, target_port) = match &packet.transport {
        Transport::Tcp(tcp) => (tcp.source_port, tcp.target_port),
        Transport::Udp(udp) => (udp.source_port, udp.target_port),
        Transport::Icmp(icmp) => (icmp.identifier, icmp.identifier),
        // Pieces of a packet belong to its flow.
        Transport::None => packet.piece().and_then(|piece| piece.ports).unwrap_or((0, 0)),
    };
    Some(ordered((ip.source, source_port), (ip.target, target_port), ip.protocol, packet.vlan))
}

#[inline]
fn ordered(source: (Host, u16), target: (Host, u16), protocol: u8, vlan: u16) -> (FlowKey, usize) {
    let (low, high, from) = if source <= target { (source, target, 0) } else { (target, source, 1) };
    (FlowKey { low: low.0, high: high.0, low_port: low.1, high_port: high.1, vlan, protocol }, from)
}

impl FlowTable {
    /// An empty table.
    pub fn new(limits: Limits) -> FlowTable {
        FlowTable {
            limits,
            chunks: Vec::new(),
            n_cleared: 0,
            open: HashTable::new(),
            hasher: FixedState::default(),
            summarised: Summarised::default(),
        }
    }

    /// Looks for the flow of a packet that will be counted soon. Looking for several at once lets a processor wait for
    /// the memory of all of them together, which is most of what a flow table costs.
    #[inline]
    pub fn seek(&self, packet: &Packet) -> Sought {
        let Some((key, _)) = key_of(packet) else { return Sought::default() };
        let hash = hash_key(&self.hasher, &key);
        Sought { hash, serial: self.find(hash, &key) }
    }

    /// Counts a packet that was sought before. Flows that this ends are handed to `ended` first. None for what is not IP.
    #[inline]
    pub fn update(
        &mut self,
        packet: &Packet,
        sought: Sought,
        names: &Names,
        ended: &mut impl FnMut(u32, &Flow),
    ) -> Option<Touch> {
        let (key, from) = key_of(packet)?;
        let hash = sought.hash;
        let mut carried_on = None;
        // Packets between may have ended the flow that was found, or begun the one that was not.
        let is_open = |serial: &u32| self.get(*serial).is_some_and(|flow| !flow.is_over && flow.key == key);
        let found = sought.serial.filter(is_open).or_else(|| self.find(hash, &key));
        if let Some(serial) = found {
            let limits = self.limits;
            let flow = self.get_mut(serial)?;
            match why_ended(flow, packet, from, limits) {
                None => {
                    let is_retransmission = count(flow, packet, from);
                    let way = if (from == 0) == flow.is_low_initiator { Way::Forward } else { Way::Backward };
                    return Some(Touch { serial, way, is_retransmission });
                }
                Some(End::Active) => carried_on = Some(flow.clone()),
                Some(End::Idle | End::Restart) => {}
            }
            self.close(hash, serial, ended);
        }
        let mut flow = new_flow(key, packet, from, names);
        if let Some(before) = carried_on {
            flow.is_low_initiator = before.is_low_initiator;
            flow.state = before.state;
            (flow.app, flow.is_app_certain) = (before.app, before.is_app_certain);
            (flow.name, flow.name_source) = (before.name, before.name_source);
            flow.talk = Flow::HEARD;
        }
        count(&mut flow, packet, from);
        let way = if (from == 0) == flow.is_low_initiator { Way::Forward } else { Way::Backward };
        let serial = self.insert(hash, flow, ended);
        Some(Touch { serial, way, is_retransmission: false })
    }

    /// Marks the flow whose packet an ICMP message says could not be delivered. Only by its first packets: later
    /// refusals do not make a working exchange a failed one.
    pub fn refuse(&mut self, refused: &Refused, vlan: u16) {
        let source = (refused.source, refused.source_port);
        let (key, from) = ordered(source, (refused.target, refused.target_port), refused.protocol, vlan);
        let serial = self.find(hash_key(&self.hasher, &key), &key);
        let Some(flow) = serial.and_then(|serial| self.get_mut(serial)) else { return };
        let is_from_initiator = (from == 0) == flow.is_low_initiator;
        if is_from_initiator && flow.backward().packets == 0 {
            flow.is_unreachable = true;
        }
    }

    /// Takes a flow that a table tells of; its serial number. A flow of one direction joins the flow of the other, if
    /// that is open and has nothing yet in this direction; any other flow has ended.
    pub fn push(&mut self, flow: Flow, is_one_way: bool, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        if !is_one_way {
            let serial = self.append(Flow { is_over: true, ..flow }, ended);
            if let Some(flow) = self.get(serial) {
                ended(serial, flow);
            }
            return serial;
        }
        let hash = hash_key(&self.hasher, &flow.key);
        if let Some(serial) = self.find(hash, &flow.key) {
            let idle_ns = self.limits.idle_ns;
            if self.get_mut(serial).is_some_and(|kept| super::join::join(kept, &flow, idle_ns)) {
                return serial;
            }
            self.close(hash, serial, ended);
        }
        self.insert(hash, flow, ended)
    }

    /// Ends every flow that is still open; their serial numbers, ascending.
    pub fn end_all(&mut self) -> Vec<u32> {
        let mut open: Vec<u32> = self.open.drain().collect();
        open.sort_unstable();
        open
    }

    /// The flow with this serial number, if it is still kept.
    #[inline]
    pub fn get(&self, serial: u32) -> Option<&Flow> {
        self.chunks.get(serial as usize / CHUNK)?.get(serial as usize % CHUNK)
    }

    /// The flow with this serial number, to attach facts to.
    #[inline]
    pub fn get_mut(&mut self, serial: u32) -> Option<&mut Flow> {
        self.chunks.get_mut(serial as usize / CHUNK)?.get_mut(serial as usize % CHUNK)
    }

    /// Flows kept.
    pub fn len(&self) -> usize {
        (self.chunks.len() - self.n_cleared).saturating_sub(1) * CHUNK + self.chunks.last().map_or(0, Vec::len)
    }

    /// True if no flow is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Kept flows with their serial numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Flow)> {
        (self.first_serial()..).zip(self.chunks.iter().flatten())
    }

    /// Serial number of the first flow kept.
    pub fn first_serial(&self) -> u32 {
        (self.n_cleared * CHUNK) as u32
    }

    #[inline]
    fn find(&self, hash: u64, key: &FlowKey) -> Option<u32> {
        self.open.find(hash, |serial| self.get(*serial).is_some_and(|flow| flow.key == *key)).copied()
    }

    fn close(&mut self, hash: u64, serial: u32, ended: &mut impl FnMut(u32, &Flow)) {
        if let Ok(entry) = self.open.find_entry(hash, |other| *other == serial) {
            entry.remove();
        }
        if let Some(flow) = self.get_mut(serial) {
            flow.is_over = true;
            ended(serial, flow);
        }
    }

    fn append(&mut self, flow: Flow, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            if self.len() + CHUNK > self.limits.most.max(2 * CHUNK) {
                self.make_room(ended);
            }
            let room = if self.chunks.is_empty() { 64 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        let serial = self.first_serial() + self.len() as u32;
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(flow);
        }
        serial
    }

    fn insert(&mut self, hash: u64, flow: Flow, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        let serial = self.append(flow, ended);
        let (chunks, hasher) = (&self.chunks, &self.hasher);
        self.open.insert_unique(hash, serial, |other| {
            let flow = chunks.get(*other as usize / CHUNK).and_then(|chunk| chunk.get(*other as usize % CHUNK));
            flow.map_or(0, |flow| hash_key(hasher, &flow.key))
        });
        serial
    }

    /// Ends and forgets the oldest chunk of flows.
    fn make_room(&mut self, ended: &mut impl FnMut(u32, &Flow)) {
        let first_serial = self.first_serial();
        let Some(chunk) = self.chunks.get_mut(self.n_cleared).map(std::mem::take) else { return };
        for (serial, flow) in (first_serial..).zip(&chunk) {
            let hash = hash_key(&self.hasher, &flow.key);
            if let Ok(entry) = self.open.find_entry(hash, |other| *other == serial) {
                entry.remove();
                ended(serial, flow);
            }
            self.summarised.flows += 1;
            self.summarised.packets += flow.packets();
            self.summarised.bytes += flow.bytes();
        }
        self.n_cleared += 1;
    }
}

#[inline]
fn hash_key(hasher: &FixedState, key: &FlowKey) -> u64 {
    let mut state = hasher.build_hasher();
    state.write_u128(key.low.0);
    state.write_u128(key.high.0);
    let ports = u64::from(key.low_port) | u64::from(key.high_port) << 16;
    state.write_u64(ports | u64::from(key.vlan) << 32 | u64::from(key.protocol) << 48);
    state.finish()
}

enum End {
    Idle,
    Active,
    Restart,
}

#[inline]
fn why_ended(flow: &Flow, packet: &Packet, from: usize, limits: Limits) -> Option<End> {
    if packet.time_ns - flow.last_ns > limits.idle_ns {
        return Some(End::Idle);
    }
    if packet.time_ns - flow.first_ns > limits.active_ns {
        return Some(End::Active);
    }
    let request = packet.tcp().filter(|tcp| tcp.is_request())?;
    tcp::is_restart(flow, request, from).then_some(End::Restart)
}

fn new_flow(key: FlowKey, packet: &Packet, from: usize, names: &Names) -> Flow {
    let (source_port, target_port) =
        if from == 0 { (key.low_port, key.high_port) } else { (key.high_port, key.low_port) };
    let is_answer = match packet.tcp() {
        Some(tcp) if tcp.is_request() => false,
        Some(tcp) if tcp.has(tcp_flag::SYN | tcp_flag::ACK) => true,
        // Joined in the middle: the side with the reserved port is taken for the server (RFC 6335, section 6).
        _ => matches!(key.protocol, 6 | 17) && source_port < 1024 && target_port >= 1024,
    };
    let is_low_initiator = (from == 0) != is_answer;
    let server_port = if is_answer { source_port } else { target_port };
    let server = if is_low_initiator { key.high } else { key.low };
    let app = matches!(key.protocol, 6 | 17).then(|| {
        Protocol::from_port(key.protocol == 6, server_port).or_else(|| {
            let other = if is_answer { target_port } else { source_port };
            Protocol::from_port(key.protocol == 6, other).filter(|_| other < 1024)
        })
    });
    Flow {
        key,
        is_low_initiator,
        state: TcpState::Unknown,
        is_unreachable: false,
        is_over: false,
        saw_request: false,
        app: app.flatten(),
        is_app_certain: false,
        name: names.of(server),
        name_source: NameSource::Dns,
        facts: 0,
        talk: 0,
        first_ns: packet.time_ns,
        last_ns: packet.time_ns,
        active_start_ns: packet.time_ns,
        first_packet: packet.index,
        gap: Moments::default(),
        directions: [Direction::default(), Direction::default()],
        run: Default::default(),
        run_direction: 0,
        icmp: match &packet.transport {
            Transport::Icmp(icmp) => Some((icmp.kind, icmp.code)),
            _ => None,
        },
        macs: packet.macs,
        extra: None,
    }
}

/// Adds a packet to its flow; true if it repeats bytes that were sent before.
#[inline]
fn count(flow: &mut Flow, packet: &Packet, from: usize) -> bool {
    let now = packet.time_ns;
    let n_before = flow.directions.iter().map(|direction| direction.packets).fold(0, u32::saturating_add);
    // Packets out of order of time: the gap counts as none, and time does not run back.
    let gap_ns = (now - flow.last_ns).max(0);
    if n_before > 0 {
        flow.gap.add(gap_ns as f64 / 1e3);
        super::periods::gap(flow, gap_ns, now);
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
    direction.header_bytes += u64::from(header_bytes);
    direction.header_min = direction.header_min.min(header_bytes);
    direction.payload.add(f64::from(payload_bytes));
    if payload_bytes > 0 {
        direction.data_packets = direction.data_packets.saturating_add(1);
    }
    let is_retransmission = match packet.tcp() {
        Some(tcp) => tcp::count(flow, tcp, from),
        None => false,
    };
    if payload_bytes > 0 {
        super::periods::payload(flow, from as u8, payload_bytes, now);
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
