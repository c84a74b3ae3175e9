//! Bytes as text and as hex.

use std::fmt::Write;

/// Bytes in a line of hex.
const PER_LINE: usize = 16;

/// Bytes as text: UTF-8 where it is that; what cannot be shown is a dot.
pub fn as_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let letter = |letter: char| match letter {
        '\n' | '\t' => Some(letter),
        '\r' => None,
        '\u{fffd}' => Some('.'),
        other if other.is_control() => Some('.'),
        other => Some(other),
    };
    text.chars().filter_map(letter).collect()
}

/// Bytes as lines of place, hex and text.
pub fn as_hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (nth, line) in bytes.chunks(PER_LINE).enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{:06x}  ", nth * PER_LINE);
        for byte in line {
            let _ = write!(text, "{byte:02x} ");
        }
        text.push_str(&"   ".repeat(PER_LINE - line.len()));
        text.push(' ');
        text.extend(
            line.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' }),
        );
        text.push('\n');
    }
    text
}
