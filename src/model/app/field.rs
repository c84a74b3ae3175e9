//! What application messages say: typed facts, gathered message by message, for flows, counts and detectors.

use crate::model::app::protocol::AppProto;
use std::fmt::{self, Write};
use std::ops::Range;

/// How a fact is kept and shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One of few values: also counted for its protocol.
    Kind,
    /// Free text or a number.
    Value,
    /// Of one message only: shown with the packet and to detectors, not kept with the flow.
    Passing,
    /// A time, seconds since 1970 UTC.
    Time,
    /// A password or the like: shown masked unless asked for.
    Secret,
    /// Both: a secret of one message only.
    PassingSecret,
}

impl Shape {
    /// Of one message only: not kept with the flow.
    pub fn is_passing(self) -> bool {
        matches!(self, Shape::Passing | Shape::PassingSecret)
    }

    /// Masked unless asked for.
    pub fn is_secret(self) -> bool {
        matches!(self, Shape::Secret | Shape::PassingSecret)
    }
}

macro_rules! field_ids {
    ($($name:ident $id:literal $label:literal $shape:ident),* $(,)?) => {
        /// What a fact is about.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum FieldId { $($name),* }

        impl FieldId {
            /// Every kind.
            pub const ALL: &[FieldId] = &[$(FieldId::$name),*];

            /// Id in exports.
            pub fn id(self) -> &'static str {
                match self { $(FieldId::$name => $id),* }
            }

            /// Name for people.
            pub fn label(self) -> &'static str {
                match self { $(FieldId::$name => $label),* }
            }

            /// How it is kept and shown.
            pub fn shape(self) -> Shape {
                match self { $(FieldId::$name => Shape::$shape),* }
            }
        }
    };
}

bitflags::bitflags! {
    /// A set of kinds of facts: a bit for each [`FieldId`], which has the names.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct FieldSet: u128 {
        const _ = !0;
    }
}

const _: () = assert!(FieldId::ALL.len() <= u128::BITS as usize, "each kind has a bit in a set of kinds");

impl FieldSet {
    /// Every kind.
    pub const ALL: FieldSet = FieldSet::all();
    /// No kind.
    pub const NONE: FieldSet = FieldSet::empty();

    /// These kinds.
    pub const fn of(kinds: &[FieldId]) -> FieldSet {
        let (mut set, mut rest) = (0, kinds);
        while let [kind, others @ ..] = rest {
            (set, rest) = (set | 1 << *kind as u8, others);
        }
        FieldSet::from_bits_retain(set)
    }
}

