//! HIKARI-2021: addresses, but neither times nor protocols; durations in seconds, gaps in microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "hikari2021",
    name: "HIKARI-2021",
    known_by: KnownBy::Headings(&["originh", "originp", "responh", "responp"]),
    roles: &[
        ("originh", Role::Source),
        ("originp", Role::SourcePort),
        ("responh", Role::Target),
        ("responp", Role::TargetPort),
    ],
    gaps: Unit::Micro,
    labels: &["label", "traffic_category"],
    ..COMMON
};
