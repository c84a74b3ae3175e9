//! The first messages of RDP (MS-RDPBCGR, section 2.2.1): user, client name and protection of the connection. TLS
//! follows.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::add_utf16;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::le32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Method;
use crate::model::app::kinds::login::RdpError;
use crate::model::app::kinds::login::RdpMessage;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Rdp,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Rdp) }),
    frame: None,
};

const TPKT_BYTES: usize = 4;
/// Bytes of TPKT and the fixed part of X.224.
const HEAD_BYTES: usize = 11;
/// X.224 connection request.
const CONNECT: u8 = 0xe0;
/// X.224 connection confirm.
const CONFIRM: u8 = 0xd0;
/// What a request with a user name begins with (MS-RDPBCGR, section 2.2.1.1).
const COOKIE: &[u8] = b"Cookie: mstshash=";
/// Negotiation data: request (section 2.2.1.1.1).
const REQUEST: u8 = 1;
/// Negotiation data: response (section 2.2.1.2.1).
const RESPONSE: u8 = 2;
/// Negotiation data: failure (section 2.2.1.2.2).
const FAILURE: u8 = 3;
/// Protections, by bit of a request and number of a response.
const PROTECTIONS: [(u32, &str); 5] =
    [(1, "TLS"), (2, "CredSSP"), (4, "RDSTLS"), (8, "CredSSP with early authorization"), (16, "RDS AAD")];

/// The packet's length, the X.224 type, and what follows the fixed part.
fn packet(bytes: &[u8]) -> Option<(usize, u8, &[u8])> {
    let [3, 0, _, _, indicator, kind, ..] = bytes else { return None };
    let length = usize::from(be16(bytes, 2)?);
    let kind = if kind & 0xf0 == 0xf0 { 0xf0 } else { *kind };
    (length >= TPKT_BYTES + 1 + usize::from(*indicator))
        .then(|| (length, kind, bytes::part(bytes, HEAD_BYTES, length.saturating_sub(HEAD_BYTES))))
}

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match packet(bytes) {
        Some((_, CONNECT, data)) if data.starts_with(b"Cookie: ") => ProbeResult::Certain,
        Some((19, CONNECT | CONFIRM, [REQUEST..=FAILURE, _, 8, 0, ..])) => ProbeResult::Certain,
        Some((HEAD_BYTES, CONNECT | CONFIRM, [])) => ProbeResult::Unsure,
        _ => ProbeResult::NotForUs,
    }
}

/// A connection is asked for and confirmed (X.224, section 13.3).
fn sender(bytes: &[u8]) -> Option<Role> {
    match packet(bytes)? {
        (_, CONNECT, _) => Some(Role::Client),
        (_, CONFIRM, _) => Some(Role::Server),
        _ => None,
    }
}

struct Rdp;

impl StreamParser for Rdp {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < TPKT_BYTES + 2 {
            return ParseStep::Took(0);
        }
        let Some((length, kind, data)) = packet(bytes) else { return ParseStep::Done };
        if bytes.len() < length {
            return ParseStep::Took(0);
        }
        fields.begin();
        match kind {
            CONNECT => {
                fields.token(FieldId::Message, RdpMessage::Connect);
                request(data, fields);
            }
            CONFIRM => {
                fields.token(FieldId::Message, RdpMessage::Confirm);
                if confirm(data, fields) {
                    return ParseStep::Switch(length);
                }
            }
            _ => {
                client(bytes::part(bytes, 0, length), fields);
                return ParseStep::Done;
            }
        }
        ParseStep::Took(length)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        packet(bytes).filter(|(length, _, _)| *length <= bytes.len()).map(|_| 0)
    }
}

