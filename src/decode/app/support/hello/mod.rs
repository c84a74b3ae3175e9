//! Turns TLS hellos, also those inside QUIC, into fields (RFC 8446, sections 4.1 and 4.2; RFC 5246, section 7.4.1).

mod prints;
mod suites;

use crate::decode::app::support::take_bytes::TakeBytes;
use crate::decode::app::support::take_bytes::numbers;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::kinds::web::TlsVersion;

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURES: u16 = 13;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;
/// Versions of DTLS begin here, with 1.3; 1.0 is the highest number.
const FIRST_DTLS: u16 = 0xfefc;
/// Protocols that a client offers and that become facts.
const MOST_ALPN: usize = 8;
/// The random of a ServerHello that asks for another ClientHello (RFC 8446, section 4.1.3).
const RETRY: &[u8] = b"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\
    \xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

/// What carries the hello: the first letter of its JA4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carrier {
    /// TLS over TCP.
    Tcp,
    /// QUIC.
    Quic,
    /// DTLS over UDP.
    Dtls,
}

/// A ClientHello.
#[derive(Clone, Debug)]
pub struct ClientHello<'a> {
    version: u16,
    ciphers: &'a [u8],
    extensions: Vec<Extension<'a>>,
}

/// A ServerHello.
#[derive(Clone, Debug)]
pub struct ServerHello<'a> {
    version: u16,
    cipher: u16,
    is_retry: bool,
    extensions: Vec<Extension<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Extension<'a> {
    kind: u16,
    data: &'a [u8],
}

impl<'a> ClientHello<'a> {
    /// Reads the body of the handshake message.
    pub fn read(body: &'a [u8]) -> Option<ClientHello<'a>> {
        ClientHello::read_with(body, false)
    }

    /// The same of DTLS, where a cookie follows the session's id (RFC 6347, section 4.2.1).
    pub fn read_dtls(body: &'a [u8]) -> Option<ClientHello<'a>> {
        ClientHello::read_with(body, true)
    }

    fn read_with(body: &'a [u8], has_cookie: bool) -> Option<ClientHello<'a>> {
        let mut cursor = body;
        let version = cursor.u16()?;
        cursor.take(32)?;
        cursor.field8()?;
        if has_cookie {
            cursor.field8()?;
        }
        let ciphers = cursor.field16()?;
        cursor.field8()?;
        Some(ClientHello { version, ciphers, extensions: extensions(cursor) })
    }

    /// Its facts.
    pub fn add_fields(&self, carrier: Carrier, fields: &mut FieldBuffer) {
        fields.token(FieldId::Message, TlsMessage::ClientHello);
        version(FieldId::TlsOffered, self.highest(), fields);
        if let Some(name) = self.server_name() {
            fields.bytes(FieldId::TlsSni, name);
        }
        self.alpn().take(MOST_ALPN).for_each(|name| fields.bytes(FieldId::TlsAlpn, name));
        fields.text(FieldId::Ja3, &prints::ja3(self));
        fields.text(FieldId::Ja4, &prints::ja4(self, carrier));
    }

    fn ciphers(&self) -> impl Iterator<Item = u16> {
        numbers(self.ciphers).filter(|cipher| !is_grease(*cipher))
    }

    fn kinds(&self) -> impl Iterator<Item = u16> {
        self.extensions.iter().map(|extension| extension.kind).filter(|kind| !is_grease(*kind))
    }

    fn data(&self, kind: u16) -> Option<&'a [u8]> {
        self.extensions.iter().find(|extension| extension.kind == kind).map(|extension| extension.data)
    }

    /// The highest version that is offered.
    fn highest(&self) -> u16 {
        let listed = self.data(SUPPORTED_VERSIONS).and_then(|mut data| data.field8()).unwrap_or(&[]);
        let listed = numbers(listed).filter(|version| !is_grease(*version));
        // The versions of DTLS count down.
        let highest = if self.version >= FIRST_DTLS { listed.min() } else { listed.max() };
        highest.unwrap_or(self.version)
    }

    fn server_name(&self) -> Option<&'a [u8]> {
        host_name(self.data(SERVER_NAME)?)
    }

    fn alpn(&self) -> impl Iterator<Item = &'a [u8]> {
        protocols(self.data(ALPN).unwrap_or(&[]))
    }

    fn groups(&self) -> impl Iterator<Item = u16> {
        numbers(self.list16(SUPPORTED_GROUPS)).filter(|group| !is_grease(*group))
    }

    fn point_formats(&self) -> &'a [u8] {
        self.data(POINT_FORMATS).and_then(|mut data| data.field8()).unwrap_or(&[])
    }

    fn signatures(&self) -> impl Iterator<Item = u16> {
        numbers(self.list16(SIGNATURES)).filter(|signature| !is_grease(*signature))
    }

    fn list16(&self, kind: u16) -> &'a [u8] {
        self.data(kind).and_then(|mut data| data.field16()).unwrap_or(&[])
    }
}

