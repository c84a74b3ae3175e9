//! Connections that Windows reports in events, as texts: the message that Event Viewer shows, or XML, an event in a line. Sysmon's
//! event 3, and what the filtering platform let through or blocked (5156, 5157).

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, between, open_if_most};

pub const ENTRY: Entry = Entry {
    id: "windows_events",
    name: "Windows connection events",
    known_by: KnownBy::Lines(LineFormat { written: "text of events", open, read }),
    roles: &[
        ("time", Role::Start),
        ("src ip", Role::Source),
        ("dst ip", Role::Target),
        ("server name", Role::ServerName),
        ("program", Role::Plain),
        ("user", Role::Plain),
        ("action", Role::Action),
    ],
    ..COMMON
};

/// Members of an event, as Sysmon, the message of the filtering platform, and its XML call them; and what they become.
const NAMES: [(&str, [&str; 3]); 9] = [
    ("time", ["UtcTime", "", ""]),
    ("protocol", ["Protocol", "Protocol", "Protocol"]),
    ("src ip", ["SourceIp", "Source Address", "SourceAddress"]),
    ("src port", ["SourcePort", "Source Port", "SourcePort"]),
    ("dst ip", ["DestinationIp", "Destination Address", "DestAddress"]),
    ("dst port", ["DestinationPort", "Destination Port", "DestPort"]),
    ("server name", ["DestinationHostname", "", ""]),
    ("program", ["Image", "Application Name", "Application"]),
    ("user", ["User", "", ""]),
];

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["src ip", "dst ip"])
}

/// `Network connection detected:; UtcTime: 2024-05-13 10:00:00.000; SourceIp: 10.0.0.5; ...`, or `<Data Name='UtcTime'>...</Data>`.
fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let is_event = ["DestinationIp", "Destination Address:", "DestAddress"].iter().any(|mark| line.contains(mark));
    if !is_event {
        return false;
    }
    for (cell, names) in NAMES {
        let value = names.into_iter().filter(|name| !name.is_empty()).find_map(|name| value(line, name));
        // A dash stands for nothing.
        add(cell, value.filter(|value| *value != "-").unwrap_or_default().as_bytes());
    }
    let is_blocked = line.contains("has blocked a connection") || line.contains(">5157</EventID>");
    add("action", if is_blocked { b"block" } else { b"" });
    true
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let of_xml = ['\'', '"'].iter().find_map(|quote| between(line, &format!("Name={quote}{name}{quote}>"), "<"));
    let of_message =
        || line.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    of_xml.or_else(of_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_xml_are_read() {
        let message = "Network connection detected:; RuleName: -; UtcTime: 2024-05-13 10:00:00.000; Protocol: tcp; SourceIp: 10.0.0.5; SourcePort: 50000; DestinationIp: 192.0.2.1; DestinationHostname: -; DestinationPort: 443";
        let xml = "<Event><EventData><Data Name='UtcTime'>2024-05-13 10:00:00.000</Data><Data Name='Protocol'>tcp</Data><Data Name='SourceIp'>10.0.0.5</Data><Data Name='SourcePort'>50000</Data><Data Name='DestinationIp'>192.0.2.1</Data><Data Name='DestinationPort'>443</Data></EventData></Event>";
        let blocked = "The Windows Filtering Platform has blocked a connection.; Network Information:; Source Address:\t\t10.0.0.5; Source Port:\t\t50000; Destination Address:\t192.0.2.1; Destination Port:\t\t443; Protocol:\t\t6";
        for (line, time, action) in
            [(message, "2024-05-13 10:00:00.000", ""), (xml, "2024-05-13 10:00:00.000", ""), (blocked, "", "block")]
        {
            let mut cells = Vec::new();
            assert!(read(line.as_bytes(), &[], &mut |name, text| {
                cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }));
            let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            assert_eq!((of("time"), of("action"), of("src port")), (Some(time), Some(action), Some("50000")));
            assert_eq!((of("dst ip"), of("dst port")), (Some("192.0.2.1"), Some("443")));
            assert_eq!(of("server name"), Some(""));
        }
        assert!(!read(b"Process Create:; UtcTime: 2024-05-13 10:00:00.000", &[], &mut |_, _| {}));
    }
}
