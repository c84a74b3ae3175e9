//! TLS handshakes as far as they are in the clear: hellos, the server's certificate, alerts (RFC 8446; RFC 5246; RFC 6101).
//!
//! Records are put together to handshake messages; a side is left as soon as it carries data.

mod certificate;
mod ssl2;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::hello::Carrier;
use crate::decode::app::support::hello::ClientHello;
use crate::decode::app::support::hello::ServerHello;
use crate::decode::app::support::resync;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::web::TlsAlert;
use crate::model::app::kinds::web::TlsFault;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Tls,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Tls::default()) }),
    frame: None,
};

const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const HEARTBEAT: u8 = 24;
const HEADER_BYTES: usize = 5;
/// Most bytes of a record, encrypted (RFC 5246, section 6.2.3).
const MOST_RECORD_BYTES: u16 = (1 << 14) + 2048;

// Types of handshake messages (RFC 8446, section 4).
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
/// Numbers of handshake messages end here; key updates (24) are always encrypted.
const MOST_MESSAGE: u8 = 23;
/// Most bytes of a message that is waited for: a long chain of certificates.
const MOST_MESSAGE_BYTES: usize = 64 * 1024;
/// A heartbeat's type, length and padding (RFC 6520, section 4).
const HEARTBEAT_FRAME_BYTES: usize = 3 + 16;

/// A record whose type, version and length fit each other, or an old hello.
fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    let [kind, major, minor, high, low, rest @ ..] = bytes else {
        return match bytes {
            [CHANGE_CIPHER..=HEARTBEAT] | [CHANGE_CIPHER..=HEARTBEAT, 3] => ProbeResult::NeedMore,
            [CHANGE_CIPHER..=HEARTBEAT, 3, 0..=4, ..] => ProbeResult::NeedMore,
            _ => ProbeResult::NotForUs,
        };
    };
    if ssl2::is_hello(bytes) {
        return ProbeResult::Certain;
    }
    let length = u16::from_be_bytes([*high, *low]);
    let is_record = *major == 3 && *minor <= 4 && (1..=MOST_RECORD_BYTES).contains(&length);
    let fits = match *kind {
        CHANGE_CIPHER => length == 1 && rest.first().is_none_or(|byte| *byte == 1),
        ALERT => length == 2 || length >= 16,
        HANDSHAKE => true,
        APPLICATION_DATA | HEARTBEAT => length > 3,
        _ => false,
    };
    if is_record && fits { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

/// Only hellos say it.
fn sender(bytes: &[u8]) -> Option<Role> {
    match bytes {
        [HANDSHAKE, 3, _, _, _, CLIENT_HELLO, ..] => Some(Role::Client),
        [HANDSHAKE, 3, _, _, _, SERVER_HELLO, ..] => Some(Role::Server),
        _ => None,
    }
}

#[derive(Default)]
struct Tls {
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    /// The start of a handshake message that goes on in the next record.
    started: Vec<u8>,
    /// It said that encryption begins; TLS 1.3 says so also where it does not (RFC 8446, appendix D.4).
    is_changed: bool,
}

impl StreamParser for Tls {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if ssl2::is_hello(bytes) {
            return old_hello(bytes, fields);
        }
        let [kind, 3, _, high, low, rest @ ..] = bytes else {
            return if bytes.len() < HEADER_BYTES { ParseStep::Took(0) } else { ParseStep::Done };
        };
        let length = u16::from_be_bytes([*high, *low]);
        if *kind == APPLICATION_DATA || length > MOST_RECORD_BYTES {
            return ParseStep::Done;
        }
        let Some(record) = rest.get(..length.into()) else { return ParseStep::Took(0) };
        let [forward, backward] = &mut self.sides;
        let side = if direction == Direction::ToResponder { forward } else { backward };
        let goes_on = match *kind {
            HANDSHAKE => side.handshake(record, fields),
            ALERT => add_alert(record, fields),
            CHANGE_CIPHER => {
                side.is_changed = true;
                true
            }
            HEARTBEAT if side.is_changed => {
                add_sealed_heartbeat(record, fields);
                true
            }
            HEARTBEAT => add_heartbeat(record, fields),
            _ => false,
        };
        if goes_on { ParseStep::Took(HEADER_BYTES + record.len()) } else { ParseStep::Done }
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, direction: Direction, bytes: &[u8]) -> Option<usize> {
        let [forward, backward] = &mut self.sides;
        let side = if direction == Direction::ToResponder { forward } else { backward };
        side.started.clear();
        resync::scan_with(bytes, guess)
    }
}

