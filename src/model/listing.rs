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
    /// Since the packet before it in the capture, ns; none for the first.
    pub delta_ns: Option<i64>,
    /// What is to be said of it, in the words of Wireshark's expert information: a reset, a retransmission.
    pub remarks: Vec<String>,
    /// Its connection is too long for TCP analysis of its packets.
    pub is_not_analysed: bool,
    /// Place of the first rule for colours that fits it.
    pub paint: Option<u8>,
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
    /// Its fields.
    pub fields: Vec<FieldDetail>,
}

/// A field of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDetail {
    /// Name.
    pub name: String,
    /// Value in words.
    pub value: String,
    /// First byte of it in the packet.
    pub start: u32,
    /// Bytes of it; 0 where it is not known in which it stands.
    pub length: u32,
}

impl PacketDetail {
    /// The innermost layer that a byte stands in, and the smallest of its fields; none for a byte of no layer.
    pub fn at(&self, byte: usize) -> Option<(usize, Option<usize>)> {
        let has = |start: u32, length: u32| {
            (start as usize..(start as usize).saturating_add(length as usize)).contains(&byte)
        };
        let own = self.layers.iter().enumerate().filter(|(_, layer)| has(layer.start, layer.length));
        let (place, layer) = own.min_by_key(|(place, layer)| (layer.length, std::cmp::Reverse(*place)))?;
        let fields = layer.fields.iter().enumerate().filter(|(_, field)| has(field.start, field.length));
        Some((place, fields.min_by_key(|(_, field)| field.length).map(|(place, _)| place)))
    }

    /// The bytes of a layer, or of a field of it whose bytes are known.
    pub fn bytes_of(&self, layer: usize, field: Option<usize>) -> std::ops::Range<usize> {
        let Some(layer) = self.layers.get(layer) else { return 0..0 };
        let field = field.and_then(|field| layer.fields.get(field)).filter(|field| field.length > 0);
        let (start, length) = field.map_or((layer.start, layer.length), |field| (field.start, field.length));
        start as usize..(start as usize).saturating_add(length as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_of_the_innermost_layer_and_the_smallest_field() {
        let field = |start, length| FieldDetail { name: String::new(), value: String::new(), start, length };
        let layer = |start, length, fields| LayerDetail { name: String::new(), start, length, fields };
        let row = PacketRow {
            index: 0,
            time_ns: 0,
            source: String::new(),
            target: String::new(),
            protocol: String::new(),
            wire_bytes: 0,
            info: String::new(),
            flow: None,
            delta_ns: None,
            remarks: Vec::new(),
            is_not_analysed: false,
            paint: None,
        };
        // A tunnel of which all that is inside is a part, too.
        let layers = vec![
            layer(0, 14, vec![]),
            layer(14, 60, vec![]),
            layer(34, 20, vec![field(34, 4), field(34, 1), field(0, 0)]),
        ];
        let packet = PacketDetail { row, layers, bytes: vec![0; 80], stopped: String::new() };
        assert_eq!(
            [0, 20, 34, 36, 50, 74].map(|byte| packet.at(byte)),
            [Some((0, None)), Some((1, None)), Some((2, Some(1))), Some((2, Some(0))), Some((2, None)), None]
        );
        assert_eq!(
            (packet.bytes_of(2, Some(0)), packet.bytes_of(2, Some(2)), packet.bytes_of(9, None)),
            (34..38, 34..54, 0..0)
        );
    }
}
