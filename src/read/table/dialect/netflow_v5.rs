//! Records of NetFlow version 5 by the names of its header file, as flow-tools and many collectors export them. The times of the
//! flow count from the start of the router; the export has the time of the clock.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "netflow_v5",
    name: "NetFlow v5 records",
    known_by: KnownBy::AnyHeadings(&[&["srcaddr", "dstaddr", "dpkts", "doctets"]]),
    roles: &[
        ("#:unix_secs", Role::Start),
        ("unix_secs", Role::Start),
        ("srcport", Role::SourcePort),
        ("dstport", Role::TargetPort),
        ("prot", Role::Protocol),
        ("dpkts", Role::FwdPackets),
        ("doctets", Role::FwdBytes),
        ("tcp_flags", Role::Flags),
        ("first", Role::Plain),
        ("last", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
