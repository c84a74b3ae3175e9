//! Any log in words of which each line has two addresses: `src 192.0.2.1:5000, dst 10.0.0.5:22, proto TCP`, `{TCP} a:1 -> b:2`.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, add_ends, endpoint, front_lines, prefix};
use std::net::IpAddr;

pub const ENTRY: Entry = Entry {
    id: "firewall_text",
    name: "Log in plain text",
    known_by: KnownBy::Lines(LineFormat { written: "text", open, read }),
    roles: &[("time", Role::Start), ("text", Role::Plain), ("action", Role::Action)],
    ..COMMON
};

/// Words for what was done, and what they are called here.
const ACTIONS: &[(&str, &str)] = &[
    ("drop", "drop"),
    ("dropped", "drop"),
    ("block", "drop"),
    ("blocked", "drop"),
    ("deny", "deny"),
    ("denied", "deny"),
    ("reject", "reject"),
    ("rejected", "reject"),
    ("allow", "accept"),
    ("allowed", "accept"),
    ("accept", "accept"),
    ("accepted", "accept"),
    ("permit", "accept"),
    ("permitted", "accept"),
    ("pass", "accept"),
    ("passed", "accept"),
];

const PROTOCOLS: [&str; 6] = ["tcp", "udp", "icmp", "icmpv6", "sctp", "gre"];

fn open(front: &[u8]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let is_row = |line: &&&[u8]| {
        let mut n_found = 0;
        read(line, &[], &mut |name, text| {
            n_found += usize::from(matches!(name, "time" | "src port" | "dst port") && !text.is_empty())
        }) && n_found == 3
    };
    let n_rows = lines.iter().filter(is_row).count();
    (n_rows > 0 && n_rows * 10 >= lines.len() * 8).then(LinesFront::default)
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let prefixed = prefix::split(line);
    let words = || prefixed.rest.split([' ', '\t', ',', ';', '(', ')', '"']).flat_map(|word| word.split("->"));
    let mut ends = words().filter_map(address).take(2);
    let (Some(source), Some(target)) = (ends.next(), ends.next()) else { return false };
    add("time", prefixed.time.as_bytes());
    add_ends(source, target, add);
    let is =
        |word: &str, known: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).eq_ignore_ascii_case(known);
    let protocol = words().find_map(|word| PROTOCOLS.into_iter().find(|known| is(word, known)));
    add("protocol", protocol.unwrap_or_default().as_bytes());
    let action = words().find_map(|word| ACTIONS.iter().find(|(known, _)| is(word, known)));
    add("action", action.map_or("", |(_, action)| action).as_bytes());
    add("text", prefixed.rest.as_bytes());
    true
}

/// The address in a word, with the port behind it, if there is one: also behind a name and a mark (`src=10.0.0.1:80`).
fn address(word: &str) -> Option<(&str, &str)> {
    let word = word.rsplit('=').next().unwrap_or(word).trim_matches(['.', '<', '>', '{', '}']);
    // A slash before the port, as some firewalls write it, or before the length of a network.
    if let Some((address, port)) = word.split_once('/').filter(|(address, _)| address.parse::<IpAddr>().is_ok()) {
        let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
        return (is_port && address.len() >= 7).then_some((address, port));
    }
    let word = word.rsplit('/').next().unwrap_or(word);
    let (address, port) = endpoint(word, ':');
    let is_long = address.len() >= 7 && address.parse::<IpAddr>().is_ok();
    is_long.then_some((address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_addresses_make_a_row() {
        let line = "Mar  9 20:49:00 fw kernel: DROP in=eth0, src 203.0.113.9:50000, dst 10.0.0.80:1, proto TCP, len 40";
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("src ip"), of("src port"), of("dst port")), (Some("203.0.113.9"), Some("50000"), Some("1")));
        assert_eq!((of("protocol"), of("action")), (Some("tcp"), Some("drop")));
        assert!(open(b"Mar  9 20:49:00 fw sshd: Accepted password for x from 10.0.0.1 port 22\n").is_none());
    }
}
