//! NTLM messages of a login, in any protocol: user, client name and domain (MS-NLMP, section 2.2.1).

use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::add_utf16;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Method;

const SIGNATURE: &[u8] = b"NTLMSSP\0";
const IS_UNICODE: u32 = 1;
/// Length of an answer to the challenge in NTLMv1; longer ones are of NTLMv2 (MS-NLMP, section 2.2.2.6).
const V1_BYTES: usize = 24;
/// Name of a target: NetBIOS name of the computer (MS-NLMP, section 2.2.2.1).
const COMPUTER: u16 = 1;
/// Name of a target: DNS name of the computer.
const DNS_COMPUTER: u16 = 3;
/// Most names of a target.
const MOST_PAIRS: usize = 16;

/// Reads the first NTLM message in some bytes; false if there is none.
pub fn read(blob: &[u8], fields: &mut FieldBuffer) -> bool {
    let Some(at) = bytes::find(blob, SIGNATURE) else { return false };
    let message = bytes::from(blob, at);
    match le32(message, 8) {
        Some(1) => fields.token(FieldId::Method, Method::Ntlm),
        Some(2) => challenge(message, fields),
        Some(3) => answer(message, fields),
        _ => return false,
    }
    true
}

/// What a field of length, room and place points to.
fn field(message: &[u8], at: usize) -> &[u8] {
    let (Some(length), Some(place)) = (le16(message, at), le32(message, at + 4)) else { return &[] };
    bytes::part(message, place as usize, usize::from(length))
}

fn text(kind: FieldId, message: &[u8], at: usize, is_unicode: bool, fields: &mut FieldBuffer) {
    match is_unicode {
        true => add_utf16(kind, field(message, at), fields),
        false => fields.bytes(kind, field(message, at)),
    }
}

fn challenge(message: &[u8], fields: &mut FieldBuffer) {
    let is_unicode = le32(message, 20).is_some_and(|flags| flags & IS_UNICODE > 0);
    text(FieldId::Domain, message, 12, is_unicode, fields);
    let mut pairs = field(message, 40);
    let (mut name, mut dns_name): (&[u8], &[u8]) = (&[], &[]);
    for _ in 0..MOST_PAIRS {
        let (Some(id @ 1..), Some(length)) = (le16(pairs, 0), le16(pairs, 2)) else { break };
        match id {
            COMPUTER => name = bytes::part(pairs, 4, usize::from(length)),
            DNS_COMPUTER => dns_name = bytes::part(pairs, 4, usize::from(length)),
            _ => {}
        }
        pairs = bytes::from(pairs, 4 + usize::from(length));
    }
    add_utf16(FieldId::Banner, if dns_name.is_empty() { name } else { dns_name }, fields);
}

fn answer(message: &[u8], fields: &mut FieldBuffer) {
    let is_unicode = le32(message, 60).is_none_or(|flags| flags & IS_UNICODE > 0);
    let method = match field(message, 20).len() {
        0 => "anonymous",
        V1_BYTES => "NTLMv1",
        _ => "NTLMv2",
    };
    fields.text(FieldId::Method, method);
    text(FieldId::Domain, message, 28, is_unicode, fields);
    text(FieldId::User, message, 36, is_unicode, fields);
    text(FieldId::Host, message, 44, is_unicode, fields);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn an_answer_says_who_and_from_where_and_no_prefix_panics() {
        let mut message = b"..NTLMSSP\0\x03\0\0\0".to_vec();
        let mut rest = Vec::new();
        for text in [&[7_u8; 24][..], &[8; 40], b"L\0A\0B\0", b"a\0n\0n\0a\0", b"P\0C\0", b""] {
            let (length, place) = (text.len() as u16, 64 + rest.len() as u32);
            message.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
            message.extend(place.to_le_bytes());
            rest.extend_from_slice(text);
        }
        message.extend([1, 0, 0, 0]);
        message.extend(rest);
        let mut fields = FieldBuffer::default();
        assert!(read(&message, &mut fields));
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Method, FieldValue::Text("NTLMv2")),
            (FieldId::Domain, FieldValue::Text("LAB")),
            (FieldId::User, FieldValue::Text("anna")),
            (FieldId::Host, FieldValue::Text("PC")),
        ];
        assert_eq!(said, expected);
        for end in 0..message.len() {
            read(&message[..end], &mut FieldBuffer::default());
        }
    }
}
