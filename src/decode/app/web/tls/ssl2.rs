//! Hellos of SSL 2.0, which clients of SSL 3.0 and TLS 1.0 also began with (RFC 6101, appendix E).

use super::certificate;
use crate::decode::app::support::hello;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::web::TlsMessage;

/// A record with a header of two bytes, whose first bit is set.
const SHORT_HEADER: u16 = 0x8000;

// Types of messages.
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 4;
/// A challenge has so many bytes.
const CHALLENGE_BYTES: std::ops::RangeInclusive<u16> = 16..=32;

/// True if the bytes begin with a hello, recognised by lengths that add up.
pub(super) fn is_hello(bytes: &[u8]) -> bool {
    let mut cursor = bytes;
    let Some(n) = length(&mut cursor) else { return false };
    match cursor.u8() {
        Some(CLIENT_HELLO) => client(&mut cursor).is_some_and(|hello| hello.n_bytes() == n),
        Some(SERVER_HELLO) => server(&mut cursor).is_some_and(|hello| hello.n_bytes() == n),
        _ => false,
    }
}

/// Adds the facts of a hello; none if not all of it is there.
pub(super) fn add_fields(bytes: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut cursor = bytes;
    let n = length(&mut cursor)?;
    let mut cursor = cursor.take(n.into())?;
    fields.begin();
    if cursor.u8()? == CLIENT_HELLO {
        let hello = client(&mut cursor)?;
        fields.token(FieldId::Message, TlsMessage::ClientHello);
        hello::version(FieldId::TlsOffered, hello.version, fields);
        return Some(());
    }
    let hello = server(&mut cursor)?;
    fields.token(FieldId::Message, TlsMessage::ServerHello);
    hello::version(FieldId::Version, hello.version, fields);
    certificate::add_one(cursor.take(hello.n_certificate.into())?, fields)
}

fn length(cursor: &mut &[u8]) -> Option<u16> {
    let header = cursor.u16()?;
    (header & SHORT_HEADER != 0).then_some(header & !SHORT_HEADER)
}

struct Client {
    version: u16,
    lengths: [u16; 3],
}

impl Client {
    fn n_bytes(&self) -> u16 {
        self.lengths.iter().fold(9, |sum, n| sum.saturating_add(*n))
    }
}

fn client(cursor: &mut &[u8]) -> Option<Client> {
    let version = cursor.u16()?;
    let lengths = [cursor.u16()?, cursor.u16()?, cursor.u16()?];
    let [ciphers, session, challenge] = lengths;
    let is_sane = is_version(version)
        && ciphers > 0
        && ciphers.is_multiple_of(3)
        && matches!(session, 0 | 16)
        && CHALLENGE_BYTES.contains(&challenge);
    is_sane.then_some(Client { version, lengths })
}

struct Server {
    version: u16,
    n_certificate: u16,
    n_rest: u16,
}

impl Server {
    fn n_bytes(&self) -> u16 {
        self.n_certificate.saturating_add(self.n_rest).saturating_add(11)
    }
}

fn server(cursor: &mut &[u8]) -> Option<Server> {
    let [is_known_session, certificate_kind] = cursor.array()?;
    let version = cursor.u16()?;
    let (n_certificate, n_ciphers, n_connection) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let is_sane = is_known_session <= 1
        && certificate_kind <= 1
        && version == 2
        && n_ciphers.is_multiple_of(3)
        && n_connection <= *CHALLENGE_BYTES.end();
    is_sane.then_some(Server { version, n_certificate, n_rest: n_ciphers.saturating_add(n_connection) })
}

fn is_version(version: u16) -> bool {
    version == 0x0002 || (0x0300..=0x0303).contains(&version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::kinds::web::TlsVersion;

    #[test]
    fn the_old_hello_is_told_by_its_lengths() {
        let mut bytes = b"\x80\x1f\x01\x03\x00\x00\x06\x00\x00\x00\x10\x00\x00\x05\x07\x00\xc0".to_vec();
        bytes.extend([9; 16]);
        assert!(is_hello(&bytes));
        let mut fields = FieldBuffer::default();
        assert_eq!(add_fields(&bytes, &mut fields), Some(()));
        assert_eq!(fields.messages().next().unwrap().kind(FieldId::TlsOffered), Some(TlsVersion::Ssl30));
        bytes[1] += 1;
        assert!(!is_hello(&bytes));
        (0..bytes.len()).for_each(|end| assert!(add_fields(&bytes[..end], &mut FieldBuffer::default()).is_none()));
    }
}
