//! TDS of Microsoft SQL Server (MS-TDS, section 2.2): version, encryption, and user and result of logins.

use crate::decode::app::carried::Carried;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::add_utf16;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::gss;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::database::MsSqlCommand;
use crate::model::app::kinds::database::MsSqlMessage;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MsSql,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(MsSql::default()) }),
    frame: None,
};

const HEADER_BYTES: usize = 8;
const BATCH: u8 = 1;
const CALL: u8 = 3;
const REPLY: u8 = 4;
const LOGIN: u8 = 0x10;
const SSPI: u8 = 0x11;
const PRELOGIN: u8 = 0x12;
/// Token of a reply (section 2.2.7): error.
const ERROR: u8 = 0xaa;
/// Token: information.
const INFO: u8 = 0xab;
/// Token: the login was accepted.
const LOGIN_ACK: u8 = 0xad;
/// Token: the environment changes.
const CHANGE: u8 = 0xe3;
/// Token: data of SSPI, for the next round of a login.
const TOKEN_SSPI: u8 = 0xed;
/// Error number of a refused login.
const LOGIN_FAILED: u32 = 18_456;
/// Most bytes of a packet that are looked at.
const HEAD_BYTES: usize = 4096;
/// Most tokens of a reply, and options of a first packet, that are looked at.
const MOST_TOKENS: usize = 32;

