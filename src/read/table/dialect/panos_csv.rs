//! The traffic log of PAN-OS as its web page or Panorama exports it.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "panos_csv",
    name: "PAN-OS traffic log",
    known_by: KnownBy::AnyHeadings(&[
        &["source address", "destination address", "generate time"],
        &["source address", "destination address", "receive time"],
        &["source", "destination", "receive time", "nat source ip"],
    ]),
    roles: &[
        ("start time", Role::Start),
        ("elapsed time (sec)", Role::Duration),
        ("flags", Role::Plain),
        ("category", Role::Plain),
        ("type", Role::Plain),
        ("application", Role::Service),
        ("ip protocol", Role::Protocol),
        ("action", Role::Action),
        ("source", Role::Source),
        ("destination", Role::Target),
    ],
    ..COMMON
};
