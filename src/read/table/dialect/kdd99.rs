//! KDD Cup 1999: 41 columns and a label that ends with a full stop; also with headings, as some copies have it.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::kdd;

pub const ENTRY: Entry = Entry {
    id: "kdd99",
    name: "KDD Cup 1999",
    known_by: KnownBy::Shape(looks, kdd::COLUMNS),
    roles: &[("difficulty", Role::Label), ("flag", Role::State)],
    labels: &["label"],
    ..COMMON
};

/// 42 cells, the second a transport.
fn looks(rows: &[Vec<String>]) -> bool {
    !rows.is_empty() && rows.iter().filter(|row| kdd::is_row(row, 42)).count() * 10 >= rows.len() * 9
}
