//! Percent-encoding (RFC 3986, section 2.1) to bytes and back, for addresses of the page, requests and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text with all but unreserved characters encoded.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The bytes that were encoded; a percent sign without two hexadecimal digits behind it stays as it is.
pub fn decode(bytes: &[u8]) -> Vec<u8> {
    percent_decode(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_encoding_stays() {
        assert_eq!(decode(b"a%20b%c3%A4%"), "a b\u{e4}%".as_bytes());
        assert_eq!(decode(b"%zz%4%%41%+f"), b"%zz%4%A%+f");
        assert_eq!(encode("a-._~ \u{e4}/%"), "a-._~%20%C3%A4%2F%25");
        assert_eq!(decode(encode("100 % \u{1f50d}").as_bytes()), "100 % \u{1f50d}".as_bytes());
    }
}
