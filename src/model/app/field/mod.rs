//! What application messages say: typed values, gathered message by message, for flows, counts and detectors.

pub use crate::model::app::field_id::{FieldId, FieldSet, FieldShape};
pub use crate::model::app::field_value::FieldValue;

use crate::model::app::kinds::token::{Kind, Token};
use crate::model::app::protocol::AppProto;
use crate::model::net::addr::Addr;
use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;

/// A value in eight bytes and what it is; a text and an IPv6 address by its place in the buffer.
#[derive(Clone, Copy, Debug)]
enum StoredValue {
    Number(u64),
    Text { at: u32, length: u32 },
    Token(Token),
    V4([u8; 4]),
    V6(u32),
    Mac([u8; 6]),
    Time(i64),
}

/// Longest text of one field, bytes; longer ones are truncated. A DNS name fits even if each of its 255 bytes was replaced.
pub const MOST_TEXT_BYTES: usize = 768;

/// Facts in the order in which they were read, with marks where messages begin.
#[derive(Clone, Debug, Default)]
pub struct FieldBuffer {
    list: Vec<(FieldId, StoredValue)>,
    texts: String,
    v6: Vec<Ipv6Addr>,
    /// Places in `list` where a message begins; the first message needs none.
    begins: Vec<u32>,
}

/// Facts up to a place, to forget what came after it.
#[derive(Clone, Copy, Debug)]
pub struct FieldMark {
    n_facts: usize,
    n_text_bytes: usize,
    n_v6: usize,
    n_begins: usize,
}

impl FieldBuffer {
    /// Another message begins: the facts that follow are its.
    pub fn begin(&mut self) {
        self.begins.push(self.list.len() as u32);
    }

    /// Adds a number.
    pub fn number(&mut self, kind: FieldId, value: u64) {
        self.list.push((kind, StoredValue::Number(value)));
    }

    /// Adds one of few values.
    pub fn token(&mut self, kind: FieldId, value: impl Into<Token>) {
        self.list.push((kind, StoredValue::Token(value.into())));
    }

    /// Adds an IP address.
    pub fn addr(&mut self, kind: FieldId, address: impl Into<IpAddr>) {
        let value = match address.into() {
            IpAddr::V4(address) => StoredValue::V4(address.octets()),
            IpAddr::V6(address) => {
                self.v6.push(address);
                StoredValue::V6(self.v6.len() as u32 - 1)
            }
        };
        self.list.push((kind, value));
    }

    /// Adds an Ethernet address.
    pub fn mac(&mut self, kind: FieldId, address: [u8; 6]) {
        self.list.push((kind, StoredValue::Mac(address)));
    }

    /// Adds a time, seconds since 1970 UTC.
    pub fn time(&mut self, kind: FieldId, seconds: i64) {
        self.list.push((kind, StoredValue::Time(seconds)));
    }

    /// Adds a text; an empty one is none.
    pub fn text(&mut self, kind: FieldId, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = text.get(..text.floor_char_boundary(MOST_TEXT_BYTES)).unwrap_or(text);
        let at = self.texts.len() as u32;
        self.texts.push_str(text);
        self.list.push((kind, StoredValue::Text { at, length: text.len() as u32 }));
    }

    /// Adds a text of bytes in some encoding near ASCII.
    pub fn bytes(&mut self, kind: FieldId, bytes: &[u8]) {
        let bytes = bytes.get(..MOST_TEXT_BYTES).unwrap_or(bytes);
        self.text(kind, &String::from_utf8_lossy(bytes));
    }

    /// Adds a text that is made by formatting.
    pub fn format(&mut self, kind: FieldId, value: impl fmt::Display) {
        let at = self.texts.len();
        if write!(self.texts, "{value}").is_err() {
            self.texts.truncate(at);
        }
        let end = self.texts.floor_char_boundary(at + MOST_TEXT_BYTES);
        self.texts.truncate(end);
        if end > at {
            self.list.push((kind, StoredValue::Text { at: at as u32, length: (end - at) as u32 }));
        }
    }

