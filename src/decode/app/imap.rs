//! IMAP (RFC 9051): who a mailbox server says it is.

use super::shared::lines;
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::Imap,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Imap) }),
    frame: None,
};

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    let is_greeting = bytes.starts_with(b"* OK") || bytes.starts_with(b"* PREAUTH");
    if is_greeting { Guess::Certain } else { Guess::NotMine }
}

struct Imap;

impl Talk for Imap {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some((line, _)) = lines::first(bytes) else { return Step::Took(0) };
        if way == Way::Backward {
            facts.begin();
            facts.bytes(FactKind::Banner, line);
        }
        Step::Done
    }
}
