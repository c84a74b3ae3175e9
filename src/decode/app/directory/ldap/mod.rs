//! LDAP (RFC 4511) over TCP and UDP: operations, who binds and whether that works, what is searched.
//!
//! Only the beginning of an operation is read; results of any length are skipped.

mod filter;

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::ber;
use crate::decode::app::support::ber::Begin;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::be32;
use crate::decode::app::support::gss;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::LdapError;
use crate::model::app::kinds::directory::LdapMessage;
use crate::model::app::kinds::login::Method;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Ldap,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, sender, parser: || Box::new(Ldap::default()) }),
    frame: None,
};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIND: u8 = 0x60;
const BIND_ANSWER: u8 = 0x61;
const SEARCH: u8 = 0x63;
const EXTENDED: u8 = 0x77;
const EXTENDED_ANSWER: u8 = 0x78;
/// Section 4.14.1.
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";
/// Longest message that is looked at in full.
const MOST_WHOLE_BYTES: usize = 16 * 1024;
/// As much is looked at of a longer one.
const HEAD_BYTES: usize = 512;
/// Bytes of Kerberos's (RFC 4121, section 4.2.6.2) or NTLM's (MS-NLMP, section 2.2.2.9) signature before a message.
const SIGNATURE_BYTES: usize = 16;
/// Result of an operation that succeeded (RFC 4511, section 4.1.9).
const SUCCESS: u8 = 0;
/// Result of a bind that goes on.
const IN_PROGRESS: u8 = 14;

/// The operation of a message: its tag and content as far as it is there.
fn operation(message: &[u8]) -> Option<(u8, &[u8])> {
    let (SEQUENCE, message, _) = ber::value(message)? else { return None };
    let (INTEGER, number, message) = ber::value(message)? else { return None };
    let (tag, content, _) = ber::value(message)?;
    ((1..=4).contains(&number.len()) && name(tag).is_some()).then_some((tag, content))
}

/// Name by the tag of the operation (section 4.2 on).
fn name(tag: u8) -> Option<LdapMessage> {
    Some(match tag {
        BIND => LdapMessage::Bind,
        BIND_ANSWER => LdapMessage::BindAnswer,
        0x42 => LdapMessage::Unbind,
        SEARCH => LdapMessage::Search,
        0x64 => LdapMessage::SearchEntry,
        0x65 => LdapMessage::SearchDone,
        0x66 => LdapMessage::Modify,
        0x67 => LdapMessage::ModifyAnswer,
        0x68 => LdapMessage::Add,
        0x69 => LdapMessage::AddAnswer,
        0x4a => LdapMessage::Delete,
        0x6b => LdapMessage::DeleteAnswer,
        0x6c => LdapMessage::Rename,
        0x6d => LdapMessage::RenameAnswer,
        0x6e => LdapMessage::Compare,
        0x6f => LdapMessage::CompareAnswer,
        0x50 => LdapMessage::Abandon,
        0x73 => LdapMessage::SearchReference,
        EXTENDED => LdapMessage::Extended,
        EXTENDED_ANSWER => LdapMessage::ExtendedAnswer,
        0x79 => LdapMessage::IntermediateAnswer,
        _ => return None,
    })
}

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    match operation(payload) {
        Some((tag, content)) => {
            message(tag, content, fields);
            ProbeResult::Certain
        }
        None => ProbeResult::NotForUs,
    }
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match operation(bytes) {
        Some(_) => ProbeResult::Certain,
        None if bytes.len() < 12 && bytes.first() == Some(&SEQUENCE) && ends.hint == Some(AppProto::Ldap) => {
            ProbeResult::NeedMore
        }
        None => ProbeResult::NotForUs,
    }
}

/// All but the requests come from the server (section 4.2 on).
fn sender(bytes: &[u8]) -> Option<Role> {
    match operation(bytes)? {
        (BIND | SEARCH | EXTENDED | 0x42 | 0x4a | 0x50 | 0x66 | 0x68 | 0x6c | 0x6e, _) => Some(Role::Client),
        _ => Some(Role::Server),
    }
}

#[derive(Default)]
struct Ldap {
    has_asked_for_tls: bool,
}

