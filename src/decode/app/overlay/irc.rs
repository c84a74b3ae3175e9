//! IRC (RFC 2812): users, channels, and the targets of commands.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::head::number;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Irc,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Irc) }),
    frame: None,
};

/// Commands to services of names and channels that carry a password.
const SECRET_COMMANDS: [&[u8]; 10] =
    [b"IDENTIFY", b"ID", b"REGISTER", b"LOGIN", b"AUTH", b"GHOST", b"RECOVER", b"RELEASE", b"REGAIN", b"SET"];

/// What a client or server says first. USER and PASS alone may be FTP's or POP3's.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    const FIRST: [&[u8]; 5] = [b"NICK ", b"CAP LS", b"CAP REQ", b"NOTICE AUTH ", b"NOTICE * "];
    if FIRST.iter().any(|first| bytes.starts_with(first)) {
        return ProbeResult::Certain;
    }
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    // USER name mode unused :real name (section 3.1.3).
    if line.starts_with(b"USER ") && line.split(|byte| *byte == b' ').nth(4).is_some_and(|real| real.starts_with(b":"))
    {
        return ProbeResult::Certain;
    }
    if bytes.starts_with(b"PASS ") && (lines::has(bytes, b"\nNICK ") || lines::has(bytes, b"\nUSER ")) {
        return ProbeResult::Certain;
    }
    let Some(prefixed) = line.strip_prefix(b":") else {
        let is_mine = ends.hint == Some(AppProto::Irc) && (line.starts_with(b"PING ") || line.starts_with(b"PASS "));
        return if is_mine { ProbeResult::Unsure } else { ProbeResult::NotForUs };
    };
    let (_, rest) = lines::word(prefixed);
    match rest {
        [b'N', b'O', b'T', b'I', b'C', b'E', b' ', ..] | [b'0', b'0', b'1'..=b'5', b' ', ..] => ProbeResult::Certain,
        _ if ends.hint == Some(AppProto::Irc) && !rest.is_empty() => ProbeResult::Unsure,
        _ => ProbeResult::NotForUs,
    }
}

struct Irc;

