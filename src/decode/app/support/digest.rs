//! Digests and numbers as fingerprints write them: MD5, hexadecimal and decimal digits.

use md5::{Digest, Md5};

/// MD5 in hexadecimal digits: a fingerprint, not a protection.
pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().for_each(|byte| push_hex(&mut text, u16::from(*byte), 2));
    text
}

/// Adds the last `n` hexadecimal digits of a number. Formatting does the same, five times as slowly.
pub fn push_hex(text: &mut String, number: u16, n: u32) {
    for place in (0..n).rev() {
        text.extend(char::from_digit(u32::from(number) >> (4 * place) & 0xf, 16));
    }
}

/// Adds a number in decimal digits.
pub fn push_decimal(text: &mut String, number: u16) {
    let n = number.checked_ilog10().unwrap_or(0);
    for place in (0..=n).rev() {
        text.extend(char::from_digit(u32::from(number) / 10_u32.pow(place) % 10, 10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_formatting_writes_them() {
        for number in [0, 7, 10, 99, 100, 4_660, 9_999, 10_000, u16::MAX] {
            let mut text = String::new();
            push_hex(&mut text, number, 4);
            push_decimal(&mut text, number);
            assert_eq!(text, format!("{number:04x}{number}"));
        }
        assert_eq!(hex(&[0, 0x5f, 0xff]), "005fff");
    }
}
