//! Kerberos, with kerberos-parser (RFC 4120): who requests tickets for which service, the encryption, and errors.

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
use crate::decode::app::support::bytes::be32;
use crate::decode::app::support::kerberos;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::KerberosError;
use crate::model::app::kinds::directory::KerberosMessage;
use crate::model::app::kinds::directory::PreAuth;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use asn1_rs::FromDer;
use kerberos_parser::krb5::{EncryptedData, KdcRep, KdcReq, KrbError};
use kerberos_parser::krb5_parser::{parse_as_rep, parse_as_req, parse_tgs_rep, parse_tgs_req};

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Kerberos,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, sender, parser: || Box::new(Kerberos) }),
    frame: None,
};

// Tags of the messages: application classes 10 to 15 and 30 (section 5.10).
const AS_REQ: u8 = 0x6a;
const AS_REP: u8 = 0x6b;
const TGS_REQ: u8 = 0x6c;
const TGS_REP: u8 = 0x6d;
const AP_REQ: u8 = 0x6e;
const AP_REP: u8 = 0x6f;
const ERROR: u8 = 0x7e;
/// Bytes of the length before a message over TCP (section 7.2.2).
const LENGTH_BYTES: usize = 4;
/// Longest message that is waited for.
const MOST_BYTES: usize = 60_000;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    match ber::begin(payload) {
        Begin::Head(head) if is_message(head.tag) && head.total() == payload.len() => {
            message(payload, fields);
            ProbeResult::Certain
        }
        _ => ProbeResult::NotForUs,
    }
}

fn is_message(tag: u8) -> bool {
    matches!(tag, AS_REQ..=AP_REP | ERROR)
}

/// The length before a message in a stream (section 7.2.2) and its own agree.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let Some(length) = be32(bytes, 0) else {
        let is_hinted = ends.hint == Some(AppProto::Kerberos) && bytes.first() == Some(&0);
        return if is_hinted { ProbeResult::NeedMore } else { ProbeResult::NotForUs };
    };
    match ber::begin(bytes::from(bytes, LENGTH_BYTES)) {
        Begin::Head(head) if is_message(head.tag) && head.total() == length as usize => ProbeResult::Certain,
        Begin::More if ends.hint == Some(AppProto::Kerberos) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

/// By the tag behind the length.
fn sender(bytes: &[u8]) -> Option<Role> {
    match *bytes.get(4)? {
        AS_REQ | TGS_REQ => Some(Role::Client),
        AS_REP | TGS_REP | ERROR => Some(Role::Server),
        _ => None,
    }
}

struct Kerberos;

impl StreamParser for Kerberos {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some(length) = be32(bytes, 0) else { return ParseStep::Took(0) };
        let end = LENGTH_BYTES + length as usize;
        let Some(whole) = bytes.get(LENGTH_BYTES..end) else {
            return if length as usize > MOST_BYTES { ParseStep::Done } else { ParseStep::Took(0) };
        };
        fields.begin();
        message(whole, fields);
        ParseStep::Took(end)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan_with(bytes, guess)
    }
}

fn message(bytes: &[u8], fields: &mut FieldBuffer) {
    match bytes.first() {
        Some(&AS_REQ) => {
            fields.token(FieldId::Message, KerberosMessage::AsReq);
            if let Ok((_, asked)) = parse_as_req(bytes) {
                request(&asked, fields);
                proof(&asked, fields);
            }
        }
        Some(&TGS_REQ) => {
            fields.token(FieldId::Message, KerberosMessage::TgsReq);
            if let Ok((_, asked)) = parse_tgs_req(bytes) {
                request(&asked, fields);
            }
        }
        Some(&AS_REP) => {
            fields.token(FieldId::Message, KerberosMessage::AsRep);
            if let Ok((_, answer)) = parse_as_rep(bytes) {
                reply(&answer, fields);
            }
            fields.token(FieldId::Login, Outcome::Accepted);
        }
        Some(&TGS_REP) => {
            fields.token(FieldId::Message, KerberosMessage::TgsRep);
            if let Ok((_, answer)) = parse_tgs_rep(bytes) {
                reply(&answer, fields);
            }
        }
        Some(&AP_REQ) => {
            fields.token(FieldId::Message, KerberosMessage::ApReq);
            kerberos::ticket(bytes, fields);
        }
        Some(&AP_REP) => fields.token(FieldId::Message, KerberosMessage::ApRep),
        Some(&ERROR) => {
            fields.token(FieldId::Message, KerberosMessage::KrbError);
            if let Ok((_, refusal)) = KrbError::from_der(bytes) {
                error(&refusal, fields);
            }
        }
        _ => {}
    }
}

fn request(asked: &KdcReq<'_>, fields: &mut FieldBuffer) {
    let body = &asked.req_body;
    fields.text(FieldId::Realm, &body.realm.0);
    if let Some(name) = &body.cname {
        kerberos::name(FieldId::User, name, fields);
    }
    if let Some(name) = &body.sname {
        kerberos::name(FieldId::Service, name, fields);
    }
    // DES, RC4 and Microsoft's own numbers below zero: what can be broken once the ticket is there.
    let is_weak = |kind: i32| matches!(kind, i32::MIN..=3 | 23 | 24);
    if !body.etype.is_empty() && body.etype.iter().all(|kind| is_weak(kind.0)) {
        fields.token(FieldId::Security, Security::OnlyWeakEncryptionAskedFor);
    }
}

