//! Flow logs of Azure, of security groups (versions 1 and 2) and of virtual networks: tuples deep inside of a JSON document.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront};

pub const ENTRY: Entry = Entry {
    id: "azure_flows",
    name: "Azure flow log",
    known_by: KnownBy::Lines(LineFormat { written: "JSON, tuples", open: |_| -> Option<LinesFront> { None }, read }),
    roles: &[
        ("time", Role::Start),
        ("packets sent", Role::FwdPackets),
        ("bytes sent", Role::FwdBytes),
        ("packets received", Role::BwdPackets),
        ("bytes received", Role::BwdBytes),
        ("decision", Role::Action),
        ("state", Role::State),
    ],
    parts: Some([b"B", b"C", b"E"]),
    ..COMMON
};

/// Seconds since 1970, or milliseconds in logs of virtual networks, where the protocol is a number and who decided is left out.
fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let cells: Vec<&str> = line.trim_matches('"').split(',').collect();
    let [time, source, target, from, to, protocol, direction, rest @ ..] = cells.as_slice() else { return false };
    let head = [("time", time), ("src ip", source), ("dst ip", target), ("src port", from), ("dst port", to)];
    head.iter().for_each(|(name, text)| add(name, text.as_bytes()));
    let protocol = match *protocol {
        "T" => "tcp",
        "U" => "udp",
        other => other,
    };
    add("protocol", protocol.as_bytes());
    add("direction", direction.as_bytes());
    let (decision, state, figures) = match rest {
        [] => ("", "", rest),
        // Of a virtual network: B, C, E for a flow that begins, goes on, ends, or D for one that was denied; then encryption.
        [state, _, figures @ ..] if time.len() > 11 => (if *state == "D" { "D" } else { "A" }, *state, figures),
        [decision] => (*decision, "", &[][..]),
        [decision, state, figures @ ..] => (*decision, *state, figures),
    };
    add("decision", decision.as_bytes());
    add("state", state.as_bytes());
    let names = ["packets sent", "bytes sent", "packets received", "bytes received"];
    // Of a flow that begins nothing was counted yet.
    for (name, figure) in names.iter().zip(figures).filter(|_| state != "B") {
        add(name, figure.as_bytes());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_of_all_versions_are_read() {
        for (tuple, decision, bytes) in [
            ("\"1542110377,10.0.0.4,192.0.2.118,44931,443,T,O,A\"", "A", None),
            ("\"1493763938,10.0.0.4,192.0.2.118,35976,443,T,O,A,E,1,66,2,132\"", "A", Some("132")),
            ("\"1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,D,NX,1,60,0,0\"", "D", Some("0")),
        ] {
            let mut cells = Vec::new();
            assert!(read(tuple.as_bytes(), &[], &mut |name, text| {
                cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }));
            let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            assert_eq!((of("decision"), of("bytes received"), of("dst port")), (Some(decision), bytes, Some("443")));
        }
    }
}
