//! Any other table: columns with well-known names are understood, the rest are figures.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "other",
    name: "Table of an unknown tool",
    known_by: KnownBy::Rest,
    roles: &[("time", Role::Start), ("start", Role::Start), ("source", Role::Source), ("destination", Role::Target)],
    labels: &[
        "label",
        "labels",
        "class",
        "attack_cat",
        "attack type",
        "attack_type",
        "attack",
        "traffic_category",
        "detailed-label",
        "outlier",
        "anomaly",
        "is_attack",
        "is_anomaly",
        "malicious",
    ],
    state: state::by_words,
    ..COMMON
};
