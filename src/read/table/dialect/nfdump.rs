//! nfdump from 1.7.5 on with `-o csv`: longer names, which people may choose, and milliseconds.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "nfdump",
    name: "nfdump from 1.7.5 on",
    known_by: KnownBy::AnyHeadings(&[&["firstseen", "srcaddr", "dstaddr"], &["received", "srcaddr", "dstaddr"]]),
    roles: &[
        ("firstseen", Role::Start),
        ("received", Role::Start),
        ("lastseen", Role::End),
        ("duration", Role::Duration),
        ("flags", Role::Flags),
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("inpackets", Role::FwdPackets),
        ("inbytes", Role::FwdBytes),
        ("outpackets", Role::BwdPackets),
        ("outbytes", Role::BwdBytes),
    ],
    is_one_way: true,
    ends_at: "Summary",
    state: state::by_flags,
    ..COMMON
};
