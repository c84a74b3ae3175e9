//! CIC-IDS2017, the files with addresses ("TrafficLabelling"): hours of twelve without AM or PM, microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::read::table::time::Order;

pub const ENTRY: Entry = Entry {
    id: "cicids2017_flows",
    name: "CIC-IDS2017 with addresses",
    known_by: KnownBy::Headings(&["flow id", "source ip", "source port"]),
    durations: Unit::Micro,
    gaps: Unit::Micro,
    order: Some(Order::DayFirst),
    // 3 to 7 July 2017.
    twelve_hour_days: Some((17_350, 17_354)),
    ..COMMON
};
