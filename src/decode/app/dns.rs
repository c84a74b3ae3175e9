//! DNS over UDP, and over TCP where each message has its length before it (RFC 1035, section 4.2).

use super::shared::dns;
use super::{Datagram, Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::Facts;
use crate::model::flow::Direction;
use crate::model::protocol::AppProto;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dns,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, talk: || Box::new(Dns) }),
    frame: None,
};

fn read(payload: &[u8], _: &Ends, facts: &mut Facts) -> Guess {
    if dns::read(payload, facts) { Guess::Certain } else { Guess::NotMine }
}

/// The first message of a stream, if all of it is there.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

fn guess(bytes: &[u8], ends: &Ends) -> Guess {
    if ends.hint != Some(AppProto::Dns) {
        return Guess::NotMine;
    }
    match message(bytes) {
        Some(message) if dns::read(message, &mut Facts::default()) => Guess::Certain,
        Some(_) => Guess::NotMine,
        None => Guess::More,
    }
}

struct Dns;

impl Talk for Dns {
    fn read(&mut self, _: Direction, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some(message) = message(bytes) else { return Step::Took(0) };
        facts.begin();
        let mark = facts.mark();
        if !dns::read(message, facts) {
            facts.forget(mark);
        }
        Step::Took(2 + message.len())
    }
}
