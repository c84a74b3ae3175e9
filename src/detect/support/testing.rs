//! Flows and packets made by hand, for the tests of detectors.

use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry};
use crate::detect::support::address_claims::AddressClaims;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::domains::Domains;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::{self, FlowFields};
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate, Limits};
use crate::model::app::field::{FieldBuffer, FieldId, FieldValue, Message};
use crate::model::app::kinds::token::Kind;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{Direction, Flow, FlowKey, TcpState};
use crate::model::format::time::SECOND;
use crate::model::packet::{Arp, Captured, Icmp, Ip, Layers, Packet, Tcp, Transport, Udp};
use crate::model::{Addr, DirectionStats, Site};
use crate::settings::Settings;

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

/// What a detector concludes from these flows and packets with these settings.
pub fn finish(entry: &Entry, flows: &[Made], packets: &[Packet], settings: &Settings) -> Conclusion {
    let flows: Vec<Flow> = flows.iter().map(Made::flow).collect();
    finish_with(entry, &flows, packets, settings)
}

/// As [`finish`], from flows that are made already.
pub fn finish_with(entry: &Entry, flows: &[Flow], packets: &[Packet], settings: &Settings) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let mut claims = AddressClaims::default();
    for packet in packets {
        detector.observe_packet(packet);
        claims.observe(packet);
    }
    for (serial, flow) in flows.iter().enumerate() {
        detector.observe_flow(&EndedFlow { serial: serial as u32, flow, name: "", site: &Site::private() });
    }
    let times = flows.iter().map(|flow| flow.first_ns).chain(packets.iter().map(|p| p.time_ns));
    let mut contacts = Contacts::default();
    flows.iter().for_each(|flow| contacts.add(flow));
    let none = FlowTable::new(Limits::default());
    end_over(&mut *detector, &none, &Names::default(), (&contacts, &claims), times, settings)
}

/// As [`finish`], with the flows in the table, for what looks at them again in the end.
pub fn conclude_kept(entry: &Entry, flows: &[Made], settings: &Settings) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let mut kept = FlowTable::new(Limits::default());
    for flow in flows.iter().map(Made::flow) {
        detector.observe_flow(&EndedFlow { serial: kept.len() as u32, flow: &flow, name: "", site: &Site::private() });
        kept.push(flow, false, &mut |_, _| ());
    }
    let times = flows.iter().map(|made| (made.start * 1e9) as i64);
    let seen = (&Contacts::default(), &AddressClaims::default());
    end_over(&mut *detector, &kept, &Names::default(), seen, times, settings)
}

/// What a detector concludes, when messages and flows were at these times.
pub fn end(
    detector: &mut dyn Detector,
    names: &Names,
    contacts: &Contacts,
    times: impl Iterator<Item = i64>,
    settings: &Settings,
) -> Conclusion {
    let none = FlowTable::new(Limits::default());
    end_over(detector, &none, names, (contacts, &AddressClaims::default()), times, settings)
}

fn end_over(
    detector: &mut dyn Detector,
    flows: &FlowTable,
    names: &Names,
    (contacts, claims): (&Contacts, &AddressClaims),
    times: impl Iterator<Item = i64>,
    settings: &Settings,
) -> Conclusion {
    let span_ns = times.fold((i64::MAX, i64::MIN), |(first, last), ns| (first.min(ns), last.max(ns)));
    let told = FlowFields::default();
    let endpoints = EndpointIndex::of(flows);
    let (rows, site) = (Default::default(), Site::private());
    let context = Context {
        settings,
        flows,
        endpoints: &endpoints,
        names,
        told: &told,
        contacts,
        claims,
        site: &site,
        rows: &rows,
        span_ns,
        packets: 0,
    };
    detector.finish(&context)
}

/// A message in a connection of its own.
pub struct Line {
    /// Its protocol.
    pub protocol: AppProto,
    /// Seconds since 1970.
    pub second: f64,
    /// Who began the connection, and its port.
    pub from: (Addr, u16),
    /// The other side, and its port.
    pub to: (Addr, u16),
    /// Who says it.
    pub direction: Direction,
    /// What it says.
    pub facts: Vec<(FieldId, TestValue)>,
}

impl Line {
    /// What a client says to a server, from a port of its own.
    pub fn request(
        protocol: AppProto,
        second: f64,
        client: Addr,
        server: (Addr, u16),
        facts: Vec<(FieldId, TestValue)>,
    ) -> Line {
        let direction = Direction::ToResponder;
        Line { protocol, second, from: (client, 40_000), to: server, direction, facts }
    }

