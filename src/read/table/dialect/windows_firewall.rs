//! The log of the Windows firewall (`pfirewall.log`): a row for each connection that was allowed and each packet that was dropped.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, blank, w3c};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "windows_firewall",
    name: "Windows firewall log",
    known_by: KnownBy::Lines(LineFormat { written: "W3C extended log", open, read: blank::read }),
    roles: &[
        ("time", Role::Start),
        ("src-ip", Role::Source),
        ("dst-ip", Role::Target),
        ("src-port", Role::SourcePort),
        ("dst-port", Role::TargetPort),
        ("tcpflags", Role::Flags),
        ("action", Role::Action),
        ("info", Role::Plain),
        ("path", Role::Plain),
        // Of packets that were dropped; 0 where a connection was allowed, which says nothing of it.
        ("size", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    let has = |opened: &LinesFront, name: &str| opened.names.iter().any(|known| known == name);
    w3c::open(front).filter(|opened| has(opened, "src-ip") && has(opened, "tcpflags"))
}