impl StreamParser for Ldap {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        // What a login's mechanism signs or seals comes with its length before it (RFC 4422, section 3.7).
        if bytes.first() == Some(&0) {
            let Some(length) = be32(bytes, 0) else { return ParseStep::Took(0) };
            let n_needed = (4 + length as usize).min(HEAD_BYTES);
            if bytes.len() < n_needed {
                return ParseStep::Took(0);
            }
            fields.begin();
            match operation(signed(bytes::from(bytes, 4))) {
                Some((tag, content)) => {
                    fields.token(FieldId::Security, Security::Signed);
                    message(tag, content, fields);
                }
                None => fields.token(FieldId::Security, Security::SignedOrSealed),
            }
            return bytes::pass(bytes, 4 + u64::from(length));
        }
        let head = match ber::begin(bytes) {
            Begin::Head(head) if head.tag == SEQUENCE => head,
            Begin::More => return ParseStep::Took(0),
            _ => return ParseStep::Done,
        };
        let total = head.total();
        if bytes.len() < if total > MOST_WHOLE_BYTES { HEAD_BYTES } else { total } {
            return ParseStep::Took(0);
        }
        let Some((tag, content)) = operation(bytes) else { return ParseStep::Done };
        fields.begin();
        message(tag, content, fields);
        if tag == EXTENDED {
            self.has_asked_for_tls = matches!(ber::value(content), Some((0x80, START_TLS, _)));
        }
        let is_accepted = tag == EXTENDED_ANSWER && result(content) == Some(SUCCESS);
        if is_accepted && self.has_asked_for_tls {
            fields.token(FieldId::Security, Security::StartTls);
            return ParseStep::Switch(total.min(bytes.len()));
        }
        bytes::pass(bytes, total as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        // A signed or sealed message has its length before it.
        let is_sealed = be32(bytes, 0).is_some_and(|length| bytes.len() == 4 + length as usize);
        if is_sealed { Some(0) } else { resync::scan(bytes, |rest| operation(rest).is_some()) }
    }
}

/// What is behind a signature; it can be read unless it is sealed too.
fn signed(token: &[u8]) -> &[u8] {
    // Kerberos may move the checksum from the end to the front, as Windows does.
    let n_moved = match token {
        [5, 4, ..] => be16(token, 6).map_or(0, usize::from),
        _ => 0,
    };
    bytes::from(token, SIGNATURE_BYTES + n_moved)
}

fn message(tag: u8, content: &[u8], fields: &mut FieldBuffer) {
    if let Some(message) = name(tag) {
        fields.token(FieldId::Message, message);
    }
    match tag {
        BIND => bind(content, fields),
        SEARCH => {
            if let Some((_, base, rest)) = ber::value(content) {
                fields.bytes(FieldId::SearchBase, base);
                search(rest, fields);
            }
        }
        _ => {
            let code = result(content);
            if let Some(code) = code {
                error(code, fields);
            }
            match (tag, code) {
                (BIND_ANSWER, Some(SUCCESS)) => fields.token(FieldId::Login, Outcome::Accepted),
                (BIND_ANSWER, Some(code)) if code != IN_PROGRESS => fields.token(FieldId::Login, Outcome::Refused),
                _ => {}
            }
            if tag == BIND_ANSWER {
                gss::read(content, fields);
            }
        }
    }
}

/// Behind the base: scope, aliases, limits of size and time, whether only types are wanted; then the filter.
fn search(mut rest: &[u8], fields: &mut FieldBuffer) {
    for _ in 0..5 {
        let Some((_, _, next)) = ber::value(rest) else { return };
        rest = next;
    }
    filter::read(rest, fields);
}

/// The result's code, if the operation is an answer (section 4.1.9).
fn result(content: &[u8]) -> Option<u8> {
    match ber::value(content)? {
        (0x0a, [code], _) => Some(*code),
        _ => None,
    }
}

/// Section 4.2; Microsoft's own kinds of login by MS-ADTS, section 5.1.1.1.3.
fn bind(content: &[u8], fields: &mut FieldBuffer) {
    let Some((_, version, rest)) = ber::value(content) else { return };
    fields.number(FieldId::Version, u64::from(version.first().copied().unwrap_or(0)));
    let Some((_, user, rest)) = ber::value(rest) else { return };
    fields.bytes(FieldId::User, user);
    let Some((kind, proof, _)) = ber::value(rest) else { return };
    match kind {
        0x80 if proof.is_empty() => fields.token(FieldId::Method, Method::Anonymous),
        0x80 => {
            fields.token(FieldId::Method, Method::Simple);
            fields.bytes(FieldId::Password, proof);
        }
        0xa3 => {
            if let Some((_, mechanism, credentials)) = ber::value(proof) {
                fields.bytes(FieldId::Method, mechanism);
                gss::read(credentials, fields);
            }
        }
        0x89..=0x8b => {
            fields.token(FieldId::Method, Method::Sicily);
            gss::read(proof, fields);
        }
        _ => {}
    }
}

