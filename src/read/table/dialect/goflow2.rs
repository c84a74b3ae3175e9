//! GoFlow2 and goflow: flows of NetFlow, IPFIX or samples of sFlow as JSON or CSV; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "goflow2",
    name: "GoFlow2",
    known_by: KnownBy::AnyHeadings(&[
        &["time_flow_start_ns", "src_addr", "dst_addr"],
        &["time_received_ns", "src_addr", "dst_addr"],
        &["timeflowstart", "srcaddr", "dstaddr"],
        &["timereceived", "srcaddr", "dstaddr"],
    ]),
    roles: &[("packets", Role::FwdPackets), ("bytes", Role::FwdBytes), ("type", Role::Plain), ("etype", Role::Plain)],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
