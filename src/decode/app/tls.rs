//! TLS: the server name in a ClientHello (RFC 6066, section 3), by tls-parser.

use super::Verdict;
use crate::model::flow::NameSource;
use tls_parser::{TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_extensions, parse_tls_plaintext};

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

pub(super) fn read(payload: &[u8]) -> Verdict {
    // Record type, version 3.x, length; then the handshake type.
    let [kind, 3, 0..=4, _, _, message, ..] = payload else { return Verdict::NotMine };
    if !(HANDSHAKE..=HANDSHAKE + 1).contains(kind) && !(20..=21).contains(kind) {
        return Verdict::NotMine;
    }
    if *kind != HANDSHAKE || *message != CLIENT_HELLO {
        return Verdict::Mine(None);
    }
    match parse_tls_plaintext(payload) {
        Ok((_, record)) => Verdict::Mine(server_name(&record.msg).map(|name| (name, NameSource::TlsSni))),
        Err(error) if error.is_incomplete() => Verdict::More,
        Err(_) => Verdict::Mine(None),
    }
}

fn server_name(messages: &[TlsMessage<'_>]) -> Option<String> {
    let hello = messages.iter().find_map(|message| match message {
        TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello)) => Some(hello),
        _ => None,
    })?;
    let (_, extensions) = parse_tls_extensions(hello.ext?).ok()?;
    extensions.iter().find_map(|extension| match extension {
        TlsExtension::SNI(names) => names.first().map(|(_, name)| String::from_utf8_lossy(name).into_owned()),
        _ => None,
    })
}
