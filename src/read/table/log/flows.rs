//! Logs of connections with counts, and logs that are of no connection.

use super::contract::{COMMON, Log, Rows};
use crate::model::app::protocol::AppProto;

pub static CONN: Log = Log {
    id: "conn",
    aliases: &["connection", "flow", "conn_long", "conn_red", "network_flow"],
    marks: &[&["conn_state"], &["orig_bytes", "resp_bytes"], &["orig_pkts", "resp_pkts"]],
    rows: Rows::Flows,
    ..COMMON
};

/// A log that is not read: its connections only.
pub static UNKNOWN: Log = Log { id: "other", ..COMMON };

/// Packets that Suricata, placed in the way, did not let through.
pub static DROP: Log = Log { id: "drop", ..COMMON };

pub static NETFLOW: Log =
    Log { id: "netflow", aliases: &["aws.vpcflow", "gcp.vpcflow"], rows: Rows::HalfFlows, ..COMMON };

/// A tunnel: who is at its ends.
pub static TUNNEL: Log = Log { id: "tunnel", marks: &[&["tunnel_type", "action"]], ..COMMON };

pub static PE: Log =
    Log { id: "pe", marks: &[&["is_exe", "is_64bit"], &["machine", "compile_ts"]], rows: Rows::Other, ..COMMON };

pub static OCSP: Log = Log { id: "ocsp", marks: &[&["certStatus", "serialNumber"]], rows: Rows::Other, ..COMMON };

pub static SOFTWARE: Log = Log {
    id: "software",
    marks: &[&["software_type", "unparsed_version"], &["host", "software_type"]],
    rows: Rows::Other,
    ..COMMON
};

pub static KNOWN_HOSTS: Log = Log { id: "known_hosts", rows: Rows::Other, ..COMMON };

pub static KNOWN_SERVICES: Log =
    Log { id: "known_services", marks: &[&["port_num", "port_proto"]], rows: Rows::Other, ..COMMON };

pub static KNOWN_CERTS: Log =
    Log { id: "known_certs", marks: &[&["port_num", "issuer_subject", "serial"]], rows: Rows::Other, ..COMMON };

pub static STATS: Log = Log {
    id: "stats",
    aliases: &[
        "capture_loss",
        "reporter",
        "packet_filter",
        "loaded_scripts",
        "telemetry",
        "engine",
        "cluster",
        "broker",
        "config",
        "status",
    ],
    marks: &[&["peer", "mem", "pkts_proc"], &["ts_delta", "percent_lost"]],
    rows: Rows::Other,
    ..COMMON
};

/// Remote desktops' and others' logs of events that name connections only.
pub static WEBSOCKET: Log = Log {
    id: "websocket",
    marks: &[&["subprotocol", "websocket"]],
    protocol: Some(AppProto::WebSocket),
    transport: 6,
    ..COMMON
};
