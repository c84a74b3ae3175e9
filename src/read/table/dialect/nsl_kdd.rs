//! NSL-KDD: the 41 columns of KDD99, the label, and how many of 21 learners told the row right.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::kdd;

pub const ENTRY: Entry = Entry {
    id: "nsl_kdd",
    name: "NSL-KDD",
    known_by: KnownBy::Shape(looks, kdd::COLUMNS),
    roles: &[("difficulty", Role::Label), ("flag", Role::State)],
    labels: &["label"],
    ..COMMON
};

/// 43 cells, the second a transport, the last at most 21.
fn looks(rows: &[Vec<String>]) -> bool {
    let is_row = |row: &&Vec<String>| {
        kdd::is_row(row, kdd::COLUMNS.len())
            && row.last().and_then(|last| last.parse::<u32>().ok()).is_some_and(|last| last <= 21)
    };
    !rows.is_empty() && rows.iter().filter(is_row).count() * 10 >= rows.len() * 9
}
