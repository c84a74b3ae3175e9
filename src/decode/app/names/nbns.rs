//! The NetBIOS name service (RFC 1002, section 4.2): queries, answers and registrations of names.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::be16;
use crate::decode::app::support::bytes::be32;
use crate::decode::app::support::dns;
use crate::decode::app::support::netbios;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::names::DnsCode;
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::kinds::names::DnsType;
use crate::model::app::kinds::names::NbnsOperation;
use crate::model::app::protocol::AppProto;
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Nbns,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const HEADER_BYTES: usize = 12;
const IS_RESPONSE: u16 = 0x8000;
const NAME: u16 = 0x20;
const STATUS: u16 = 0x21;
/// Bytes of a record between its name and its data.
const RECORD_BYTES: usize = 10;
/// Most answers that are looked at.
const MOST_ANSWERS: usize = 16;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let (Some(flags), Some(n_questions), Some(n_answers)) = (be16(payload, 2), be16(payload, 4), be16(payload, 6))
    else {
        return ProbeResult::NotForUs;
    };
    let Some((name, n)) = netbios::name(bytes::from(payload, HEADER_BYTES)) else { return ProbeResult::NotForUs };
    if n_questions > 1 || n_questions == 0 && n_answers == 0 {
        return ProbeResult::NotForUs;
    }
    let is_response = flags & IS_RESPONSE > 0;
    fields.token(FieldId::Message, if is_response { DnsMessage::Answer } else { DnsMessage::Question });
    operation(flags, fields);
    fields.text(FieldId::DnsQuery, &name.name);
    if let Some(service) = name.service() {
        fields.text(FieldId::Service, service);
    }
    let at = HEADER_BYTES + n;
    let kind = be16(payload, at).unwrap_or(0);
    match kind {
        NAME => fields.token(FieldId::DnsType, DnsType::Nb),
        STATUS => fields.token(FieldId::DnsType, DnsType::Nbstat),
        other => fields.format(FieldId::DnsType, format_args!("TYPE{other}")),
    }
    if is_response {
        code(flags & 0x0f, fields);
        let length = be16(payload, at + 8).map_or(0, usize::from);
        answer(kind, bytes::part(payload, at + RECORD_BYTES, length), fields);
    } else if n_questions == 1 {
        claim(bytes::from(payload, at + 4), fields);
    }
    ProbeResult::Certain
}

/// Section 4.2.1.1.
fn operation(flags: u16, fields: &mut FieldBuffer) {
    let name = match flags >> 11 & 0x0f {
        0 => NbnsOperation::Query,
        5 => NbnsOperation::Registration,
        6 => NbnsOperation::Release,
        7 => NbnsOperation::Wait,
        8 | 9 => NbnsOperation::Refresh,
        15 => NbnsOperation::MultiHomedRegistration,
        _ => NbnsOperation::Other,
    };
    fields.token(FieldId::Command, name);
}

/// Section 4.2.6.
fn code(code: u16, fields: &mut FieldBuffer) {
    let name = match code {
        6 => DnsCode::NameIsInUse,
        7 => DnsCode::NameInConflict,
        8.. => DnsCode::OtherError,
        // The others are those of DNS.
        0..=5 => dns::response_code(code as u8),
    };
    fields.token(FieldId::DnsCode, name);
}

fn answer(kind: u16, data: &[u8], fields: &mut FieldBuffer) {
    match kind {
        NAME => {
            let addresses = data.as_chunks::<6>().0;
            fields.number(FieldId::DnsAnswers, addresses.len() as u64);
            for [_, _, a, b, c, d] in addresses.iter().take(MOST_ANSWERS) {
                fields.addr(FieldId::DnsAnswer, Ipv4Addr::new(*a, *b, *c, *d));
            }
        }
        STATUS => {
            let n_names = usize::from(data.first().copied().unwrap_or(0));
            fields.number(FieldId::DnsAnswers, n_names as u64);
            for name in bytes::from(data, 1).as_chunks::<18>().0.iter().take(n_names.min(MOST_ANSWERS)) {
                fields.bytes(FieldId::DnsAnswer, bytes::part(name, 0, 15).trim_ascii_end());
            }
        }
        _ => {}
    }
}

/// The address for which a name is claimed or given up: in an additional record whose name points back.
fn claim(record: &[u8], fields: &mut FieldBuffer) {
    if let (Some(0xc00c), Some(address)) = (be16(record, 0), be32(record, 2 + RECORD_BYTES + 2)) {
        fields.addr(FieldId::Address, Ipv4Addr::from(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn an_answer_names_its_address_and_no_prefix_panics() {
        let name = b"\x20FEEFFDFECACACACACACACACACACACACA\0";
        let head = b"\x12\x34\x85\0\0\0\0\x01\0\0\0\0";
        let answer = [&head[..], name, b"\0\x20\0\x01\0\0\0\x3c\0\x06\0\0\xc0\0\x02\x07"].concat();
        let ends = PortPair::new(false, 137, 137);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&answer, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::DnsQuery, FieldValue::Text("TEST"))));
        assert!(said.contains(&(FieldId::DnsAnswer, FieldValue::Addr([192, 0, 2, 7].into()))));
        assert!(said.contains(&(FieldId::Service, FieldValue::Text("file server"))));
        for end in 0..answer.len() {
            read(&answer[..end], &ends, &mut fields);
        }
        assert_eq!(
            read(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\0\0\x01\0\x01", &ends, &mut fields),
            ProbeResult::NotForUs
        );
    }
}
