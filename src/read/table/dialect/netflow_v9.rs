//! Tables whose columns are named like the fields of NetFlow v9, such as the NF data sets (NF-UNSW-NB15 and others);
//! durations in milliseconds. Export packets of NetFlow itself are not read here.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "netflow_v9",
    name: "NetFlow v9 fields",
    known_by: KnownBy::Headings(&["ipv4_src_addr", "l4_src_port"]),
    roles: &[
        ("ipv4_src_addr", Role::Source),
        ("ipv4_dst_addr", Role::Target),
        ("l4_src_port", Role::SourcePort),
        ("l4_dst_port", Role::TargetPort),
        ("in_bytes", Role::FwdBytes),
        ("in_pkts", Role::FwdPackets),
        ("out_bytes", Role::BwdBytes),
        ("out_pkts", Role::BwdPackets),
        ("tcp_flags", Role::Flags),
        ("flow_duration_milliseconds", Role::Duration),
        ("flow_start_milliseconds", Role::Start),
        ("flow_end_milliseconds", Role::End),
        ("first_switched", Role::Start),
        ("last_switched", Role::End),
    ],
    durations: Unit::Milli,
    gaps: Unit::Milli,
    labels: &["attack", "label"],
    state: state::by_flags,
    ..COMMON
};
