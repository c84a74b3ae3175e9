//! The Elastic Common Schema: Packetbeat, and Filebeat's modules for Zeek and Suricata.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::Flow;
use crate::model::rows::Role;
use crate::read::table::log::tool::Tool;
use crate::read::table::roles::Row;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "ecs",
    name: "Elastic Common Schema",
    known_by: KnownBy::AnyHeadings(&[
        &["source.ip", "destination.ip"],
        &["source.address", "destination.address"],
        &["event.dataset", "@timestamp"],
    ]),
    roles: &[
        ("event.start", Role::Start),
        ("@timestamp", Role::Plain),
        ("event.end", Role::End),
        ("event.duration", Role::Duration),
        ("event.dataset", Role::EventType),
        ("source.ip", Role::Source),
        ("source.address", Role::Source),
        ("source.port", Role::SourcePort),
        ("source.mac", Role::SourceMac),
        ("source.packets", Role::FwdPackets),
        ("source.bytes", Role::FwdBytes),
        ("destination.ip", Role::Target),
        ("destination.address", Role::Target),
        ("destination.port", Role::TargetPort),
        ("destination.mac", Role::TargetMac),
        ("destination.packets", Role::BwdPackets),
        ("destination.bytes", Role::BwdBytes),
        ("network.packets", Role::Packets),
        ("network.bytes", Role::Bytes),
        ("network.transport", Role::Protocol),
        ("network.protocol", Role::Service),
        ("network.community_id", Role::Id),
        ("zeek.connection.state", Role::State),
        ("zeek.connection.history", Role::History),
        ("suricata.eve.alert.signature", Role::Label),
        ("rule.name", Role::Label),
        ("tls.client.server_name", Role::ServerName),
    ],
    durations: Unit::Nano,
    log: Some(Tool::Ecs),
    state: of_module,
    ..COMMON
};

/// What the module says, where it is one of Zeek's.
fn of_module(row: &Row<'_>, flow: &mut Flow) {
    match row.text(Role::State) {
        Some(_) => state::zeek(row, flow),
        None => state::by_counts(row, flow),
    }
}
