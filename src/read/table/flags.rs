//! Reads TCP flags as tables write them (letters, words or a number) into bits.

use crate::model::packet::tcp_flag;

/// Flags as letters, words or a hexadecimal number in a text; none if it is nothing of this.
pub fn bits(text: &[u8]) -> Option<u8> {
    let text = text.trim_ascii();
    let hexadecimal = text.strip_prefix(b"0x").or(text.strip_prefix(b"0X"));
    if let Some(digits) = hexadecimal.and_then(|digits| std::str::from_utf8(digits).ok()) {
        return u16::from_str_radix(digits, 16).ok().map(|bits| bits as u8);
    }
    let is_letter = |byte: &u8| b".-_* FSRPAUECWN".contains(&byte.to_ascii_uppercase());
    if !text.is_empty() && text.iter().all(is_letter) {
        return Some(letters(text));
    }
    let words = || text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let bits = words().map(named).try_fold(0, |all, bits| Some(all | bits?))?;
    (words().next().is_some()).then_some(bits)
}

/// The flag of this name.
pub fn named(word: &[u8]) -> Option<u8> {
    let names: [(&[u8], u8); 8] = [
        (b"FIN", tcp_flag::FIN),
        (b"SYN", tcp_flag::SYN),
        (b"RST", tcp_flag::RST),
        (b"PSH", tcp_flag::PSH),
        (b"ACK", tcp_flag::ACK),
        (b"URG", tcp_flag::URG),
        (b"ECE", tcp_flag::ECE),
        (b"CWR", tcp_flag::CWR),
    ];
    names.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, bit)| *bit)
}

/// Flags as letters, in any order; dots and digits say nothing.
pub fn letters(text: &[u8]) -> u8 {
    text.iter().fold(0, |flags, letter| {
        flags
            | match letter.to_ascii_uppercase() {
                b'F' => tcp_flag::FIN,
                b'S' => tcp_flag::SYN,
                b'R' => tcp_flag::RST,
                b'P' => tcp_flag::PSH,
                b'A' => tcp_flag::ACK,
                b'U' => tcp_flag::URG,
                b'E' => tcp_flag::ECE,
                b'C' | b'W' => tcp_flag::CWR,
                _ => 0,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tcp_flag::{ACK, FIN, SYN};

    #[test]
    fn flags_are_read_however_they_are_written() {
        for (text, expected) in [
            (".A..S.", Some(ACK | SYN)),
            ("0x012", Some(ACK | SYN)),
            ("SYN, ACK", Some(ACK | SYN)),
            ("fin|ack", Some(FIN | ACK)),
            ("SYN maybe", None),
            ("18", None),
            ("", None),
        ] {
            assert_eq!(bits(text.as_bytes()), expected, "{text}");
        }
    }
}
