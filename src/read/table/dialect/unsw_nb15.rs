//! UNSW-NB15, the files for training and testing: 45 columns with headings, without addresses and times.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "unsw_nb15",
    name: "UNSW-NB15 training and testing sets",
    known_by: KnownBy::Headings(&["dur", "proto", "service", "state", "spkts", "dpkts"]),
    roles: &[("id", Role::Id)],
    labels: &["attack_cat", "label"],
    state: state::argus,
    ..COMMON
};
