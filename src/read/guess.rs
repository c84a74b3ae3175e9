//! What a file is, by its first bytes; and for what is neither capture nor table, a sentence that says what it looks like.

use super::UnsupportedFile;

/// So many bytes decide.
pub const NEEDED_BYTES: usize = 12;
/// So many are looked at to say what a file is that is no capture.
pub const FRONT_BYTES: usize = 4096;

/// What the first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Classic pcap, any form.
    Pcap,
    /// pcapng.
    Pcapng,
    /// Something else.
    Other,
}

/// Guesses by the first bytes; none if there are too few.
pub fn guess(bytes: &[u8]) -> Option<Guess> {
    let front: &[u8; NEEDED_BYTES] = bytes.first_chunk()?;
    let [a, b, c, d, ..] = *front;
    Some(match [a, b, c, d] {
        [0xa1, 0xb2, 0xc3, 0xd4] | [0xd4, 0xc3, 0xb2, 0xa1] => Guess::Pcap,
        [0xa1, 0xb2, 0x3c, 0x4d] | [0x4d, 0x3c, 0xb2, 0xa1] => Guess::Pcap,
        [0xa1, 0xb2, 0xcd, 0x34] | [0x34, 0xcd, 0xb2, 0xa1] => Guess::Pcap,
        [0x0a, 0x0d, 0x0d, 0x0a] => Guess::Pcapng,
        _ => Guess::Other,
    })
}

const MAGICS: &[(&[u8], &str, &str)] = &[
    (&[0x1f, 0x8b], "a gzip archive", "Unpack it first, then open the capture inside."),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive", "Unpack it first, then open the capture inside."),
    (&[0x04, 0x22, 0x4d, 0x18], "an LZ4 archive", "Unpack it first, then open the capture inside."),
    (b"PK\x03\x04", "a ZIP archive or an Office document", "Unpack it first, then open the capture inside."),
    (b"BZh", "a bzip2 archive", "Unpack it first, then open the capture inside."),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "an xz archive", "Unpack it first, then open the capture inside."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first, then open the capture inside."),
    (b"snoop\0\0\0", "a Solaris snoop capture", "Convert it with: editcap -F pcapng IN OUT"),
    (b"GMBU", "a Microsoft Network Monitor capture", "Convert it with: editcap -F pcapng IN OUT"),
    (b"RTSS", "a Microsoft Network Monitor 1 capture", "Convert it with: editcap -F pcapng IN OUT"),
    (b"%PDF", "a PDF document", ""),
    (&[0x89, b'P', b'N', b'G'], "a PNG picture", ""),
    (&[0xff, 0xd8, 0xff], "a JPEG picture", ""),
    (b"GIF8", "a GIF picture", ""),
    (&[0x7f, b'E', b'L', b'F'], "a Linux program", ""),
    (b"MZ", "a Windows program", ""),
    (b"SQLite format 3", "an SQLite database", ""),
];

/// Says what the file looks like instead of a capture. `is_all` if `bytes` is the whole file.
pub fn refusal(bytes: &[u8], is_all: bool) -> UnsupportedFile {
    const OPENS: &str = "Packetloupe opens pcap and pcapng captures, and tables of flows as CSV or JSON, also compressed \
                         with gzip or Zstandard.";
    if bytes.is_empty() {
        return UnsupportedFile(format!("This file is empty. {OPENS}"));
    }
    if let Some((_, what, advice)) = MAGICS.iter().find(|(magic, _, _)| bytes.starts_with(magic)) {
        return UnsupportedFile(join(&[&format!("This looks like {what}, not a capture."), advice, OPENS]));
    }
    if is_all && matches!(guess_cut(bytes), Some(Guess::Pcap | Guess::Pcapng)) {
        return UnsupportedFile(
            "This is the beginning of a capture, but the file ends before its first packet.".to_owned(),
        );
    }
    if let Some((what, advice)) = super::table::refused::advice(bytes) {
        return UnsupportedFile(join(&[&format!("This looks like {what}, not a capture or a table."), advice, OPENS]));
    }
    if let Some(what) = text_kind(bytes) {
        return UnsupportedFile(format!("This looks like {what}, neither a capture nor a table. {OPENS}"));
    }
    UnsupportedFile(format!("This is binary data of a kind that is not known here, not a capture. {OPENS}"))
}

fn join(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// The guess for a file that is shorter than its header.
fn guess_cut(bytes: &[u8]) -> Option<Guess> {
    let mut front = [0; NEEDED_BYTES];
    let n = bytes.len().min(NEEDED_BYTES);
    front.get_mut(..n)?.copy_from_slice(bytes.get(..n)?);
    guess(&front)
}

fn text_kind(bytes: &[u8]) -> Option<&'static str> {
    let front = bytes.get(..bytes.len().min(FRONT_BYTES))?;
    let front = front.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(front);
    let is_text = front.iter().all(|byte| matches!(byte, 9 | 10 | 13 | 32..=126 | 128..));
    if !is_text {
        return None;
    }
    let start = front.trim_ascii_start();
    Some(match start.first()? {
        b'{' | b'[' => "JSON text without a list of objects",
        b'<' => "HTML or XML text",
        _ => "plain text",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_capture_is_named() {
        for (bytes, word) in [
            (&b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0"[..], "gzip"),
            (b"[1, 2, 3]", "JSON"),
            (b"Dear all,\nplease find attached", "plain text"),
            (b"", "empty"),
            (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "beginning of a capture"),
            (b"\0\x01\x02\x03\0\0\0\0\0\0\0\0", "binary"),
        ] {
            assert!(refusal(bytes, true).0.contains(word), "{word}");
        }
    }
}
