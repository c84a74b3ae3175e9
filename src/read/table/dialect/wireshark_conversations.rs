//! Wireshark's statistics of conversations, copied or saved as CSV: both sides, without protocol.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "wireshark_conversations",
    name: "Wireshark conversations",
    known_by: KnownBy::Headings(&["address a", "address b", "bytes a → b"]),
    roles: &[
        ("address a", Role::Source),
        ("address b", Role::Target),
        ("port a", Role::SourcePort),
        ("port b", Role::TargetPort),
        ("packets a → b", Role::FwdPackets),
        ("packets b → a", Role::BwdPackets),
        ("bytes a → b", Role::FwdBytes),
        ("bytes b → a", Role::BwdBytes),
        ("rel start", Role::Start),
        ("abs start", Role::Start),
        ("duration", Role::Duration),
        ("stream id", Role::Id),
    ],
    ..COMMON
};
