//! Suricata's EVE log: one JSON object a line, of many kinds; flow events have the counts, others what connections carried.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::log::tool::Tool;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "suricata_eve",
    name: "Suricata EVE",
    known_by: KnownBy::Headings(&["event_type"]),
    roles: &[
        ("event_type", Role::EventType),
        ("flow_id", Role::Id),
        ("pcap_cnt", Role::Id),
        ("tx_id", Role::Id),
        ("community_id", Role::Id),
        ("timestamp", Role::Plain),
        ("flow.start", Role::Start),
        ("flow.end", Role::End),
        ("flow.age", Role::Duration),
        ("app_proto", Role::Service),
        ("flow.pkts_toserver", Role::FwdPackets),
        ("flow.pkts_toclient", Role::BwdPackets),
        ("flow.bytes_toserver", Role::FwdBytes),
        ("flow.bytes_toclient", Role::BwdBytes),
        ("flow.state", Role::State),
        ("flow.alerted", Role::Label),
        ("alert.severity", Role::Label),
        ("alert.category", Role::Label),
        ("alert.signature_id", Role::Label),
        ("tcp.tcp_flags", Role::Flags),
        ("tls.sni", Role::ServerName),
        ("http.hostname", Role::ServerName),
    ],
    labels: &["flow.alerted", "alert.signature"],
    log: Some(Tool::Eve),
    state: state::suricata,
    ..COMMON
};
