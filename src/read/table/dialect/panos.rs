//! PAN-OS by syslog or as a file without headings: cells between commas in an order that the manual lists; logs of traffic have
//! the counts.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::cells::{Delimiter, texts};
use crate::read::table::lines::{LineFormat, LinesFront, open_if_most};

pub const ENTRY: Entry = Entry {
    id: "panos",
    name: "PAN-OS log",
    known_by: KnownBy::Lines(LineFormat { written: "text, syslog", open, read }),
    roles: &[
        ("start time", Role::Start),
        ("generated time", Role::Start),
        ("category", Role::Plain),
        ("type", Role::Plain),
        ("action", Role::Action),
    ],
    ..COMMON
};

/// Cells that are taken, by their place from the future-use cell before the time on.
const SHARED: &[(usize, &str)] = &[
    (3, "type"),
    (4, "subtype"),
    (6, "generated time"),
    (7, "src ip"),
    (8, "dst ip"),
    (11, "rule"),
    (14, "application"),
    (24, "src port"),
    (25, "dst port"),
    (29, "protocol"),
    (30, "action"),
];

/// Those of traffic alone.
const TRAFFIC: &[(usize, &str)] = &[
    (31, "bytes"),
    (32, "bytes sent"),
    (33, "bytes received"),
    (34, "packets"),
    (35, "start time"),
    (36, "duration"),
    (37, "category"),
    (44, "pkts_sent"),
    (45, "pkts_received"),
    (46, "session end reason"),
];

fn open(front: &[u8]) -> Option<LinesFront> {
    // With headings it is a table like any other.
    let first = front.split(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    let has_headings = memchr::memmem::find(&first, b"receive time").is_some();
    open_if_most(front, read, &["src ip", "dst ip", "generated time"]).filter(|_| !has_headings)
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let kinds: [&[u8]; 2] = [b",TRAFFIC,", b",THREAT,"];
    if !kinds.iter().any(|kind| memchr::memmem::find(line, kind).is_some()) {
        return false;
    }
    let cells = texts(line, Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false });
    let cell = |place: usize| cells.get(place).map_or(&b""[..], Vec::as_slice);
    let taken: &[&[(usize, &str)]] = match cell(3) {
        b"TRAFFIC" => &[SHARED, TRAFFIC],
        b"THREAT" => &[SHARED],
        _ => return false,
    };
    for (place, name) in taken.iter().copied().flatten() {
        add(name, cell(*place));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_is_read_by_the_order_of_cells() {
        let mut cells = vec![String::new(); 47];
        let set = [
            (0, "Nov 30 16:09:08 fw 1"),
            (3, "TRAFFIC"),
            (6, "2018/11/30 16:09:07"),
            (7, "192.168.15.207"),
            (8, "198.51.100.1"),
            (11, "\"a, b\""),
            (24, "55113"),
            (25, "443"),
            (29, "tcp"),
            (30, "allow"),
            (31, "7734"),
            (44, "16"),
        ];
        set.iter().for_each(|(place, text)| cells[*place] = (*text).to_owned());
        let mut found = Vec::new();
        assert!(read(cells.join(",").as_bytes(), &[], &mut |name, text| {
            found.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| found.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("rule"), of("dst port"), of("pkts_sent")), (Some("a, b"), Some("443"), Some("16")));
        assert!(!read(b"1,2018/11/30 16:09:07,x,SYSTEM,general", &[], &mut |_, _| {}));
    }
}
