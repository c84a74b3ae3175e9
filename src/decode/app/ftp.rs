//! FTP's control connection (RFC 959): commands, replies, who logs in and whether that works.

use super::shared::lines;
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry =
    Entry { protocol: Named::Ftp, datagram: None, stream: Some(Stream { guess, talk: || Box::new(Ftp) }), frame: None };

/// A greeting that names it; one that does not may be of a mail server.
fn guess(bytes: &[u8], _: &Ends) -> Guess {
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    match lines::reply(line) {
        Some((220, text)) if lines::has(text, b"SMTP") || lines::has(text, b"MAIL") => Guess::NotMine,
        Some((220, text)) if lines::has(text, b"FTP") || lines::has(text, b"FILE") => Guess::Certain,
        Some((120 | 220 | 421, _)) => Guess::Unsure,
        _ if lines::begins_with(bytes, b"USER") => Guess::Unsure,
        _ => Guess::NotMine,
    }
}

struct Ftp;

impl Talk for Ftp {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some((line, n)) = lines::first(bytes) else { return Step::Took(0) };
        facts.begin();
        match way {
            Way::Forward => command(line, facts),
            Way::Backward => {
                if let Some((code, text)) = lines::reply(line) {
                    return reply(code, text, n, facts);
                }
            }
        }
        Step::Took(n)
    }

    fn lose(&mut self, _: Way) -> bool {
        true
    }
}

fn command(line: &[u8], facts: &mut Facts) {
    let (word, argument) = lines::word(line);
    let is_command = (3..=4).contains(&word.len()) && word.iter().all(u8::is_ascii_alphabetic);
    if !is_command {
        return;
    }
    facts.bytes(FactKind::Command, &word.to_ascii_uppercase());
    let kind = match word.to_ascii_uppercase().as_slice() {
        b"USER" => FactKind::User,
        b"PASS" => FactKind::Password,
        b"RETR" | b"STOR" | b"DELE" | b"APPE" => FactKind::File,
        _ => FactKind::Argument,
    };
    facts.bytes(kind, argument);
}

fn reply(code: u16, text: &[u8], n: usize, facts: &mut Facts) -> Step {
    facts.number(FactKind::Reply, u64::from(code));
    match code {
        220 => facts.bytes(FactKind::Banner, text),
        230 => facts.text(FactKind::Login, "accepted"),
        430 | 530 => facts.text(FactKind::Login, "refused"),
        // The answer to AUTH TLS (RFC 4217, section 4).
        234 => return Step::Over(n),
        _ => {}
    }
    Step::Took(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Value;

    #[test]
    fn a_greeting_is_told_from_that_of_a_mail_server() {
        let ends = Ends::new(true, 21, 50_000);
        assert_eq!(guess(b"220 (vsFTPd 3.0.5)\r\n", &ends), Guess::Certain);
        assert_eq!(guess(b"220 mx.example.org ESMTP Postfix\r\n", &ends), Guess::NotMine);
        assert_eq!(guess(b"220 ready\r\n", &ends), Guess::Unsure);
    }

    #[test]
    fn who_logs_in_is_read_and_whether_it_works() {
        let mut facts = Facts::default();
        let mut talk = Ftp;
        assert_eq!(talk.read(Way::Forward, b"user anna\r\nPASS", &mut facts), Step::Took(11));
        assert_eq!(talk.read(Way::Forward, b"PASS", &mut facts), Step::Took(0));
        assert_eq!(talk.read(Way::Forward, b"PASS x y\r\n", &mut facts), Step::Took(10));
        assert_eq!(talk.read(Way::Backward, b"530 No.\r\n", &mut facts), Step::Took(9));
        let said: Vec<_> = facts.iter().collect();
        assert!(said.contains(&(FactKind::User, Value::Text("anna"))));
        assert!(said.contains(&(FactKind::Password, Value::Text("x y"))));
        assert!(said.contains(&(FactKind::Login, Value::Text("refused"))));
    }
}
