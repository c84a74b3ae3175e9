//! Flows to CSV with the columns of NFStream that a capture or table has values for.
//!
//! Source: NFStream's documentation of `NFlow`. NFStream counts bytes of IP packets unless told otherwise; ours are those on
//! the wire, as with its `accounting_mode=0`.

use crate::export::cell;
use crate::export::flow_values::{flows, sent};
use crate::export::{About, Export, TableExport, Tables, Writer};
use crate::model::flow::Known;
use std::io::{self, Write};

/// NFStream's columns.
pub const EXPORT: Export = Export {
    id: "nfstream",
    help: "Write the flows as CSV with NFStream's columns",
    media_type: "text/csv",
    is_at_top: false,
    about: |_| About::new("flows (NFStream)", "nfstream.csv"),
    writer: Writer::Tables(TableExport::NfStream),
};

const NS_OF_MS: i64 = 1_000_000;

const COLUMNS: [&str; 20] = [
    "id",
    "src_ip",
    "src_port",
    "dst_ip",
    "dst_port",
    "protocol",
    "ip_version",
    "vlan_id",
    "bidirectional_first_seen_ms",
    "bidirectional_last_seen_ms",
    "bidirectional_duration_ms",
    "bidirectional_packets",
    "bidirectional_bytes",
    "src2dst_packets",
    "src2dst_bytes",
    "dst2src_packets",
    "dst2src_bytes",
    "application_name",
    "application_is_guessed",
    "requested_server_name",
];

/// A heading and one line a flow in order of the flows' first packets.
pub fn write(out: &mut dyn Write, tables: &Tables<'_>) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    let or_empty = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut line = Vec::new();
    for (serial, flow) in flows(tables) {
        let ((from, from_port), (to, to_port)) = (flow.originator(), flow.responder());
        let (forward, backward) =
            (sent(flow, Known::FORWARD, flow.forward()), sent(flow, Known::BACKWARD, flow.backward()));
        let port = |port: u16| or_empty(flow.measured(Known::PORTS, u64::from(port)));
        let packets = forward.0.zip(backward.0).map(|(there, back)| u64::from(there) + u64::from(back));
        let cells: [String; COLUMNS.len()] = [
            serial.to_string(),
            from.to_string(),
            port(from_port),
            to.to_string(),
            port(to_port),
            or_empty(flow.measured(Known::PROTOCOL, u64::from(flow.key.protocol))),
            if from.is_v4() { "4" } else { "6" }.to_owned(),
            flow.key.vlan.to_string(),
            (flow.first_ns / NS_OF_MS).to_string(),
            (flow.last_ns / NS_OF_MS).to_string(),
            (flow.last_ns / NS_OF_MS - flow.first_ns / NS_OF_MS).to_string(),
            or_empty(packets),
            or_empty(forward.1.zip(backward.1).map(|(there, back)| there + back)),
            or_empty(forward.0.map(u64::from)),
            or_empty(forward.1),
            or_empty(backward.0.map(u64::from)),
            or_empty(backward.1),
            flow.app.map(|app| app.name().to_owned()).unwrap_or_default(),
            u8::from(!flow.is_app_certain).to_string(),
            tables.names.text(flow.name).to_owned(),
        ];
        line.clear();
        cell::line(&mut line, &cells);
        out.write_all(&line)?;
    }
    Ok(())
}
