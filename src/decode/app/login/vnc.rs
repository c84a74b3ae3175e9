//! VNC's remote framebuffer protocol (RFC 6143, section 7): version, security types, and how the login ends. Pictures are not read.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Vnc,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Vnc::default()) }),
    frame: None,
};

const VERSION_BYTES: usize = 12;
const NONE: u8 = 1;
const PASSWORD: u8 = 2;
const MOST_REASON_BYTES: u32 = 1024;

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match version(bytes) {
        Some(_) => ProbeResult::Certain,
        None if bytes.len() < VERSION_BYTES && b"RFB ".starts_with(bytes.get(..4).unwrap_or(bytes)) => {
            ProbeResult::NeedMore
        }
        None => ProbeResult::NotForUs,
    }
}

/// Section 7.1.1.
fn version(bytes: &[u8]) -> Option<(u16, u16)> {
    let [b'R', b'F', b'B', b' ', a, b, c, b'.', d, e, f, b'\n'] = bytes.first_chunk::<VERSION_BYTES>()? else {
        return None;
    };
    let number = |digits: [&u8; 3]| {
        digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(**digit - b'0')))
    };
    Some((number([a, b, c])?, number([d, e, f])?))
}

/// What a side says next.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Next {
    #[default]
    Version,
    /// The security types that the server offers, or the one that the client chooses.
    Security,
    /// The server's challenge, the client's answer.
    Challenge,
    Result,
    Name,
}

#[derive(Default)]
struct Vnc {
    /// The server sends first.
    server: Option<Direction>,
    minor: u16,
    of_server: Next,
    of_client: Next,
    chosen: u8,
}

impl StreamParser for Vnc {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        fields.begin();
        let step = match *self.server.get_or_insert(direction) == direction {
            true => self.server(bytes, fields),
            false => self.client(bytes, fields),
        };
        step.unwrap_or(ParseStep::Took(0))
    }
}

impl Vnc {
    /// None if more bytes are needed.
    fn server(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
        match self.of_server {
            Next::Version => {
                let Some((major, minor)) = version(bytes) else { return wait_or_end(bytes, VERSION_BYTES) };
                fields.format(FieldId::Version, format_args!("{major}.{minor}"));
                self.of_server = Next::Security;
                self.minor = minor;
                Some(ParseStep::Took(VERSION_BYTES))
            }
            Next::Security if self.minor < 7 => {
                // The server decides (section 7.1.2, version 3.3).
                let kind = u8::try_from(be32(bytes, 0)?).unwrap_or(u8::MAX);
                security(FieldId::Method, kind, fields);
                self.chosen(kind, fields);
                self.of_client = self.of_server;
                Some(ParseStep::Took(4))
            }
            Next::Security => {
                let n = usize::from(*bytes.first()?);
                if n == 0 {
                    return reason(bytes::from(bytes, 1), fields);
                }
                let kinds = bytes.get(1..1 + n)?;
                kinds.iter().for_each(|kind| security(FieldId::Security, *kind, fields));
                // What follows depends on what the client takes, which is read before it.
                self.of_server = Next::Challenge;
                Some(ParseStep::Took(1 + n))
            }
            Next::Challenge if self.chosen == PASSWORD => {
                bytes.get(..16)?;
                self.of_server = Next::Result;
                Some(ParseStep::Took(16))
            }
            Next::Challenge if self.chosen == NONE && self.minor < 8 => {
                self.of_server = Next::Name;
                self.server(bytes, fields)
            }
            Next::Challenge | Next::Result if matches!(self.chosen, NONE | PASSWORD) => match be32(bytes, 0)? {
                0 => {
                    fields.token(FieldId::Login, Outcome::Accepted);
                    self.of_server = Next::Name;
                    Some(ParseStep::Took(4))
                }
                _ if self.minor < 8 => {
                    fields.token(FieldId::Login, Outcome::Refused);
                    Some(ParseStep::Done)
                }
                _ => {
                    let step = reason(bytes::from(bytes, 4), fields)?;
                    fields.token(FieldId::Login, Outcome::Refused);
                    Some(step)
                }
            },
            // Other kinds of login are encrypted or of one maker's own.
            Next::Challenge | Next::Result => Some(ParseStep::Done),
            Next::Name => {
                let length = be32(bytes, 20)?;
                if length <= MOST_REASON_BYTES {
                    fields.bytes(FieldId::Banner, bytes.get(24..24 + length as usize)?);
                }
                Some(ParseStep::Done)
            }
        }
    }

