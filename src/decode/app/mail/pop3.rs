//! POP3 (RFC 1939): commands, replies, who logs in and whether that works. Messages and listings are skipped.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::lines;
use crate::decode::app::support::sasl::Sasl;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Method;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use std::collections::VecDeque;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Pop3,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Pop3::default()) }),
    frame: None,
};

/// Most commands that may wait for their replies.
const MOST_WAITING: usize = 256;

/// A bare `+OK` may be of Redis.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    const COMMANDS: [&[u8]; 8] = [b"USER", b"AUTH", b"CAPA", b"APOP", b"STAT", b"NOOP", b"QUIT", b"STLS"];
    match bytes {
        [b'+', b'O', b'K', b' ', b' '..=b'~', ..] => ProbeResult::Certain,
        [b'+', b'O', b'K', b'\r', ..] | [b'-', b'E', b'R', b'R', b' ', ..] => ProbeResult::Unsure,
        _ if ends.hint == Some(AppProto::Pop3) && COMMANDS.iter().any(|word| lines::begins_with(bytes, word)) => {
            ProbeResult::Unsure
        }
        _ => ProbeResult::NotForUs,
    }
}

/// Only a server begins with a status or a challenge.
fn sender(bytes: &[u8]) -> Option<Role> {
    Some(if bytes.starts_with(b"+") || bytes.starts_with(b"-ERR") { Role::Server } else { Role::Client })
}

/// What the reply to a command means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    LogIn,
    Tls,
    /// Its reply, if it is good, is a text that ends with a dot.
    Text,
    Other,
}

#[derive(Default)]
struct Pop3 {
    waiting: VecDeque<Asked>,
    sasl: Option<Sasl>,
    /// A text of the server is being skipped, and whether none of it was yet.
    text: Option<bool>,
    is_greeted: bool,
}

impl StreamParser for Pop3 {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if let (Direction::ToOriginator, Some(is_at_start)) = (direction, self.text) {
            let (n, is_over) = lines::until_dot(bytes, is_at_start);
            self.text = (!is_over).then_some(is_at_start && n == 0);
            return ParseStep::Took(n);
        }
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        if direction == Direction::ToOriginator {
            return self.reply(line, n, fields);
        }
        match &mut self.sasl {
            Some(sasl) => {
                if sasl.answer(line, fields) {
                    self.sasl = None;
                }
            }
            None => self.command(line, fields),
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, direction: Direction) -> bool {
        // Which reply belongs to which command is no longer known.
        self.waiting.clear();
        self.text = None;
        if direction == Direction::ToResponder {
            self.sasl = None;
        }
        true
    }
}

impl Pop3 {
    fn command(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        let Some((word, argument)) = lines::command(line) else { return };
        fields.bytes(FieldId::Command, &word);
        let asked = match word.as_slice() {
            b"USER" => {
                fields.bytes(FieldId::User, argument);
                Asked::Other
            }
            b"PASS" => {
                fields.bytes(FieldId::Password, argument);
                Asked::LogIn
            }
            b"APOP" => {
                fields.token(FieldId::Method, Method::Apop);
                fields.bytes(FieldId::User, lines::word(argument).0);
                Asked::LogIn
            }
            // Without a method it asks which there are (RFC 1734 in practice).
            b"AUTH" if argument.is_empty() => Asked::Text,
            b"AUTH" => {
                self.sasl = Some(Sasl::begin(argument, fields)).filter(|sasl| !sasl.is_said());
                Asked::LogIn
            }
            b"STLS" => Asked::Tls,
            b"RETR" | b"TOP" | b"CAPA" => Asked::Text,
            b"LIST" | b"UIDL" if argument.is_empty() => Asked::Text,
            _ => Asked::Other,
        };
        if !matches!(word.as_slice(), b"USER" | b"PASS" | b"APOP" | b"AUTH") {
            fields.bytes(FieldId::Argument, argument);
        }
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(asked);
        }
    }

    fn reply(&mut self, line: &[u8], n: usize, fields: &mut FieldBuffer) -> ParseStep {
        let (word, text) = lines::word(line);
        let is_good = match word {
            b"+OK" => true,
            b"-ERR" => false,
            // A challenge, or a line of a text that was not seen to begin.
            _ => return ParseStep::Took(n),
        };
        fields.text(FieldId::Reply, if is_good { "+OK" } else { "-ERR" });
        if !self.is_greeted {
            self.is_greeted = true;
            if self.waiting.is_empty() {
                fields.bytes(FieldId::Banner, text);
                return ParseStep::Took(n);
            }
        }
        match (self.waiting.pop_front(), is_good) {
            (Some(Asked::LogIn), _) => {
                self.sasl = None;
                fields.token(FieldId::Login, if is_good { Outcome::Accepted } else { Outcome::Refused });
            }
            (Some(Asked::Tls), true) => {
                fields.token(FieldId::Security, Security::StartTls);
                return ParseStep::Switch(n);
            }
            (Some(Asked::Text), true) => self.text = Some(true),
            _ => {}
        }
        ParseStep::Took(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn parse_all(lines: &[(char, &str)]) -> (Vec<String>, ParseStep) {
        let (mut parser, mut fields, mut step) = (Pop3::default(), FieldBuffer::default(), ParseStep::Took(0));
        for (who, text) in lines {
            let direction = if *who == 'C' { Direction::ToResponder } else { Direction::ToOriginator };
            let mut rest = text.as_bytes();
            loop {
                step = parser.on_data(direction, rest, &mut fields);
                let ParseStep::Took(n @ 1..) = step else { break };
                rest = &rest[n..];
            }
        }
        (listed(&fields), step)
    }

    #[test]
    fn log_ins_are_read_and_texts_passed_over() {
        let (said, _) = parse_all(&[
            ('S', "+OK Dovecot\r\n"),
            ('C', "USER anna\r\n"),
            ('S', "+OK\r\n"),
            ('C', "PASS a b\r\n"),
            ('S', "-ERR no\r\n"),
            ('C', "AUTH PLAIN\r\n"),
            ('S', "+ \r\n"),
            ('C', "AGFubmEAc2VjcmV0\r\n"),
            ('S', "+OK\r\n"),
            ('C', "LIST\r\nRETR 1\r\nQUIT\r\n"),
            ('S', "+OK\r\n1 99\r\n.\r\n+OK 99 octets\r\n-ERR is what it says\r\n.\r\n+OK bye\r\n"),
        ]);
        let of = |id: &str| said.iter().filter(|fact| fact.starts_with(id)).cloned().collect::<Vec<_>>();
        assert_eq!(of("login"), ["login=refused", "login=accepted"]);
        assert_eq!(of("user"), ["user=anna", "user=anna"]);
        assert_eq!(of("password"), ["password=a b", "password=secret"]);
        assert_eq!(of("reply").len(), 7);
        assert_eq!(of("banner"), ["banner=Dovecot"]);
        assert_eq!(of("command").len(), 6);
    }

    #[test]
    fn encryption_hands_on() {
        let (said, step) = parse_all(&[('S', "+OK x\r\n"), ('C', "STLS\r\n"), ('S', "+OK go\r\n")]);
        assert_eq!((said.last().map(String::as_str), step), (Some("security=STARTTLS"), ParseStep::Switch(8)));
        assert_eq!(guess(b"+OK\r\n", &PortPair::new(true, 6379, 50_000)), ProbeResult::Unsure);
    }
}
