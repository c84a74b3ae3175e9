//! The connection phase of MySQL and MariaDB: server version, user and result of the login; then the commands.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::database::MySqlError;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MySql,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(MySql::default()) }),
    frame: None,
};

const HEADER_BYTES: usize = 4;
const PROTOCOL: u8 = 10;
const ERROR: u8 = 0xff;
const OK: u8 = 0;
/// Capability of a client: it goes on with TLS.
const HAS_TLS: u32 = 0x800;
/// Capability of a client: it compresses.
const COMPRESSES: u32 = 0x20;
/// A client's answer up to its user.
const LOGIN_BYTES: usize = 32;
/// Most of a packet that is looked at.
const HEAD_BYTES: usize = 512;
/// Names of commands by their number.
const COMMANDS: [&str; 32] = [
    "sleep",
    "quit",
    "init db",
    "query",
    "field list",
    "create db",
    "drop db",
    "refresh",
    "shutdown",
    "statistics",
    "process info",
    "connect",
    "process kill",
    "debug",
    "ping",
    "time",
    "delayed insert",
    "change user",
    "binlog dump",
    "table dump",
    "connect out",
    "register slave",
    "prepare",
    "execute",
    "send long data",
    "close statement",
    "reset statement",
    "set option",
    "fetch",
    "daemon",
    "binlog dump GTID",
    "reset connection",
];

/// A packet: its number and content as far as it is there.
fn packet(bytes: &[u8]) -> Option<(usize, u8, &[u8])> {
    let length = le32(bytes, 0)? as usize & 0x00ff_ffff;
    Some((length, *bytes.get(3)?, bytes::part(bytes, HEADER_BYTES, length)))
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match packet(bytes) {
        Some((length, 0, [PROTOCOL, version @ ..]))
            if (30..512).contains(&length) && bytes.len() >= HEADER_BYTES + 8 =>
        {
            let text = bytes::until_nul(version);
            let is_version = text.first().is_some_and(u8::is_ascii_digit) && text.iter().all(u8::is_ascii_graphic);
            if is_version { ProbeResult::Certain } else { ProbeResult::NotForUs }
        }
        Some((length, 0, [ERROR, ..])) if (3..512).contains(&length) && length + HEADER_BYTES == bytes.len() => {
            ProbeResult::Unsure
        }
        None if ends.hint == Some(AppProto::MySql) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct MySql {
    /// The server sends first.
    server: Option<Direction>,
    has_greeted: bool,
    has_client_answered: bool,
}

impl StreamParser for MySql {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((length, number, content)) = packet(bytes) else { return ParseStep::Took(0) };
        if content.len() < length.min(HEAD_BYTES) {
            return ParseStep::Took(0);
        }
        fields.begin();
        let is_server = *self.server.get_or_insert(direction) == direction;
        let step = if is_server { self.server(content, fields) } else { self.client(number, content, fields) };
        step.unwrap_or_else(|| bytes::pass(bytes, (HEADER_BYTES + length) as u64))
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::follows(bytes, |rest| packet(rest).map(|(length, _, _)| HEADER_BYTES + length)).then_some(0)
    }
}

impl MySql {
    fn server(&mut self, content: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
        match content.first() {
            Some(&PROTOCOL) if !self.has_greeted => {
                self.has_greeted = true;
                fields.bytes(FieldId::Banner, bytes::until_nul(bytes::from(content, 1)));
            }
            Some(&ERROR) => {
                error(content, fields);
                if self.has_greeted {
                    fields.token(FieldId::Login, Outcome::Refused);
                }
                return Some(ParseStep::Done);
            }
            Some(&OK) if self.has_client_answered => {
                fields.token(FieldId::Login, Outcome::Accepted);
                return Some(ParseStep::Done);
            }
            // Another method is asked for, or more data of the same.
            Some(0xfe) => fields.bytes(FieldId::Method, bytes::until_nul(bytes::from(content, 1))),
            _ => {}
        }
        None
    }

    fn client(&mut self, number: u8, content: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
        if !self.has_client_answered {
            let capabilities = le32(content, 0)?;
            if capabilities & HAS_TLS > 0 && content.len() == LOGIN_BYTES {
                fields.token(FieldId::Security, Security::Tls);
                return Some(ParseStep::Switch(HEADER_BYTES + LOGIN_BYTES));
            }
            self.has_client_answered = true;
            fields.bytes(FieldId::User, bytes::until_nul(bytes::from(content, LOGIN_BYTES)));
            return (capabilities & COMPRESSES > 0).then_some(ParseStep::Done);
        }
        if number == 0
            && let Some(name) = content.first().and_then(|command| COMMANDS.get(usize::from(*command)))
        {
            fields.text(FieldId::Command, name);
            fields.bytes(FieldId::Argument, bytes::from(content, 1));
        }
        None
    }
}

/// A number, a state after a hash, a text.
fn error(content: &[u8], fields: &mut FieldBuffer) {
    let text = bytes::from(content, 3);
    let text = if text.first() == Some(&b'#') { bytes::from(text, 6) } else { text };
    match le16(content, 1) {
        Some(1044) | Some(1045) | Some(1698) => fields.token(FieldId::Error, MySqlError::AccessDenied),
        Some(1129) | Some(1130) => fields.token(FieldId::Error, MySqlError::HostNotAllowed),
        Some(1040) => fields.token(FieldId::Error, MySqlError::TooManyConnections),
        _ => fields.bytes(FieldId::Error, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_logs_in_and_is_refused_is_read_and_no_prefix_panics() {
        let mut greeting = b"\x40\0\0\0\x0a8.0.36\0".to_vec();
        greeting.resize(68, 1);
        let mut login = vec![37, 0, 0, 1, 0x05, 0xa2, 0, 0];
        login.resize(36, 0);
        login.extend(b"anna\0");
        let refusal = b"\x0b\0\0\x02\xff\x15\x04#28000no";
        let ends = PortPair::new(true, 3306, 50_000);
        let (mut mysql, mut fields) = (MySql::default(), FieldBuffer::default());
        assert_eq!(guess(&greeting, &ends), ProbeResult::Certain);
        let parser: [(Direction, &[u8], ParseStep); 3] = [
            (Direction::ToOriginator, &greeting, ParseStep::Took(68)),
            (Direction::ToResponder, &login, ParseStep::Took(41)),
            (Direction::ToOriginator, refusal, ParseStep::Done),
        ];
        for (direction, bytes, step) in parser {
            for end in 0..bytes.len() {
                assert_eq!(mysql.on_data(direction, &bytes[..end], &mut fields), ParseStep::Took(0));
                guess(&bytes[..end], &ends);
            }
            assert_eq!(mysql.on_data(direction, bytes, &mut fields), step);
        }
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::Banner, "8.0.36"),
            (FieldId::User, "anna"),
            (FieldId::Error, "access denied"),
            (FieldId::Login, "refused"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }
}