    fn client(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
        match self.of_client {
            Next::Version => {
                let Some((_, minor)) = version(bytes) else { return wait_or_end(bytes, VERSION_BYTES) };
                self.minor = self.minor.min(minor);
                self.of_client = if self.minor < 7 { Next::Challenge } else { Next::Security };
                Some(ParseStep::Took(VERSION_BYTES))
            }
            Next::Security => {
                let kind = *bytes.first()?;
                security(FieldId::Method, kind, fields);
                self.chosen = kind;
                if kind == NONE && self.minor < 8 {
                    fields.token(FieldId::Login, Outcome::Accepted);
                }
                self.of_client = Next::Challenge;
                Some(ParseStep::Done)
            }
            _ => Some(ParseStep::Done),
        }
    }

    fn chosen(&mut self, kind: u8, fields: &mut FieldBuffer) {
        self.chosen = kind;
        self.of_server = match kind {
            NONE => {
                fields.token(FieldId::Login, Outcome::Accepted);
                Next::Name
            }
            _ => Next::Challenge,
        };
    }
}

/// Why the server refuses: a length and a text.
fn reason(bytes: &[u8], fields: &mut FieldBuffer) -> Option<ParseStep> {
    let length = be32(bytes, 0)?;
    if length <= MOST_REASON_BYTES {
        fields.bytes(FieldId::Error, bytes.get(4..4 + length as usize)?);
    }
    Some(ParseStep::Done)
}

fn wait_or_end(bytes: &[u8], n: usize) -> Option<ParseStep> {
    (bytes.len() >= n).then_some(ParseStep::Done)
}

/// IANA's registry of RFB security types.
fn security(field: FieldId, kind: u8, fields: &mut FieldBuffer) {
    let name = match kind {
        0 => "invalid",
        NONE => "none",
        PASSWORD => "VNC password",
        5 => "RA2",
        6 => "RA2ne",
        16 => "Tight",
        17 => "Ultra",
        18 => "TLS",
        19 => "VeNCrypt",
        20 => "SASL",
        30..=35 => "Apple",
        other => return fields.format(field, format_args!("type {other}")),
    };
    fields.text(field, name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_password_is_read_and_no_prefix_panics() {
        let (mut vnc, mut fields) = (Vnc::default(), FieldBuffer::default());
        let refusal = b"\0\0\0\x01\0\0\0\x02no";
        let parser: [(Direction, &[u8], usize); 6] = [
            (Direction::ToOriginator, b"RFB 003.008\n", 12),
            (Direction::ToResponder, b"RFB 003.008\n", 12),
            (Direction::ToOriginator, b"\x02\x02\x10", 3),
            (Direction::ToResponder, b"\x02", 0),
            (Direction::ToOriginator, &[9; 16], 16),
            (Direction::ToOriginator, refusal, 0),
        ];
        for (direction, bytes, n) in parser {
            for end in 0..bytes.len() {
                assert_eq!(
                    vnc.on_data(direction, &bytes[..end], &mut FieldBuffer::default()),
                    ParseStep::Took(0),
                    "{bytes:?}"
                );
            }
            let step = vnc.on_data(direction, bytes, &mut fields);
            assert_eq!(step, if n > 0 { ParseStep::Took(n) } else { ParseStep::Done }, "{bytes:?}");
        }
        let said: Vec<_> = fields.iter().collect();
        for expected in [
            (FieldId::Version, "3.8"),
            (FieldId::Security, "Tight"),
            (FieldId::Method, "VNC password"),
            (FieldId::Error, "no"),
            (FieldId::Login, "refused"),
        ] {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }

    #[test]
    fn the_greeting_is_told_from_others() {
        let ends = PortPair::new(true, 5900, 50_000);
        assert_eq!(
            (guess(b"RFB 003.003\n", &ends), guess(b"RFB", &ends)),
            (ProbeResult::Certain, ProbeResult::NeedMore)
        );
        assert_eq!(
            (guess(b"RFB nothing.\n", &ends), guess(b"220 ", &ends)),
            (ProbeResult::NotForUs, ProbeResult::NotForUs)
        );
    }
}
