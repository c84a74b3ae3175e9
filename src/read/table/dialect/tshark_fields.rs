//! Fields that tshark was told to print (`-T fields`, `json`, `ek`), also as Edge-IIoTset has them: a packet a row.

use super::contract::{COMMON, Entry, Kind, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "tshark_fields",
    name: "tshark fields",
    known_by: KnownBy::AnyHeadings(&[
        &["frame.time_epoch"],
        &["frame.time"],
        &["frame.time_relative"],
        &["frame_time_epoch"],
        &["frame_time"],
        &["ip.src", "ip.dst", "frame.len"],
    ]),
    roles: &[
        ("frame.time_epoch", Role::Start),
        ("frame_time_epoch", Role::Start),
        ("frame.time", Role::Start),
        ("frame_time", Role::Start),
        ("frame.time_utc", Role::Start),
        ("frame.time_relative", Role::Start),
        ("ip.src", Role::Source),
        ("ip_src", Role::Source),
        ("ip.dst", Role::Target),
        ("ip_dst", Role::Target),
        ("ip.proto", Role::Protocol),
        ("ip_proto", Role::Protocol),
        ("ipv6.nxt", Role::Protocol),
        ("_ws.col.protocol", Role::Service),
        ("_ws.col._ws_col_protocol", Role::Service),
        ("frame.len", Role::Bytes),
        ("frame_len", Role::Bytes),
        ("frame.number", Role::Id),
        ("frame_number", Role::Id),
        ("tcp.stream", Role::Plain),
        ("tcp.flags", Role::Flags),
        ("tcp_flags", Role::Flags),
        ("tcp.flags.str", Role::Plain),
        ("tcp.len", Role::SegmentBytes),
        ("tcp_len", Role::SegmentBytes),
        ("tcp.seq", Role::Sequence),
        ("tcp.ack", Role::Acknowledgment),
        ("tcp.flags.syn", Role::Syn),
        ("tcp.flags.ack", Role::Ack),
        ("tcp.flags.fin", Role::Fin),
        ("tcp.flags.reset", Role::Rst),
        ("tcp.flags.push", Role::Psh),
    ],
    kind: Kind::Packets,
    ..COMMON
};
