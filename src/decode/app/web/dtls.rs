//! DTLS handshakes over UDP as far as they are in the clear: hellos and alerts (RFC 6347; RFC 9147).
//!
//! A hello that comes in fragments is recognised but not put together.

use crate::decode::app::parser::{Datagram, Entry, PortPair, ProbeResult};
use crate::decode::app::support::hello::{Carrier, ClientHello, ServerHello};
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dtls,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

/// Kinds of records from a change of ciphers to the acknowledgements of DTLS 1.3.
const KINDS: std::ops::RangeInclusive<u8> = 20..=26;
const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// Most bytes of a record, encrypted (RFC 6347, section 4.1).
const MOST_RECORD_BYTES: usize = (1 << 14) + 2048;

/// A record.
struct Record<'a> {
    kind: u8,
    epoch: u16,
    body: &'a [u8],
}

/// The record at the front, if its kind, version and length fit; of one that was cut when captured, what is there.
fn record<'a>(cursor: &mut &'a [u8]) -> Option<Record<'a>> {
    let kind = cursor.u8().filter(|kind| KINDS.contains(kind))?;
    let version = cursor.u16()?;
    let epoch = cursor.u16()?;
    cursor.take(6)?;
    let length = usize::from(cursor.u16()?);
    let is_version = matches!(version, 0xfeff | 0xfefd | 0xfefc);
    if !is_version || length == 0 || length > MOST_RECORD_BYTES {
        return None;
    }
    let body = cursor.take(length.min(cursor.len()))?;
    Some(Record { kind, epoch, body })
}

/// Records that fill the datagram, the first of which makes sense.
fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let mut cursor = payload;
    let Some(first) = record(&mut cursor) else { return ProbeResult::NotForUs };
    let is_plain = first.epoch == 0;
    let fits = match first.kind {
        CHANGE_CIPHER => first.body.len() == 1,
        ALERT => first.body.len() == 2 || !is_plain,
        HANDSHAKE => !is_plain || message(first.body).is_some(),
        _ => true,
    };
    if !fits {
        return ProbeResult::NotForUs;
    }
    let mut next = Some(first);
    while let Some(record) = next {
        if record.kind == HANDSHAKE && record.epoch == 0 && hello(record.body, fields) {
            break;
        }
        next = self::record(&mut cursor);
    }
    ProbeResult::Certain
}

/// Kind and body of a handshake message; no body if it is one of several fragments.
fn message(mut cursor: &[u8]) -> Option<(u8, Option<&[u8]>)> {
    let kind = cursor.u8()?;
    let length = cursor.u24()?;
    cursor.u16()?;
    let offset = cursor.u24()?;
    let n = cursor.u24()?;
    if offset.checked_add(n)? > length {
        return None;
    }
    Some((kind, (n == length).then_some(cursor)))
}

/// Adds the fields of a hello; false if it is none.
fn hello(record: &[u8], fields: &mut FieldBuffer) -> bool {
    match message(record) {
        Some((CLIENT_HELLO, Some(body))) => {
            let hello = ClientHello::read_dtls(body);
            hello.iter().for_each(|hello| hello.add_fields(Carrier::Dtls, fields));
            hello.is_some()
        }
        Some((SERVER_HELLO, Some(body))) => {
            let hello = ServerHello::read(body);
            hello.iter().for_each(|hello| hello.add_fields(fields));
            hello.is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldId;
    use crate::model::app::kinds::web::{TlsMessage, TlsVersion};

    fn record(kind: u8, epoch: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16).to_be_bytes();
        [&[kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 9], &length[..], body].concat()
    }

    fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
        let n = body.len() as u8;
        [&[kind, 0, 0, n, 0, 0, 0, 0, 0, 0, 0, n], body].concat()
    }

    /// For `a.example`, with a cookie of three bytes.
    fn client_hello() -> Vec<u8> {
        let mut body = vec![0xfe, 0xfd];
        body.extend([7; 32]);
        body.extend(b"\0\x03abc\0\x02\xc0\x2f\x01\0\0\x12\0\0\0\x0e\0\x0c\0\0\x09a.example");
        record(HANDSHAKE, 0, &handshake(CLIENT_HELLO, &body))
    }

    fn read_all(payload: &[u8]) -> (ProbeResult, FieldBuffer) {
        let mut fields = FieldBuffer::default();
        let result = read(payload, &PortPair::new(false, 40_000, 4433), &mut fields);
        (result, fields)
    }

    #[test]
    fn hellos_give_name_and_version() {
        let (result, fields) = read_all(&client_hello());
        assert_eq!(result, ProbeResult::Certain);
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.kind(FieldId::Message), Some(TlsMessage::ClientHello));
        assert_eq!(said.text(FieldId::TlsSni), Some("a.example"));
        assert_eq!(said.kind(FieldId::TlsOffered), Some(TlsVersion::Dtls12));
        assert!(said.text(FieldId::Ja4).is_some_and(|print| print.starts_with("dd2d0101")));
        let body = [&[0xfe, 0xff][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat();
        let (_, fields) = read_all(&record(HANDSHAKE, 0, &handshake(SERVER_HELLO, &body)));
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.kind(FieldId::Version), Some(TlsVersion::Dtls10));
    }

    #[test]
    fn records_are_told_from_other_datagrams_and_no_prefix_panics() {
        let all = [client_hello(), record(CHANGE_CIPHER, 0, &[1]), record(23, 1, &[5; 40])].concat();
        for end in 0..all.len() {
            read_all(&all[..end]);
        }
        assert_eq!(read_all(&record(23, 1, &[5; 40])).0, ProbeResult::Certain);
        for other in [&b"\x16\x03\x03\0\x05hello"[..], b"\x17\xfe\xfd", &record(ALERT, 0, &[1, 2, 3]), &[0x80; 40]] {
            assert_eq!(read_all(other).0, ProbeResult::NotForUs);
        }
    }
}
