//! nfdump with `-o csv -q`: the rows of 1.6 and 1.7 without their headings and without the summary.

use super::contract::{COMMON, Entry, KnownBy};
use crate::maths::number::number;
use crate::model::rows::Role;
use crate::read::table::state;
use std::net::IpAddr;

pub const ENTRY: Entry = Entry {
    id: "nfdump_quiet",
    name: "nfdump without header",
    known_by: KnownBy::Shape(looks, COLUMNS),
    roles: &[
        ("ts", Role::Start),
        ("te", Role::End),
        ("td", Role::Duration),
        ("flg", Role::Flags),
        ("ipkt", Role::FwdPackets),
        ("ibyt", Role::FwdBytes),
        ("opkt", Role::BwdPackets),
        ("obyt", Role::BwdBytes),
    ],
    is_one_way: true,
    ends_at: "Summary",
    state: state::by_flags,
    ..COMMON
};

const COLUMNS: &[&str] = &[
    "ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "ipkt", "ibyt", "opkt", "obyt", "in", "out",
    "sas", "das",
];

/// Two times, a duration, two addresses, two ports, a protocol, flags as letters.
fn looks(rows: &[Vec<String>]) -> bool {
    let is_row = |row: &&Vec<String>| {
        let [first, last, duration, from, to, _, _, _, flags, ..] = row.as_slice() else { return false };
        row.len() >= COLUMNS.len()
            && [first, last].iter().all(|time| time.contains(':') && time.contains('-'))
            && number(duration).is_some()
            && [from, to].iter().all(|address| address.parse::<IpAddr>().is_ok())
            && flags.chars().all(|letter| ".UAPRSFCEW".contains(letter))
    };
    !rows.is_empty() && rows.iter().filter(is_row).count() * 10 >= rows.len() * 9
}
