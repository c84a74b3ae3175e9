//! CICFlowMeter 4 (Java): 84 columns, times of day without a zone, durations and gaps in microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::read::table::time::Order;

pub const ENTRY: Entry = Entry {
    id: "cicflowmeter_v4",
    name: "CICFlowMeter v4",
    known_by: KnownBy::Headings(&["flow id", "src ip", "src port", "flow duration"]),
    durations: Unit::Micro,
    gaps: Unit::Micro,
    order: Some(Order::DayFirst),
    ..COMMON
};
