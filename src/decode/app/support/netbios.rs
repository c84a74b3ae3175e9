//! NetBIOS names (RFC 1001, section 14.1): sixteen bytes, each as two letters.

use crate::decode::app::support::bytes;

const NAME_BYTES: usize = 15;
const LABEL_BYTES: usize = 32;
/// Most labels of a scope behind a name.
const MOST_LABELS: usize = 16;

/// A name and what it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// Without the spaces that fill it.
    pub name: String,
    /// The sixteenth byte: the kind of service.
    pub suffix: u8,
}

impl Name {
    /// What the sixteenth byte means (Microsoft's list of NetBIOS suffixes).
    pub fn service(&self) -> Option<&'static str> {
        Some(match self.suffix {
            0x00 => "workstation",
            0x03 => "messenger",
            0x1b => "domain master browser",
            0x1c => "domain controllers",
            0x1d => "master browser",
            0x1e => "browser elections",
            0x20 => "file server",
            _ => return None,
        })
    }
}

/// The name that begins here, and how many bytes it takes with its scope.
pub fn name(message: &[u8]) -> Option<(Name, usize)> {
    let (length, rest) = message.split_first()?;
    if usize::from(*length) != LABEL_BYTES {
        return None;
    }
    let mut letters = [0; NAME_BYTES + 1];
    for (letter, pair) in letters.iter_mut().zip(rest.get(..LABEL_BYTES)?.as_chunks::<2>().0) {
        let [high, low] = pair.map(|letter| letter.wrapping_sub(b'A'));
        if high > 15 || low > 15 {
            return None;
        }
        *letter = high << 4 | low;
    }
    let (suffix, text) = letters.split_last()?;
    // Some special names have control characters around them.
    let mut name = String::from_utf8_lossy(text.trim_ascii_end()).into_owned();
    name.retain(|c| !c.is_control());
    let mut at = 1 + LABEL_BYTES;
    for _ in 0..MOST_LABELS {
        match bytes::from(message, at).first()? {
            0 => return Some((Name { name, suffix: *suffix }, at + 1)),
            length @ 1..64 => at += 1 + usize::from(*length),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_put_together_and_a_wrong_one_is_refused() {
        let encoded = b"\x20FEEFFDFECACACACACACACACACACACAAA\0rest";
        let told = name(encoded).unwrap();
        assert_eq!(told, (Name { name: "TEST".to_owned(), suffix: 0 }, 34));
        assert_eq!(name(b"\x20FEEFFDFECACACACACACACACACACACA@A\0"), None);
        assert_eq!(name(&encoded[..30]), None);
    }
}
