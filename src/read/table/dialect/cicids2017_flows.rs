//! CIC-IDS2017, the files with addresses ("TrafficLabelling"): hours of twelve without AM or PM, microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::read::table::time::Order;

pub const ENTRY: Entry = Entry {
    id: "cicids2017_flows",
    name: "CIC-IDS2017 with addresses",
    known_by: KnownBy::Headings(&["flow id", "source ip", "source port"]),
    durations: Unit::Micro,
    gaps: Unit::Micro,
    order: Order::DayFirstAfternoon,
    ..COMMON
};
