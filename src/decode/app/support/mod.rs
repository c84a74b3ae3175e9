//! What several application protocols share: fields of binary messages, hellos of TLS, DNS messages, remote calls, lines
//! and heads of text, fields of HTTP, streams in messages, logins, digests, Base64.

pub mod ber;
pub mod bytes;
pub mod dcerpc;
pub mod digest;
pub mod dns;
pub mod gss;
pub mod head;
pub mod hello;
pub mod http;
pub mod kerberos;
pub mod lines;
pub mod memo;
pub mod netbios;
pub mod ntlm;
pub mod sasl;
pub mod take_bytes;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Base64 with or without padding (RFC 4648, section 4); none if it is something else.
pub fn base64(text: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(text.trim_ascii()).ok()
}

/// The protocol and the facts of a frame that is neither TCP nor UDP.
#[cfg(test)]
pub fn facts_of_frame(
    link_type: u16,
    data: &[u8],
) -> (Option<crate::model::app::protocol::AppProto>, crate::model::app::field::FieldBuffer) {
    let wire_bytes = data.len() as u32;
    let raw = crate::read::RawPacket { time_ns: 0, is_timed: true, wire_bytes, link_type, file: 0, offset: 0, data };
    let packet = crate::decode::decode(&raw, 0, &mut crate::issue::IssueLog::default());
    let mut fields = crate::model::app::field::FieldBuffer::default();
    (crate::decode::app::registry::read_frame(&packet, data, &mut fields), fields)
}

/// Facts as `id=value`, in order.
#[cfg(test)]
pub fn listed(fields: &crate::model::app::field::FieldBuffer) -> Vec<String> {
    fields.iter().map(|(kind, value)| format!("{}={value}", kind.id())).collect()
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(base64(b"YW5uYTpzOmVjcmV0").as_deref(), Some(&b"anna:s:ecret"[..]));
        assert_eq!(base64(b"YQ==").as_deref(), Some(&b"a"[..]));
        assert_eq!(base64(b"YWI").as_deref(), Some(&b"ab"[..]));
        assert_eq!(base64(b"a b"), None);
    }
}
