//! SiLK: rwcut with bars or as CSV; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "silk",
    name: "SiLK rwcut",
    // Others call addresses so too.
    known_by: KnownBy::AnyHeadings(&[
        &["sip", "dip", "pro"],
        &["sip", "dip", "stime"],
        &["sip", "dip", "etime"],
        &["sip", "dip", "packets", "bytes"],
        &["sip", "dip", "sensor"],
    ]),
    roles: &[
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("stime", Role::Start),
        ("etime", Role::End),
        ("dur", Role::Duration),
        ("duration", Role::Duration),
        ("flags", Role::Flags),
        ("initialf", Role::Plain),
        ("sessionf", Role::Plain),
        ("class", Role::Plain),
        ("type", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
