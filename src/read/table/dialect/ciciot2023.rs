//! CICIoT2023: figures of windows of packets, without addresses and times.

use super::contract::{COMMON, Entry, KnownBy};

pub const ENTRY: Entry = Entry {
    id: "ciciot2023",
    name: "CICIoT2023",
    known_by: KnownBy::AnyHeadings(&[&["header_length", "protocol type"], &["header-length", "protocol type"]]),
    ..COMMON
};
