//! TON_IoT's network set: Zeek's conn.log under names of its own, where `src_bytes` is payload and `src_ip_bytes` is all.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "ton_iot",
    name: "TON_IoT network flows",
    known_by: KnownBy::Headings(&["src_bytes", "src_ip_bytes", "dst_ip_bytes", "conn_state"]),
    roles: &[
        ("ts", Role::Start),
        ("src_pkts", Role::FwdPackets),
        ("dst_pkts", Role::BwdPackets),
        ("src_ip_bytes", Role::FwdBytes),
        ("dst_ip_bytes", Role::BwdBytes),
        ("src_bytes", Role::FwdPayload),
        ("dst_bytes", Role::BwdPayload),
        ("conn_state", Role::State),
        ("type", Role::Label),
        ("label", Role::Label),
    ],
    labels: &["type", "label"],
    state: state::zeek,
    ..COMMON
};
