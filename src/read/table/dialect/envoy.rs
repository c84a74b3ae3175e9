//! Access logs of Envoy and Istio as JSON: who asked is the downstream, which is sent what the proxy answers.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "envoy",
    name: "Envoy access log",
    known_by: KnownBy::Headings(&["downstream_remote_address", "downstream_local_address", "bytes_received"]),
    roles: &[
        ("start_time", Role::Start),
        ("duration", Role::Duration),
        ("downstream_remote_address", Role::Source),
        ("downstream_local_address", Role::Target),
        ("bytes_received", Role::FwdBytes),
        ("bytes_sent", Role::BwdBytes),
        ("requested_server_name", Role::ServerName),
        ("protocol", Role::Service),
        ("upstream_host", Role::Plain),
        ("upstream_local_address", Role::Plain),
    ],
    durations: Unit::Milli,
    ..COMMON
};
