//! Sysmon's event 3 (a program connected) as rows of an export; nothing is counted.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "sysmon",
    name: "Sysmon connections",
    known_by: KnownBy::Headings(&["sourceip", "destinationip", "utctime"]),
    roles: &[("utctime", Role::Start), ("sourcehostname", Role::Plain), ("destinationhostname", Role::ServerName)],
    ..COMMON
};
