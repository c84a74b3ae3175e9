//! Zeek's logs other than conn.log, one kind in a file or several in one stream of JSON.

use super::contract::{COMMON, Entry, KnownBy};
use crate::read::table::log::tool::Tool;
use crate::read::table::log::zeek::{LABELS, ROLES, is_log};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "zeek_log",
    name: "Zeek log",
    known_by: KnownBy::Columns(is_log),
    roles: ROLES,
    labels: LABELS,
    log: Some(Tool::Zeek),
    state: state::zeek,
    ..COMMON
};
