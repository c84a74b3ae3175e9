//! Cisco ASA, FTD and PIX: the messages on connections that ended and on those that were refused.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::Flow;
use crate::model::app::protocol::Protocol;
use crate::model::flow::{Known, Outcome, TcpState};
use crate::model::rows::Role;
use crate::read::table::figure;
use crate::read::table::format::Marks;
use crate::read::table::lines::{LineFormat, LinesFront, ReadLine, add_ends, between, front_lines, prefix};
use crate::read::table::roles::Row;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "cisco_asa",
    name: "Cisco ASA log",
    known_by: KnownBy::Lines(LineFormat { written: "text, syslog", open, read }),
    roles: &[
        // A connection is logged when it ends; its duration leads back to its beginning.
        ("log time", Role::End),
        ("first packet", Role::Start),
        ("duration", Role::Duration),
        ("message", Role::Plain),
        ("action", Role::Action),
        ("flags", Role::Flags),
    ],
    state,
    ..COMMON
};

/// A connection that carried anything was opened: the bytes are those of the payload, of both sides together.
fn state(row: &Row<'_>, flow: &mut Flow) {
    state::by_counts(row, flow);
    let is_open = flow.is_tcp() && flow.recorded == Some(Outcome::Unknown);
    if is_open && row.count(Role::Bytes).is_some_and(|bytes| bytes > 0) {
        (flow.recorded, flow.state) = (Some(Outcome::Established), TcpState::Established);
    }
    // A row is a whole connection: nothing is missing that another row might have.
    let ports = [flow.originator().1, flow.responder().1];
    let [from, to] = ports.map(|port| Protocol::is_service(flow.is_tcp(), port));
    flow.known = flow.known.with_if(to && !from, Known::DIRECTION);
}

/// Protocols by the names that messages about refused packets use.
const PROTOCOLS: [&str; 3] = ["tcp", "udp", "icmp"];

const TOOLS: [&str; 4] = ["%ASA-", "%FTD-", "%PIX-", "%SEC-6-IPACCESSLOG"];

fn open(front: &[u8]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let is_message = |line: &&&[u8]| TOOLS.iter().any(|tool| memchr::memmem::find(line, tool.as_bytes()).is_some());
    let n_messages = lines.iter().filter(is_message).count();
    // Connections are known by their end, which says how much they carried; by their beginning in a log that has no ends.
    let has = |text: &[u8]| memchr::memmem::find(front, text).is_some();
    let has_ends = has(b"-302014") || has(b"-302016") || has(b"-302021");
    let reader = if has_ends { None } else { Some(read_beginnings as ReadLine) };
    (n_messages > 0 && n_messages * 2 >= lines.len()).then_some(LinesFront { reader, ..LinesFront::default() })
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    message(line, false, add)
}

/// Reads a line of a log whose connections are known by their beginnings.
fn read_beginnings(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    message(line, true, add)
}

fn message(line: &[u8], has_beginnings: bool, add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let Some((before, text)) = TOOLS.iter().find_map(|tool| line.split_once(tool)) else { return false };
    let (code, text) = text.split_once(": ").unwrap_or((text, ""));
    let number = code.rsplit('-').next().unwrap_or(code);
    add("log time", prefix::split(before).time.as_bytes());
    add("message", number.as_bytes());
    let found = match number {
        "302014" | "302016" | "302021" => ended(text, number, add),
        "302013" | "302015" if has_beginnings => began(text, number, add),
        "106100" => listed(text, add),
        // What a router's access lists logged: the kinds of messages with and without ports.
        "P" | "DP" | "RP" | "NP" => listed(text, add),
        "430002" | "430003" => described(text, add),
        "106001" | "106006" | "106007" | "106010" | "106014" | "106015" | "106023" | "710003" | "710005" => {
            refused(text, number, add)
        }
        _ => false,
    };
    if !found {
        add("text", text.as_bytes());
    }
    true
}

type Add<'a> = &'a mut dyn FnMut(&str, &[u8]);

