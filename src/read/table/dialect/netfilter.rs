//! Packets that the firewall of Linux wrote to the kernel's log (iptables, nftables, UFW, firewalld, Ubiquiti): one a line, with
//! the addresses behind `SRC=` and `DST=` and the flags as words.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::key_value::{Piece, pieces};
use crate::read::table::lines::{LineFormat, LinesFront, open_if_most, prefix};
use crate::read::table::{flags, state};

pub const ENTRY: Entry = Entry {
    id: "netfilter",
    name: "Linux firewall log (netfilter)",
    known_by: KnownBy::Lines(LineFormat { written: "key=value", open, read }),
    roles: &[
        ("time", Role::Start),
        ("src", Role::Source),
        ("dst", Role::Target),
        ("spt", Role::SourcePort),
        ("dpt", Role::TargetPort),
        ("proto", Role::Protocol),
        ("len", Role::FwdBytes),
        ("packets", Role::FwdPackets),
        ("flags", Role::Flags),
        ("action", Role::Action),
        ("in", Role::Plain),
        ("out", Role::Plain),
        ("mac", Role::Plain),
        ("id", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["SRC", "DST", "PROTO"])
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let prefixed = prefix::split(line);
    let Some(at) = prefixed.rest.find("IN=").or_else(|| prefixed.rest.find("SRC=")) else { return false };
    let (before, packet) = prefixed.rest.split_at_checked(at).unwrap_or(("", prefixed.rest));
    add("time", prefixed.time.as_bytes());
    let (mut flags, mut has_ends, mut seen) = (String::new(), (false, false), Vec::new());
    // An error message of ICMP quotes the packet that it is about, in brackets.
    for piece in pieces(packet.split('[').next().unwrap_or(packet)) {
        match piece {
            // UDP has a length of its own behind that of the packet.
            Piece::Pair(key, _) if seen.contains(&key) => {}
            Piece::Pair(key, value) => {
                has_ends.0 |= key == "SRC";
                has_ends.1 |= key == "DST";
                seen.push(key);
                add(key, value.as_bytes());
            }
            Piece::Word(word) if flags::named(word.as_bytes()).is_some() => {
                flags.push_str(if flags.is_empty() { "" } else { " " });
                flags.push_str(word);
            }
            Piece::Word(_) => {}
        }
    }
    add("flags", flags.as_bytes());
    add("packets", b"1");
    add("action", action(before).as_bytes());
    has_ends.0 && has_ends.1
}

/// What the firewall did, where the rule's prefix says so.
fn action(before: &str) -> &'static str {
    let before = before.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| before.contains(word));
    match () {
        () if has(&["block", "drop", "deny", "denied", "reject", "refuse"]) => "drop",
        () if has(&["allow", "accept", "permit"]) => "accept",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_with_flags_and_action() {
        let line = "Sep 30 10:09:23 fw kernel: [1.5] [UFW BLOCK] IN=ens2 OUT= SRC=192.0.2.7 DST=10.0.0.9 LEN=44 PROTO=TCP SPT=5 DPT=80 WINDOW=1024 SYN URGP=0";
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("time"), of("SRC"), of("DPT")), (Some("Sep 30 10:09:23"), Some("192.0.2.7"), Some("80")));
        assert_eq!((of("flags"), of("action"), of("LEN")), (Some("SYN"), Some("drop"), Some("44")));
        assert!(!read(b"Sep 30 10:09:23 fw sshd: Accepted password", &[], &mut |_, _| {}));
    }
}
