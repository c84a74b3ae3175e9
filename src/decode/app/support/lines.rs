//! Line-based protocols: commands of a client, replies of a server.

use crate::decode::app::parser::Role;

/// Longest line that is waited for (RFC 5321, section 4.5.3.1.6 allows 1,000 bytes of text).
const MOST_LINE_BYTES: usize = 4096;

/// The first line without its end, and where the next begins; none if it is not complete. A line that is too long ends where
/// it becomes so.
pub fn first(bytes: &[u8]) -> Option<(&[u8], usize)> {
    match memchr::memchr(b'\n', bytes.get(..MOST_LINE_BYTES).unwrap_or(bytes)) {
        Some(at) => {
            let line = bytes.get(..at).unwrap_or(&[]);
            Some((line.strip_suffix(b"\r").unwrap_or(line), at + 1))
        }
        None if bytes.len() >= MOST_LINE_BYTES => {
            Some((bytes.get(..MOST_LINE_BYTES).unwrap_or(bytes), MOST_LINE_BYTES))
        }
        None => None,
    }
}

/// The first word of a line and what follows it.
pub fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memchr(b' ', line).unwrap_or(line.len());
    let (word, rest) = line.split_at(at);
    (word, rest.trim_ascii())
}

/// The command of a client in upper case, three or four letters (RFC 959, section 5.3), and what follows it; none if the line
/// is something else.
pub fn command(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (word, argument) = word(line);
    let is_command = (3..=4).contains(&word.len()) && word.iter().all(u8::is_ascii_alphabetic);
    is_command.then(|| (word.to_ascii_uppercase(), argument))
}

/// The three-digit code of a reply (RFC 959, section 4.2), and its text; a line that is continued has a dash behind it.
pub fn reply(line: &[u8]) -> Option<(u16, &[u8])> {
    let (code, rest) = line.split_first_chunk::<3>()?;
    let is_reply = code.iter().all(u8::is_ascii_digit) && matches!(rest.first(), None | Some(b' ' | b'-'));
    if !is_reply {
        return None;
    }
    let number = code.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    Some((number, rest.get(1..).unwrap_or(&[]).trim_ascii()))
}

/// Who sends a line of a protocol whose server begins its lines with the code of a reply.
pub fn sender(bytes: &[u8]) -> Role {
    let (line, _) = first(bytes).unwrap_or((bytes, 0));
    if reply(line).is_some() { Role::Server } else { Role::Client }
}

/// True if the bytes begin with this word, whatever its case, and a space or the line's end.
pub fn begins_with(bytes: &[u8], command: &[u8]) -> bool {
    let word = bytes.get(..command.len()).is_some_and(|word| word.eq_ignore_ascii_case(command));
    word && matches!(bytes.get(command.len()), None | Some(b' ' | b'\r' | b'\n'))
}

/// True if a text holds a word, whatever its case; `word` is upper case.
pub fn has(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// True for all lines of a reply but the last (RFC 959, section 4.2).
pub fn is_continued(line: &[u8]) -> bool {
    line.get(3) == Some(&b'-')
}

/// How many bytes belong to a text that ends with a dot on a line of its own (RFC 5321, section 4.5.2), and whether it
/// ends there. `is_at_start` if nothing of it was passed yet.
pub fn until_dot(bytes: &[u8], is_at_start: bool) -> (usize, bool) {
    const END: &[u8] = b"\n.\r\n";
    if is_at_start && bytes.starts_with(b".\r\n") {
        return (3, true);
    }
    match memchr::memmem::find(bytes, END) {
        Some(at) => (at + END.len(), true),
        // What may be the beginning of the end waits for more.
        None => (bytes.len().saturating_sub(END.len() - 1), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_words_and_replies_are_split() {
        assert_eq!(first(b"USER anna\r\nPASS"), Some((&b"USER anna"[..], 11)));
        assert_eq!(first(b"USER an"), None);
        assert_eq!(word(b"USER  anna "), (&b"USER"[..], &b"anna"[..]));
        assert_eq!(reply(b"220-Hello"), Some((220, &b"Hello"[..])));
        assert_eq!(reply(b"2200"), None);
        assert!(begins_with(b"user anna", b"USER") && !begins_with(b"USERS", b"USER"));
    }

    #[test]
    fn a_text_ends_with_a_dot_wherever_it_is_cut() {
        let text = b"a\r\n..\r\n.x\r\n.\r\nQUIT";
        for cut in 0..text.len() {
            let (first, is_over) = until_dot(&text[..cut], true);
            let (second, _) = until_dot(&text[first..], first == 0);
            let n = if is_over { first } else { first + second };
            assert_eq!(n, text.len() - 4, "cut at {cut}");
        }
        assert_eq!(until_dot(b".\r\n", true), (3, true));
        assert_eq!(until_dot(b".\r\n", false), (0, false));
    }
}
