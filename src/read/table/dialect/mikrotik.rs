//! MikroTik's firewall log: `proto TCP (SYN), 192.0.2.1:5000->10.0.0.5:22, len 40`, one packet a line.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, add_ends, between, endpoint, open_if_most, prefix};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "mikrotik",
    name: "MikroTik firewall log",
    known_by: KnownBy::Lines(LineFormat { written: "text, syslog", open, read }),
    roles: &[
        ("time", Role::Start),
        ("len", Role::FwdBytes),
        ("packets", Role::FwdPackets),
        ("flags", Role::Flags),
        ("action", Role::Action),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["src ip", "dst ip", "proto"])
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let Some((before, packet)) = line.split_once("proto ") else { return false };
    let Some((source, behind)) = packet.split_once("->") else { return false };
    let protocol = packet.split([' ', ',']).next().unwrap_or_default();
    let source = source.rsplit(' ').next().unwrap_or(source);
    let target = behind.split([',', ' ']).next().unwrap_or(behind);
    let prefixed = prefix::split(before);
    add("time", prefixed.time.as_bytes());
    add("proto", protocol.as_bytes());
    add_ends(endpoint(source, ':'), endpoint(target, ':'), add);
    if protocol.eq_ignore_ascii_case("tcp") {
        add("flags", between(packet, "(", ")").unwrap_or_default().as_bytes());
    }
    add("len", behind.rsplit_once("len ").map_or("", |(_, length)| length.trim()).as_bytes());
    add("packets", b"1");
    let rule = prefixed.rest.to_lowercase();
    let is_refused = ["drop", "block", "reject", "deny"].iter().any(|word| rule.contains(word));
    add("action", if is_refused { b"drop".as_slice() } else { b"" });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read() {
        let line = "2023-03-18T20:36:59+01:00 10.0.0.1 firewall,info drop-tcp input: in:ether1 out:(unknown 0), src-mac 00:17:10:88:bc:02, proto TCP (SYN), 192.0.2.219:59388->198.51.100.145:23, len 40";
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("src ip"), of("dst port"), of("flags")), (Some("192.0.2.219"), Some("23"), Some("SYN")));
        assert_eq!((of("len"), of("action")), (Some("40"), Some("drop")));
    }
}
