//! Wireshark's packet list, exported as CSV: ports and flags are read out of the text of Info.

use super::contract::{COMMON, Entry, Kind, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "wireshark_list",
    name: "Wireshark packet list",
    known_by: KnownBy::Headings(&["time", "source", "destination", "protocol", "info"]),
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
