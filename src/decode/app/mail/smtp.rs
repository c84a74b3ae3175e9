//! SMTP (RFC 5321): commands, replies, who logs in and whether that works, senders and recipients. The text of a mail is
//! skipped.

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

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Smtp,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Smtp::default()) }),
    frame: None,
};

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    const OTHERS: [&[u8]; 7] = [b"HELP", b"NOOP", b"QUIT", b"RSET", b"MAIL", b"AUTH", b"STARTTLS"];
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    match lines::reply(line) {
        Some((220, text)) if lines::has(text, b"SMTP") || lines::has(text, b"MAIL") => ProbeResult::Certain,
        Some((220 | 421 | 554, _)) => ProbeResult::Unsure,
        _ if lines::begins_with(bytes, b"EHLO") || lines::begins_with(bytes, b"HELO") => ProbeResult::Certain,
        // Who speaks before the greeting, or was not heard from the start.
        _ if ends.hint == Some(AppProto::Smtp) && OTHERS.iter().any(|word| lines::begins_with(bytes, word)) => {
            ProbeResult::Unsure
        }
        _ => ProbeResult::NotForUs,
    }
}

fn sender(bytes: &[u8]) -> Option<Role> {
    Some(lines::sender(bytes))
}

#[derive(Default)]
struct Smtp {
    mode: Mode,
    /// What the next reply that is not skipped answers.
    asked: Asked,
    is_greeted: bool,
    /// Part of a mail was lost, perhaps its end.
    is_lost: bool,
}

/// What the client sends.
#[derive(Default)]
enum Mode {
    #[default]
    Commands,
    Answers(Sasl),
    Mail {
        is_at_start: bool,
    },
    /// A part of a mail of this many bytes (RFC 3030, section 2).
    Part(u64),
}

/// Commands of RFC 5321 and of its extensions, old ones too.
const VERBS: [&[u8]; 25] = [
    b"HELO",
    b"EHLO",
    b"LHLO",
    b"MAIL",
    b"RCPT",
    b"DATA",
    b"BDAT",
    b"RSET",
    b"VRFY",
    b"EXPN",
    b"HELP",
    b"NOOP",
    b"QUIT",
    b"AUTH",
    b"STARTTLS",
    b"ETRN",
    b"ATRN",
    b"TURN",
    b"SEND",
    b"SOML",
    b"SAML",
    b"BURL",
    b"XCLIENT",
    b"XFORWARD",
    b"X-ANONYMOUSTLS",
];

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    LogIn,
    Tls,
    #[default]
    Other,
}

impl StreamParser for Smtp {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if direction == Direction::ToOriginator {
            return self.reply(bytes, fields);
        }
        match &mut self.mode {
            Mode::Mail { is_at_start } => {
                let (n, is_over) = lines::until_dot(bytes, *is_at_start);
                *is_at_start &= n == 0;
                if is_over {
                    self.mode = Mode::Commands;
                }
                ParseStep::Took(n)
            }
            Mode::Part(n) => {
                let n = *n;
                self.mode = Mode::Commands;
                ParseStep::Skip(n)
            }
            Mode::Answers(sasl) => {
                let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
                fields.begin();
                if sasl.answer(line, fields) {
                    self.mode = Mode::Commands;
                }
                ParseStep::Took(n)
            }
            Mode::Commands => {
                let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
                fields.begin();
                self.command(line, fields);
                ParseStep::Took(n)
            }
        }
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        self.is_lost = true;
        true
    }
}

impl Smtp {
    fn command(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        let (word, argument) = lines::word(line);
        let word = word.to_ascii_uppercase();
        // A line that is no command may be a password whose question was lost.
        if !VERBS.contains(&word.as_slice()) {
            return;
        }
        fields.bytes(FieldId::Command, &word);
        match word.as_slice() {
            b"HELO" | b"EHLO" => fields.bytes(FieldId::Host, argument),
            b"MAIL" => fields.bytes(FieldId::MailFrom, path(argument)),
            b"RCPT" => fields.bytes(FieldId::MailTo, path(argument)),
            b"AUTH" => {
                let sasl = Sasl::begin(argument, fields);
                self.asked = Asked::LogIn;
                self.mode = if sasl.is_said() { Mode::Commands } else { Mode::Answers(sasl) };
            }
            b"STARTTLS" => self.asked = Asked::Tls,
            b"DATA" => self.mode = Mode::Mail { is_at_start: true },
            b"BDAT" => {
                let n = std::str::from_utf8(lines::word(argument).0).ok().and_then(|n| n.parse().ok());
                self.mode = n.filter(|n| *n > 0).map_or(Mode::Commands, Mode::Part);
            }
            _ => fields.bytes(FieldId::Argument, argument),
        }
    }

    fn reply(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        let Some((code, text)) = lines::reply(line) else { return ParseStep::Took(n) };
        fields.begin();
        if !self.is_greeted {
            self.is_greeted = true;
            fields.bytes(FieldId::Banner, text);
        }
        if lines::is_continued(line) {
            return ParseStep::Took(n);
        }
        fields.number(FieldId::Reply, u64::from(code));
        match (code, &self.mode) {
            // DATA was not taken; or the end of the mail is among what was lost.
            (400.., Mode::Mail { is_at_start: true }) => self.mode = Mode::Commands,
            (200..300, Mode::Mail { .. }) if self.is_lost => self.mode = Mode::Commands,
            (354, _) => self.mode = Mode::Mail { is_at_start: true },
            _ => {}
        }
        if code == 334 {
            return ParseStep::Took(n);
        }
        match (std::mem::take(&mut self.asked), code) {
            (Asked::Tls, 220) => {
                fields.token(FieldId::Security, Security::StartTls);
                return ParseStep::Switch(n);
            }
            (Asked::LogIn, 235) => fields.token(FieldId::Login, Outcome::Accepted),
            (Asked::LogIn, 500..) => fields.token(FieldId::Login, Outcome::Refused),
            (Asked::LogIn, _) => {}
            _ => return ParseStep::Took(n),
        }
        if matches!(self.mode, Mode::Answers(_)) {
            self.mode = Mode::Commands;
        }
        ParseStep::Took(n)
    }
}

