//! CIDDS-001 and CIDDS-002: nfdump with labels in several columns; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "cidds",
    name: "CIDDS",
    known_by: KnownBy::Headings(&["date first seen", "src ip addr", "dst ip addr"]),
    roles: &[
        ("date first seen", Role::Start),
        ("duration", Role::Duration),
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("flags", Role::Flags),
        ("src pt", Role::SourcePort),
        ("dst pt", Role::TargetPort),
    ],
    is_one_way: true,
    labels: &["class", "attacktype"],
    state: state::by_flags,
    ..COMMON
};
