//! TLS handshakes as far as they are in the clear: the server name of a ClientHello (RFC 6066, section 3), by tls-parser.

use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;
use tls_parser::{TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_extensions, parse_tls_plaintext};

/// Line in the table.
pub const ENTRY: Entry =
    Entry { protocol: Named::Tls, datagram: None, stream: Some(Stream { guess, talk: || Box::new(Tls) }), frame: None };

const HANDSHAKE: u8 = 22;

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    // Record type, version 3.x, length.
    match bytes {
        [20..=23, 3, 0..=4, ..] => Guess::Certain,
        _ => Guess::NotMine,
    }
}

struct Tls;

impl Talk for Tls {
    fn read(&mut self, _: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        if bytes.first() != Some(&HANDSHAKE) {
            return Step::Done;
        }
        match parse_tls_plaintext(bytes) {
            Ok((_, record)) => {
                facts.begin();
                if let Some(name) = server_name(&record.msg) {
                    facts.bytes(FactKind::TlsSni, name);
                }
                Step::Done
            }
            Err(error) if error.is_incomplete() => Step::Took(0),
            Err(_) => Step::Done,
        }
    }
}

fn server_name<'a>(messages: &[TlsMessage<'a>]) -> Option<&'a [u8]> {
    let extensions = messages.iter().find_map(|message| match message {
        TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello)) => hello.ext,
        _ => None,
    })?;
    let (_, extensions) = parse_tls_extensions(extensions).ok()?;
    extensions.iter().find_map(|extension| match extension {
        TlsExtension::SNI(names) => names.first().map(|(_, name)| *name),
        _ => None,
    })
}
