//! What yafscii prints: a span of time, protocol and ends, flags, and packets and bytes of both sides in brackets.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, add_ends, between, endpoint, open_if_most};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "yaf_text",
    name: "YAF text",
    known_by: KnownBy::Lines(LineFormat { written: "text", open, read }),
    roles: &[
        ("start", Role::Start),
        ("duration", Role::Duration),
        ("protocol", Role::Protocol),
        ("fwd packets", Role::FwdPackets),
        ("fwd bytes", Role::FwdBytes),
        ("bwd packets", Role::BwdPackets),
        ("bwd bytes", Role::BwdBytes),
        ("flags", Role::Flags),
    ],
    state: state::by_flags,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["start", "src ip", "dst ip", "fwd packets"])
}

/// `2024-05-01 10:00:00.5 - 10:00:02.5 (2.000 sec) tcp 192.0.2.1:5 => 192.0.2.2:80 0a1b:2c3d S/APF:AS/APF (5/300 <-> 4/400)`.
fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let Some((time, rest)) = line.split_once(" - ") else { return false };
    let Some((ends, figures)) = rest.split_once(" => ") else { return false };
    let (Some(span), Some((_, counts))) = (between(ends, "(", " sec)"), figures.rsplit_once(" (")) else {
        return false;
    };
    let mut words = ends.rsplit(' ');
    let (source, protocol) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut behind = figures.split(' ');
    let target = behind.next().unwrap_or_default();
    add("start", time.trim().as_bytes());
    add("duration", span.as_bytes());
    add("protocol", protocol.as_bytes());
    add_ends(endpoint(source, ':'), endpoint(target, ':'), add);
    let counts = counts.split(')').next().unwrap_or_default();
    // One side alone has no arrow: nobody answered.
    let (forward, backward) = counts.split_once(" <-> ").unwrap_or((counts.trim_end_matches(" ->"), "0/0"));
    for (names, side) in [(("fwd packets", "fwd bytes"), forward), (("bwd packets", "bwd bytes"), backward)] {
        let (packets, bytes) = side.split_once('/').unwrap_or_default();
        add(names.0, packets.as_bytes());
        add(names.1, bytes.as_bytes());
    }
    // First flags and all others of each side.
    let flags = behind.find(|word| word.matches('/').count() == 2 && word.contains(':')).unwrap_or_default();
    add("flags", flags.replace(['/', ':', '0'], "").as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<(String, String)> {
        let mut cells = Vec::new();
        let is_read = read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        });
        if is_read { cells } else { Vec::new() }
    }

    #[test]
    fn both_sides_are_read_and_a_silent_one_sent_nothing() {
        let line = "2024-05-01 10:00:00.500 - 10:00:02.500 (2.000 sec) tcp 10.0.0.9:5000 => 192.0.2.1:80 0a1b2c3d:1a2b3c4d S/APF:AS/APF (5/300 <-> 4/400) rtt 12 ms";
        let of = |cells: &[(String, String)], name: &str| {
            cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let both = cells(line);
        let names = ["start", "duration", "protocol", "src port", "dst ip", "fwd bytes", "bwd packets", "flags"];
        assert_eq!(
            names.map(|name| of(&both, name)),
            ["2024-05-01 10:00:00.500", "2.000", "tcp", "5000", "192.0.2.1", "300", "4", "SAPFASAPF"]
        );
        let silent = cells("2024-05-01 10:00:00 - 10:00:00 (0.000 sec) udp 10.0.0.9:5000 => 192.0.2.1:53 (1/80 ->)");
        assert_eq!((of(&silent, "fwd packets"), of(&silent, "bwd packets")), ("1".to_owned(), "0".to_owned()));
        assert!(cells("from here - to there (2 sec) => nowhere").is_empty());
    }
}
