//! nfdump up to 1.7.4 with `-o csv`: times to the second, one direction a row, a summary at the end.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "nfdump_old",
    name: "nfdump up to 1.7.4",
    known_by: KnownBy::Headings(&["ts", "te", "td", "sa", "da"]),
    roles: &[
        ("ts", Role::Start),
        ("te", Role::End),
        ("td", Role::Duration),
        ("sa", Role::Source),
        ("da", Role::Target),
        ("sp", Role::SourcePort),
        ("dp", Role::TargetPort),
        ("pr", Role::Protocol),
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
