//! SNMP (RFC 1157, RFC 3416, RFC 3412): version, community or user, protection, type of PDU and its error.
//!
//! Own code and not the crate snmp-parser: it gives all or nothing, so that a damaged variable at the end, or a community
//! that is no UTF-8, would lose version, community and kind, which stand before it.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::ber;
use crate::decode::app::support::ber::Begin;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::SnmpError;
use crate::model::app::kinds::infra::SnmpMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Snmp,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
/// Trap of version 1 (RFC 1157, section 4.1.6), which has no error status.
const TRAP: u8 = 0xa4;
/// Request for many variables, which has other fields where the error status stands.
const GET_BULK: u8 = 0xa5;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if payload.first() != Some(&SEQUENCE) {
        return ProbeResult::NotForUs;
    }
    let Begin::Head(head) = ber::begin(payload) else { return ProbeResult::NotForUs };
    // Some senders leave bytes behind the message.
    if head.total() > payload.len() {
        return ProbeResult::NotForUs;
    }
    match message(payload, fields) {
        Some(()) => ProbeResult::Certain,
        None => ProbeResult::NotForUs,
    }
}

fn message(payload: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let (_, content, _) = ber::value(payload)?;
    let (INTEGER, version, rest) = ber::value(content)? else { return None };
    match version {
        [0 | 1] => {
            let (OCTETS, community, rest) = ber::value(rest)? else { return None };
            let (kind @ 0xa0..=0xa8, pdu, _) = ber::value(rest)? else { return None };
            fields.text(FieldId::Version, if version == [0] { "1" } else { "2c" });
            fields.bytes(FieldId::Community, community);
            read_pdu(kind, pdu, fields);
        }
        [3] => version_3(rest, fields)?,
        _ => return None,
    }
    Some(())
}

/// A message of version 3 behind its version (RFC 3412, section 6; RFC 3414, section 2.4).
fn version_3(rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let (SEQUENCE, header, rest) = ber::value(rest)? else { return None };
    let (_, _, header) = ber::value(header)?;
    let (_, _, header) = ber::value(header)?;
    let (OCTETS, [flags], _) = ber::value(header)? else { return None };
    let (OCTETS, security, rest) = ber::value(rest)? else { return None };
    fields.text(FieldId::Version, "3");
    let protection = match flags & 3 {
        0 => "neither authenticated nor encrypted",
        1 => "authenticated",
        _ => "authenticated and encrypted",
    };
    fields.text(FieldId::Security, protection);
    if let Some((SEQUENCE, security, _)) = ber::value(security)
        && let Some((_, _, rest)) = ber::value(security)
        && let Some((_, _, rest)) = ber::value(rest)
        && let Some((_, _, rest)) = ber::value(rest)
        && let Some((OCTETS, user, _)) = ber::value(rest)
    {
        fields.bytes(FieldId::User, user);
    }
    match ber::value(rest)? {
        (SEQUENCE, scoped, _) => {
            let (_, _, rest) = ber::value(scoped)?;
            let (_, _, rest) = ber::value(rest)?;
            let (kind, pdu, _) = ber::value(rest)?;
            read_pdu(kind, pdu, fields);
        }
        _ => fields.token(FieldId::Message, SnmpMessage::Encrypted),
    }
    Some(())
}

/// Adds the type of a PDU and its error status (RFC 3416, section 3).
fn read_pdu(kind: u8, pdu: &[u8], fields: &mut FieldBuffer) {
    let name = match kind {
        0xa0 => SnmpMessage::Get,
        0xa1 => SnmpMessage::GetNext,
        0xa2 => SnmpMessage::Response,
        0xa3 => SnmpMessage::Set,
        TRAP => SnmpMessage::Trap,
        GET_BULK => SnmpMessage::GetBulk,
        0xa6 => SnmpMessage::Inform,
        0xa7 => SnmpMessage::Trap2,
        0xa8 => SnmpMessage::Report,
        _ => return,
    };
    fields.token(FieldId::Message, name);
    if !matches!(kind, TRAP | GET_BULK)
        && let Some((_, _, rest)) = ber::value(pdu)
        && let Some((INTEGER, [status @ 1..=u8::MAX], _)) = ber::value(rest)
    {
        error(*status, fields);
    }
}

fn error(status: u8, fields: &mut FieldBuffer) {
    let name = match status {
        1 => SnmpError::TooBig,
        2 => SnmpError::NoSuchName,
        3 => SnmpError::BadValue,
        4 => SnmpError::ReadOnly,
        5 => SnmpError::GeneralError,
        6 => SnmpError::NoAccess,
        16 => SnmpError::AuthorizationError,
        17 => SnmpError::NotWritable,
        other => return fields.format(FieldId::Error, format_args!("error {other}")),
    };
    fields.token(FieldId::Error, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    const GET: &[u8] = b"\x30\x18\x02\x01\x01\x04\x06public\xa0\x0b\x02\x01\x07\x02\x01\0\x02\x01\0\x30\0";

    #[test]
    fn version_community_and_kind_are_read_and_no_prefix_panics() {
        let ends = PortPair::new(false, 50_000, 161);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(GET, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Version, FieldValue::Text("2c")),
            (FieldId::Community, FieldValue::Text("public")),
            (FieldId::Message, SnmpMessage::Get.into()),
        ];
        assert_eq!(said, expected);
        for end in 0..GET.len() {
            assert_eq!(read(&GET[..end], &ends, &mut fields), ProbeResult::NotForUs);
        }
        // LDAP begins alike.
        assert_eq!(
            read(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\0\x04\0", &ends, &mut fields),
            ProbeResult::NotForUs
        );
    }
}
