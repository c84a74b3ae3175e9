//! zeek-flowmeter: features without addresses and times; durations in seconds, gaps in microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};

pub const ENTRY: Entry = Entry {
    id: "zeek_flowmeter",
    name: "zeek-flowmeter",
    known_by: KnownBy::Headings(&["flow_duration", "fwd_pkts_tot", "bwd_pkts_tot"]),
    gaps: Unit::Micro,
    labels: &["label", "traffic_category"],
    ..COMMON
};
