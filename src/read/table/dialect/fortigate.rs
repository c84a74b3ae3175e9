//! FortiGate's traffic log: keys and values, one line for a session with the counts of both sides.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, key_value};

pub const ENTRY: Entry = Entry {
    id: "fortigate",
    name: "FortiGate log",
    known_by: KnownBy::Lines(LineFormat { written: "key=value", open, read: key_value::read }),
    roles: &[
        ("time", Role::Start),
        ("log time", Role::Start),
        ("eventtime", Role::Plain),
        ("service", Role::Plain),
        ("app", Role::Service),
        ("hostname", Role::ServerName),
        ("type", Role::Plain),
        ("level", Role::Plain),
    ],
    logged_at_end: &["time", "log time"],
    ..COMMON
};

fn open(front: &[u8]) -> Option<LinesFront> {
    let has = |key: &[u8]| memchr::memmem::find(front, key).is_some();
    let is_fortinet = has(b"logid=") || has(b"devname=") || has(b"devid=") || has(b"type=\"traffic\"");
    key_value::open(front).filter(|_| has(b"srcip=") && is_fortinet)
}