/// `Teardown TCP connection 5 for outside:192.0.2.1/443 to inside:10.0.0.5/5000 duration 0:00:30 bytes 1500 TCP FINs`. The
/// interface of less trust stands first, whoever began: the side whose port is a service's is the one that was asked.
fn ended(text: &str, number: &str, add: Add<'_>) -> bool {
    let ends = if number == "302021" {
        between(text, "faddr ", " ").zip(between(text, "laddr ", " "))
    } else {
        between(text, " for ", " ").zip(between(text, " to ", " "))
    };
    let Some((first, second)) = ends else { return false };
    let (first, second) = (endpoint(first), endpoint(second));
    let port = |(_, port): (&str, &str)| port.parse::<u32>().unwrap_or(0);
    let is_first_asked = port(first) < port(second);
    let (source, target) = if is_first_asked { (second, first) } else { (first, second) };
    add_ends(source, target, add);
    add(
        "protocol",
        match number {
            "302014" => b"tcp",
            "302016" => b"udp",
            _ => b"icmp",
        },
    );
    let duration = between(text, "duration ", " ").map(str::as_bytes);
    if let Some(duration) = duration.and_then(|duration| figure::span(duration, Marks::default())) {
        add("duration", duration.to_string().as_bytes());
    }
    if let Some(bytes) = between(text, " bytes ", " ") {
        add("bytes", bytes.as_bytes());
    }
    let why = text.rsplit_once(" bytes ").and_then(|(_, behind)| behind.split_once(' ')).map_or("", |(_, why)| why);
    add("action", if why.starts_with("SYN Timeout") { b"timeout".as_slice() } else { b"close" });
    add("reason", why.as_bytes());
    true
}

/// `Built outbound TCP connection 5 for outside:192.0.2.1/443 (192.0.2.1/443) to inside:10.0.0.5/5000 (198.51.100.2/5000)`: the
/// interface of less trust stands first, and who is behind it was asked if the connection is outbound.
fn began(text: &str, number: &str, add: Add<'_>) -> bool {
    let Some((first, second)) = between(text, " for ", " ").zip(between(text, " to ", " ")) else { return false };
    let (first, second) = (endpoint(first), endpoint(second));
    let (source, target) = if text.starts_with("Built outbound") { (second, first) } else { (first, second) };
    add_ends(source, target, add);
    add("protocol", if number == "302013" { b"tcp" } else { b"udp" });
    add("action", b"built");
    true
}

/// `Deny tcp src outside:192.0.2.1/5000 dst inside:10.0.0.5/22 by access-group "x"`, and its older forms with `from` and `to`.
fn refused(text: &str, number: &str, add: Add<'_>) -> bool {
    let by_words = between(text, " src ", " ").zip(between(text, " dst ", " "));
    let Some((source, target)) = by_words.or_else(|| between(text, " from ", " ").zip(between(text, " to ", " ")))
    else {
        return false;
    };
    add_ends(endpoint(source), endpoint(target), add);
    let of_word = |word: &str| PROTOCOLS.into_iter().find(|name| name.eq_ignore_ascii_case(word));
    let named = text.split([' ', ',']).find_map(of_word);
    add("protocol", named.unwrap_or_default().as_bytes());
    if let Some((_, flags)) = text.split_once(" flags ") {
        add("flags", flags.split(" on ").next().unwrap_or(flags).as_bytes());
    }
    // What belongs to no connection may have been let in before.
    add("action", if number == "106015" { b"no connection".as_slice() } else { b"deny" });
    true
}

/// `access-list x permitted tcp inside/10.0.0.1(5) -> outside/192.0.2.1(80) hit-cnt 1`
fn listed(text: &str, add: Add<'_>) -> bool {
    let Some((before, after)) = text.split_once(" -> ") else { return false };
    let mut words = before.split_whitespace().rev();
    let (Some(source), Some(protocol), Some(action)) = (words.next(), words.next(), words.next()) else { return false };
    // Lists of routers count: `denied tcp 192.0.2.1(5) -> 10.0.0.1(80), 3 packets`.
    if let Some(n) = between(after, ", ", " packet") {
        add("packets", n.as_bytes());
    }
    let end = |text| -> (&str, &str) {
        let text: &str = text;
        let (address, port) = text.split_once('(').unwrap_or((text, ""));
        (address.rsplit('/').next().unwrap_or(address), port.split(')').next().unwrap_or(port))
    };
    add_ends(end(source), end(after.split_whitespace().next().unwrap_or(after)), add);
    add("protocol", protocol.as_bytes());
    add("action", if action == "denied" { b"deny".as_slice() } else { b"permit" });
    true
}

