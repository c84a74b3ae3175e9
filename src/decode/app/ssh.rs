//! SSH: the identification string that both sides send first (RFC 4253, section 4.2).

use super::shared::lines;
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry =
    Entry { protocol: Named::Ssh, datagram: None, stream: Some(Stream { guess, talk: || Box::new(Ssh) }), frame: None };

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    if bytes.starts_with(b"SSH-2.0-") || bytes.starts_with(b"SSH-1.") { Guess::Certain } else { Guess::NotMine }
}

struct Ssh;

impl Talk for Ssh {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some((line, _)) = lines::first(bytes) else { return Step::Took(0) };
        facts.begin();
        facts.bytes(if way == Way::Forward { FactKind::Agent } else { FactKind::Banner }, line);
        Step::Done
    }
}
