//! Flows of CESNET's probes: NEMEA's records as CSV, and the data sets made of them. What comes back has names of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "cesnet",
    name: "CESNET flows (NEMEA)",
    known_by: KnownBy::AnyHeadings(&[&["src_ip", "dst_ip", "bytes_rev"], &["src_ip", "dst_ip", "packets_rev"]]),
    roles: &[
        ("time_first", Role::Start),
        ("time_last", Role::End),
        ("bytes", Role::FwdBytes),
        ("packets", Role::FwdPackets),
        ("bytes_rev", Role::BwdBytes),
        ("packets_rev", Role::BwdPackets),
        ("tcp_flags", Role::Flags),
        ("quic_sni", Role::ServerName),
        ("tls_sni", Role::ServerName),
        ("app", Role::Service),
        ("category", Role::Label),
    ],
    state: state::by_flags,
    ..COMMON
};