/// What Firepower's names mean here.
const DESCRIBED: [(&str, &str); 12] = [
    ("FirstPacketSecond", "first packet"),
    ("AccessControlRuleAction", "action"),
    ("SrcIP", "src ip"),
    ("DstIP", "dst ip"),
    ("SrcPort", "src port"),
    ("DstPort", "dst port"),
    ("Protocol", "protocol"),
    ("ConnectionDuration", "duration"),
    ("InitiatorPackets", "packets sent"),
    ("ResponderPackets", "packets received"),
    ("InitiatorBytes", "bytes sent"),
    ("ResponderBytes", "bytes received"),
];

/// `EventPriority: Low, SrcIP: 10.0.0.5, SrcPort: 5000, ...` of a connection's end, or of its beginning, which counts nothing yet.
fn described(text: &str, add: Add<'_>) -> bool {
    let mut has_ends = [false; 2];
    for (name, value) in text.split(", ").filter_map(|pair| pair.split_once(": ")) {
        let Some((_, known)) = DESCRIBED.iter().find(|(named, _)| *named == name) else { continue };
        has_ends[0] |= *known == "src ip";
        has_ends[1] |= *known == "dst ip";
        add(known, value.as_bytes());
    }
    has_ends == [true; 2]
}

/// `outside:192.0.2.1/443`, also without interface or port.
fn endpoint(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches([',', '.']);
    let (address, port) = text.rsplit_once('/').unwrap_or((text, ""));
    let bare = match address.split_once(':') {
        Some((name, rest)) if name.bytes().any(|byte| !byte.is_ascii_hexdigit()) => rest,
        _ => address,
    };
    (bare, port.split('(').next().unwrap_or(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> impl Fn(&str) -> Option<String> {
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        move |name| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    }

    #[test]
    fn messages_are_read() {
        let ended = of(
            "Sep 30 2026 11:39:02 fw : %ASA-6-302014: Teardown TCP connection 9 for outside:198.51.100.201/443 to inside:10.20.14.37/53466 duration 0:45:12 bytes 4882 TCP FINs from inside",
        );
        assert_eq!(ended("src ip").as_deref(), Some("10.20.14.37"));
        assert_eq!((ended("dst port").as_deref(), ended("duration").as_deref()), (Some("443"), Some("2712")));
        assert_eq!(
            (ended("bytes").as_deref(), ended("log time").as_deref()),
            (Some("4882"), Some("Sep 30 2026 11:39:02"))
        );
        let lasting = |duration: &str| {
            let line =
                "%ASA-6-302014: Teardown TCP connection 9 for a:192.0.2.1/443 to b:10.0.0.5/5 duration X bytes 1";
            of(&line.replace('X', duration))("duration")
        };
        assert_eq!((lasting("1d2h").as_deref(), lasting("soon")), (Some("93600"), None));
        assert!(lasting("18446744073709551615:59:59").is_some(), "a time that no clock shows");
        let denied = of(
            "Apr 11 2026 10:00:30: %ASA-4-106023: Deny tcp src outside:203.0.113.10/40000 dst inside:10.0.0.5/22 by access-group \"x\" [0x0, 0x0]",
        );
        assert_eq!((denied("src port").as_deref(), denied("action").as_deref()), (Some("40000"), Some("deny")));
        assert_eq!(denied("dst ip").as_deref(), Some("10.0.0.5"));
        let listed = of(
            "%ASA-5-106100: access-list x permitted tcp inside/10.0.0.1(5) -> outside/192.0.2.1(80) hit-cnt 1 first hit",
        );
        assert_eq!((listed("dst ip").as_deref(), listed("dst port").as_deref()), (Some("192.0.2.1"), Some("80")));
        let mut began = Vec::new();
        let line = "May 04 2021 15:04:00 fw : %ASA-6-302013: Built outbound TCP connection 9 for outside:203.0.113.1/443 (203.0.113.1/443) to inside:10.1.1.2/40000 (198.51.100.2/40000)";
        let reader = open(line.as_bytes()).and_then(|opened| opened.reader);
        assert!(reader.is_some_and(|read| {
            read(line.as_bytes(), &[], &mut |name, text| began.push((name.to_owned(), text.to_vec())))
        }));
        assert!(began.contains(&("src ip".to_owned(), b"10.1.1.2".to_vec())));
        let other = of("%ASA-5-111008: User 'x' executed a command");
        assert_eq!((other("src ip"), other("message").as_deref()), (None, Some("111008")));
    }
}