/// `FROM:<anna@example.org> SIZE=5` without what is around the address (RFC 5321, section 4.1.2).
fn path(argument: &[u8]) -> &[u8] {
    let (_, path) = argument.split_at(memchr::memchr(b':', argument).map_or(argument.len(), |at| at + 1));
    let path = lines::word(path.trim_ascii()).0;
    let path = path.strip_prefix(b"<").unwrap_or(path);
    path.strip_suffix(b">").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    /// Shows a conversation line by line: `C` for the client's, `S` for the server's.
    fn parse_all(parser: &mut Smtp, lines: &[(char, &str)]) -> (Vec<String>, ParseStep) {
        let mut fields = FieldBuffer::default();
        let mut step = ParseStep::Took(0);
        for (who, text) in lines {
            let direction = if *who == 'C' { Direction::ToResponder } else { Direction::ToOriginator };
            let mut rest = text.as_bytes();
            loop {
                step = parser.on_data(direction, rest, &mut fields);
                match step {
                    ParseStep::Took(n) if n > 0 => rest = &rest[n..],
                    ParseStep::Skip(n) => rest = rest.get(n as usize..).unwrap_or(&[]),
                    _ => break,
                }
            }
        }
        (listed(&fields), step)
    }

    #[test]
    fn a_mail_is_passed_over_and_what_follows_is_read() {
        let parser = [
            ('S', "220-mx.example.org\r\n220 ESMTP\r\n"),
            ('C', "EHLO pc\r\n"),
            ('S', "250-mx\r\n250 STARTTLS\r\n"),
            ('C', "MAIL FROM:<a@example.org> SIZE=9\r\nRCPT TO: b@example.org\r\nDATA\r\n"),
            ('S', "250 ok\r\n550 no\r\n354 go\r\n"),
            ('C', "Subject: RCPT TO:<x>\r\n\r\nMAIL FROM:<y>\r\n..\r\n.\r\nBDAT 10 LAST\r\nMAIL FROM:NOOP\r\n"),
            ('S', "250 queued\r\n"),
        ];
        let (said, _) = parse_all(&mut Smtp::default(), &parser);
        let expected = [
            "banner=mx.example.org",
            "reply=220",
            "command=EHLO",
            "host=pc",
            "reply=250",
            "command=MAIL",
            "mail.from=a@example.org",
            "command=RCPT",
            "mail.to=b@example.org",
            "command=DATA",
            "reply=250",
            "reply=550",
            "reply=354",
            "command=BDAT",
            "command=NOOP",
            "reply=250",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_log_in_is_read_and_whether_it_works() {
        let parser = [
            ('S', "220 x\r\n"),
            ('C', "AUTH LOGIN\r\n"),
            ('S', "334 VXNlcm5hbWU6\r\n"),
            ('C', "YW5uYQ==\r\n"),
            ('S', "334 UGFzc3dvcmQ6\r\n"),
            ('C', "c2VjcmV0\r\n"),
            ('S', "535 no\r\n"),
            ('C', "AUTH PLAIN AGFubmEAc2VjcmV0\r\n"),
            ('S', "235 yes\r\n"),
            ('C', "DATA\r\n"),
            ('S', "503 no recipient\r\n"),
            ('C', "QUIT\r\n"),
        ];
        let (said, _) = parse_all(&mut Smtp::default(), &parser);
        let of = |id: &str| said.iter().filter(|fact| fact.starts_with(id)).cloned().collect::<Vec<_>>();
        assert_eq!(of("login"), ["login=refused", "login=accepted"]);
        assert_eq!(of("user"), ["user=anna", "user=anna"]);
        assert_eq!(of("password"), ["password=secret", "password=secret"]);
        assert_eq!(of("command"), ["command=AUTH", "command=AUTH", "command=DATA", "command=QUIT"]);
    }

    #[test]
    fn encryption_hands_on() {
        let parser = [('S', "220 x\r\n"), ('C', "STARTTLS\r\n"), ('S', "220 go\r\n")];
        let (said, step) = parse_all(&mut Smtp::default(), &parser);
        assert_eq!(step, ParseStep::Switch(8));
        assert_eq!(said.last().map(String::as_str), Some("security=STARTTLS"));
    }

    #[test]
    fn a_mail_whose_end_is_lost_ends_with_the_reply() {
        let mut parser = Smtp::default();
        parse_all(&mut parser, &[('C', "DATA\r\n"), ('S', "354 go\r\n"), ('C', "Text\r\n")]);
        assert!(parser.on_gap(Direction::ToResponder));
        let (said, _) = parse_all(&mut parser, &[('S', "250 queued\r\n"), ('C', "QUIT\r\n")]);
        assert_eq!(said, ["reply=250", "command=QUIT"]);
    }
}
