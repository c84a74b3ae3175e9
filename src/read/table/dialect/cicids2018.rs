//! CSE-CIC-IDS2018: short names, mostly without addresses, headings repeated inside some files, microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::read::table::time::Order;

pub const ENTRY: Entry = Entry {
    id: "cicids2018",
    name: "CSE-CIC-IDS2018",
    known_by: KnownBy::Headings(&["dst port", "protocol", "timestamp", "tot fwd pkts"]),
    durations: Unit::Micro,
    gaps: Unit::Micro,
    order: Some(Order::DayFirst),
    // 14 February to 2 March 2018.
    twelve_hour_days: Some((17_576, 17_592)),
    ..COMMON
};
