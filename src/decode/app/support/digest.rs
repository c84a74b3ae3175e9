//! Digests and numbers as fingerprints write them: MD5, hexadecimal and decimal digits.

use md5::{Digest, Md5};

/// MD5 in hexadecimal digits: a fingerprint, not a protection.
pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(digit(byte >> 4)));
        text.push(char::from(digit(byte & 0xf)));
    }
    text
}

/// Adds four hexadecimal digits of a number, as ASCII. Formatting does the same, many times as slowly.
pub fn push_hex(text: &mut Vec<u8>, number: u16) {
    let [high, low] = number.to_be_bytes();
    text.extend_from_slice(&[high >> 4, high & 0xf, low >> 4, low & 0xf].map(digit));
}

/// Adds a number in decimal digits, as ASCII.
pub fn push_decimal(text: &mut Vec<u8>, number: u16) {
    for power in [10_000, 1000, 100, 10] {
        if number >= power {
            text.push(digit((number / power % 10) as u8));
        }
    }
    text.push(digit((number % 10) as u8));
}

fn digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_formatting_writes_them() {
        for number in [0, 7, 10, 99, 100, 4_660, 9_999, 10_000, u16::MAX] {
            let mut text = Vec::new();
            push_hex(&mut text, number);
            push_decimal(&mut text, number);
            assert_eq!(text, format!("{number:04x}{number}").into_bytes());
        }
        assert_eq!(hex(&[0, 0x5f, 0xff]), "005fff");
    }
}
