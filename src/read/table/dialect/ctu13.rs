//! CTU-13 and other Argus flows ("binetflow"), both column orders: hexadecimal ports, states as flags of both sides.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "ctu13",
    name: "CTU-13 (Argus binetflow)",
    known_by: KnownBy::Headings(&["starttime", "srcaddr", "dstaddr", "proto"]),
    roles: &[("dur", Role::Duration), ("lasttime", Role::End), ("dir", Role::Plain)],
    state: state::argus,
    ..COMMON
};
