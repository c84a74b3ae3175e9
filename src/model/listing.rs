//! Rows of the virtual tables, and a packet in full: the small answers that the page draws.

use crate::model::net::addr::Addr;
use serde::{Deserialize, Serialize};

/// A window of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<Row> {
    /// Rows that the filter lets pass, in all.
    pub total: u64,
    /// Place of the first row given.
    pub offset: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// Why the filter was refused; there are no rows then.
    pub refused: Option<FilterError>,
}

/// Why a filter cannot be used, and which part of its text is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterError {
    /// First byte of that part in the text.
    pub at: u32,
    /// Bytes of that part; 0 at the end of the text.
    pub length: u32,
    /// What was expected, in a sentence.
    pub text: String,
}

impl std::fmt::Display for FilterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (at character {})", self.text, self.at + 1)
    }
}

/// One row of the flow table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowRow {
    /// Serial number of the flow, from 0 in order of first packet.
    pub serial: u32,
    /// First packet, ns since 1970.
    pub first_ns: i64,
    /// First to last packet, ns; none where it was not measured.
    pub duration_ns: Option<i64>,
    /// Originator.
    pub source: Addr,
    /// Port of `source`; 0 where there is none.
    pub source_port: u16,
    /// The other side.
    pub target: Addr,
    /// Port of `target`; 0 where there is none.
    pub target_port: u16,
    /// Transport, as `TCP`; empty if unknown.
    pub transport: String,
    /// Application; empty if unknown.
    pub app: String,
    /// Server name; empty if unknown.
    pub name: String,
    /// TCP state in words; empty for others.
    pub state: String,
    /// Packets forward and backward, where they were measured.
    pub packets: [Option<u64>; 2],
    /// Bytes on the wire forward and backward, where they were measured.
    pub bytes: [Option<u64>; 2],
    /// Packets and bytes of both, where they were measured.
    pub total: [Option<u64>; 2],
    /// Largest anomaly score of the model-based detectors, 0 to 1; none if they did not run.
    pub score: Option<f32>,
    /// Fields of its messages.
    pub facts: Vec<FlowFieldRow>,
}

/// A field of a flow's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowFieldRow {
    /// What it is about.
    pub label: String,
    /// Its value in words; a secret is masked.
    pub value: String,
    /// How often it occurs.
    pub n: u16,
}

/// One row of the packet table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketRow {
    /// Place in the capture, from 0.
    pub index: u64,
    /// ns since 1970.
    pub time_ns: i64,
    /// Source address in words; empty if none.
    pub source: String,
    /// Destination address in words; empty if none.
    pub target: String,
    /// Innermost protocol.
    pub protocol: String,
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// One line on what it says.
    pub info: String,
    /// Serial number of its flow.
    pub flow: Option<u32>,
}

/// A packet in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacketDetail {
    /// The row that it has in the table.
    pub row: PacketRow,
    /// Layers, outermost first.
    pub layers: Vec<LayerDetail>,
    /// The captured bytes.
    pub bytes: Vec<u8>,
    /// Where and why decoding stopped; empty if it did not.
    pub stopped: String,
}

/// A layer of a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerDetail {
    /// Protocol.
    pub name: String,
    /// First byte of it in the packet.
    pub start: u32,
    /// Bytes of it.
    pub length: u32,
    /// Name and value of its fields.
    pub fields: Vec<(String, String)>,
}
