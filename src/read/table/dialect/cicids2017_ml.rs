//! CIC-IDS2017, the files for machine learning: 79 columns without addresses and times, microseconds.

use super::contract::{COMMON, Entry, KnownBy, Unit};

pub const ENTRY: Entry = Entry {
    id: "cicids2017_ml",
    name: "CIC-IDS2017 for machine learning",
    known_by: KnownBy::Headings(&["destination port", "flow duration", "total fwd packets"]),
    durations: Unit::Micro,
    gaps: Unit::Micro,
    labels: &["label", "attack type"],
    ..COMMON
};
