//! nfdump with `-o json`; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "nfdump_json",
    name: "nfdump JSON",
    known_by: KnownBy::AnyHeadings(&[
        &["src4_addr", "in_packets"],
        &["src6_addr", "in_packets"],
        &["src4_addr", "dst4_addr"],
    ]),
    roles: &[
        ("first", Role::Start),
        ("last", Role::End),
        ("in_packets", Role::FwdPackets),
        ("in_bytes", Role::FwdBytes),
        ("out_packets", Role::BwdPackets),
        ("out_bytes", Role::BwdBytes),
        ("tcp_flags", Role::Flags),
        ("type", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
