//! PostgreSQL's messages (its manual, "Frontend/Backend Protocol"): user, database and result of the login, and
//! commands.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be32;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::database::PostgreSqlMessage;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::PostgreSql,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(PostgreSql::default()) }),
    frame: None,
};

/// Major version in the upper half, minor version in the lower: 3.0, or 3.2 since PostgreSQL 18.
const VERSION_3: u32 = 3 << 16;
const VERSION_4: u32 = 4 << 16;
// Codes that stand in place of a version: 1234 in the upper half.
const CANCEL: u32 = 80_877_102;
const ASK_TLS: u32 = 80_877_103;
const ASK_GSS: u32 = 80_877_104;
/// Servers refuse a longer start (MAX_STARTUP_PACKET_LENGTH in PostgreSQL's pqcomm.h).
const MOST_START_BYTES: u32 = 10_000;
/// Behind lost bytes a longer message is not believed.
const MOST_MESSAGE_BYTES: u32 = 1 << 20;
/// Most of a message that is looked at.
const HEAD_BYTES: usize = 1024;
/// Most parameters of a start.
const MOST_PARAMETERS: usize = 32;

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match (be32(bytes, 0), be32(bytes, 4)) {
        (Some(8), Some(ASK_TLS | ASK_GSS)) | (Some(16), Some(CANCEL)) => ProbeResult::Certain,
        (Some(9..MOST_START_BYTES), Some(VERSION_3..VERSION_4)) => ProbeResult::Certain,
        (Some(8..MOST_START_BYTES), None) if ends.hint == Some(AppProto::PostgreSql) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct PostgreSql {
    /// The client sends first.
    client: Option<Direction>,
    has_started: bool,
    /// It has asked for TLS or GSSAPI; one byte answers.
    has_asked: bool,
    is_logged_in: bool,
    /// The password that follows is in the clear.
    is_password_clear: bool,
}

impl StreamParser for PostgreSql {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let is_client = *self.client.get_or_insert(direction) == direction;
        fields.begin();
        if is_client && !self.has_started {
            return self.start(bytes, fields).unwrap_or(ParseStep::Took(0));
        }
        if !is_client && self.has_asked {
            return self.answer(bytes, fields);
        }
        let (Some(kind), Some(length)) = (bytes.first(), be32(bytes, 1)) else { return ParseStep::Took(0) };
        if length < 4 {
            return ParseStep::Done;
        }
        let content = bytes::part(bytes, 5, length as usize - 4);
        if content.len() < (length as usize - 4).min(HEAD_BYTES) {
            return ParseStep::Took(0);
        }
        match is_client {
            true => self.command(*kind, content, fields),
            false => self.reply(*kind, content, fields),
        }
        bytes::pass(bytes, 1 + u64::from(length))
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let length = |rest: &[u8]| {
            let length = be32(rest, 1).filter(|length| (4..MOST_MESSAGE_BYTES).contains(length))?;
            rest.first().filter(|kind| kind.is_ascii_alphanumeric()).map(|_| 1 + length as usize)
        };
        resync::follows(bytes, length).then_some(0)
    }
}

