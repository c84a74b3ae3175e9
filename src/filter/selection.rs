//! A filter over the tables of a capture: which flows and which packets pass.

use super::check::{Check, Test};
use super::field::{Field, FieldRead, FieldType, KnownBy, Out, Value};
use super::node::{FieldCheck, Node};
use super::view::{self, PacketView, Side, Tables};
use super::word::Word;
use crate::flow::fields::InternedField;
use crate::model::app::field::{FieldId, FieldShape, FieldValue};
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::flow::{Direction, Flow};
use crate::model::format::time;
use crate::model::net::addr::{Addr, mac_from_text};
use crate::model::packet::Transport;
use std::cell::RefCell;

/// A text was not yet compared; it does not pass; it passes.
const NOT_YET: u8 = 0;
const FAILS: u8 = 1;
const PASSES: u8 = 2;

/// A filter over some tables.
pub struct Selection<'a> {
    pub(super) node: &'a Node,
    pub(super) tables: &'a Tables<'a>,
    /// For each condition, what is known of each interned text; plain words come after the conditions.
    memos: RefCell<Vec<Vec<u8>>>,
    n_checks: usize,
    words: Vec<&'a Word>,
}

impl<'a> Selection<'a> {
    pub(super) fn new(node: &'a Node, tables: &'a Tables<'a>) -> Selection<'a> {
        let (mut n_checks, mut words) = (0, Vec::new());
        node.each(&mut |leaf| match leaf {
            Node::Field(check) => n_checks = n_checks.max(check.number + 1),
            Node::Word(word) => words.push(word),
            _ => {}
        });
        let memos = RefCell::new(vec![Vec::new(); n_checks + words.len()]);
        Selection { node, tables, memos, n_checks, words }
    }

    /// The tables.
    pub fn tables(&self) -> &'a Tables<'a> {
        self.tables
    }

    /// True if packets of the flow pass, as far as the flow knows.
    pub fn passes_flow(&self, serial: u32, flow: &Flow) -> bool {
        let side = |direction| Side { tables: self.tables, serial, flow, direction };
        let [forward, backward] = [Direction::ToResponder, Direction::ToOriginator].map(side);
        let has_packets = [forward, backward].map(|side| side.stats().packets > 0 || !side.is_counted());
        match has_packets {
            [false, true] => self.passes_side(&backward),
            [true, false] => self.passes_side(&forward),
            _ => self.passes_side(&forward) || self.passes_side(&backward),
        }
    }

    /// True if packets of this side pass, as far as the flow knows.
    pub fn passes_side(&self, side: &Side<'_>) -> bool {
        self.node.passes(&mut |leaf| match leaf {
            Node::Field(check) => self.side_passes(check, side),
            Node::Word(word) => self.word_fits(word, side),
            _ => false,
        })
    }

    /// True if the packet passes. Its bytes must have been read unless [`Selection::decides`] said so.
    pub fn passes_packet(&self, view: &PacketView<'_>) -> bool {
        self.node.passes(&mut |leaf| match leaf {
            Node::Field(check) => self.packet_passes(check, view),
            Node::Word(word) => self.word_fits_packet(word, view),
            _ => false,
        })
    }

    /// Whether a packet passes by what its flow and the index know; `None` if its bytes have to be read. The addresses and
    /// ports of an ordinary packet are those of its flow: no tunnel, no ICMP error, no fragment.
    pub fn decides(&self, view: &PacketView<'_>, is_ordinary: bool) -> Option<bool> {
        self.node.decides(&mut |leaf| match leaf {
            // What a protocol holds stands in the bytes.
            Node::Field(check) if check.field.is_protocol() && !matches!(check.check.test, Test::Exists) => None,
            Node::Field(check) => match check.field.known {
                KnownBy::Index => Some(self.packet_passes(check, view)),
                KnownBy::Side if is_ordinary || !check.field.has_packet_read() => view
                    .side
                    .as_ref()
                    .map_or(Some(self.packet_passes(check, view)), |side| Some(self.side_passes(check, side))),
                // A protocol that the flow has not got, its packets have not got; names of one that it has not got neither.
                KnownBy::Flow => view.side.as_ref().filter(|_| is_ordinary).and_then(|side| {
                    let is_possible = check.field.is_possible(side.flow);
                    if is_possible { None } else { Some(false) }
                }),
                _ => None,
            },
            Node::Word(word) => view.side.as_ref().map(|side| self.word_fits(word, side)),
            _ => Some(false),
        })
    }

    pub(super) fn side_passes(&self, FieldCheck { field, check, number, .. }: &FieldCheck, side: &Side<'_>) -> bool {
        match field.read {
            FieldRead::Of { side: Some(read), .. } => check.passes(|out| read(side, out)),
            FieldRead::Of { side: None, .. } => false,
            FieldRead::Message(kind, protocols) => self.messages_pass(field, check, *number, kind, protocols, side),
            FieldRead::Translated(kind, protocols, translate) => check.passes(|out| {
                for (kept, value) in self.kept(kind, protocols, side) {
                    let _ = kept;
                    translate(value, out);
                }
            }),
        }
    }

    /// The kept fields of a flow's messages.
    fn kept<'s>(
        &'s self,
        kind: FieldId,
        protocols: &[AppProto],
        side: &Side<'_>,
    ) -> impl Iterator<Item = (InternedField, Value<'s>)> + use<'s, 'a> {
        let is_own = protocols.is_empty() || side.flow.app.is_some_and(|app| protocols.contains(&app));
        let chain = is_own.then(|| self.tables.fields.chain(side.flow)).into_iter().flatten();
        chain.filter(move |kept| kept.kind == kind).map(|kept| {
            let value = match (kept.is_text, kept.kind.shape()) {
                (true, _) => Value::Text(self.tables.names.text(kept.value as u32)),
                (false, FieldShape::Time) => Value::Number((kept.value as i64).saturating_mul(time::SECOND)),
                (false, _) => Value::Number(kept.value.min(i64::MAX as u64) as i64),
            };
            (kept, value)
        })
    }

