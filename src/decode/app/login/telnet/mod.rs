//! Telnet (RFC 854): what the sides negotiate, and what is typed at the prompts for user and password.

mod screen;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use screen::{Keys, Prompt, Screen};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Telnet,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Telnet::default()) }),
    frame: None,
};

const IAC: u8 = 255;
const SUBNEGOTIATION: u8 = 250;
const SUBNEGOTIATION_END: u8 = 240;
/// Longest subnegotiation that is waited for.
const MOST_SUBNEGOTIATION_BYTES: usize = 1024;
/// Bytes that are enough to tell text from something else.
const LOOKED_AT: usize = 32;

/// Negotiation of a known option is certain if another follows it; text is Telnet's only on its port.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match bytes {
        [IAC, 251..=254, 0..=49, IAC, 250..=254, ..] => ProbeResult::Certain,
        [IAC, 251..=254, 0..=49, ..] => ProbeResult::Unsure,
        _ if ends.hint != Some(AppProto::Telnet) => ProbeResult::NotForUs,
        [IAC] | [IAC, 251..=254] => ProbeResult::NeedMore,
        _ => {
            let is_text = |byte: &u8| matches!(byte, 0 | 7..=13 | 27 | 32..=126 | 128..);
            if bytes.iter().take(LOOKED_AT).all(is_text) { ProbeResult::Unsure } else { ProbeResult::NotForUs }
        }
    }
}

#[derive(Default)]
struct Telnet {
    screen: Screen,
    keys: Keys,
}