/// How a client proves that it knows its key, before it gets a ticket (section 5.2.7).
fn proof(asked: &KdcReq<'_>, fields: &mut FieldBuffer) {
    for data in &asked.padata {
        let name = match data.padata_type.0 {
            2 => PreAuth::EncryptedTimestamp,
            14..=17 => PreAuth::Certificate,
            136 => PreAuth::Fast,
            _ => continue,
        };
        fields.token(FieldId::Method, name);
        if let (2, Ok((_, proof))) = (data.padata_type.0, EncryptedData::from_der(data.padata_value)) {
            kerberos::encryption(proof.etype, fields);
        }
        return;
    }
    fields.token(FieldId::Method, PreAuth::NoPreAuthentication);
}

fn reply(answer: &KdcRep<'_>, fields: &mut FieldBuffer) {
    fields.text(FieldId::Realm, &answer.crealm.0);
    kerberos::name(FieldId::User, &answer.cname, fields);
    kerberos::name(FieldId::Service, &answer.ticket.sname, fields);
    kerberos::encryption(answer.ticket.enc_part.etype, fields);
}

/// An error, and whether it refuses a login (section 7.5.9).
fn known_error(code: i32) -> Option<(KerberosError, bool)> {
    Some(match code {
        6 => (KerberosError::ClientNotKnown, true),
        7 => (KerberosError::ServerNotKnown, false),
        12 => (KerberosError::PolicyRejects, true),
        14 => (KerberosError::EncryptionNotSupported, false),
        18 => (KerberosError::ClientsCredentialsRevoked, true),
        23 => (KerberosError::PasswordExpired, true),
        24 => (KerberosError::PreAuthenticationFailed, true),
        25 => (KerberosError::PreAuthenticationRequired, false),
        29 => (KerberosError::ServiceNotAvailable, false),
        31 => (KerberosError::IntegrityCheckFailed, false),
        32 => (KerberosError::TicketExpired, false),
        34 => (KerberosError::Replay, false),
        37 => (KerberosError::ClockSkewTooGreat, false),
        41 => (KerberosError::MessageModified, false),
        52 => (KerberosError::ResponseTooBigForUdp, false),
        60 => (KerberosError::GenericError, false),
        68 => (KerberosError::WrongRealm, false),
        _ => return None,
    })
}

fn error(refusal: &KrbError<'_>, fields: &mut FieldBuffer) {
    let known = known_error(refusal.error_code.0);
    match known {
        Some((error, _)) => fields.token(FieldId::Error, error),
        None => fields.format(FieldId::Error, format_args!("error {}", refusal.error_code.0)),
    }
    fields.text(FieldId::Realm, &refusal.realm.0);
    if let Some(name) = &refusal.cname {
        kerberos::name(FieldId::User, name, fields);
    }
    kerberos::name(FieldId::Service, &refusal.sname, fields);
    if known.is_some_and(|(_, is_refused)| is_refused) {
        fields.token(FieldId::Login, Outcome::Refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    /// An error of a key distribution centre for user "anna" in realm "LAB", with this code.
    fn refusal(code: u8) -> Vec<u8> {
        let tagged = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let name = |text: &[u8]| {
            let names = tagged(0xa1, &tagged(0x30, &tagged(0x1b, text)));
            tagged(0x30, &[tagged(0xa0, &tagged(2, &[1])), names].concat())
        };
        let parts = [
            tagged(0xa0, &tagged(2, &[5])),
            tagged(0xa1, &tagged(2, &[30])),
            tagged(0xa4, &tagged(0x18, b"20260102030405Z")),
            tagged(0xa5, &tagged(2, &[1])),
            tagged(0xa6, &tagged(2, &[code])),
            tagged(0xa8, &name(b"anna")),
            tagged(0xa9, &tagged(0x1b, b"LAB")),
            tagged(0xaa, &name(b"krbtgt")),
        ];
        tagged(ERROR, &tagged(0x30, &parts.concat()))
    }

    #[test]
    fn a_failed_pre_authentication_is_a_refused_login_and_no_prefix_panics() {
        let mut fields = FieldBuffer::default();
        let ends = PortPair::new(false, 88, 50_000);
        let bytes = refusal(24);
        assert_eq!(read(&bytes, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::Error, KerberosError::PreAuthenticationFailed.into())), "{said:?}");
        assert!(said.contains(&(FieldId::User, FieldValue::Text("anna"))));
        assert!(said.contains(&(FieldId::Login, Outcome::Refused.into())));
        let framed = [&(bytes.len() as u32).to_be_bytes()[..], &bytes].concat();
        assert_eq!(guess(&framed, &ends), ProbeResult::Certain);
        for end in 0..framed.len() {
            assert_ne!(guess(&framed[..end], &ends), ProbeResult::Unsure);
            assert_eq!(Kerberos.on_data(Direction::ToResponder, &framed[..end], &mut fields), ParseStep::Took(0));
        }
        fields.clear();
        read(&refusal(25), &ends, &mut fields);
        assert!(fields.iter().all(|(kind, _)| kind != FieldId::Login));
    }
}
