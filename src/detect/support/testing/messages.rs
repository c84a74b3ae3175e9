//! Runs a detector over messages made by hand, for tests.

use super::{Made, finish_over};
use crate::detect::detector::{AppEvent, Conclusion, Detector, Entry};
use crate::detect::support::address_claims::AddressClaims;
use crate::detect::support::connection_attempts::Contacts;
use crate::detect::support::domains::Domains;
use crate::detect::support::gateway::Gateway;
use crate::detect::support::service_answers::ServiceAnswers;
use crate::flow::fields;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate, Limits};
use crate::model::Addr;
use crate::model::app::field::{FieldBuffer, FieldId, FieldValue, Message};
use crate::model::app::kinds::token::Kind;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::packet::Packet;
use crate::settings::Settings;

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
    let (mut claims, mut answers) = (AddressClaims::default(), ServiceAnswers::default());
    let (mut names, mut domains, mut interned) = (Names::default(), Domains::default(), Vec::new());
    for (place, line) in lines.iter().enumerate() {
        let (serial, link) = of(place);
        let made = Made::tcp(line.from.0, line.to.0, line.to.1, line.second);
        // RADIUS has datagrams only.
        let protocol = if line.protocol == AppProto::Radius { 17 } else { made.protocol };
        let mut flow = Made { protocol, from: line.from, ..made }.flow();
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
        if let Some(update) = update.filter(|_| ServiceAnswers::listens(line.protocol)) {
            answers.observe(&message, &flow, update);
        }
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
    let seen = (&Contacts::default(), &claims, &Gateway::default(), &answers);
    finish_over(&mut *detector, &none, &names, seen, times, settings)
}
