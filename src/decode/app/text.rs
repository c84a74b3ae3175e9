//! Protocols that open with a line of text: FTP and SMTP greet with 220, POP3 with +OK, IMAP with * OK.

use super::Verdict;

/// FTP (RFC 959): a 220 greeting that does not say that it is mail, or a USER command.
pub(super) fn read_ftp(payload: &[u8]) -> Verdict {
    let line = first_line(payload);
    let greets = line.starts_with(b"220") && !has(&line, b"SMTP") && (has(&line, b"FTP") || has(&line, b"FILE"));
    mine_if(greets)
}

/// SMTP (RFC 5321): a 220 greeting that names it, or the client's HELO or EHLO.
pub(super) fn read_smtp(payload: &[u8]) -> Verdict {
    let line = first_line(payload);
    let greets = line.starts_with(b"220") && (has(&line, b"SMTP") || has(&line, b"MAIL"));
    mine_if(greets || line.starts_with(b"EHLO ") || line.starts_with(b"HELO "))
}

/// POP3 (RFC 1939).
pub(super) fn read_pop3(payload: &[u8]) -> Verdict {
    mine_if(payload.starts_with(b"+OK"))
}

/// IMAP (RFC 9051).
pub(super) fn read_imap(payload: &[u8]) -> Verdict {
    mine_if(payload.starts_with(b"* OK") || payload.starts_with(b"* PREAUTH"))
}

fn mine_if(is_mine: bool) -> Verdict {
    if is_mine { Verdict::Mine(None) } else { Verdict::NotMine }
}

fn first_line(payload: &[u8]) -> Vec<u8> {
    payload.iter().take(200).take_while(|byte| **byte != b'\n').map(u8::to_ascii_uppercase).collect()
}

fn has(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_are_told_apart() {
        assert_eq!(read_ftp(b"220 (vsFTPd 3.0.5)\r\n"), Verdict::Mine(None));
        assert_eq!(read_smtp(b"220 mx.example.org ESMTP Postfix\r\n"), Verdict::Mine(None));
        assert_eq!(read_ftp(b"220 mx.example.org ESMTP Postfix\r\n"), Verdict::NotMine);
        assert_eq!(read_imap(b"* OK ready"), Verdict::Mine(None));
    }
}