/// Appendix A.
fn error(code: u8, fields: &mut FieldBuffer) {
    let name = match code {
        SUCCESS | IN_PROGRESS => return,
        1 => LdapError::OperationsError,
        2 => LdapError::ProtocolError,
        3 => LdapError::TimeLimitExceeded,
        4 => LdapError::SizeLimitExceeded,
        7 => LdapError::LogInMethodNotSupported,
        8 => LdapError::StrongerLogInRequired,
        10 => LdapError::Referral,
        13 => LdapError::ConfidentialityRequired,
        32 => LdapError::NoSuchObject,
        49 => LdapError::InvalidCredentials,
        50 => LdapError::InsufficientAccessRights,
        51 => LdapError::Busy,
        52 => LdapError::Unavailable,
        53 => LdapError::UnwillingToPerform,
        68 => LdapError::EntryAlreadyExists,
        other => return fields.format(FieldId::Error, format_args!("result {other}")),
    };
    fields.token(FieldId::Error, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    const BIND_CN: &[u8] = b"\x30\x14\x02\x01\x01\x60\x0f\x02\x01\x03\x04\x07cn=anna\x80\x01s";
    const REFUSED: &[u8] = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\0\x04\0";

    #[test]
    fn a_simple_bind_and_its_refusal_are_read_and_no_prefix_panics() {
        let ends = PortPair::new(true, 50_000, 389);
        let (mut ldap, mut fields) = (Ldap::default(), FieldBuffer::default());
        for message in [BIND_CN, REFUSED] {
            assert_eq!(guess(message, &ends), ProbeResult::Certain);
            for end in 0..message.len() {
                assert_eq!(ldap.on_data(Direction::ToResponder, &message[..end], &mut fields), ParseStep::Took(0));
                guess(&message[..end], &ends);
            }
            assert_eq!(ldap.on_data(Direction::ToResponder, message, &mut fields), ParseStep::Took(message.len()));
        }
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::User, FieldValue::Text("cn=anna"))));
        assert!(said.contains(&(FieldId::Password, FieldValue::Text("s"))));
        assert!(said.contains(&(FieldId::Login, Outcome::Refused.into())));
        assert!(said.contains(&(FieldId::Error, LdapError::InvalidCredentials.into())));
    }

    #[test]
    fn what_is_signed_is_read_and_what_is_sealed_passed_over() {
        let token = b"\x05\x04\x04\xff\0\x02\0\x02\0\0\0\0\0\0\0\x01cc";
        let unbind = b"\x30\x05\x02\x01\x09\x42\0";
        let frame = [&[0, 0, 0, 25][..], token, unbind].concat();
        let (mut ldap, mut fields) = (Ldap::default(), FieldBuffer::default());
        for end in 0..frame.len() {
            assert_eq!(ldap.on_data(Direction::ToResponder, &frame[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(ldap.on_data(Direction::ToResponder, &frame, &mut fields), ParseStep::Took(29));
        assert!(fields.iter().any(|fact| fact == (FieldId::Message, LdapMessage::Unbind.into())));
        let sealed = [&[0, 0, 0, 25][..], &[7; 25]].concat();
        fields.clear();
        assert_eq!(ldap.on_data(Direction::ToResponder, &sealed, &mut fields), ParseStep::Took(29));
        assert!(fields.iter().all(|(kind, _)| kind == FieldId::Security));
    }

    #[test]
    fn tls_follows_once_it_is_granted() {
        let (mut ldap, mut fields) = (Ldap::default(), FieldBuffer::default());
        let ask = [b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16", START_TLS].concat();
        ldap.on_data(Direction::ToResponder, &ask, &mut fields);
        let grant = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0";
        assert_eq!(ldap.on_data(Direction::ToOriginator, grant, &mut fields), ParseStep::Switch(14));
        // SNMP begins alike.
        assert_eq!(guess(b"\x30\x26\x02\x01\x01\x04\x06public", &PortPair::new(true, 1, 2)), ProbeResult::NotForUs);
    }
}
