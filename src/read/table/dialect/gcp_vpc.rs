//! VPC flow logs of Google Cloud, as logging or BigQuery exports them; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "gcp_vpc",
    name: "Google Cloud VPC flow log",
    known_by: KnownBy::AnyHeadings(&[
        &["src_ip", "dest_ip", "bytes_sent", "reporter"],
        &["src_ip", "dest_ip", "bytes_sent", "packets_sent", "start_time"],
    ]),
    roles: &[
        ("packets_sent", Role::FwdPackets),
        ("bytes_sent", Role::FwdBytes),
        ("start_time", Role::Start),
        ("end_time", Role::End),
        ("timestamp", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