impl Side {
    /// Takes a record of the handshake; false if it is none. Encrypted ones are skipped: a heartbeat may follow.
    fn handshake(&mut self, record: &[u8], fields: &mut FieldBuffer) -> bool {
        if self.is_changed && !is_hello(record) {
            return true;
        }
        let joined = (!self.started.is_empty()).then(|| {
            let mut joined = std::mem::take(&mut self.started);
            joined.extend_from_slice(record);
            joined
        });
        let mut cursor = joined.as_deref().unwrap_or(record);
        while let Some(kind) = cursor.first() {
            if *kind > MOST_MESSAGE {
                return false;
            }
            let before = cursor;
            cursor.u8();
            let Some(body) = cursor.field24() else {
                self.started = before.to_vec();
                return before.len() <= MOST_MESSAGE_BYTES;
            };
            add_fields(*kind, body, fields);
        }
        true
    }
}

fn add_fields(kind: u8, body: &[u8], fields: &mut FieldBuffer) {
    match kind {
        CLIENT_HELLO => {
            if let Some(hello) = ClientHello::read(body) {
                fields.begin();
                hello.add_fields(Carrier::Tcp, fields);
            }
        }
        SERVER_HELLO => {
            if let Some(hello) = ServerHello::read(body) {
                fields.begin();
                hello.add_fields(fields);
            }
        }
        CERTIFICATE => {
            fields.begin();
            fields.token(FieldId::Message, TlsMessage::Certificate);
            certificate::add_fields(body, fields);
        }
        _ => {}
    }
}

/// True if a record is one hello and no more: after a change of ciphers all else is encrypted.
fn is_hello(record: &[u8]) -> bool {
    let mut cursor = record;
    matches!(cursor.u8(), Some(CLIENT_HELLO | SERVER_HELLO)) && cursor.field24().is_some() && cursor.is_empty()
}

/// An alert in the clear has two bytes; false if it is encrypted.
fn add_alert(record: &[u8], fields: &mut FieldBuffer) -> bool {
    let [level @ (1 | 2), code] = record else { return false };
    fields.begin();
    fields.token(FieldId::Message, if *level == 2 { TlsMessage::FatalAlert } else { TlsMessage::Warning });
    match TlsAlert::of_number(*code) {
        Some(alert) => fields.token(FieldId::TlsAlert, alert),
        None => fields.format(FieldId::TlsAlert, format_args!("alert {code}")),
    }
    true
}

/// A heartbeat in the clear; one that asks for more than it sends is an attack (Heartbleed, CVE-2014-0160).
fn add_heartbeat(record: &[u8], fields: &mut FieldBuffer) -> bool {
    let [kind @ (1 | 2), high, low, ..] = record else { return false };
    let asked = usize::from(u16::from_be_bytes([*high, *low]));
    fields.begin();
    fields
        .token(FieldId::Message, if *kind == 1 { TlsMessage::HeartbeatRequest } else { TlsMessage::HeartbeatResponse });
    fields.number(FieldId::Bytes, record.len() as u64);
    if *kind == 1 && asked + HEARTBEAT_FRAME_BYTES > record.len() {
        fields.token(FieldId::Error, TlsFault::HeartbeatAsksForMoreThanItSends);
    }
    true
}

/// An encrypted heartbeat shows its length alone; an answer is as long as its question (RFC 6520, section 4).
fn add_sealed_heartbeat(record: &[u8], fields: &mut FieldBuffer) {
    fields.begin();
    fields.token(FieldId::Message, TlsMessage::EncryptedHeartbeat);
    fields.number(FieldId::Bytes, record.len() as u64);
}