field_ids! {
    // Of many protocols.
    Message "message" "Message" Kind, Version "version" "Version" Kind, Command "command" "Command" Kind,
    Argument "argument" "Argument" Passing, Reply "reply" "Reply" Kind, Banner "banner" "Server says it is" Value,
    Agent "agent" "Client says it is" Value, User "user" "User" Value, Password "password" "Password" Secret,
    Login "login" "Log-in" Kind, Method "method" "Method of log-in" Kind, Host "host" "Host name" Value,
    Domain "domain" "Domain" Value, File "file" "File" Value, Bytes "bytes" "Bytes" Passing,
    Identifier "identifier" "Identifier" Passing, Mac "mac" "MAC address" Value, Address "address" "Address" Value,
    Security "security" "Security" Kind, Error "error" "Error" Kind, Service "service" "Service" Value,
    // DNS and its kin.
    DnsQuery "dns.query" "Asks for" Value, DnsType "dns.type" "Record type" Kind, DnsCode "dns.code" "Result" Kind,
    DnsAnswer "dns.answer" "Answer" Value, DnsAnswers "dns.answers" "Answers" Passing,
    DnsTtl "dns.ttl" "Time to live" Passing, DnsAnswerBytes "dns.answer_bytes" "Bytes of answers" Passing,
    // TLS and QUIC.
    TlsOffered "tls.offered" "Offers at most" Kind, TlsSni "tls.sni" "Server name" Value, TlsAlpn "tls.alpn" "Offers to carry" Kind,
    TlsAlpnChosen "tls.alpn_chosen" "Carries" Kind, TlsCipher "tls.cipher" "Cipher" Kind, Ja3 "tls.ja3" "JA3" Value, Ja3s "tls.ja3s" "JA3S" Value,
    Ja4 "tls.ja4" "JA4" Value, CertSubject "tls.subject" "Certificate of" Value,
    CertIssuer "tls.issuer" "Issued by" Value, CertFrom "tls.not_before" "Valid from" Time,
    CertUntil "tls.not_after" "Valid until" Time, CertName "tls.certificate_name" "Certificate's name" Value,
    CertSelfSigned "tls.self_signed" "Self-signed" Kind, TlsAlert "tls.alert" "Alert" Kind,
    // HTTP.
    HttpMethod "http.method" "Request" Kind, HttpHost "http.host" "Host" Value, HttpPath "http.path" "Path" Value,
    HttpStatus "http.status" "Status" Kind, HttpAgent "http.agent" "User agent" Value,
    HttpServer "http.server" "Server" Value, HttpRequestType "http.request_type" "Type sent" Kind,
    HttpResponseType "http.response_type" "Type received" Kind, HttpAuth "http.auth" "Authentication" Kind,
    HttpReferer "http.referer" "Comes from" Value, HttpForm "http.form" "Form field" PassingSecret,
    // SSH.
    Hassh "ssh.hassh" "HASSH" Value, HasshServer "ssh.hassh_server" "HASSH of the server" Value,
    // Mail.
    MailFrom "mail.from" "Mail from" Value, MailTo "mail.to" "Mail to" Value,
    // Windows.
    SmbStatus "smb.status" "NT status" Kind, SmbTree "smb.tree" "Share" Value,
    Realm "kerberos.realm" "Realm" Value, Cipher "cipher" "Encryption" Kind,
    // Small ones.
    Community "snmp.community" "Community" Secret, Client "client" "Client id" Value, Topic "mqtt.topic" "Topic" Value,
    Function "function" "Function" Kind, Unit "unit" "Unit" Value, Channel "irc.channel" "Channel" Value,
    Hash "hash" "Info hash" Value, From "from" "From" Value, To "to" "To" Value, Stratum "ntp.stratum" "Stratum" Kind,
    Router "router" "Router" Value, DnsServer "dns_server" "DNS server" Value, Lease "lease" "Lease, seconds" Value,
    Requested "requested" "Asks for address" Value, Vendor "vendor" "Vendor" Value, Port "port" "Port" Value,
    Server "server" "Server" Value, Location "location" "Location" Value, SearchBase "ldap.base" "Search base" Value,
    Priority "priority" "Priority" Value, Payload "payload" "Payload type" Kind, Media "media" "Media stream" Value,
    Ssrc "rtp.ssrc" "SSRC" Value, Group "igmp.group" "Multicast group" Value, Root "stp.root" "Root bridge" Value,
    SwitchPort "switch_port" "Switch port" Value, Platform "platform" "Platform" Value,
    Prefix "prefix" "Address prefix" Value,
}

/// The value of a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// A number, in the unit of its kind.
    Number(u64),
    /// Text as the message has it; what is no UTF-8 is replaced.
    Text(&'a str),
}

#[derive(Clone, Copy, Debug)]
enum StoredValue {
    Number(u64),
    Text { at: u32, length: u32 },
}

/// Longest text of one fact, bytes; what is longer is cut. A DNS name fits of which each of the 255 bytes was replaced.
pub const MOST_TEXT_BYTES: usize = 768;

/// Facts in the order in which they were read, with marks where messages begin.
#[derive(Clone, Debug, Default)]
pub struct FieldBuffer {
    list: Vec<(FieldId, StoredValue)>,
    texts: String,
    /// Places in `list` where a message begins; the first message needs none.
    begins: Vec<u32>,
}

/// Facts up to a place, to forget what came after it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    n_facts: usize,
    n_text_bytes: usize,
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

    /// Adds the facts of another message.
    pub fn append(&mut self, other: &FieldBuffer) {
        let from = self.texts.len() as u32;
        self.texts.push_str(&other.texts);
        self.list.extend(other.list.iter().map(|(kind, kept)| match *kept {
            StoredValue::Number(number) => (*kind, StoredValue::Number(number)),
            StoredValue::Text { at, length } => (*kind, StoredValue::Text { at: at + from, length }),
        }));
    }

    /// The place that was reached.
    pub fn mark(&self) -> Mark {
        Mark { n_facts: self.list.len(), n_text_bytes: self.texts.len(), n_begins: self.begins.len() }
    }

    /// Forgets what was added after a mark.
    pub fn forget(&mut self, mark: Mark) {
        self.list.truncate(mark.n_facts);
        self.texts.truncate(mark.n_text_bytes);
        self.begins.truncate(mark.n_begins);
    }

    /// Forgets all but keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.texts.clear();
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
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, Value<'_>)> {
        self.fields_at(0..self.list.len() as u32).iter()
    }

    /// The facts at these places.
    pub fn fields_at(&self, places: Range<u32>) -> MessageFields<'_> {
        let list = self.list.get(places.start as usize..places.end as usize).unwrap_or(&[]);
        let kinds = list.iter().fold(FieldSet::NONE, |set, (kind, _)| set.union(FieldSet::of(&[*kind])));
        MessageFields { list, texts: &self.texts, kinds }
    }

    /// The messages, each with its facts; one without facts is left out.
    pub fn messages(&self) -> impl Iterator<Item = MessageFields<'_>> {
        let ends = self.begins.iter().copied().chain([self.list.len() as u32]);
        let starts = [0].into_iter().chain(self.begins.iter().copied());
        starts.zip(ends).map(|(from, to)| self.fields_at(from..to)).filter(|fields| !fields.list.is_empty())
    }
}