impl PostgreSql {
    fn start(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
        let (length, code) = (be32(bytes, 0)?, be32(bytes, 4)?);
        let content = bytes.get(8..(length.min(MOST_START_BYTES) as usize).max(8))?;
        match code {
            ASK_TLS | ASK_GSS => {
                self.has_asked = true;
                fields.token(
                    FieldId::Message,
                    if code == ASK_TLS { PostgreSqlMessage::AskForTls } else { PostgreSqlMessage::AskForGssapi },
                );
            }
            CANCEL => fields.token(FieldId::Message, PostgreSqlMessage::Cancel),
            VERSION_3..VERSION_4 => {
                self.has_started = true;
                fields.token(FieldId::Message, PostgreSqlMessage::Start);
                let mut texts = content.split(|byte| *byte == 0).take(2 * MOST_PARAMETERS);
                while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
                    match name {
                        b"user" => fields.bytes(FieldId::User, value),
                        b"database" => fields.bytes(FieldId::Service, value),
                        b"application_name" => fields.bytes(FieldId::Agent, value),
                        _ => {}
                    }
                }
            }
            _ => return Some(ParseStep::Done),
        }
        Some(ParseStep::Took(length as usize))
    }

    fn answer(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        self.has_asked = false;
        match bytes.first() {
            Some(b'S') => {
                fields.token(FieldId::Security, Security::Tls);
                ParseStep::Switch(1)
            }
            Some(b'G') => ParseStep::Done,
            Some(b'N') => ParseStep::Took(1),
            _ => {
                self.has_asked = !bytes.is_empty();
                if bytes.is_empty() { ParseStep::Took(0) } else { ParseStep::Done }
            }
        }
    }

    fn command(&mut self, kind: u8, content: &[u8], fields: &mut FieldBuffer) {
        let name = match kind {
            b'Q' => "query",
            b'P' => "parse",
            b'F' => "function call",
            b'X' => "terminate",
            b'p' => {
                if self.is_password_clear {
                    fields.bytes(FieldId::Password, bytes::until_nul(content));
                }
                "password"
            }
            _ => return,
        };
        fields.text(FieldId::Command, name);
        if kind == b'Q' {
            fields.bytes(FieldId::Argument, bytes::until_nul(content));
        }
    }

    fn reply(&mut self, kind: u8, content: &[u8], fields: &mut FieldBuffer) {
        match kind {
            b'R' => self.authentication(content, fields),
            b'E' => {
                error(content, fields);
                if !self.is_logged_in {
                    fields.token(FieldId::Login, Outcome::Refused);
                }
            }
            b'S' => {
                if let Some(version) = content.strip_prefix(b"server_version\0") {
                    fields.bytes(FieldId::Version, bytes::until_nul(version));
                }
            }
            _ => {}
        }
    }

    fn authentication(&mut self, content: &[u8], fields: &mut FieldBuffer) {
        let method = match be32(content, 0) {
            Some(0) => {
                self.is_logged_in = true;
                return fields.token(FieldId::Login, Outcome::Accepted);
            }
            Some(2) => "Kerberos",
            Some(3) => {
                self.is_password_clear = true;
                "clear text"
            }
            Some(5) => "MD5",
            Some(7) => "GSSAPI",
            Some(9) => "SSPI",
            Some(10) => return fields.bytes(FieldId::Method, bytes::until_nul(bytes::from(content, 4))),
            _ => return,
        };
        fields.text(FieldId::Method, method);
    }
}

/// Error fields, each a letter and a text: `M` is the message.
fn error(content: &[u8], fields: &mut FieldBuffer) {
    for field in content.split(|byte| *byte == 0).take(MOST_PARAMETERS) {
        if let [b'M', text @ ..] = field {
            fields.bytes(FieldId::Error, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_password_and_its_refusal_are_read_and_no_prefix_panics() {
        let ends = PortPair::new(true, 50_000, 5432);
        let (mut parser, mut fields) = (PostgreSql::default(), FieldBuffer::default());
        let start = b"\0\0\0\x14\0\x03\0\0user\0anna\0\0\0";
        let said: [(Direction, &[u8]); 4] = [
            (Direction::ToResponder, &start[..20]),
            (Direction::ToOriginator, b"R\0\0\0\x08\0\0\0\x03"),
            (Direction::ToResponder, b"p\0\0\0\x06s\0"),
            (Direction::ToOriginator, b"E\0\0\0\x0eC28P01\0Mn\0"),
        ];
        assert_eq!(guess(said[0].1, &ends), ProbeResult::Certain);
        for (direction, bytes) in said {
            for end in 0..bytes.len() {
                assert_eq!(parser.on_data(direction, &bytes[..end], &mut fields), ParseStep::Took(0));
                guess(&bytes[..end], &ends);
            }
            assert_eq!(parser.on_data(direction, bytes, &mut fields), ParseStep::Took(bytes.len()));
        }
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::User, "anna"),
            (FieldId::Method, "clear text"),
            (FieldId::Password, "s"),
            (FieldId::Error, "n"),
            (FieldId::Login, "refused"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }

    #[test]
    fn tls_follows_where_it_is_granted() {
        let (mut parser, mut fields) = (PostgreSql::default(), FieldBuffer::default());
        assert_eq!(
            parser.on_data(Direction::ToResponder, b"\0\0\0\x08\x04\xd2\x16\x2f", &mut fields),
            ParseStep::Took(8)
        );
        assert_eq!(parser.on_data(Direction::ToOriginator, b"S", &mut fields), ParseStep::Switch(1));
    }
}
