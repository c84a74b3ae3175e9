//! Turns bytes into text: those of a text file as UTF-8 if valid, otherwise as Windows-1252 (a superset of Latin-1's
//! printable characters), and those of a hash as hexadecimal digits.

use std::borrow::Cow;

/// The characters of Windows-1252 for 0x80 to 0x9f (WHATWG Encoding Standard, index windows-1252).
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// These bytes as text: UTF-8 if all of them are valid, otherwise Windows-1252. Never fails.
pub fn decode(bytes: &[u8]) -> String {
    decode_cow(bytes).into_owned()
}

/// As [`decode`], but copied only if the bytes are not valid UTF-8.
pub fn decode_cow(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| of(*byte)).collect()),
    }
}

/// Two hexadecimal digits for each byte, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of(byte: u8) -> char {
    byte.checked_sub(0x80).and_then(|place| UPPER.get(usize::from(place))).copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_of_windows_is_a_dash() {
        assert_eq!(decode(b"Web Attack \x96 XSS"), "Web Attack – XSS");
        assert_eq!(decode("Web Attack – XSS".as_bytes()), "Web Attack – XSS");
        assert_eq!(decode(b"caf\xe9"), "café");
    }

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!((hex(&[0, 0x0a, 0xff]), hex(&[])), ("000aff".to_owned(), String::new()));
    }
}