impl StreamParser for Irc {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        // 670: encryption begins (the tls extension of IRCv3).
        if message(direction, line, fields) == Some(670) {
            fields.token(FieldId::Security, Security::StartTls);
            return ParseStep::Switch(n);
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// `@tags :prefix COMMAND parameters :last` (section 2.3.1). Gives the number of a reply.
fn message(direction: Direction, mut line: &[u8], fields: &mut FieldBuffer) -> Option<u64> {
    if line.starts_with(b"@") {
        line = lines::word(line).1;
    }
    let mut prefix: &[u8] = &[];
    if let Some(prefixed) = line.strip_prefix(b":") {
        (prefix, line) = lines::word(prefixed);
    }
    let (command, rest) = lines::word(line);
    if let (3, Some(code)) = (command.len(), number(command)) {
        reply(code, prefix, rest, fields);
        return Some(code);
    }
    let is_command = (3..=12).contains(&command.len()) && command.iter().all(u8::is_ascii_alphabetic);
    if !is_command {
        return None;
    }
    let command = command.to_ascii_uppercase();
    fields.bytes(FieldId::Command, &command);
    let (first, others) = lines::word(rest);
    let last = trailing(rest);
    match command.as_slice() {
        b"NICK" => fields.bytes(FieldId::User, first.strip_prefix(b":").unwrap_or(first)),
        b"USER" => {
            fields.bytes(FieldId::User, first);
            fields.bytes(FieldId::Agent, last);
        }
        b"PASS" => fields.bytes(FieldId::Password, first.strip_prefix(b":").unwrap_or(first)),
        b"OPER" => {
            fields.bytes(FieldId::User, first);
            fields.bytes(FieldId::Password, others);
        }
        b"JOIN" => {
            let channels = first.strip_prefix(b":").unwrap_or(first);
            channels.split(|byte| *byte == b',').for_each(|channel| fields.bytes(FieldId::Channel, channel));
        }
        b"PRIVMSG" | b"NOTICE" => {
            let is_channel = matches!(first.first(), Some(b'#' | b'&' | b'+' | b'!'));
            fields.bytes(if is_channel { FieldId::Channel } else { FieldId::To }, first);
            let is_service = first.to_ascii_lowercase().windows(4).any(|part| part == b"serv");
            let is_secret =
                is_service && SECRET_COMMANDS.iter().any(|word| lines::word(last).0.eq_ignore_ascii_case(word));
            fields.bytes(if is_secret { FieldId::Password } else { FieldId::Argument }, last);
            if direction == Direction::ToOriginator {
                fields.bytes(FieldId::From, prefix.split(|byte| *byte == b'!').next().unwrap_or(prefix));
            }
        }
        // Short forms of messages to the service that keeps the names.
        b"NICKSERV" | b"NS" | b"IDENTIFY" => fields.bytes(FieldId::Password, rest),
        b"ERROR" => fields.bytes(FieldId::Argument, last),
        _ => {}
    }
    None
}

fn reply(code: u64, prefix: &[u8], rest: &[u8], fields: &mut FieldBuffer) {
    fields.number(FieldId::Reply, code);
    match code {
        1 => {
            fields.bytes(FieldId::Host, prefix);
            fields.bytes(FieldId::Banner, trailing(rest));
            fields.token(FieldId::Login, Outcome::Accepted);
        }
        // The login of an operator, or by SASL (IRCv3), worked.
        381 | 903 => fields.token(FieldId::Login, Outcome::Accepted),
        464 | 465 | 491 | 904 => fields.token(FieldId::Login, Outcome::Refused),
        _ => {}
    }
}

/// The last parameter, which may hold spaces.
fn trailing(rest: &[u8]) -> &[u8] {
    match memchr::memmem::find(rest, b" :") {
        Some(at) => rest.get(at + 2..).unwrap_or(&[]),
        None => rest.strip_prefix(b":").unwrap_or(&[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn a_bot_that_joins_and_is_commanded_is_read() {
        let mut fields = FieldBuffer::default();
        let said: [(Direction, &[u8]); 5] = [
            (Direction::ToResponder, b"PASS s3\r\nNICK bot1\r\nUSER bot 0 * :a b\r\n"),
            (Direction::ToOriginator, b":irc.example.org 001 bot1 :Welcome\r\n"),
            (Direction::ToResponder, b"JOIN #one,#two key\r\n"),
            (Direction::ToOriginator, b":boss!x@y PRIVMSG #one :!ddos 192.0.2.1\r\nPING :1\r\n"),
            (Direction::ToResponder, b"PRIVMSG boss :ok"),
        ];
        for (direction, bytes) in said {
            let mut rest = bytes;
            while let ParseStep::Took(n @ 1..) = Irc.on_data(direction, rest, &mut fields) {
                rest = &rest[n..];
            }
        }
        let expected = [
            "command=PASS",
            "password=s3",
            "command=NICK",
            "user=bot1",
            "command=USER",
            "user=bot",
            "agent=a b",
            "reply=1",
            "host=irc.example.org",
            "banner=Welcome",
            "login=accepted",
            "command=JOIN",
            "irc.channel=#one",
            "irc.channel=#two",
            "command=PRIVMSG",
            "irc.channel=#one",
            "argument=!ddos 192.0.2.1",
            "from=boss",
            "command=PING",
        ];
        assert_eq!(listed(&fields), expected);
    }

    #[test]
    fn commands_of_ftp_and_pop3_are_not_taken() {
        let ends = PortPair::new(true, 50_000, 2121);
        assert_eq!(guess(b"USER anna\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"USER a 0 * :b\r\n", &ends), ProbeResult::Certain);
        assert_eq!(guess(b":x.y NOTICE * :*** Looking", &ends), ProbeResult::Certain);
    }
}