    /// Texts are compared once each: many flows share them.
    fn messages_pass(
        &self,
        field: &Field,
        check: &Check,
        number: usize,
        kind: FieldId,
        protocols: &[AppProto],
        side: &Side<'_>,
    ) -> bool {
        let (mut n, mut n_passing) = (0, 0);
        for (kept, value) in self.kept(kind, protocols, side) {
            let test = || shaped(field.kind, value, &mut |value| check.passes_one(value));
            let passes = if kept.is_text { self.remembered(number, kept.value as usize, test) } else { test() };
            n += 1;
            n_passing += u32::from(passes);
        }
        if check.is_of_all { n > 0 && n_passing == n } else { n_passing > 0 }
    }

    fn remembered(&self, number: usize, text: usize, test: impl Fn() -> bool) -> bool {
        let known = self.memos.borrow().get(number).and_then(|memo| memo.get(text)).copied().unwrap_or(NOT_YET);
        if known != NOT_YET {
            return known == PASSES;
        }
        let passes = test();
        if let Some(memo) = self.memos.borrow_mut().get_mut(number) {
            if memo.len() <= text {
                memo.resize(self.tables.names.len().max(text + 1), NOT_YET);
            }
            if let Some(slot) = memo.get_mut(text) {
                *slot = if passes { PASSES } else { FAILS };
            }
        }
        passes
    }

    fn packet_passes(&self, FieldCheck { field, check, .. }: &FieldCheck, view: &PacketView<'_>) -> bool {
        match (field.read, &view.read) {
            (FieldRead::Of { packet: Some(read), .. }, Some(_)) => check.passes(|out| read(view, out)),
            (FieldRead::Of { packet: Some(read), .. }, None) if field.known == KnownBy::Index => {
                check.passes(|out| read(view, out))
            }
            (FieldRead::Of { side: Some(read), .. }, _) => {
                view.side.as_ref().is_some_and(|side| check.passes(|out| read(side, out)))
            }
            (FieldRead::Of { .. }, _) => false,
            (FieldRead::Message(kind, protocols), Some(read)) => check.passes(|out| {
                messages(kind, protocols, read, &mut |value| {
                    shaped(field.kind, value, &mut |value| {
                        out(value);
                        false
                    });
                });
            }),
            (FieldRead::Translated(kind, protocols, translate), Some(read)) => {
                check.passes(|out| messages(kind, protocols, read, &mut |value| translate(value, out)))
            }
            (FieldRead::Message(..) | FieldRead::Translated(..), None) => false,
        }
    }

    fn word_fits(&self, word: &Word, side: &Side<'_>) -> bool {
        let flow = side.flow;
        match word {
            Word::Network(network) => network.has(flow.key.low) || network.has(flow.key.high),
            Word::Mac(mac) => flow.macs.is_some_and(|(a, b)| a == *mac || b == *mac),
            Word::Port(port) => {
                matches!(flow.key.protocol, 6 | 17) && (flow.key.low_port == *port || flow.key.high_port == *port)
            }
            Word::Text(text) => {
                let is_in = |value: &str| value.to_lowercase().contains(text.as_str());
                let place = self.words.iter().position(|own| std::ptr::eq(*own, word)).unwrap_or(usize::MAX >> 1);
                let number = self.n_checks + place;
                let is_in_name = |index: u32| {
                    index > 0 && self.remembered(number, index as usize, || is_in(self.tables.names.text(index)))
                };
                is_in_name(flow.name)
                    || flow.app.is_some_and(|app| is_in(app.name()))
                    || is_in(&flow.transport().to_string())
                    || (flow.is_tcp() && is_in(flow.state.name()))
                    || (flow.is_unreachable && "unreachable".contains(text.as_str()))
                    || self.tables.label(side.serial).is_some_and(is_in)
                    || self
                        .tables
                        .fields
                        .chain(flow)
                        .any(|kept| kept.is_text && !kept.kind.shape().is_secret() && is_in_name(kept.value as u32))
            }
        }
    }

