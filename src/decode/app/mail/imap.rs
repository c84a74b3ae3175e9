//! IMAP (RFC 9051): commands, results, who logs in and whether that works. Literals are skipped.

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
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use std::collections::VecDeque;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Imap,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Imap::default()) }),
    frame: None,
};

/// What clients send (RFC 9051, section 6, and what came before and beside it).
const COMMANDS: &str = "APPEND AUTHENTICATE CAPABILITY CHECK CLOSE COMPRESS COPY CREATE DELETE ENABLE EXAMINE EXPUNGE FETCH \
                        GETQUOTA GETQUOTAROOT ID IDLE LIST LOGIN LOGOUT LSUB MOVE NAMESPACE NOOP RENAME SEARCH SELECT \
                        STARTTLS STATUS STORE SUBSCRIBE UID UNSELECT UNSUBSCRIBE";

/// Most commands that may wait for their results.
const MOST_WAITING: usize = 64;
/// Longest literal that is read: a user's name or password.
const MOST_LITERAL_BYTES: u64 = 512;

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let greetings: [&[u8]; 3] = [b"* OK", b"* PREAUTH", b"* BYE"];
    if greetings.iter().any(|greeting| bytes.starts_with(greeting)) {
        return ProbeResult::Certain;
    }
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
    let (tag, rest) = lines::word(lines::first(bytes).map_or(&[], |(line, _)| line));
    let is_line = is_word(tag) && is_word(lines::word(rest).0);
    if is_line && ends.hint == Some(AppProto::Imap) { ProbeResult::Unsure } else { ProbeResult::NotForUs }
}

/// A server sends untagged data, prompts, and results under the tags of commands (RFC 9051, section 2.2). Text of a mail says
/// nothing.
fn sender(bytes: &[u8]) -> Option<Role> {
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    let (tag, rest) = lines::word(line);
    match (tag, lines::word(rest).0) {
        (b"*" | b"+", _) | (_, b"OK" | b"NO" | b"BAD") => Some(Role::Server),
        (_, word) if COMMANDS.split(' ').any(|command| word.eq_ignore_ascii_case(command.as_bytes())) => {
            Some(Role::Client)
        }
        _ => None,
    }
}

/// What the result of a command means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    LogIn,
    Tls,
    Compress,
    Other,
}

#[derive(Default)]
struct Imap {
    waiting: VecDeque<(Box<[u8]>, Asked)>,
    sasl: Option<Sasl>,
    /// Bytes of a literal that come next: of the client, of the server.
    literals: [Option<u64>; 2],
    /// Arguments of a LOGIN whose last is still to come as a literal.
    login: Option<Vec<Vec<u8>>>,
    /// The client's next line goes on with the command before it.
    is_within: bool,
    is_greeted: bool,
}

impl StreamParser for Imap {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let [of_client, of_server] = &mut self.literals;
        let literal = if direction == Direction::ToResponder { of_client } else { of_server };
        if let Some(n) = literal.take() {
            if direction == Direction::ToResponder && self.login.is_some() && n <= MOST_LITERAL_BYTES {
                let Some(text) = bytes.get(..n as usize) else {
                    *literal = Some(n);
                    return ParseStep::Took(0);
                };
                self.login.get_or_insert_default().push(text.to_vec());
                if n > 0 {
                    return ParseStep::Took(text.len());
                }
            } else if n > 0 {
                return ParseStep::Skip(n);
            }
        }
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        *literal = announced(line);
        fields.begin();
        match direction {
            Direction::ToResponder => self.client(line, fields),
            Direction::ToOriginator => return self.server(line, n, fields),
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, direction: Direction) -> bool {
        self.literals = [None; 2];
        if direction == Direction::ToResponder {
            (self.sasl, self.login, self.is_within) = (None, None, false);
        }
        true
    }
}

