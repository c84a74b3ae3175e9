//! SMTP (RFC 5321): who a mail server says it is.

use super::shared::lines;
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::Smtp,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Smtp) }),
    frame: None,
};

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    let (line, _) = lines::first(bytes).unwrap_or((bytes, 0));
    match lines::reply(line) {
        Some((220, text)) if lines::has(text, b"SMTP") || lines::has(text, b"MAIL") => Guess::Certain,
        Some((220 | 421 | 554, _)) => Guess::Unsure,
        _ if lines::begins_with(bytes, b"EHLO") || lines::begins_with(bytes, b"HELO") => Guess::Certain,
        _ => Guess::NotMine,
    }
}

struct Smtp;

impl Talk for Smtp {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some((line, _)) = lines::first(bytes) else { return Step::Took(0) };
        if way == Way::Backward {
            facts.begin();
            facts.bytes(FactKind::Banner, line);
        }
        Step::Done
    }
}
