//! Zeek's conn.log, as tab-separated text or JSON, with dots or underscores; IoT-23 adds two labels.

use super::contract::{COMMON, Entry, KnownBy};
use crate::read::table::log::zeek::{LABELS, ROLES, is_conn};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "zeek_conn",
    name: "Zeek conn.log",
    known_by: KnownBy::Columns(is_conn),
    roles: ROLES,
    labels: LABELS,
    state: state::zeek,
    ..COMMON
};