/// Kind, length and content of a packet as far as it is there.
fn packet(bytes: &[u8]) -> Option<(u8, usize, &[u8])> {
    let &[kind, _, _, _, _, _, _, _, ..] = bytes else { return None };
    let length = usize::from(be16(bytes, 2)?);
    (length >= HEADER_BYTES).then(|| (kind, length, bytes::part(bytes, HEADER_BYTES, length - HEADER_BYTES)))
}

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match (bytes, packet(bytes)) {
        // The first option is the version, six bytes (section 2.2.6.5).
        ([PRELOGIN, 0 | 1, _, _, 0, 0, ..], Some((_, 20..1024, [0, 0, _, 0, 6, ..]))) => ProbeResult::Certain,
        ([LOGIN, 1, _, _, 0, 0, ..], Some((_, length @ 94.., content))) => {
            let is_mine = le32(content, 0).is_some_and(|inner| inner as usize + HEADER_BYTES == length);
            if is_mine { ProbeResult::Certain } else { ProbeResult::NotForUs }
        }
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct MsSql {
    has_answered: bool,
    /// Wrapped in packets of the first kind, as far as it is in the clear.
    tls: Option<Carried>,
}

impl StreamParser for MsSql {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEADER_BYTES {
            return ParseStep::Took(0);
        }
        let Some((kind, length, content)) = packet(bytes) else { return ParseStep::Done };
        if content.len() < (length - HEADER_BYTES).min(HEAD_BYTES) {
            return ParseStep::Took(0);
        }
        fields.begin();
        match kind {
            PRELOGIN if self.tls.is_some() || matches!(content, [20..=23, 3, ..]) => {
                fields.token(FieldId::Message, MsSqlMessage::Tls);
                if self.tls.is_none() {
                    self.tls = Carried::of(AppProto::Tls);
                }
                if let Some(tls) = &mut self.tls {
                    tls.push(direction, content, fields);
                }
            }
            PRELOGIN => fields.token(FieldId::Message, MsSqlMessage::PreLogin),
            LOGIN => login(content, fields),
            SSPI => {
                fields.token(FieldId::Message, MsSqlMessage::Sspi);
                gss::read(content, fields);
            }
            BATCH => fields.token(FieldId::Command, MsSqlCommand::Batch),
            CALL => fields.token(FieldId::Command, MsSqlCommand::Rpc),
            REPLY if !self.has_answered && matches!(content, [0, 0, _, 0, 6, ..]) => {
                self.has_answered = true;
                options(content, fields);
            }
            REPLY => reply(content, fields),
            20..=23 => return ParseStep::Done,
            _ => {}
        }
        bytes::pass(bytes, length as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        // The number of the window is always 0 (section 2.2.3.1.6).
        let length = |rest: &[u8]| packet(rest).filter(|_| rest.get(7) == Some(&0)).map(|(_, length, _)| length);
        resync::follows(bytes, length).then_some(0)
    }
}

/// What the server says first (section 2.2.6.5).
fn options(content: &[u8], fields: &mut FieldBuffer) {
    fields.token(FieldId::Message, MsSqlMessage::PreLoginAnswer);
    for option in content.as_chunks::<5>().0.iter().take(MOST_TOKENS) {
        let [token, at @ ..] = option;
        let value = bytes::from(content, be16(at, 0).map_or(usize::MAX, usize::from));
        match (token, value) {
            (0, [major, minor, build @ ..]) => {
                let build = be16(build, 0).unwrap_or(0);
                fields.format(FieldId::Version, format_args!("{major}.{minor}.{build}"));
            }
            (1, [encryption, ..]) => {
                let name = match encryption {
                    0 => "login encrypted",
                    1 | 3 => "TLS",
                    _ => "not encrypted",
                };
                fields.text(FieldId::Security, name);
            }
            (0xff, _) => return,
            _ => {}
        }
    }
}

/// Section 2.2.6.4: places and lengths, in characters.
fn login(content: &[u8], fields: &mut FieldBuffer) {
    fields.token(FieldId::Message, MsSqlMessage::LogIn);
    let field = |at: usize| {
        let (place, n_chars) = (le16(content, at).unwrap_or(0), le16(content, at + 2).unwrap_or(0));
        bytes::part(content, usize::from(place), 2 * usize::from(n_chars))
    };
    add_utf16(FieldId::Host, field(36), fields);
    add_utf16(FieldId::User, field(40), fields);
    // Hidden by exchanged halves and a constant.
    let password: Vec<u8> = field(44).iter().map(|byte| (byte ^ 0xa5).rotate_left(4)).collect();
    add_utf16(FieldId::Password, &password, fields);
    add_utf16(FieldId::Agent, field(48), fields);
    add_utf16(FieldId::Service, field(68), fields);
    let (place, length) = (le16(content, 78).unwrap_or(0), le16(content, 80).unwrap_or(0));
    gss::read(bytes::part(content, usize::from(place), usize::from(length)), fields);
}

fn reply(content: &[u8], fields: &mut FieldBuffer) {
    let mut rest = content;
    for _ in 0..MOST_TOKENS {
        let Some(token @ (ERROR | INFO | LOGIN_ACK | CHANGE | TOKEN_SSPI)) = rest.first().copied() else { return };
        let Some(length) = le16(rest, 1) else { return };
        let data = bytes::part(rest, 3, usize::from(length));
        match token {
            ERROR => {
                let n_chars = le16(data, 6).map_or(0, usize::from);
                add_utf16(FieldId::Error, bytes::part(data, 8, 2 * n_chars), fields);
                if le32(data, 0) == Some(LOGIN_FAILED) {
                    fields.token(FieldId::Login, Outcome::Refused);
                }
            }
            LOGIN_ACK => fields.token(FieldId::Login, Outcome::Accepted),
            TOKEN_SSPI => {
                gss::read(data, fields);
            }
            _ => {}
        }
        rest = bytes::from(rest, 3 + usize::from(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_login_and_its_refusal_are_read_and_no_prefix_panics() {
        let hidden: Vec<u8> = utf16("s").iter().map(|byte| byte.rotate_left(4) ^ 0xa5).collect();
        let mut login = vec![0; 94];
        for (at, text) in [(40, utf16("sa")), (44, hidden)] {
            let place = login.len() as u8;
            login[at] = place;
            login[at + 2] = text.len() as u8 / 2;
            login.extend(text);
        }
        login[0] = login.len() as u8;
        let login = [&[LOGIN, 1, 0, login.len() as u8 + 8, 0, 0, 1, 0][..], &login].concat();
        let refusal =
            [&[REPLY, 1, 0, 23, 0, 0, 1, 0, ERROR, 12, 0][..], &18_456_u32.to_le_bytes(), &[1, 14, 2, 0]].concat();
        let refusal = [refusal, utf16("no")].concat();
        assert_eq!(guess(&login, &PortPair::new(true, 50_000, 1433)), ProbeResult::Certain);
        let mut fields = FieldBuffer::default();
        for (direction, bytes) in [(Direction::ToResponder, &login), (Direction::ToOriginator, &refusal)] {
            for end in 0..bytes.len() {
                assert_eq!(MsSql::default().on_data(direction, &bytes[..end], &mut fields), ParseStep::Took(0));
            }
            assert_eq!(MsSql::default().on_data(direction, bytes, &mut fields), ParseStep::Took(bytes.len()));
        }
        let said: Vec<_> = fields.iter().collect();
        for expected in
            [(FieldId::User, "sa"), (FieldId::Password, "s"), (FieldId::Error, "no"), (FieldId::Login, "refused")]
        {
            assert!(
                said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected),
                "{expected:?} in {said:?}"
            );
        }
    }

    #[test]
    fn wrapped_tls_is_read() {
        let (mut parser, mut fields) = (MsSql::default(), FieldBuffer::default());
        for content in [&b"\x15\x03\x03\0"[..], b"\x02\x02\x28"] {
            let packet = [&[PRELOGIN, 0, 0, 8 + content.len() as u8, 0, 0, 0, 0][..], content].concat();
            assert_eq!(parser.on_data(Direction::ToResponder, &packet, &mut fields), ParseStep::Took(packet.len()));
        }
        assert!(fields.iter().any(|(kind, _)| kind == FieldId::TlsAlert));
    }
}
