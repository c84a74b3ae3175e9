//! Zeek's conn.log, as tab-separated text or JSON; IoT-23 adds two labels.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "zeek_conn",
    name: "Zeek conn.log",
    known_by: KnownBy::Headings(&["id.orig_h", "id.resp_h"]),
    roles: &[
        ("ts", Role::Start),
        ("uid", Role::Id),
        ("id.orig_h", Role::Source),
        ("id.orig_p", Role::SourcePort),
        ("id.resp_h", Role::Target),
        ("id.resp_p", Role::TargetPort),
        ("conn_state", Role::State),
        ("history", Role::History),
        ("orig_bytes", Role::FwdPayload),
        ("resp_bytes", Role::BwdPayload),
        ("orig_pkts", Role::FwdPackets),
        ("resp_pkts", Role::BwdPackets),
        ("orig_ip_bytes", Role::FwdBytes),
        ("resp_ip_bytes", Role::BwdBytes),
        ("orig_l2_addr", Role::SourceMac),
        ("resp_l2_addr", Role::TargetMac),
    ],
    labels: &["label", "detailed-label", "detailedlabel"],
    state: crate::read::table::state::zeek,
    ..COMMON
};
