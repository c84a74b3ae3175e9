//! Application payload to facts: which protocol it is by content, and which server it names. One file per protocol.

pub mod describe;
pub mod dns;
mod http;
mod ssh;
mod text;
mod tls;

use crate::model::flow::NameSource;
use crate::model::protocol::Named;

/// What a decoder makes of the first payload of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not this protocol.
    NotMine,
    /// This protocol, but more bytes are needed to read the server's name.
    More,
    /// This protocol; with the server's name where the payload gives it.
    Mine(Option<(String, NameSource)>),
}

/// One application protocol over TCP.
pub struct Entry {
    /// The protocol.
    pub protocol: Named,
    read: fn(&[u8]) -> Verdict,
}

/// Decoders for the first payload of a TCP connection, in the order in which they are asked.
pub const TCP: &[Entry] = &[
    Entry { protocol: Named::Tls, read: tls::read },
    Entry { protocol: Named::Http, read: http::read },
    Entry { protocol: Named::Ssh, read: ssh::read },
    Entry { protocol: Named::Ftp, read: text::read_ftp },
    Entry { protocol: Named::Smtp, read: text::read_smtp },
    Entry { protocol: Named::Pop3, read: text::read_pop3 },
    Entry { protocol: Named::Imap, read: text::read_imap },
];

/// Asks every decoder; the first that knows the payload answers.
pub fn read_tcp(payload: &[u8]) -> Option<(Named, Verdict)> {
    TCP.iter().find_map(|entry| match (entry.read)(payload) {
        Verdict::NotMine => None,
        verdict => Some((entry.protocol, verdict)),
    })
}