    /// Adds a value of any kind.
    pub fn add(&mut self, kind: FieldId, value: FieldValue<'_>) {
        match value {
            FieldValue::Number(number) => self.number(kind, number),
            FieldValue::Text(text) => self.text(kind, text),
            FieldValue::Token(token) => self.token(kind, token),
            FieldValue::Addr(address) => self.addr(kind, address),
            FieldValue::Mac(address) => self.mac(kind, address),
            FieldValue::Time(seconds) => self.time(kind, seconds),
        }
    }

    /// Adds the facts of another message.
    pub fn append(&mut self, other: &FieldBuffer) {
        let (from, n_v6) = (self.texts.len() as u32, self.v6.len() as u32);
        self.texts.push_str(&other.texts);
        self.v6.extend_from_slice(&other.v6);
        self.list.extend(other.list.iter().map(|(kind, kept)| match *kept {
            StoredValue::Text { at, length } => (*kind, StoredValue::Text { at: at + from, length }),
            StoredValue::V6(at) => (*kind, StoredValue::V6(at + n_v6)),
            kept => (*kind, kept),
        }));
    }

    /// The place that was reached.
    pub fn mark(&self) -> FieldMark {
        FieldMark {
            n_facts: self.list.len(),
            n_text_bytes: self.texts.len(),
            n_v6: self.v6.len(),
            n_begins: self.begins.len(),
        }
    }

    /// Forgets what was added after a mark.
    pub fn forget(&mut self, mark: FieldMark) {
        self.list.truncate(mark.n_facts);
        self.texts.truncate(mark.n_text_bytes);
        self.v6.truncate(mark.n_v6);
        self.begins.truncate(mark.n_begins);
    }

    /// Forgets all but keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.texts.clear();
        self.v6.clear();
        self.begins.clear();
    }

    /// Facts so far.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All facts in order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, FieldValue<'_>)> {
        self.fields_at(0..self.list.len() as u32).iter()
    }

    /// The facts at these places.
    pub fn fields_at(&self, places: Range<u32>) -> MessageFields<'_> {
        let list = self.list.get(places.start as usize..places.end as usize).unwrap_or(&[]);
        let kinds = list.iter().fold(FieldSet::NONE, |set, (kind, _)| set.union(FieldSet::of(&[*kind])));
        MessageFields { list, texts: Texts { all: &self.texts, v6: &self.v6 }, kinds }
    }

    /// The messages, each with its facts; one without facts is left out.
    pub fn messages(&self) -> impl Iterator<Item = MessageFields<'_>> {
        let ends = self.begins.iter().copied().chain([self.list.len() as u32]);
        let starts = [0].into_iter().chain(self.begins.iter().copied());
        starts.zip(ends).map(|(from, to)| self.fields_at(from..to)).filter(|fields| !fields.list.is_empty())
    }
}

/// What the values of a buffer refer to.
#[derive(Clone, Copy, Debug)]
struct Texts<'a> {
    all: &'a str,
    v6: &'a [Ipv6Addr],
}

impl<'a> Texts<'a> {
    #[inline]
    fn value(self, kept: StoredValue) -> FieldValue<'a> {
        match kept {
            StoredValue::Number(number) => FieldValue::Number(number),
            StoredValue::Text { at, length } => {
                FieldValue::Text(self.all.get(at as usize..(at + length) as usize).unwrap_or(""))
            }
            StoredValue::Token(token) => FieldValue::Token(token),
            StoredValue::V4(address) => FieldValue::Addr(Ipv4Addr::from(address).into()),
            StoredValue::V6(at) => {
                FieldValue::Addr(self.v6.get(at as usize).copied().unwrap_or(Ipv6Addr::UNSPECIFIED).into())
            }
            StoredValue::Mac(address) => FieldValue::Mac(address),
            StoredValue::Time(seconds) => FieldValue::Time(seconds),
        }
    }
}

/// The facts of one message.
#[derive(Clone, Copy, Debug)]
pub struct MessageFields<'a> {
    list: &'a [(FieldId, StoredValue)],
    texts: Texts<'a>,
    kinds: FieldSet,
}

