//! FTP's control connection (RFC 959): commands, replies, user and result of logins, and the ports of data connections.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
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
use std::net::{IpAddr, Ipv4Addr};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Ftp,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Ftp::default()) }),
    frame: None,
};

/// A greeting that names it; one that does not may be of a mail server.
fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    match lines::reply(line) {
        Some((220, text)) if lines::has(text, b"SMTP") || lines::has(text, b"MAIL") => ProbeResult::NotForUs,
        Some((220, text)) if lines::has(text, b"FTP") || lines::has(text, b"FILE") => ProbeResult::Certain,
        Some((120 | 220 | 421, _)) => ProbeResult::Unsure,
        _ if lines::begins_with(bytes, b"USER") => ProbeResult::Unsure,
        _ => ProbeResult::NotForUs,
    }
}

fn sender(bytes: &[u8]) -> Option<Role> {
    Some(lines::sender(bytes))
}

#[derive(Default)]
struct Ftp {
    /// The last command was none of a login.
    is_otherwise: bool,
}

impl StreamParser for Ftp {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        match direction {
            Direction::ToResponder => self.command(line, fields),
            Direction::ToOriginator => {
                if let Some((code, text)) = lines::reply(line) {
                    let is_last = !lines::is_continued(line);
                    return self.reply(code, is_last, text, n, fields);
                }
            }
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

impl Ftp {
    fn command(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        let Some((word, argument)) = lines::command(line) else { return };
        fields.bytes(FieldId::Command, &word);
        let kind = match word.as_slice() {
            b"USER" => FieldId::User,
            b"PASS" | b"ACCT" => FieldId::Password,
            // A server's own commands that set a password.
            b"SITE" if lines::word(argument).0.eq_ignore_ascii_case(b"PSWD") => FieldId::Password,
            b"RETR" | b"STOR" | b"DELE" | b"APPE" => FieldId::File,
            _ => FieldId::Argument,
        };
        fields.bytes(kind, argument);
        self.is_otherwise = !matches!(word.as_slice(), b"USER" | b"PASS" | b"ACCT");
        match word.as_slice() {
            b"PORT" => drop(place(argument, fields)),
            b"EPRT" => drop(extended_place(argument, fields)),
            _ => {}
        }
    }

    /// Of a reply of several lines only the last counts; each of a greeting may say who it is.
    fn reply(&mut self, code: u16, is_last: bool, text: &[u8], n: usize, fields: &mut FieldBuffer) -> ParseStep {
        if code == 220 {
            fields.bytes(FieldId::Banner, text);
        }
        if !is_last {
            return ParseStep::Took(n);
        }
        fields.number(FieldId::Reply, u64::from(code));
        match code {
            227 => drop(place(text, fields)),
            229 => drop(extended_place(text, fields)),
            230 => fields.token(FieldId::Login, Outcome::Accepted),
            // To any other command it says that a login is needed.
            430 | 530 if !self.is_otherwise => fields.token(FieldId::Login, Outcome::Refused),
            // The answer to AUTH TLS (RFC 4217, section 4).
            234 => {
                fields.token(FieldId::Security, Security::AuthTls);
                return ParseStep::Switch(n);
            }
            _ => {}
        }
        ParseStep::Took(n)
    }
}

/// Address and port in six numbers (RFC 959, sections 4.1.2 and 4.2), with or without brackets around them.
fn place(text: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let from = text.iter().position(u8::is_ascii_digit)?;
    let mut numbers = text.get(from..)?.split(|byte| !byte.is_ascii_digit()).map(number);
    let mut next = || numbers.next().flatten().and_then(|n| u8::try_from(n).ok());
    let address = [next()?, next()?, next()?, next()?];
    let port = u16::from_be_bytes([next()?, next()?]);
    fields.addr(FieldId::Address, Ipv4Addr::from(address));
    fields.number(FieldId::Port, u64::from(port));
    Some(())
}

/// `|1|10.0.0.1|4000|`, or just the port (RFC 2428).
fn extended_place(text: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let from = memchr::memchr(b'|', text)?;
    let mut parts = text.get(from + 1..)?.split(|byte| *byte == b'|');
    let (_, address, port) = (parts.next()?, parts.next()?, parts.next()?);
    let port = number(port).filter(|port| *port <= u64::from(u16::MAX))?;
    match std::str::from_utf8(address).ok().and_then(|text| text.parse::<IpAddr>().ok()) {
        Some(address) => fields.addr(FieldId::Address, address),
        None => fields.bytes(FieldId::Address, address),
    }
    fields.number(FieldId::Port, port);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;
    use crate::model::app::field::FieldValue;

    #[test]
    fn a_greeting_is_told_from_that_of_a_mail_server() {
        let ends = PortPair::new(true, 21, 50_000);
        assert_eq!(guess(b"220 (vsFTPd 3.0.5)\r\n", &ends), ProbeResult::Certain);
        assert_eq!(guess(b"220 mx.example.org ESMTP Postfix\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"220 ready\r\n", &ends), ProbeResult::Unsure);
    }

    #[test]
    fn who_logs_in_is_read_and_whether_it_works() {
        let mut fields = FieldBuffer::default();
        let mut parser = Ftp::default();
        assert_eq!(parser.on_data(Direction::ToResponder, b"user anna\r\nPASS", &mut fields), ParseStep::Took(11));
        assert_eq!(parser.on_data(Direction::ToResponder, b"PASS", &mut fields), ParseStep::Took(0));
        assert_eq!(parser.on_data(Direction::ToResponder, b"PASS x y\r\n", &mut fields), ParseStep::Took(10));
        assert_eq!(parser.on_data(Direction::ToOriginator, b"530 No.\r\n", &mut fields), ParseStep::Took(9));
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::User, FieldValue::Text("anna"))));
        assert!(said.contains(&(FieldId::Password, FieldValue::Text("x y"))));
        assert!(said.contains(&(FieldId::Login, Outcome::Refused.into())));
    }

    #[test]
    fn where_data_will_flow_is_read_and_long_replies_count_once() {
        let (mut parser, mut fields) = (Ftp::default(), FieldBuffer::default());
        parser.on_data(Direction::ToOriginator, b"220-Hello\r\n", &mut fields);
        parser.on_data(Direction::ToOriginator, b"220 FTP\r\n", &mut fields);
        parser.on_data(Direction::ToOriginator, b"227 Entering (10,0,0,9,4,1)\r\n", &mut fields);
        parser.on_data(Direction::ToOriginator, b"229 Entering (|||4000|)\r\n", &mut fields);
        parser.on_data(Direction::ToResponder, b"PORT 10,0,0,8,0,21\r\n", &mut fields);
        parser.on_data(Direction::ToResponder, b"EPRT |2|::1|5000|\r\n", &mut fields);
        parser.on_data(Direction::ToOriginator, b"530 Log in first\r\n", &mut fields);
        let expected = [
            "banner=Hello",
            "banner=FTP",
            "reply=220",
            "reply=227",
            "address=10.0.0.9",
            "port=1025",
            "reply=229",
            "port=4000",
            "command=PORT",
            "argument=10,0,0,8,0,21",
            "address=10.0.0.8",
            "port=21",
            "command=EPRT",
            "argument=|2|::1|5000|",
            "address=::1",
            "port=5000",
            "reply=530",
        ];
        assert_eq!(listed(&fields), expected);
    }
}
