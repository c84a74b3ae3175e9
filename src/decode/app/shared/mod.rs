//! What several application protocols share: DNS messages, lines of text, Base64.

pub mod dns;
pub mod lines;

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