/// The facts of one message.
#[derive(Clone, Copy, Debug)]
pub struct MessageFields<'a> {
    list: &'a [(FieldId, StoredValue)],
    texts: &'a str,
    kinds: FieldSet,
}

impl<'a> MessageFields<'a> {
    /// The kinds of its facts.
    #[inline]
    pub fn kinds(&self) -> FieldSet {
        self.kinds
    }

    /// All facts in order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, Value<'a>)> + use<'a> {
        let texts = self.texts;
        self.list.iter().map(move |(kind, kept)| (*kind, value(*kept, texts)))
    }

    /// The first text of a kind.
    pub fn text(&self, kind: FieldId) -> Option<&'a str> {
        self.texts(kind).next()
    }

    /// All texts of a kind.
    pub fn texts(&self, kind: FieldId) -> impl Iterator<Item = &'a str> + use<'a> {
        self.of(kind).filter_map(|value| match value {
            Value::Text(text) => Some(text),
            Value::Number(_) => None,
        })
    }

    /// The first number of a kind.
    pub fn number(&self, kind: FieldId) -> Option<u64> {
        self.of(kind).find_map(|value| match value {
            Value::Number(number) => Some(number),
            Value::Text(_) => None,
        })
    }

    /// The values of a kind.
    #[inline]
    fn of(&self, kind: FieldId) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let list = if self.kinds.intersects(FieldSet::of(&[kind])) { self.list } else { &[] };
        let texts = self.texts;
        list.iter().filter(move |(other, _)| *other == kind).map(move |(_, kept)| value(*kept, texts))
    }
}

fn value(kept: StoredValue, texts: &str) -> Value<'_> {
    match kept {
        StoredValue::Number(number) => Value::Number(number),
        StoredValue::Text { at, length } => Value::Text(texts.get(at as usize..(at + length) as usize).unwrap_or("")),
    }
}

/// A message on its way: who said it when, and what it says.
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
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_labels_filled() {
        let ids: BTreeSet<&str> = FieldId::ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!(ids.len(), FieldId::ALL.len());
        assert!(FieldId::ALL.iter().all(|kind| !kind.label().is_empty()));
    }

    #[test]
    fn messages_keep_their_facts_apart_and_a_mark_forgets() {
        let mut fields = FieldBuffer::default();
        fields.begin();
        fields.text(FieldId::User, "anna");
        fields.begin();
        fields.number(FieldId::Reply, 230);
        let mark = fields.mark();
        fields.begin();
        fields.text(FieldId::Password, "secret");
        fields.forget(mark);
        let messages: Vec<_> = fields.messages().collect();
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].text(FieldId::User), Some("anna"));
        assert_eq!(messages[1].number(FieldId::Reply), Some(230));
        assert_eq!(messages[1].text(FieldId::User), None);
    }

    #[test]
    fn the_facts_of_another_are_added() {
        let (mut fields, mut other) = (FieldBuffer::default(), FieldBuffer::default());
        fields.text(FieldId::User, "anna");
        other.number(FieldId::Reply, 230);
        other.text(FieldId::Host, "example.org");
        fields.append(&other);
        let all: Vec<_> = fields.iter().map(|(_, value)| value).collect();
        assert_eq!(all, [Value::Text("anna"), Value::Number(230), Value::Text("example.org")]);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let mut fields = FieldBuffer::default();
        fields.text(FieldId::HttpPath, &"ü".repeat(MOST_TEXT_BYTES));
        assert_eq!(fields.texts.len(), MOST_TEXT_BYTES);
    }
}
