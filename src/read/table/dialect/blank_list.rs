//! Any list in columns of blanks of which two hold addresses, under headings or not.

use super::contract::{COMMON, Entry, KnownBy};
use crate::read::table::lines::{LineFormat, blank};

pub const ENTRY: Entry = Entry {
    id: "blank_list",
    name: "Space-separated list",
    known_by: KnownBy::Lines(LineFormat {
        written: "text, spaces",
        open: blank::open_with_addresses,
        read: blank::read,
    }),
    ..COMMON
};