/// What follows a hello of SSL 2.0 is TLS if the server likes that better; else it is encrypted.
fn old_hello(bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
    let [high, low, ..] = bytes else { return ParseStep::Took(0) };
    let n = 2 + usize::from(u16::from_be_bytes([*high & 0x7f, *low]));
    if bytes.len() < n {
        return ParseStep::Took(0);
    }
    let mark = fields.mark();
    if ssl2::add_fields(bytes, fields).is_none() {
        fields.forget(mark);
    }
    ParseStep::Took(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello of TLS 1.2 for `a.example`.
    fn hello() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend(b"\0\0\x02\xc0\x2f\x01\0\0\x12\0\0\0\x0e\0\x0c\0\0\x09a.example");
        let mut message = vec![CLIENT_HELLO, 0, 0, body.len() as u8];
        message.extend(body);
        message
    }

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 1, 0, body.len() as u8];
        record.extend(body);
        record
    }

    #[test]
    fn a_hello_in_pieces_is_put_together() {
        let hello = hello();
        let (first, second) = hello.split_at(20);
        let bytes = [record(HANDSHAKE, first), record(HANDSHAKE, second)].concat();
        let mut tls = Tls::default();
        let mut fields = FieldBuffer::default();
        assert_eq!(tls.on_data(Direction::ToResponder, &bytes[..10], &mut fields), ParseStep::Took(0));
        assert_eq!(tls.on_data(Direction::ToResponder, &bytes, &mut fields), ParseStep::Took(25));
        assert!(fields.is_empty());
        assert_eq!(tls.on_data(Direction::ToResponder, &bytes[25..], &mut fields), ParseStep::Took(bytes.len() - 25));
        assert_eq!(fields.messages().next().unwrap().text(FieldId::TlsSni), Some("a.example"));
    }

    #[test]
    fn what_is_encrypted_is_left() {
        let mut tls = Tls::default();
        let mut fields = FieldBuffer::default();
        let change = record(CHANGE_CIPHER, &[1]);
        assert_eq!(tls.on_data(Direction::ToResponder, &change, &mut fields), ParseStep::Took(6));
        // A second hello may follow in TLS 1.3; a Finished is encrypted.
        let again = record(HANDSHAKE, &hello());
        assert_eq!(tls.on_data(Direction::ToResponder, &again, &mut fields), ParseStep::Took(again.len()));
        assert_eq!(
            tls.on_data(Direction::ToResponder, &record(HANDSHAKE, &[1, 2, 3, 4, 5]), &mut fields),
            ParseStep::Took(10)
        );
        assert_eq!(
            tls.on_data(Direction::ToResponder, &record(HEARTBEAT, &[1, 9, 9, 9, 9]), &mut fields),
            ParseStep::Took(10)
        );
        assert_eq!(fields.messages().last().unwrap().kind(FieldId::Message), Some(TlsMessage::EncryptedHeartbeat));
        assert_eq!(tls.on_data(Direction::ToOriginator, &record(ALERT, &[9; 26]), &mut fields), ParseStep::Done);
        assert_eq!(
            tls.on_data(Direction::ToOriginator, &record(APPLICATION_DATA, b"abcd"), &mut fields),
            ParseStep::Done
        );
        assert_eq!(fields.messages().count(), 2);
    }

    #[test]
    fn alerts_and_heartbeats_are_read() {
        let mut tls = Tls::default();
        let mut fields = FieldBuffer::default();
        assert_eq!(tls.on_data(Direction::ToOriginator, &record(ALERT, &[2, 40]), &mut fields), ParseStep::Took(7));
        assert_eq!(
            tls.on_data(Direction::ToResponder, &record(HEARTBEAT, &[1, 0x40, 0]), &mut fields),
            ParseStep::Took(8)
        );
        let messages: Vec<_> = fields.messages().collect();
        assert!(messages[0].is(FieldId::TlsAlert, TlsAlert::HandshakeFailure));
        assert_eq!(messages[1].kind(FieldId::Error), Some(TlsFault::HeartbeatAsksForMoreThanItSends));
    }

    #[test]
    fn records_are_told_from_other_bytes() {
        let ends = PortPair::new(true, 40_000, 40_001);
        assert_eq!(guess(&record(HANDSHAKE, &hello()), &ends), ProbeResult::Certain);
        assert_eq!(guess(&[22, 3], &ends), ProbeResult::NeedMore);
        for other in
            [&b"\x16\x03\x01\xff\xff\x01"[..], b"\x14\x03\x03\0\x02\x01", b"GET / HTTP/1.1", b"\x15\x03\x01\0\x07"]
        {
            assert_eq!(guess(other, &ends), ProbeResult::NotForUs);
        }
    }
}
