//! Lines of `key=value`, as FortiGate, Sophos, SonicWall and many others send to syslog.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, key_value};

pub const ENTRY: Entry = Entry {
    id: "key_value",
    name: "Key-value log",
    known_by: KnownBy::Lines(LineFormat { written: "key=value", open: key_value::open, read: key_value::read }),
    roles: &[
        ("eventtime", Role::Plain),
        ("time", Role::Start),
        ("devtime", Role::Start),
        ("rt", Role::Start),
        ("log time", Role::Start),
        ("host", Role::Plain),
        ("hostname", Role::Plain),
        ("app", Role::Plain),
        ("dstname", Role::ServerName),
        ("type", Role::Plain),
        ("status", Role::Plain),
    ],
    logged_at_end: &["time", "devtime", "rt", "log time"],
    ..COMMON
};
