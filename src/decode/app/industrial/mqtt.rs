//! MQTT (3.1, 3.1.1 and 5.0 of OASIS): kinds of packets, who connects and whether that works, topics. What is published
//! is skipped.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::resync;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::industrial::MqttError;
use crate::model::app::kinds::industrial::MqttMessage;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Mqtt,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Mqtt::default()) }),
    frame: None,
};

const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
const PINGREQ: u8 = 12;
const PINGRESP: u8 = 13;
/// Longest CONNECT or SUBSCRIBE that is waited for; of longer ones just the kind is said.
const MOST_BYTES: usize = 16 * 1024;
/// Most topics of a subscription that become facts.
const MOST_TOPICS: usize = 8;
/// From here on a fixed header announces no length (section 2.1.4).
const MOST_LENGTH_BYTES: usize = 4;

/// A CONNECT names its protocol; other packets are too much like anything.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let Some((kind, head, length)) = header(bytes) else {
        let is_short = bytes.len() < 1 + MOST_LENGTH_BYTES && bytes.first() == Some(&0x10);
        return if is_short && ends.hint == Some(AppProto::Mqtt) {
            ProbeResult::NeedMore
        } else {
            ProbeResult::NotForUs
        };
    };
    let body = bytes.get(head..).unwrap_or(&[]);
    match kind {
        CONNECT => {
            const NAMES: [&[u8]; 2] = [b"\0\x04MQTT", b"\0\x06MQIsdp"];
            match NAMES.iter().any(|name| body.starts_with(name)) {
                true => ProbeResult::Certain,
                false if bytes.first() == Some(&0x10) && NAMES.iter().any(|name| name.starts_with(body)) => {
                    ProbeResult::NeedMore
                }
                false => ProbeResult::NotForUs,
            }
        }
        _ if ends.hint != Some(AppProto::Mqtt) => ProbeResult::NotForUs,
        CONNACK if length >= 2 => ProbeResult::Unsure,
        PUBLISH if length >= 3 => ProbeResult::Unsure,
        4..=14 if length <= MOST_BYTES as u64 => ProbeResult::Unsure,
        _ => ProbeResult::NotForUs,
    }
}

/// Who connects and subscribes is the client; both may publish.
fn sender(bytes: &[u8]) -> Option<Role> {
    match bytes.first()? >> 4 {
        CONNECT | SUBSCRIBE | UNSUBSCRIBE | PINGREQ => Some(Role::Client),
        CONNACK | SUBACK | UNSUBACK | PINGRESP => Some(Role::Server),
        _ => None,
    }
}

#[derive(Default)]
struct Mqtt {
    is_v5: bool,
}

impl StreamParser for Mqtt {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((kind, head, length)) = header(bytes) else {
            return if bytes.len() > MOST_LENGTH_BYTES { ParseStep::Done } else { ParseStep::Took(0) };
        };
        let total = head as u64 + length;
        let body = bytes.get(head..).unwrap_or(&[]);
        let body = body.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(body);
        let is_whole = body.len() as u64 == length;
        let is_read = matches!(kind, CONNECT | CONNACK | SUBSCRIBE | UNSUBSCRIBE) && length <= MOST_BYTES as u64;
        let topic = { body }.field16();
        let has_topic = kind != PUBLISH || is_whole || topic.is_some();
        if is_read && !is_whole || !has_topic && body.len() < MOST_BYTES {
            return ParseStep::Took(0);
        }
        fields.begin();
        fields.token(FieldId::Message, name(kind));
        match kind {
            CONNECT if is_read => drop(self.connect(body, fields)),
            CONNACK if is_read => connected(body, fields),
            PUBLISH => fields.bytes(FieldId::Topic, topic.unwrap_or(&[])),
            SUBSCRIBE | UNSUBSCRIBE if is_read => drop(self.topics(kind, body, fields)),
            _ => {}
        }
        ParseStep::Skip(total)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let length = |rest: &[u8]| header(rest).and_then(|(_, head, n)| usize::try_from(head as u64 + n).ok());
        resync::follows(bytes, length).then_some(0)
    }
}

impl Mqtt {
    /// Section 3.1: protocol, flags, then a payload whose fields the flags announce.
    fn connect(&mut self, mut body: &[u8], fields: &mut FieldBuffer) -> Option<()> {
        let _protocol = body.field16()?;
        let [level, flags, _, _] = body.array()?;
        self.is_v5 = level == 5;
        fields.text(
            FieldId::Version,
            match level {
                3 => "3.1",
                4 => "3.1.1",
                5 => "5.0",
                _ => "other",
            },
        );
        self.properties(&mut body)?;
        fields.bytes(FieldId::Client, body.field16()?);
        if flags & 0x04 != 0 {
            self.properties(&mut body)?;
            fields.bytes(FieldId::Topic, body.field16()?);
            let _will = body.field16()?;
        }
        if flags & 0x80 != 0 {
            fields.bytes(FieldId::User, body.field16()?);
        }
        if flags & 0x40 != 0 {
            fields.bytes(FieldId::Password, body.field16()?);
        }
        Some(())
    }

