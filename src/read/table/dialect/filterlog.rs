//! filterlog of pfSense and OPNsense: cells between commas behind what syslog puts before them, whose number hangs on the
//! version of IP and the protocol.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, open_if_most, prefix};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "filterlog",
    name: "pfSense or OPNsense filter log",
    known_by: KnownBy::Lines(LineFormat { written: "text, syslog", open, read }),
    roles: &[
        ("time", Role::Start),
        ("length", Role::FwdBytes),
        ("packets", Role::FwdPackets),
        ("tcp flags", Role::Flags),
        ("action", Role::Action),
        ("reason", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["src ip", "dst ip", "action"])
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let Some((before, behind)) = line.split_once("filterlog") else { return false };
    // RFC 5424 writes the process and the structured data in between: `filterlog 85420 - [meta ...] 5,,,...`.
    let start = behind.rfind("] ").map(|at| at + 2).or_else(|| behind.find(": ").map(|at| at + 2));
    let cells: Vec<&str> = behind.get(start.unwrap_or(0)..).unwrap_or_default().trim().split(',').collect();
    let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
    let at = match cell(8) {
        "4" => At { protocol: 16, length: 17 },
        "6" => At { protocol: 12, length: 14 },
        _ => return false,
    };
    add("time", prefix::split(before).time.as_bytes());
    let named = [
        ("interface", 4),
        ("reason", 5),
        ("action", 6),
        ("direction", 7),
        ("protocol", at.protocol),
        ("length", at.length),
        ("src ip", at.length + 1),
        ("dst ip", at.length + 2),
    ];
    for (name, place) in named {
        add(name, cell(place).as_bytes());
    }
    let is = |name: &str| cell(at.protocol).eq_ignore_ascii_case(name);
    if is("tcp") || is("udp") {
        add("src port", cell(at.length + 3).as_bytes());
        add("dst port", cell(at.length + 4).as_bytes());
    }
    if is("tcp") {
        add("tcp flags", cell(at.length + 6).as_bytes());
    }
    add("packets", b"1");
    true
}

/// Where cells stand that the version of IP moves.
struct At {
    protocol: usize,
    length: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_ip_are_read() {
        let four = "Jun  3 20:43:31 filterlog[15121]: 8,,,1000000103,em0,match,block,in,4,0x0,,43,6291,0,none,6,tcp,44,192.0.2.125,198.51.100.189,16568,12283,0,S,2868024203,,1024,,mss";
        let six = "<134>1 2024-05-01T10:00:00+02:00 fw filterlog 85420 - [meta sequenceId=\"1\"] 8,,,0,em0,match,pass,out,6,0x00,0x0,64,UDP,17,80,2001:db8::1,2001:db8::2,5000,53,60";
        for (line, from, port, flags, time) in [
            (four, "192.0.2.125", "12283", Some("S"), "Jun  3 20:43:31"),
            (six, "2001:db8::1", "53", None, "2024-05-01T10:00:00+02:00"),
        ] {
            let mut cells = Vec::new();
            assert!(read(line.as_bytes(), &[], &mut |name, text| {
                cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }));
            let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            assert_eq!((of("src ip"), of("dst port"), of("tcp flags")), (Some(from), Some(port), flags), "{line}");
            assert_eq!(of("time"), Some(time));
        }
    }
}
