//! Logs in W3C's extended format: IIS and others whose fields a line of `#Fields:` names.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, blank, w3c};

pub const ENTRY: Entry = Entry {
    id: "w3c",
    name: "W3C extended log",
    known_by: KnownBy::Lines(LineFormat { written: "W3C extended log", open: w3c::open, read: blank::read }),
    roles: &[
        ("time", Role::Start),
        ("c-ip", Role::Source),
        ("c-port", Role::SourcePort),
        ("s-ip", Role::Target),
        ("s-port", Role::TargetPort),
        ("cs-bytes", Role::FwdBytes),
        ("sc-bytes", Role::BwdBytes),
        ("time-taken", Role::Duration),
        ("cs-host", Role::ServerName),
    ],
    durations: Unit::Milli,
    ..COMMON
};