    /// An identifier, then topics; a subscription has a byte of options behind each.
    fn topics(&self, kind: u8, mut body: &[u8], fields: &mut FieldBuffer) -> Option<()> {
        body.u16()?;
        self.properties(&mut body)?;
        for _ in 0..MOST_TOPICS {
            fields.bytes(FieldId::Topic, body.field16()?);
            if kind == SUBSCRIBE {
                body.u8()?;
            }
        }
        Some(())
    }

    /// Passes what only version 5 has (its section 2.2.2).
    fn properties(&self, body: &mut &[u8]) -> Option<()> {
        if self.is_v5 {
            let (length, n) = variable(body)?;
            body.take(n)?;
            body.take(usize::try_from(length).ok()?)?;
        }
        Some(())
    }
}

/// Kind, length of the fixed header, and of what follows it.
fn header(bytes: &[u8]) -> Option<(u8, usize, u64)> {
    let (first, rest) = bytes.split_first()?;
    let (length, n) = variable(rest)?;
    // The flags of most kinds are fixed (section 2.1.3).
    let is_sane = match first >> 4 {
        0 => false,
        PUBLISH => first & 0x06 != 0x06,
        6 | SUBSCRIBE | UNSUBSCRIBE => first & 0x0f == 2,
        _ => first & 0x0f == 0,
    };
    is_sane.then_some((first >> 4, 1 + n, length))
}

/// A number in up to four bytes of seven bits, the lowest first.
fn variable(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(MOST_LENGTH_BYTES).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

/// Section 3.2: a return code of version 3, or a reason code of version 5.
fn connected(body: &[u8], fields: &mut FieldBuffer) {
    let Some(code) = body.get(1) else { return };
    let error = match code {
        0 => return fields.token(FieldId::Login, Outcome::Accepted),
        4 | 5 | 0x86 | 0x87 | 0x8c => return fields.token(FieldId::Login, Outcome::Refused),
        1 | 0x84 => MqttError::VersionNotSupported,
        2 | 0x85 => MqttError::ClientIdRefused,
        3 | 0x88 => MqttError::ServerUnavailable,
        0x8a => MqttError::Banned,
        0x97 | 0x9f => MqttError::QuotaExceeded,
        _ => MqttError::Other,
    };
    fields.token(FieldId::Error, error);
}

fn name(kind: u8) -> MqttMessage {
    match kind {
        CONNECT => MqttMessage::Connect,
        CONNACK => MqttMessage::Connack,
        PUBLISH => MqttMessage::Publish,
        4 => MqttMessage::Puback,
        5 => MqttMessage::Pubrec,
        6 => MqttMessage::Pubrel,
        7 => MqttMessage::Pubcomp,
        SUBSCRIBE => MqttMessage::Subscribe,
        9 => MqttMessage::Suback,
        UNSUBSCRIBE => MqttMessage::Unsubscribe,
        11 => MqttMessage::Unsuback,
        12 => MqttMessage::Pingreq,
        13 => MqttMessage::Pingresp,
        14 => MqttMessage::Disconnect,
        _ => MqttMessage::Auth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn who_connects_is_read_and_whether_that_works() {
        let connect = b"\x10\x1f\0\x04MQTT\x04\xc2\0\x3c\0\x06sensor\0\x04anna\0\x03key";
        let connect = [&connect[..1], &[connect.len() as u8 - 2], &connect[2..]].concat();
        assert_eq!(guess(&connect, &PortPair::new(true, 40_000, 40_001)), ProbeResult::Certain);
        let (mut parser, mut fields) = (Mqtt::default(), FieldBuffer::default());
        for end in 0..connect.len() {
            assert_eq!(parser.on_data(Direction::ToResponder, &connect[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(
            parser.on_data(Direction::ToResponder, &connect, &mut fields),
            ParseStep::Skip(connect.len() as u64)
        );
        assert_eq!(parser.on_data(Direction::ToOriginator, &[0x20, 2, 0, 5], &mut fields), ParseStep::Skip(4));
        let expected = [
            "message=CONNECT",
            "version=3.1.1",
            "client=sensor",
            "user=anna",
            "password=key",
            "message=CONNACK",
            "login=refused",
        ];
        assert_eq!(listed(&fields), expected);
    }

    #[test]
    fn version_5_has_properties_and_a_long_message_is_passed_over() {
        let (mut parser, mut fields) = (Mqtt::default(), FieldBuffer::default());
        parser.on_data(
            Direction::ToResponder,
            b"\x10\x13\0\x04MQTT\x05\x02\0\x3c\x05\x11\0\0\0\x0a\0\x01a",
            &mut fields,
        );
        parser.on_data(Direction::ToResponder, b"\x82\x0a\0\x01\0\0\x04a/+b\x01", &mut fields);
        assert_eq!(
            parser.on_data(Direction::ToResponder, b"\x30\x80\x80\x04\0\x03t/uxxxx", &mut fields),
            ParseStep::Skip(65_540)
        );
        let said = listed(&fields);
        assert!(
            ["client=a", "mqtt.topic=a/+b", "mqtt.topic=t/u"].iter().all(|f| said.iter().any(|s| s == f)),
            "{said:?}"
        );
        assert_eq!(guess(b"\x30\x05\0\x03a/bx", &PortPair::new(true, 9, 50_000)), ProbeResult::NotForUs);
    }
}
