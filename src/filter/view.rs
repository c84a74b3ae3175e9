//! What a filter looks at: the tables, one side of a flow, one packet.

use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::maths::sorting::Arrange;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::finding::{Finding, Severity};
use crate::model::flow::health::Remarks;
use crate::model::flow::{Direction, DirectionStats, Flow, Known};
use crate::model::net::addr::Addr;
use crate::model::packet::Packet;

/// The tables that values come from.
pub struct Tables<'a> {
    /// Fields of the messages of flows.
    pub fields: &'a FlowFields,
    /// Texts of the traffic.
    pub names: &'a Names,
    /// Anomaly score of each kept flow, not a number where there is none; may be shorter.
    pub scores: &'a [f32],
    /// Serial number of the first kept flow.
    pub first_serial: u32,
    /// Time of the first packet, ns since 1970.
    pub start_ns: i64,
    /// Number of each kept flow among those of its transport, from 0; may be empty.
    pub streams: Vec<u32>,
    /// Label of each kept flow of a labelled table, as a place in `label_texts`; empty without labels.
    pub labels: Vec<Option<u32>>,
    /// The labels.
    pub label_texts: Vec<String>,
    findings: &'a [Finding],
    /// Flows and the places of findings that mean them, sorted.
    of_flows: Vec<(u32, u32)>,
    /// Packets without a flow and the places of findings that mean them, sorted.
    of_packets: Vec<(u64, u32)>,
}

impl<'a> Tables<'a> {
    /// Tables without scores and labels.
    pub fn new(fields: &'a FlowFields, names: &'a Names, findings: &'a [Finding]) -> Tables<'a> {
        let placed = || (0_u32..).zip(findings);
        let mut of_flows: Vec<(u32, u32)> =
            placed().flat_map(|(i, finding)| finding.flow_serials.iter().map(move |serial| (*serial, i))).collect();
        let mut of_packets: Vec<(u64, u32)> =
            placed().flat_map(|(i, finding)| finding.packet_indices.iter().map(move |index| (*index, i))).collect();
        of_flows.arrange();
        of_packets.arrange();
        Tables {
            fields,
            names,
            scores: &[],
            first_serial: 0,
            start_ns: 0,
            streams: Vec::new(),
            labels: Vec::new(),
            label_texts: Vec::new(),
            findings,
            of_flows,
            of_packets,
        }
    }

    /// The findings that mean a flow.
    pub fn findings_of_flow(&self, serial: u32) -> impl Iterator<Item = &'a Finding> {
        self.at(&self.of_flows, serial)
    }

    /// The findings that mean a packet without a flow.
    pub fn findings_of_packet(&self, index: u64) -> impl Iterator<Item = &'a Finding> {
        self.at(&self.of_packets, index)
    }

    fn at<K: Ord + Copy>(&self, list: &[(K, u32)], key: K) -> impl Iterator<Item = &'a Finding> {
        let from = list.partition_point(|(own, _)| *own < key);
        let to = list.partition_point(|(own, _)| *own <= key);
        let places: Vec<u32> = list.get(from..to).unwrap_or_default().iter().map(|(_, place)| *place).collect();
        let findings = self.findings;
        places.into_iter().filter_map(move |place| findings.get(place as usize))
    }

    /// The score of a flow.
    pub fn score(&self, serial: u32) -> Option<f64> {
        let place = serial.checked_sub(self.first_serial)? as usize;
        self.scores.get(place).copied().map(f64::from).filter(|score| score.is_finite())
    }

    /// The label of a flow.
    pub fn label(&self, serial: u32) -> Option<&str> {
        let place = serial.checked_sub(self.first_serial)? as usize;
        self.label_texts.get((*self.labels.get(place)?)? as usize).map(String::as_str)
    }

    /// The worst severity of some findings.
    pub fn worst(findings: impl Iterator<Item = &'a Finding>) -> Option<Severity> {
        findings.map(|finding| finding.severity).max()
    }
}

/// The packets of a flow in one direction.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The tables.
    pub tables: &'a Tables<'a>,
    /// Serial number of the flow.
    pub serial: u32,
    /// The flow.
    pub flow: &'a Flow,
    /// The direction.
    pub direction: Direction,
}

impl<'a> Side<'a> {
    /// Address and port of the sender.
    pub fn source(&self) -> (Addr, u16) {
        match self.direction {
            Direction::ToResponder => self.flow.originator(),
            Direction::ToOriginator => self.flow.responder(),
        }
    }

    /// Address and port of the receiver.
    pub fn target(&self) -> (Addr, u16) {
        match self.direction {
            Direction::ToResponder => self.flow.responder(),
            Direction::ToOriginator => self.flow.originator(),
        }
    }

    /// Counters of the direction.
    pub fn stats(&self) -> &'a DirectionStats {
        match self.direction {
            Direction::ToResponder => self.flow.forward(),
            Direction::ToOriginator => self.flow.backward(),
        }
    }

    /// True if its packets are counted.
    pub fn is_counted(&self) -> bool {
        self.flow.known.has(match self.direction {
            Direction::ToResponder => Known::FORWARD.with(Known::PACKETS),
            Direction::ToOriginator => Known::BACKWARD.with(Known::PACKETS),
        })
    }
}

/// A packet whose bytes were read.
#[derive(Clone, Copy)]
pub struct ReadPacket<'a> {
    /// Its headers; of a fragment that completes a datagram those of the whole.
    pub packet: &'a Packet,
    /// The bytes that these headers stand in.
    pub data: &'a [u8],
    /// Its captured bytes.
    pub frame: &'a [u8],
    /// Of a fragment that completes a datagram, its own headers.
    pub piece: Option<&'a Packet>,
    /// Its application.
    pub app: Option<AppProto>,
    /// The fields of its messages, as far as it shows them by itself.
    pub fields: &'a FieldBuffer,
    /// The TLS records that it completes.
    pub records: &'a [TlsRecord],
    /// What TCP analysis remarks on.
    pub remarks: Remarks,
}

/// A TLS record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsRecord {
    /// Its content type (RFC 8446, appendix B.1).
    pub kind: u8,
    /// Its content, as far as it was captured.
    pub body: Vec<u8>,
}

/// One packet.
#[derive(Clone, Copy)]
pub struct PacketView<'a> {
    /// The tables.
    pub tables: &'a Tables<'a>,
    /// Place in the capture, from 0.
    pub index: u64,
    /// ns since 1970.
    pub time_ns: i64,
    /// Time of the packet before it, ns since 1970; its own for the first.
    pub before_ns: i64,
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// Bytes captured.
    pub captured_bytes: u32,
    /// Its side of its flow.
    pub side: Option<Side<'a>>,
    /// Its application protocol, if it has no flow.
    pub alone: Option<AppProto>,
    /// What its bytes say; none if they were not read.
    pub read: Option<ReadPacket<'a>>,
}