    /// A packet of a flow fits as its flow does; another by itself.
    fn word_fits_packet(&self, word: &Word, view: &PacketView<'_>) -> bool {
        if let Some(side) = &view.side {
            return self.word_fits(word, side);
        }
        let Some(read) = &view.read else { return false };
        let packet = read.packet;
        match word {
            Word::Network(network) => {
                packet.ip.is_some_and(|ip| network.has(ip.source) || network.has(ip.target))
                    || packet.arp.as_ref().is_some_and(|arp| network.has(arp.sender_ip) || network.has(arp.target_ip))
            }
            Word::Mac(mac) => packet.macs.is_some_and(|(a, b)| a == *mac || b == *mac),
            Word::Port(port) => match &packet.transport {
                Transport::Tcp(tcp) => tcp.source_port == *port || tcp.target_port == *port,
                Transport::Udp(udp) => udp.source_port == *port || udp.target_port == *port,
                _ => false,
            },
            Word::Text(text) => {
                let is_in = |value: &str| value.to_lowercase().contains(text.as_str());
                read.app.is_some_and(|app| is_in(app.name()))
                    || packet.top().is_some_and(|top| is_in(&top.to_string()))
                    || read.fields.iter().any(|(kind, value)| {
                        !kind.shape().is_secret()
                            && matches!(value, FieldValue::Text(_) | FieldValue::Token(_))
                            && is_in(&value.to_string())
                    })
            }
        }
    }
}

/// The fields of a packet's messages.
fn messages(kind: FieldId, protocols: &[AppProto], read: &view::ReadPacket<'_>, out: Out<'_>) {
    if !protocols.is_empty() && !read.app.is_some_and(|app| protocols.contains(&app)) {
        return;
    }
    for (_, value) in read.fields.iter().filter(|(own, _)| *own == kind) {
        out(match value {
            FieldValue::Number(number) => Value::Number(number.min(i64::MAX as u64) as i64),
            FieldValue::Text(text) => Value::Text(text),
            FieldValue::Token(token) => Value::Text(token.label()),
            FieldValue::Addr(address) => Value::Addr(Addr::of(address)),
            FieldValue::Mac(address) => Value::Mac(address),
            FieldValue::Time(seconds) => Value::Number(seconds.saturating_mul(time::SECOND)),
        });
    }
}

/// Passes on a value in the form that its field's type compares.
fn shaped(kind: FieldType, value: Value<'_>, pass: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    let Value::Text(text) = value else { return pass(value) };
    match kind {
        FieldType::Named(names) => {
            let named = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(number, _)| *number);
            // A type without a name is kept as its number behind a word.
            let number = named.or_else(|| text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok());
            number.is_some_and(|number| pass(Value::Number(number)))
        }
        FieldType::Number => text.parse().is_ok_and(|number| pass(Value::Number(number))),
        FieldType::Mac => mac_from_text(text).is_some_and(|address| pass(Value::Mac(address))),
        FieldType::Ipv4 | FieldType::Ipv6 | FieldType::Address => {
            text.parse().is_ok_and(|address| pass(Value::Addr(Addr::of(address))))
        }
        _ => pass(value),
    }
}

impl Field {
    /// True if a packet has a function of its own.
    fn has_packet_read(&self) -> bool {
        matches!(self.read, FieldRead::Of { packet: Some(_), .. })
    }

    /// True if a flow can have values of it.
    pub(super) fn has_side(&self) -> bool {
        !matches!(self.read, FieldRead::Of { side: None, .. })
    }

    /// False if no packet of an ordinary flow can have a value.
    fn is_possible(&self, flow: &Flow) -> bool {
        match self.read {
            FieldRead::Message(_, protocols) | FieldRead::Translated(_, protocols, _) => {
                protocols.is_empty() || flow.app.is_none_or(|app| protocols.contains(&app)) || !flow.is_app_certain
            }
            FieldRead::Of { .. } => {
                let is_of_transport = |protocol: Protocol| super::fields::is_named(self.id, protocol);
                let carried = flow.app.map(Protocol::AppProto);
                match self.kind {
                    // Transports are certain; applications may change within a flow.
                    FieldType::Protocol if super::fields::is_transport(self.id) => is_of_transport(flow.transport()),
                    FieldType::Protocol => carried.is_none_or(is_of_transport) || !flow.is_app_certain,
                    _ => true,
                }
            }
        }
    }
}