fn request(data: &[u8], fields: &mut FieldBuffer) {
    let mut rest = data;
    if data.starts_with(b"Cookie: ") {
        let end = memchr::memchr(b'\r', data).unwrap_or(data.len());
        if let Some(user) = bytes::part(data, 0, end).strip_prefix(COOKIE) {
            fields.bytes(FieldId::User, user);
        }
        rest = bytes::from(data, end + 2);
    }
    let (Some(&REQUEST), Some(offered)) = (rest.first(), le32(rest, 4)) else {
        return fields.token(FieldId::Method, Method::Rdp);
    };
    if offered == 0 {
        fields.token(FieldId::Method, Method::Rdp);
    }
    for (_, name) in PROTECTIONS.iter().filter(|(bit, _)| offered & bit > 0) {
        fields.text(FieldId::Method, name);
    }
}

/// True if TLS follows.
fn confirm(data: &[u8], fields: &mut FieldBuffer) -> bool {
    match (data.first(), le32(data, 4)) {
        (Some(&RESPONSE), Some(chosen @ 1..)) => {
            match PROTECTIONS.iter().find(|(number, _)| *number == chosen) {
                Some((_, name)) => fields.text(FieldId::Security, name),
                None => fields.format(FieldId::Security, chosen),
            }
            return true;
        }
        (Some(&FAILURE), Some(code)) => {
            let name = match code {
                1 => RdpError::TlsRequired,
                2 => RdpError::TlsNotAllowed,
                3 => RdpError::NoCertificate,
                4 => RdpError::InconsistentFlags,
                5 => RdpError::CredSSPRequired,
                6 => RdpError::TlsWithClientCertificateRequired,
                _ => RdpError::NegotiationFailed,
            };
            fields.token(FieldId::Error, name);
        }
        _ => fields.token(FieldId::Security, Security::Rdp),
    }
    false
}

/// The client's name among its core data (section 2.2.1.3.2), in the clear where TLS does not protect it.
fn client(packet: &[u8], fields: &mut FieldBuffer) {
    const CORE: &[u8] = &[0x01, 0xc0];
    const NAME_AT: usize = 24;
    const NAME_BYTES: usize = 32;
    let Some(at) = bytes::find(packet, CORE) else { return };
    let core = bytes::from(packet, at);
    // The version's upper half is 8 since RDP 5.
    if matches!(le32(core, 4), Some(version) if version >> 16 == 8) {
        add_utf16(FieldId::Host, bytes::part(core, NAME_AT, NAME_BYTES), fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASK: &[u8] = b"\x03\0\0\x2a\x25\xe0\0\0\0\0\0Cookie: mstshash=anna\r\n\x01\0\x08\0\x03\0\0\0";
    const GRANT: &[u8] = b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\x02\0\0\0";

    #[test]
    fn who_connects_and_what_protects_it_are_read_and_no_prefix_panics() {
        let ends = PortPair::new(true, 50_000, 3389);
        let mut fields = FieldBuffer::default();
        assert_eq!((guess(ASK, &ends), guess(GRANT, &ends)), (ProbeResult::Certain, ProbeResult::Certain));
        assert_eq!(Rdp.on_data(Direction::ToResponder, ASK, &mut fields), ParseStep::Took(ASK.len()));
        assert_eq!(Rdp.on_data(Direction::ToOriginator, GRANT, &mut fields), ParseStep::Switch(19));
        let said: Vec<_> = fields.iter().collect();
        for expected in [(FieldId::User, "anna"), (FieldId::Method, "CredSSP"), (FieldId::Security, "CredSSP")] {
            assert!(said.iter().any(|(kind, value)| (*kind, value.to_string().as_str()) == expected), "{expected:?}");
        }
        for end in 0..ASK.len() {
            assert_eq!(Rdp.on_data(Direction::ToResponder, &ASK[..end], &mut fields), ParseStep::Took(0));
        }
        // A controller's connection request, with the lengths that S7 asks for.
        let s7 = b"\x03\0\0\x16\x11\xe0\0\0\0\x01\0\xc1\x02\x01\0\xc2\x02\x01\x02\xc0\x01\x09";
        assert_eq!(guess(s7, &PortPair::new(true, 50_000, 102)), ProbeResult::NotForUs);
    }
}
