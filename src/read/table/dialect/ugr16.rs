//! UGR'16: 13 columns of nfdump without headings, the end first and the label last; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;
use std::net::IpAddr;

pub const ENTRY: Entry = Entry {
    id: "ugr16",
    name: "UGR'16",
    known_by: KnownBy::Shape(looks, COLUMNS),
    roles: &[
        ("te", Role::End),
        ("td", Role::Duration),
        ("pkt", Role::FwdPackets),
        ("byt", Role::FwdBytes),
        ("flg", Role::Flags),
        ("fwd", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

const COLUMNS: &[&str] = &["te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "pkt", "byt", "label"];

/// Columns 3 and 4 are addresses, the eighth flags as letters, the last a word.
fn looks(rows: &[Vec<String>]) -> bool {
    let is_row = |row: &&Vec<String>| {
        let [_, _, from, to, .., flags, _, _, _, _, label] = row.as_slice() else { return false };
        row.len() == COLUMNS.len()
            && [from, to].iter().all(|address| address.parse::<IpAddr>().is_ok())
            && !flags.is_empty()
            && flags.chars().all(|letter| ".UAPRSFCEW".contains(letter))
            && label.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    !rows.is_empty() && rows.iter().filter(is_row).count() * 10 >= rows.len() * 9
}