impl<'a> ServerHello<'a> {
    /// Reads the body of the handshake message.
    pub fn read(body: &'a [u8]) -> Option<ServerHello<'a>> {
        let mut cursor = body;
        let version = cursor.u16()?;
        let is_retry = cursor.take(32)? == RETRY;
        // Drafts of TLS 1.3 before 22 have no session id and no compression here.
        let is_old_draft = (0x7f00..0x7f16).contains(&version);
        if !is_old_draft {
            cursor.field8()?;
        }
        let cipher = cursor.u16()?;
        if !is_old_draft {
            cursor.u8()?;
        }
        Some(ServerHello { version, cipher, is_retry, extensions: extensions(cursor) })
    }

    /// Its facts.
    pub fn add_fields(&self, fields: &mut FieldBuffer) {
        fields.token(
            FieldId::Message,
            if self.is_retry { TlsMessage::HelloRetryRequest } else { TlsMessage::ServerHello },
        );
        version(FieldId::Version, self.chosen(), fields);
        match suites::name(self.cipher) {
            Some(name) => fields.text(FieldId::TlsCipher, name),
            None => fields.format(FieldId::TlsCipher, format_args!("0x{:04x}", self.cipher)),
        }
        let alpn = self.extensions.iter().find(|extension| extension.kind == ALPN);
        if let Some(name) = alpn.and_then(|extension| protocols(extension.data).next()) {
            fields.bytes(FieldId::TlsAlpnChosen, name);
        }
        fields.text(FieldId::Ja3s, &prints::ja3s(self));
    }

    /// The version that is spoken from now on.
    fn chosen(&self) -> u16 {
        let said = self.extensions.iter().find(|extension| extension.kind == SUPPORTED_VERSIONS);
        said.and_then(|extension| { extension.data }.u16()).unwrap_or(self.version)
    }
}

/// The server name in a part of a ClientHello: three lengths that fit each other tell the extension.
pub fn find_server_name(part: &[u8]) -> Option<&[u8]> {
    memchr::memmem::find_iter(part, &SERVER_NAME.to_be_bytes()).find_map(|at| {
        let mut cursor = part.get(at + 2..)?;
        let data = cursor.field16()?;
        host_name(data)
            .filter(|name| name.len() > 3 && name.len() + 5 == data.len() && name.iter().all(u8::is_ascii_graphic))
    })
}

/// The host name of a server-name extension (RFC 6066, section 3).
fn host_name(data: &[u8]) -> Option<&[u8]> {
    let mut list = data;
    let mut list = list.field16()?;
    while let Some(kind) = list.u8() {
        let name = list.field16()?;
        if kind == 0 {
            return Some(name);
        }
    }
    None
}

/// The extensions, as far as they can be read.
fn extensions(mut cursor: &[u8]) -> Vec<Extension<'_>> {
    let mut list = Vec::new();
    let Some(length) = cursor.u16() else { return list };
    let mut cursor = cursor.get(..length.into()).unwrap_or(cursor);
    while let Some(kind) = cursor.u16()
        && let Some(data) = cursor.field16()
    {
        list.push(Extension { kind, data });
    }
    list
}

/// The names of an ALPN extension (RFC 7301, section 3.1).
fn protocols(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut list = data;
    let mut list = list.field16().unwrap_or(&[]);
    std::iter::from_fn(move || list.field8())
}

/// Values that clients strew in so that servers learn to ignore the unknown (RFC 8701).
fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// Adds a version.
pub fn version(kind: FieldId, number: u16, fields: &mut FieldBuffer) {
    let version = match number {
        0x0002 => TlsVersion::Ssl20,
        0x0300 => TlsVersion::Ssl30,
        0x0301 => TlsVersion::Tls10,
        0x0302 => TlsVersion::Tls11,
        0x0303 => TlsVersion::Tls12,
        0x0304 => TlsVersion::Tls13,
        0xfeff => TlsVersion::Dtls10,
        0xfefd => TlsVersion::Dtls12,
        0xfefc => TlsVersion::Dtls13,
        draft @ 0x7f00..=0x7fff => return fields.format(kind, format_args!("TLS 1.3 draft {}", draft & 0xff)),
        other => return fields.format(kind, format_args!("0x{other:04x}")),
    };
    fields.token(kind, version);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Legacy version 1.2, one cipher and a GREASE one, extensions as given.
    fn hello(extensions: &[u8]) -> Vec<u8> {
        let mut hello = vec![3, 3];
        hello.extend([7; 32]);
        hello.extend([0, 0, 4, 0x1a, 0x1a, 0x13, 0x01, 1, 0]);
        hello.extend((extensions.len() as u16).to_be_bytes());
        hello.extend(extensions);
        hello
    }

    #[test]
    fn a_client_says_whom_it_calls_and_what_it_offers_and_no_prefix_panics() {
        let bytes = hello(
            b"\x3a\x3a\0\0\0\0\0\x0c\0\x0a\0\0\x07a.examp\0\x10\0\x0e\0\x0c\x02h2\x08http/1.1\
              \0\x2b\0\x07\x06\xda\xda\x03\x04\x03\x03",
        );
        let mut fields = FieldBuffer::default();
        ClientHello::read(&bytes).unwrap().add_fields(Carrier::Tcp, &mut fields);
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.text(FieldId::TlsSni), Some("a.examp"));
        assert_eq!(said.kind(FieldId::TlsOffered), Some(TlsVersion::Tls13));
        assert_eq!(said.texts(FieldId::TlsAlpn).collect::<Vec<_>>(), ["h2", "http/1.1"]);
        assert!(said.text(FieldId::Ja4).is_some_and(|print| print.starts_with("t13d0103h2_")));
        for end in 0..bytes.len() {
            if let Some(hello) = ClientHello::read(&bytes[..end]) {
                hello.add_fields(Carrier::Quic, &mut FieldBuffer::default());
            }
        }
    }

    #[test]
    fn a_server_says_what_it_chose() {
        let mut bytes = vec![3, 3];
        bytes.extend(RETRY);
        bytes.extend(b"\0\x13\x01\0\0\x06\0\x2b\0\x02\x03\x04");
        let mut fields = FieldBuffer::default();
        ServerHello::read(&bytes).unwrap().add_fields(&mut fields);
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.kind(FieldId::Message), Some(TlsMessage::HelloRetryRequest));
        assert_eq!(said.kind(FieldId::Version), Some(TlsVersion::Tls13));
        assert_eq!(said.text(FieldId::TlsCipher), Some("TLS_AES_128_GCM_SHA256"));
    }
}
