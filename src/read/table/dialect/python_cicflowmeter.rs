//! The Python port of CICFlowMeter: the same names in snake case, but durations and gaps in seconds.

use super::contract::{COMMON, Entry, KnownBy};

pub const ENTRY: Entry = Entry {
    id: "python_cicflowmeter",
    name: "Python cicflowmeter",
    known_by: KnownBy::Headings(&["src_ip", "dst_ip", "flow_byts_s"]),
    ..COMMON
};
