//! MongoDB's wire protocol (its manual, "Wire Protocol"): names of commands, and user, method and result of logins.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MongoDb,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(MongoDb::default()) }),
    frame: None,
};

const HEADER_BYTES: usize = 16;
const REPLY: u32 = 1;
const QUERY: u32 = 2004;
const COMPRESSED: u32 = 2012;
const MESSAGE: u32 = 2013;
/// A message may have 48,000,000 bytes (its manual, "maxMessageSizeBytes").
const MOST_BYTES: u32 = 48_000_000;
/// Most bytes of a message that are parsed.
const HEAD_BYTES: usize = 1024;

fn head(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let (length, answers, operation) = (le32(bytes, 0)?, le32(bytes, 8)?, le32(bytes, 12)?);
    let is_known = matches!(operation, REPLY | QUERY | COMPRESSED | MESSAGE);
    (is_known && (HEADER_BYTES as u32..=MOST_BYTES).contains(&length)).then_some((length, answers, operation))
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match head(bytes) {
        // All four header fields are plausible; a reply's opcode, 1, is too common to be certain.
        Some((21.., _, QUERY | COMPRESSED | MESSAGE)) => ProbeResult::Certain,
        Some((36.., _, REPLY)) => ProbeResult::Unsure,
        None if bytes.len() < HEADER_BYTES && ends.hint == Some(AppProto::MongoDb) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct MongoDb {
    is_logging_in: bool,
}

impl StreamParser for MongoDb {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEADER_BYTES {
            return ParseStep::Took(0);
        }
        let Some((length, answers, operation)) = head(bytes) else { return ParseStep::Done };
        let content = bytes::part(bytes, HEADER_BYTES, length as usize - HEADER_BYTES);
        if content.len() < (length as usize - HEADER_BYTES).min(HEAD_BYTES) {
            return ParseStep::Took(0);
        }
        fields.begin();
        match operation {
            MESSAGE if answers == 0 => self.command(bytes::from(content, 5), fields),
            QUERY => {
                let collection = bytes::until_nul(bytes::from(content, 4));
                match collection.ends_with(b".$cmd") {
                    true => self.command(bytes::from(content, 4 + collection.len() + 9), fields),
                    false => {
                        fields.text(FieldId::Command, "query");
                        fields.bytes(FieldId::Argument, collection);
                    }
                }
            }
            MESSAGE => self.answer(bytes::from(content, 5), fields),
            REPLY => self.answer(bytes::from(content, 20), fields),
            _ => {}
        }
        bytes::pass(bytes, u64::from(length))
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan(bytes, |rest| head(rest).is_some())
    }
}

impl MongoDb {
    /// Reads a command: a BSON document (length, type, name) whose first field is named after the command.
    fn command(&mut self, document: &[u8], fields: &mut FieldBuffer) {
        let name = bytes::until_nul(bytes::from(document, 5));
        if name.is_empty() || !name.iter().all(u8::is_ascii_alphanumeric) {
            return;
        }
        fields.bytes(FieldId::Command, name);
        self.is_logging_in = name.starts_with(b"sasl");
        if name == b"saslStart" {
            if let Some(at) = bytes::find(document, b"mechanism\0") {
                fields.bytes(FieldId::Method, bytes::until_nul(bytes::from(document, at + 14)));
            }
            // The first message of SCRAM (RFC 5802, section 7).
            if let Some(at) = bytes::find(document, b"n,,n=") {
                let rest = bytes::from(document, at + 5);
                fields.bytes(FieldId::User, bytes::part(rest, 0, memchr::memchr(b',', rest).unwrap_or(0)));
            }
        }
    }

    fn answer(&mut self, document: &[u8], fields: &mut FieldBuffer) {
        if bytes::find(document, b"AuthenticationFailed").is_some() {
            fields.token(FieldId::Login, Outcome::Refused);
            fields.text(FieldId::Error, "AuthenticationFailed");
        } else if self.is_logging_in && bytes::find(document, b"\x08done\0\x01").is_some() {
            fields.token(FieldId::Login, Outcome::Accepted);
        } else if let Some(at) = bytes::find(document, b"codeName\0") {
            fields.bytes(FieldId::Error, bytes::until_nul(bytes::from(document, at + 13)));
        }
        self.is_logging_in = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(answers: u8, document: &[u8]) -> Vec<u8> {
        let length = (HEADER_BYTES + 9 + document.len()) as u8;
        let head = [length, 0, 0, 0, 7, 0, 0, 0, answers, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        [&head[..], document].concat()
    }

    #[test]
    fn who_logs_in_and_is_refused_is_read_and_no_prefix_panics() {
        let start = b"\x10saslStart\0\x01\0\0\0\x02mechanism\0\x0e\0\0\0SCRAM-SHA-256\0\x05payload\0\x0f\0\0\0\0n,,n=anna,r=x\0";
        let refusal = b"\x01ok\0\0\0\0\0\0\0\0\0\x02codeName\0\x15\0\0\0AuthenticationFailed\0\0";
        let (mut parser, mut fields) = (MongoDb::default(), FieldBuffer::default());
        for bytes in [message(0, start), message(7, refusal)] {
            assert_eq!(guess(&bytes, &PortPair::new(true, 1, 2)), ProbeResult::Certain);
            for end in 0..bytes.len() {
                assert_eq!(parser.on_data(Direction::ToResponder, &bytes[..end], &mut fields), ParseStep::Took(0));
            }
            assert_eq!(parser.on_data(Direction::ToResponder, &bytes, &mut fields), ParseStep::Took(bytes.len()));
        }
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::Command, "saslStart"),
            (FieldId::Method, "SCRAM-SHA-256"),
            (FieldId::User, "anna"),
            (FieldId::Login, "refused"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }
}
