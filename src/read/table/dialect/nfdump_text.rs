//! What nfdump prints for people (`-o line`, `long`, `extended`, `biline` and the like): addresses with ports around an arrow.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, wide_headings};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "nfdump_text",
    name: "nfdump text",
    known_by: KnownBy::Lines(LineFormat { written: "text in columns", open, read }),
    roles: &[
        ("first seen", Role::Start),
        ("date first seen", Role::Start),
        ("date last seen", Role::End),
        ("date flow received", Role::Plain),
        ("src pt", Role::SourcePort),
        ("dst pt", Role::TargetPort),
        ("duration", Role::Duration),
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("out pkt", Role::FwdPackets),
        ("out byte", Role::FwdBytes),
        ("in pkt", Role::BwdPackets),
        ("in byte", Role::BwdBytes),
        ("flags", Role::Flags),
    ],
    is_one_way: true,
    ends_at: "Summary",
    state: state::by_flags,
    ..COMMON
};

/// Names of columns behind the addresses, longer ones before those that they begin with.
const BEHIND: &[&str] = &[
    "Out Pkt", "In Pkt", "Out Byte", "In Byte", "Src AS", "Dst AS", "Input", "Output", "Flags", "Tos", "Packets",
    "Bytes", "pps", "bps", "Bpp", "Flows",
];

fn open(front: &[u8]) -> Option<LinesFront> {
    let mut at = 0;
    for line in front.split_inclusive(|byte| *byte == b'\n').take(12) {
        at += line.len();
        let text = String::from_utf8_lossy(line);
        if text.starts_with("Date ") && text.contains(" IP Addr:Port") {
            return Some(LinesFront { names: behind(&text), has_header: true, skip: at, reader: None });
        }
        if read(line.trim_ascii(), &[], &mut |_, _| {}) {
            let names =
                match text.split_whitespace().rev().take_while(|word| !word.contains(':') && *word != "->").count() {
                    n if n >= 8 => &["Flags", "Tos", "Packets", "Bytes", "pps", "bps", "Bpp", "Flows"][..],
                    n if n >= 5 => &["Flags", "Tos", "Packets", "Bytes", "Flows"],
                    _ => &["Packets", "Bytes", "Flows"],
                };
            return Some(LinesFront {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                skip: at - line.len(),
                ..LinesFront::default()
            });
        }
    }
    wide_headings::open(front)
}

/// The columns that a heading names behind the addresses.
fn behind(heading: &str) -> Vec<String> {
    let (_, mut rest) = heading.rsplit_once("IP Addr:Port").unwrap_or(("", heading));
    let mut names = Vec::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let known = BEHIND.iter().find(|name| rest.starts_with(**name));
        let name = known.copied().unwrap_or_else(|| rest.split_whitespace().next().unwrap_or(rest));
        names.push(name.to_owned());
        rest = rest.get(name.len()..).unwrap_or_default();
    }
    names
}

fn read(line: &[u8], names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(arrow) = words.iter().position(|word| matches!(*word, "->" | "<->")) else { return false };
    let (Some(before), Some(target)) = (words.get(..arrow), words.get(arrow + 1)) else { return false };
    let [date, clock, middle @ .., protocol, source] = before else { return false };
    if !date.starts_with(|c: char| c.is_ascii_digit()) || !clock.contains(':') {
        return false;
    }
    if !source.contains(':') || !target.contains(':') {
        return false;
    }
    add("first seen", format!("{date} {clock}").as_bytes());
    match middle {
        [duration] => add("duration", duration.as_bytes()),
        [event, ..] => add("event", event.as_bytes()),
        [] => {}
    }
    add("proto", protocol.as_bytes());
    for (side, text) in [("src", source), ("dst", target)] {
        let (address, port) = endpoint(text);
        add(&format!("{side} ip"), address.as_bytes());
        add(&format!("{side} port"), port.as_bytes());
    }
    let mut rest = words.get(arrow + 2..).unwrap_or_default();
    // Addresses behind a translation.
    if rest.get(1) == Some(&"->") {
        rest = rest.get(3..).unwrap_or_default();
    }
    let mut rest = rest.iter().peekable();
    for name in names {
        let Some(word) = rest.next() else { break };
        match rest.next_if(|next| matches!(**next, "K" | "M" | "G" | "T")) {
            Some(prefix) => add(name, format!("{word} {prefix}").as_bytes()),
            None => add(name, word.as_bytes()),
        }
    }
    true
}

/// Address and port: a colon parts them, of IPv6 a point. Of ICMP the port is type and code.
fn endpoint(text: &str) -> (&str, &str) {
    let mark = if text.matches(':').count() > 1 { '.' } else { ':' };
    text.rsplit_once(mark).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str, names: &[&str]) -> Vec<(String, String)> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &names, &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        cells
    }

    #[test]
    fn lines_are_read_around_the_arrow() {
        let line = "2014-01-14 17:37:24.820 2.373 TCP 192.168.56.1:54017 -> 192.168.56.101:21 ...AP.SF 0 11 1.4 M 1";
        let cells = cells(line, &["Flags", "Tos", "Packets", "Bytes", "Flows"]);
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!(of("first seen"), Some("2014-01-14 17:37:24.820"));
        assert_eq!((of("dst ip"), of("dst port"), of("Bytes")), (Some("192.168.56.101"), Some("21"), Some("1.4 M")));
        assert_eq!((of("Flags"), of("Flows")), (Some("...AP.SF"), Some("1")));
    }

    #[test]
    fn headings_name_what_stands_behind() {
        let heading = "Date first seen  Event  XEvent Proto  Src IP Addr:Port  Dst IP Addr:Port  X-Src IP Addr:Port  X-Dst IP Addr:Port   In Byte Out Byte";
        assert_eq!(behind(heading), ["In Byte", "Out Byte"]);
        assert!(open(b"Dear all, 10:00\n-> see there\n").is_none());
    }
}