impl StreamParser for Telnet {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let at = memchr::memchr(IAC, bytes).unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(at);
        if !text.is_empty() {
            self.text(direction, text, fields);
            return ParseStep::Took(at);
        }
        match rest {
            // The byte 255 itself.
            [IAC, IAC, ..] => ParseStep::Took(2),
            [IAC, SUBNEGOTIATION, inside @ ..] => subnegotiation(inside, fields),
            [IAC, verb @ 251..=254, option, ..] => {
                fields.begin();
                let verb = match verb {
                    251 => "WILL",
                    252 => "WON'T",
                    253 => "DO",
                    _ => "DON'T",
                };
                fields.text(FieldId::Command, verb);
                fields.text(FieldId::Function, option_name(*option));
                ParseStep::Took(3)
            }
            [IAC, 251..=254] | [IAC] | [] => ParseStep::Took(0),
            _ => ParseStep::Took(2),
        }
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

impl Telnet {
    fn text(&mut self, direction: Direction, text: &[u8], fields: &mut FieldBuffer) {
        if direction == Direction::ToOriginator {
            fields.begin();
            return self.screen.show(text, fields);
        }
        for line in self.keys.press(text) {
            fields.begin();
            let kind = match self.screen.answer() {
                Some(Prompt::User) => FieldId::User,
                Some(Prompt::Password) => FieldId::Password,
                None => FieldId::Argument,
            };
            fields.bytes(kind, &line);
        }
    }
}

/// Option, then a value, up to IAC SE.
fn subnegotiation(inside: &[u8], fields: &mut FieldBuffer) -> ParseStep {
    let Some(end) = memchr::memmem::find(inside, &[IAC, SUBNEGOTIATION_END]) else {
        return if inside.len() > MOST_SUBNEGOTIATION_BYTES { ParseStep::Took(2) } else { ParseStep::Took(0) };
    };
    fields.begin();
    fields.text(FieldId::Command, "SB");
    match inside.get(..end).unwrap_or(&[]) {
        // IS: what the terminal is (RFC 1091), the user and other variables (RFC 1572).
        [24, 0, name @ ..] => fields.bytes(FieldId::Agent, name),
        [39, 0 | 2, variables @ ..] => drop(environment(variables, fields)),
        [option, ..] => fields.text(FieldId::Function, option_name(*option)),
        [] => {}
    }
    ParseStep::Took(2 + end + 2)
}

/// Variables are name and value behind the bytes 0 (or 3) and 1 (RFC 1572, section 2).
fn environment(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    loop {
        rest.u8()?;
        let n = rest.iter().position(|byte| matches!(byte, 0 | 1 | 3)).unwrap_or(rest.len());
        let name = rest.take(n)?;
        if rest.first() != Some(&1) {
            continue;
        }
        rest.u8()?;
        let n = rest.iter().position(|byte| matches!(byte, 0 | 3)).unwrap_or(rest.len());
        let value = rest.take(n)?;
        if name == b"USER" {
            fields.bytes(FieldId::User, value);
        }
    }
}

/// Names of options (IANA's registry of Telnet options).
fn option_name(option: u8) -> &'static str {
    match option {
        0 => "binary",
        1 => "echo",
        3 => "suppress go ahead",
        5 => "status",
        6 => "timing mark",
        24 => "terminal type",
        25 => "end of record",
        31 => "window size",
        32 => "terminal speed",
        33 => "flow control",
        34 => "line mode",
        35 => "X display",
        36 => "environment",
        37 => "authentication",
        38 => "encryption",
        39 => "new environment",
        46 => "STARTTLS",
        _ => "other option",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn parse_all(said: &[(char, &[u8])]) -> Vec<String> {
        let (mut parser, mut fields) = (Telnet::default(), FieldBuffer::default());
        for (who, bytes) in said {
            let direction = if *who == 'C' { Direction::ToResponder } else { Direction::ToOriginator };
            let mut rest = *bytes;
            while let ParseStep::Took(n @ 1..) = parser.on_data(direction, rest, &mut fields) {
                rest = &rest[n..];
                if rest.is_empty() {
                    break;
                }
            }
        }
        listed(&fields)
    }

    #[test]
    fn what_is_typed_at_prompts_is_read_and_whether_it_works() {
        let said = parse_all(&[
            ('S', b"\xff\xfd\x18\xff\xfb\x01"),
            ('C', b"\xff\xfa\x18\0xterm\xff\xf0"),
            ('S', b"Debian\r\nhost login: "),
            ('C', b"a"),
            ('S', b"a"),
            ('C', b"nx\x7fna\r\0"),
            ('S', b"nna\r\nPassword: "),
            ('C', b"secret\r\n"),
            ('S', b"\r\nLogin incorrect\r\nlogin: "),
            ('C', b"root\r\n"),
            ('S', b"Password:"),
            ('C', b"toor\n"),
            ('S', b"\r\nLast login: Mon\r\n$ "),
            ('C', b"ls\r\n"),
        ]);
        let expected = [
            "command=DO",
            "function=terminal type",
            "command=WILL",
            "function=echo",
            "command=SB",
            "agent=xterm",
            "user=anna",
            "password=secret",
            "login=refused",
            "user=root",
            "password=toor",
            "login=accepted",
            "argument=ls",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn variables_name_the_user_and_no_prefix_panics() {
        let bytes = b"\xff\xfa\x27\0\0USER\x01-f root\x03X\x01y\xff\xf0\xff\xff\xff\xf1";
        assert_eq!(parse_all(&[('C', bytes)]), ["command=SB", "user=-f root"]);
        (0..bytes.len()).for_each(|end| drop(parse_all(&[('C', &bytes[..end])])));
    }

    #[test]
    fn text_is_telnet_on_its_port_only() {
        assert_eq!(guess(b"login: ", &PortPair::new(true, 23, 50_000)), ProbeResult::Unsure);
        assert_eq!(guess(b"login: ", &PortPair::new(true, 99, 50_000)), ProbeResult::NotForUs);
        assert_eq!(guess(b"\xff\xfd\x01\xff\xfd\x03", &PortPair::new(true, 99, 50_000)), ProbeResult::Certain);
        assert_eq!(guess(b"\x16\x03\x01\x00", &PortPair::new(true, 23, 50_000)), ProbeResult::NotForUs);
    }
}