impl Imap {
    fn client(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        let goes_on = self.literals.first().is_some_and(Option::is_some);
        let is_within = std::mem::replace(&mut self.is_within, goes_on);
        if let Some(mut texts) = self.login.take() {
            strings(line, &mut texts);
            return self.log_in(texts, fields);
        }
        if is_within {
            return;
        }
        if let Some(sasl) = &mut self.sasl {
            if sasl.answer(line, fields) {
                self.sasl = None;
            }
            return;
        }
        if line.eq_ignore_ascii_case(b"DONE") {
            return fields.text(FieldId::Command, "DONE");
        }
        let (tag, rest) = lines::word(line);
        let (command, argument) = lines::word(rest);
        let is_command = (2..=16).contains(&command.len()) && command.iter().all(u8::is_ascii_alphabetic);
        if !is_command {
            return;
        }
        self.command(tag, &command.to_ascii_uppercase(), argument, fields);
    }

    fn command(&mut self, tag: &[u8], command: &[u8], argument: &[u8], fields: &mut FieldBuffer) {
        fields.bytes(FieldId::Command, command);
        let asked = match command {
            b"LOGIN" => {
                let mut texts = Vec::new();
                strings(argument, &mut texts);
                self.log_in(texts, fields);
                Asked::LogIn
            }
            b"AUTHENTICATE" => {
                self.sasl = Some(Sasl::begin(argument, fields)).filter(|sasl| !sasl.is_said());
                Asked::LogIn
            }
            b"STARTTLS" => Asked::Tls,
            b"COMPRESS" => Asked::Compress,
            b"ID" => {
                fields.bytes(FieldId::Agent, argument);
                Asked::Other
            }
            _ => {
                fields.bytes(FieldId::Argument, argument);
                Asked::Other
            }
        };
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((tag.into(), asked));
    }

    /// The arguments of LOGIN so far; the rest follows if a literal was announced.
    fn log_in(&mut self, texts: Vec<Vec<u8>>, fields: &mut FieldBuffer) {
        if self.is_within {
            self.login = Some(texts);
            return;
        }
        if let [user, password, ..] = texts.as_slice() {
            fields.bytes(FieldId::User, user);
            fields.bytes(FieldId::Password, password);
        }
    }

    fn server(&mut self, line: &[u8], n: usize, fields: &mut FieldBuffer) -> ParseStep {
        let (tag, rest) = lines::word(line);
        let (result, text) = lines::word(rest);
        if tag == b"*" {
            if !std::mem::replace(&mut self.is_greeted, true) && self.waiting.is_empty() {
                fields.bytes(FieldId::Banner, text);
            }
            return ParseStep::Took(n);
        }
        let is_good = match result {
            b"OK" => true,
            b"NO" | b"BAD" => false,
            _ => return ParseStep::Took(n),
        };
        let Some(at) = self.waiting.iter().position(|(waiting, _)| waiting.as_ref() == tag) else {
            return ParseStep::Took(n);
        };
        fields.bytes(FieldId::Reply, result);
        match (self.waiting.remove(at), is_good) {
            (Some((_, Asked::LogIn)), _) => {
                self.sasl = None;
                fields.token(FieldId::Login, if is_good { Outcome::Accepted } else { Outcome::Refused });
            }
            (Some((_, Asked::Tls)), true) => {
                fields.token(FieldId::Security, Security::StartTls);
                return ParseStep::Switch(n);
            }
            (Some((_, Asked::Compress)), true) => return ParseStep::Switch(n),
            _ => {}
        }
        ParseStep::Took(n)
    }
}

