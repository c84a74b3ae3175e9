//! What tshark prints without options: the columns of Wireshark's list, with an arrow between the addresses.

use super::contract::{COMMON, Entry, Kind, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, open_if_most};

pub const ENTRY: Entry = Entry {
    id: "tshark_text",
    name: "tshark text",
    known_by: KnownBy::Lines(LineFormat { written: "text in columns", open, read }),
    roles: &[
        ("no.", Role::Id),
        ("time", Role::Start),
        ("source", Role::Source),
        ("destination", Role::Target),
        ("protocol", Role::Protocol),
        ("length", Role::Bytes),
        ("info", Role::Info),
    ],
    kind: Kind::Packets,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["no.", "time", "source", "destination", "length"])
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut rest = line;
    let mut word = || {
        let text = rest.trim_start();
        let (word, behind) = text.split_at_checked(text.find(char::is_whitespace).unwrap_or(text.len()))?;
        rest = behind;
        (!word.is_empty()).then_some(word)
    };
    let (Some(number), Some(first), Some(second)) = (word(), word(), word()) else { return false };
    // The time may be a date and a time of day.
    let is_dated = first.contains('-');
    let (time, source) =
        if is_dated { (format!("{first} {second}"), word().unwrap_or_default()) } else { (first.to_owned(), second) };
    let (Some("→" | "->"), Some(target), Some(protocol), Some(length)) = (word(), word(), word(), word()) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(number) || !is_number(length) {
        return false;
    }
    let cells = [
        ("no.", number),
        ("time", time.as_str()),
        ("source", source),
        ("destination", target),
        ("protocol", protocol),
        ("length", length),
        ("info", rest.trim()),
    ];
    cells.iter().for_each(|(name, text)| add(name, text.as_bytes()));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_packets() {
        for (line, time) in [
            ("    1   0.000000 10.0.0.1 → 10.0.0.2 TCP 74 54017 → 21 [SYN] Seq=0 Win=64240 Len=0", "0.000000"),
            ("1 2014-01-14 17:37:24.820 10.0.0.1 -> 10.0.0.2 TCP 74 54017 > 21 [SYN] Seq=0", "2014-01-14 17:37:24.820"),
        ] {
            let mut cells = Vec::new();
            assert!(read(line.as_bytes(), &[], &mut |name, text| {
                cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }));
            assert_eq!((cells[1].1.as_str(), cells[2].1.as_str(), cells[5].1.as_str()), (time, "10.0.0.1", "74"));
            assert!(cells[6].1.starts_with("54017"));
        }
    }
}