impl<'a> MessageFields<'a> {
    /// The kinds of its facts.
    #[inline]
    pub fn kinds(&self) -> FieldSet {
        self.kinds
    }

    /// True if it has a field of this kind.
    #[inline]
    pub fn has(&self, kind: FieldId) -> bool {
        self.kinds.intersects(FieldSet::of(&[kind]))
    }

    /// True if the first text or token of a kind is this one.
    #[inline]
    pub fn is(&self, kind: FieldId, value: impl Into<Token>) -> bool {
        self.word(kind) == Some(FieldValue::Token(value.into()))
    }

    /// The first text or token of a kind as a variant of this enum; none if it is something else.
    #[inline]
    pub fn kind<K: Kind>(&self, kind: FieldId) -> Option<K> {
        match self.word(kind)? {
            FieldValue::Token(token) => token.kind(),
            _ => None,
        }
    }

    /// All tokens of a kind as variants of this enum.
    pub fn tokens<K: Kind>(&self, kind: FieldId) -> impl Iterator<Item = K> + use<'a, K> {
        self.of(kind).filter_map(|value| match value {
            FieldValue::Token(token) => token.kind(),
            _ => None,
        })
    }

    /// All facts in order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, FieldValue<'a>)> + use<'a> {
        let texts = self.texts;
        self.list.iter().map(move |(kind, kept)| (*kind, texts.value(*kept)))
    }

    /// The first text of a kind.
    pub fn text(&self, kind: FieldId) -> Option<&'a str> {
        self.texts(kind).next()
    }

    /// All texts of a kind.
    pub fn texts(&self, kind: FieldId) -> impl Iterator<Item = &'a str> + use<'a> {
        self.of(kind).filter_map(|value| match value {
            FieldValue::Text(text) => Some(text),
            _ => None,
        })
    }

    /// The first number of a kind.
    pub fn number(&self, kind: FieldId) -> Option<u64> {
        self.of(kind).find_map(|value| match value {
            FieldValue::Number(number) => Some(number),
            _ => None,
        })
    }

    /// The first IP address of a kind.
    pub fn addr(&self, kind: FieldId) -> Option<Addr> {
        self.addrs(kind).next()
    }

    /// All IP addresses of a kind.
    pub fn addrs(&self, kind: FieldId) -> impl Iterator<Item = Addr> + use<'a> {
        self.of(kind).filter_map(|value| match value {
            FieldValue::Addr(address) => Some(Addr::of(address)),
            _ => None,
        })
    }

    /// The first Ethernet address of a kind.
    pub fn mac(&self, kind: FieldId) -> Option<[u8; 6]> {
        self.of(kind).find_map(|value| match value {
            FieldValue::Mac(address) => Some(address),
            _ => None,
        })
    }

    /// The first time of a kind, ns since 1970 UTC; the last that there is if it is later.
    pub fn time_ns(&self, kind: FieldId) -> Option<i64> {
        self.of(kind).find_map(|value| match value {
            FieldValue::Time(seconds) => Some(seconds.saturating_mul(SECOND)),
            _ => None,
        })
    }

    /// The first value of a kind that is not a number.
    #[inline]
    pub fn word(&self, kind: FieldId) -> Option<FieldValue<'a>> {
        self.of(kind).find(|value| !matches!(value, FieldValue::Number(_)))
    }

    /// The values of a kind.
    #[inline]
    fn of(&self, kind: FieldId) -> impl Iterator<Item = FieldValue<'a>> + use<'a> {
        let list = if self.has(kind) { self.list } else { &[] };
        let texts = self.texts;
        list.iter().filter(move |(other, _)| *other == kind).map(move |(_, kept)| texts.value(*kept))
    }
}

/// A message in transit: its sender, time and fields.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its protocol.
    pub protocol: AppProto,
    /// Nanoseconds since 1970 UTC.
    pub time_ns: i64,
    /// The packet that completes it, from 0.
    pub packet: u64,
    /// What it says.
    pub fields: MessageFields<'a>,
}

#[cfg(test)]
mod tests;