/// The length of the literal that a line ends with: `{12}`, `{12+}` (RFC 9051, section 4.3; RFC 7888).
fn announced(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let digits = line.get(memchr::memrchr(b'{', line)? + 1..)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Words and quoted strings of a line; an announced literal is none.
fn strings(line: &[u8], texts: &mut Vec<Vec<u8>>) {
    let mut rest = line.trim_ascii();
    while let Some(first) = rest.first() {
        let (text, after) = if *first == b'"' {
            quoted(rest.get(1..).unwrap_or(&[]))
        } else {
            let (word, after) = lines::word(rest);
            (word.to_vec(), after)
        };
        if *first != b'{' {
            texts.push(text);
        }
        rest = after.trim_ascii_start();
    }
}

/// A quoted string behind its first mark: backslashes stand before marks and backslashes.
fn quoted(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut text = Vec::new();
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\\' if !is_escaped => is_escaped = true,
            b'"' if !is_escaped => return (text, bytes.get(at + 1..).unwrap_or(&[])),
            byte => {
                text.push(*byte);
                is_escaped = false;
            }
        }
    }
    (text, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn parse_all(lines: &[(char, &str)]) -> (Vec<String>, ParseStep) {
        let (mut parser, mut fields, mut step) = (Imap::default(), FieldBuffer::default(), ParseStep::Took(0));
        for (who, text) in lines {
            let direction = if *who == 'C' { Direction::ToResponder } else { Direction::ToOriginator };
            let mut rest = text.as_bytes();
            loop {
                step = parser.on_data(direction, rest, &mut fields);
                rest = match step {
                    ParseStep::Took(n @ 1..) => &rest[n..],
                    ParseStep::Skip(n) => rest.get(n as usize..).unwrap_or(&[]),
                    _ => break,
                };
            }
        }
        (listed(&fields), step)
    }

    fn credentials(lines: &[(char, &str)]) -> Vec<String> {
        let of = |fact: &String| ["user", "password", "login"].iter().any(|id| fact.starts_with(id));
        parse_all(lines).0.into_iter().filter(of).collect()
    }

    #[test]
    fn a_log_in_is_read_however_it_is_written() {
        let expected = ["user=anna", "password=a\"b c", "login=accepted"];
        let result = ('S', "a1 OK in\r\n");
        assert_eq!(credentials(&[('C', "a1 LOGIN anna \"a\\\"b c\"\r\n"), result]), expected);
        let literals = [('C', "a1 login {4}\r\n"), ('S', "+ go\r\n"), ('C', "anna {5+}\r\na\"b c\r\n"), result];
        assert_eq!(credentials(&literals), expected);
        let plain = [('C', "a1 AUTHENTICATE PLAIN\r\n"), ('S', "+ \r\n"), ('C', "AGFubmEAc2VjcmV0\r\n"), result];
        assert_eq!(credentials(&plain), ["user=anna", "password=secret", "login=accepted"]);
        assert_eq!(credentials(&[('C', "a1 LOGIN a b\r\n"), ('S', "a1 NO no\r\n")]).last().unwrap(), "login=refused");
    }

    #[test]
    fn literals_are_passed_over_and_results_belong_to_their_tags() {
        let (said, _) = parse_all(&[
            ('S', "* OK [CAPABILITY IMAP4rev1] ready\r\n"),
            ('C', "a FETCH 1 BODY[]\r\nb APPEND Sent {9}\r\n"),
            ('S', "* 1 FETCH (BODY[] {10}\r\na OK no\r\n\r\n)\r\nb NO\r\na OK done\r\n"),
            ('C', "b LOGIN x\r\nc LOGOUT\r\n"),
        ]);
        let of = |id: &str| said.iter().filter(|fact| fact.starts_with(id)).cloned().collect::<Vec<_>>();
        assert_eq!(of("command"), ["command=FETCH", "command=APPEND", "command=LOGOUT"]);
        assert_eq!(of("reply"), ["reply=NO", "reply=OK"]);
    }

    #[test]
    fn encryption_hands_on() {
        let (_, step) = parse_all(&[('S', "* OK x\r\n"), ('C', "a STARTTLS\r\n"), ('S', "a OK go\r\n")]);
        assert_eq!(step, ParseStep::Switch(9));
    }
}
