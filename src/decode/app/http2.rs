//! HTTP/2 in the clear (RFC 9113, sections 3.4 and 4.1): the preface, and the kinds of the first frames.

use super::shared::fields::Fields;
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::Http2,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Http2::default()) }),
    frame: None,
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES: u64 = 9;
/// Most bytes of a frame unless both sides agree on more, which few do.
const MOST_FRAME_BYTES: u32 = 1 << 20;
/// Frames of a side that are read: how a connection begins.
const MOST_FRAMES: u8 = 32;

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    match bytes {
        _ if bytes.starts_with(PREFACE) => Guess::Certain,
        _ if PREFACE.starts_with(bytes) => Guess::More,
        _ => Guess::NotMine,
    }
}

#[derive(Default)]
struct Http2 {
    n_frames: [u8; 2],
}

impl Talk for Http2 {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        if bytes.starts_with(PREFACE) {
            facts.begin();
            facts.text(FactKind::Message, "preface");
            return Step::Took(PREFACE.len());
        }
        if PREFACE.starts_with(bytes) {
            return Step::Took(0);
        }
        let mut cursor = bytes;
        let (Some(n), Some(kind)) = (cursor.u24(), cursor.u8()) else { return Step::Took(0) };
        let [forward, backward] = &mut self.n_frames;
        let n_frames = if way == Way::Forward { forward } else { backward };
        *n_frames += 1;
        let Some(name) = name(kind).filter(|_| n <= MOST_FRAME_BYTES && *n_frames <= MOST_FRAMES) else {
            return Step::Done;
        };
        facts.begin();
        facts.text(FactKind::Message, name);
        Step::Skip(FRAME_HEAD_BYTES + u64::from(n))
    }
}

/// Names of frames (RFC 9113, section 6).
fn name(kind: u8) -> Option<&'static str> {
    let names = [
        "data",
        "headers",
        "priority",
        "reset",
        "settings",
        "push promise",
        "ping",
        "go away",
        "window update",
        "continuation",
    ];
    names.get(usize::from(kind)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preface_and_the_frames_behind_it_are_read() {
        let ends = Ends::new(true, 40_000, 80);
        let bytes = [PREFACE, b"\0\0\x06\x04\0\0\0\0\0settin"].concat();
        assert_eq!(guess(&bytes, &ends), Guess::Certain);
        assert_eq!(guess(b"PRI", &ends), Guess::More);
        let mut facts = Facts::default();
        let mut talk = Http2::default();
        assert_eq!(talk.read(Way::Forward, &bytes, &mut facts), Step::Took(PREFACE.len()));
        assert_eq!(talk.read(Way::Forward, &bytes[PREFACE.len()..], &mut facts), Step::Skip(15));
        assert_eq!(talk.read(Way::Backward, b"\0\0\0\x77\0", &mut facts), Step::Done);
        let said: Vec<_> = facts.messages().filter_map(|said| said.text(FactKind::Message)).collect();
        assert_eq!(said, ["preface", "settings"]);
    }
}
