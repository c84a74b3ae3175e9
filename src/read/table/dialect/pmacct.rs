//! pmacct: sums of packets by the keys that were chosen; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "pmacct",
    name: "pmacct",
    known_by: KnownBy::AnyHeadings(&[
        &["ip_src", "ip_dst", "packets", "bytes"],
        &["src_ip", "dst_ip", "stamp_inserted"],
    ]),
    roles: &[
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("timestamp_start", Role::Start),
        ("timestamp_end", Role::End),
        ("stamp_inserted", Role::Start),
        ("stamp_updated", Role::End),
        ("event_type", Role::Plain),
        ("class", Role::Plain),
        ("label", Role::Plain),
        ("tag", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