    /// The same in the other direction.
    pub fn answered(self) -> Line {
        Line { direction: Direction::ToOriginator, ..self }
    }
}

/// The value of a field of a message that is made.
#[derive(Clone, Debug)]
pub enum TestValue {
    /// A text; an empty one is none.
    Text(String),
    /// Anything else.
    Other(FieldValue<'static>),
}

impl From<&str> for TestValue {
    fn from(text: &str) -> TestValue {
        TestValue::Text(text.to_owned())
    }
}

impl From<String> for TestValue {
    fn from(text: String) -> TestValue {
        TestValue::Text(text)
    }
}

impl From<u64> for TestValue {
    fn from(number: u64) -> TestValue {
        TestValue::Other(FieldValue::Number(number))
    }
}

impl From<Addr> for TestValue {
    fn from(address: Addr) -> TestValue {
        TestValue::Other(FieldValue::Addr(address.ip()))
    }
}

impl From<[u8; 6]> for TestValue {
    fn from(address: [u8; 6]) -> TestValue {
        TestValue::Other(FieldValue::Mac(address))
    }
}

impl<K: Kind> From<K> for TestValue {
    fn from(kind: K) -> TestValue {
        TestValue::Other(FieldValue::Token(kind.into()))
    }
}

/// What a detector concludes from these messages.
pub fn observe_messages(entry: &Entry, lines: &[Line], settings: &Settings) -> Conclusion {
    observe_on_links(entry, lines, |_| 0, settings)
}

/// What a detector concludes from these messages of one connection.
pub fn observe_in_one(entry: &Entry, lines: &[Line], settings: &Settings) -> Conclusion {
    observe(entry, lines, |_| (0, 0), &[], settings)
}

/// What a detector concludes from these messages, each in the layer-2 network that `link` gives for its place.
pub fn observe_on_links(entry: &Entry, lines: &[Line], link: impl Fn(usize) -> u32, settings: &Settings) -> Conclusion {
    observe_with(entry, lines, link, &[], settings)
}

/// As [`observe_on_links`], with packets behind the messages.
pub fn observe_with(
    entry: &Entry,
    lines: &[Line],
    link: impl Fn(usize) -> u32,
    packets: &[Packet],
    settings: &Settings,
) -> Conclusion {
    observe(entry, lines, |place| (place as u32, link(place)), packets, settings)
}

/// With the connection and the layer-2 network of each line.
fn observe(
    entry: &Entry,
    lines: &[Line],
    of: impl Fn(usize) -> (u32, u32),
    packets: &[Packet],
    settings: &Settings,
) -> Conclusion {
    let mut detector: Box<dyn Detector> = (entry.make)();
    let mut claims = AddressClaims::default();
    let (mut names, mut domains, mut interned) = (Names::default(), Domains::default(), Vec::new());
    for (place, line) in lines.iter().enumerate() {
        let (serial, link) = of(place);
        let mut flow = Made { from: line.from, ..Made::tcp(line.from.0, line.to.0, line.to.1, line.second) }.flow();
        // What a network's broadcast address gets comes in frames for all.
        if line.to.0.0 & 0xff == 0xff {
            flow.macs = Some(([2; 6], [0xff; 6]));
        }
        let mut facts = FieldBuffer::default();
        for (kind, value) in &line.facts {
            match value {
                TestValue::Text(text) => facts.text(*kind, text),
                TestValue::Other(value) => facts.add(*kind, *value),
            }
        }
        let time_ns = flow.first_ns;
        let Some(said) = facts.messages().next() else { continue };
        let message = Message { protocol: line.protocol, time_ns, packet: place as u64, fields: said };
        let update = Some(FlowUpdate { serial, direction: line.direction, is_retransmission: false });
        claims.observe_message(&message, update, link);
        fields::intern(&said, &mut names, &mut interned);
        let asked = interned.iter().find(|fact| fact.kind == FieldId::DnsQuery).map(|fact| fact.value as u32);
        asked.iter().for_each(|name| domains.learn(&mut names, *name));
        let asked = asked.and_then(|name| domains.of(&names, name));
        detector.observe_message(&AppEvent {
            message: &message,
            update,
            flow: Some(&flow),
            packet: None,
            vlan_stack: link,
            names: &names,
            query: asked,
        });
    }
    for packet in packets {
        detector.observe_packet(packet);
        claims.observe(packet);
    }
    let times = lines.iter().map(|line| (line.second * 1e9) as i64);
    let none = FlowTable::new(Limits::default());
    end_over(&mut *detector, &none, &names, (&Contacts::default(), &claims), times, settings)
}
