//! The one value that page, report and command show. Small: tables and packets stay behind with the worker.

use crate::model::comment::Comment;
use crate::model::finding::Finding;
use crate::model::finding::allow::Rule;
use crate::model::finding::annotation::Annotations;
use crate::model::finding::incident::Incident;
use crate::model::format::quantity::plain;
use crate::model::interface::{CaptureInterface, CaptureLoss};
use crate::model::net::addr::Addr;
use crate::model::net::network::Network;
use crate::model::net::site::Site;
use crate::model::rows::TableFacts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything found out about one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The input itself.
    pub file: FileFacts,
    /// What is in it.
    pub summary: Summary,
    /// How much of it was read and kept.
    pub coverage: Coverage,
    /// What could not be read.
    pub issues: Vec<Issue>,
    /// What does not belong, most severe first.
    pub findings: Vec<Finding>,
    /// What the allow-list says is expected here, most severe first.
    pub expected: Vec<Expected>,
    /// Findings that belong together, most severe first.
    pub incidents: Vec<Incident>,
    /// Verdicts and notes on findings.
    pub annotations: Annotations,
    /// What each detector did, in the order of their table.
    pub runs: Vec<DetectorRun>,
    /// Figures for charts.
    pub stats: Stats,
    /// What the table is, if the input is one.
    pub table: Option<TableFacts>,
    /// Which addresses are inside, and by what that is known.
    pub site: Site,
    /// Settings that differ from their defaults, by id.
    pub changed_settings: BTreeMap<String, Setting>,
    /// The allow-list in force.
    pub rules: Vec<Rule>,
    /// True if passwords and the like are written as they are.
    pub shows_secrets: bool,
    /// Seed of everything random.
    pub seed: u64,
    /// What the flow table (CSV) holds.
    pub flow_columns: FlowColumns,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    /// A number; of choices their place.
    Number(f64),
    /// A list of networks.
    Networks(Vec<Network>),
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Setting::Number(number) => f.write_str(&plain(*number)),
            Setting::Networks(networks) => f.write_str(&Network::list(networks)),
        }
    }
}

/// A finding that is expected here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// What was found.
    pub finding: Finding,
    /// The first rule that it fits.
    pub rule: Rule,
}

impl Analysis {
    /// The finding of an id, be it expected or not.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().chain(self.expected.iter().map(|e| &e.finding)).find(|finding| finding.id == id)
    }

    /// The rule that makes the finding with this id expected.
    pub fn rule_of(&self, id: &str) -> Option<&Rule> {
        self.expected.iter().find(|expected| expected.finding.id == id).map(|expected| &expected.rule)
    }

    /// The incident that a finding is part of.
    pub fn incident_of(&self, id: &str) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.findings.iter().any(|other| other == id))
    }
}

/// What the flow table (CSV) holds, as it was asked for when the input was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowColumns {
    /// CICFlowMeter v4's flows and values, errors among them; otherwise the corrected ones.
    pub is_cic_compatible: bool,
    /// Our own columns behind CICFlowMeter's.
    pub has_more: bool,
}

impl FlowColumns {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match (self.is_cic_compatible, self.has_more) {
            (false, false) => "corrected definitions",
            (false, true) => "corrected definitions, with more columns",
            (true, false) => "CIC-compatible: CICFlowMeter v4's flows and published errors",
            (true, true) => "CIC-compatible: CICFlowMeter v4's flows and published errors, with more columns",
        }
    }

    /// Ending of a file name: `flows.csv`, or `flows-cic-compatible.csv`.
    pub fn file_ending(self) -> &'static str {
        if self.is_cic_compatible { "flows-cic-compatible.csv" } else { "flows.csv" }
    }
}

/// The input file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Name without folders; of several files, see [`FileFacts::name_of`].
    pub name: String,
    /// Size in bytes, of several files together.
    pub bytes: u64,
    /// SHA-256 in hex, of several files one behind the other; none while it is being computed.
    pub sha256: Option<String>,
    /// As `pcap, little-endian, microseconds`.
    pub format: String,
    /// Names of the link types met, in order of appearance.
    pub link_types: Vec<String>,
    /// Comments in the capture, in their order.
    pub comments: Vec<Comment>,
}

impl FileFacts {
    /// One name for files that are read together.
    pub fn name_of(names: &[String]) -> String {
        match names {
            [one] => one.clone(),
            [first, second] => format!("{first} and {second}"),
            [first, others @ ..] => format!("{first} and {} more", others.len()),
            [] => String::new(),
        }
    }
}

/// What is in the input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub bytes: u64,
    /// Flows.
    pub flows: u64,
    /// Distinct IP addresses that sent or were sent to, but for those of groups.
    pub hosts: u64,
    /// Earliest packet, ns since 1970.
    pub first_ns: Option<i64>,
    /// Latest packet, ns since 1970.
    pub last_ns: Option<i64>,
    /// Every protocol met, most packets first; layers overlap.
    pub protocols: Vec<ProtocolCount>,
}

impl Summary {
    /// Packets; none where there are flows of a table that counts none.
    pub fn measured_packets(&self) -> Option<u64> {
        (self.packets > 0 || self.flows == 0).then_some(self.packets)
    }

    /// Bytes on the wire; none where there are flows of a table that counts none.
    pub fn measured_bytes(&self) -> Option<u64> {
        (self.bytes > 0 || self.flows == 0).then_some(self.bytes)
    }

    /// From the earliest to the latest packet, ns.
    pub fn duration_ns(&self) -> i64 {
        self.last_ns.unwrap_or(0) - self.first_ns.unwrap_or(0)
    }
}

/// Packets of a protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProtocolCount {
    /// Name.
    pub name: String,
    /// 1 link, 2 network, 3 transport, 4 application.
    pub layer: u8,
    /// Packets that hold it.
    pub packets: u64,
    /// Bytes on the wire of those packets.
    pub bytes: u64,
    /// Messages of it that were read.
    pub messages: u64,
    /// Their fields, counted by value.
    pub fields: Vec<FieldCount>,
}

/// How often each value of a field occurs in the messages of a protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldCount {
    /// Id of the fact.
    pub id: String,
    /// What it is about.
    pub label: String,
    /// Values, the most frequent first, at most 20; "(others)" are all that come behind.
    pub values: Vec<(String, u64)>,
}

/// How much was read and kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Packets read from the file.
    pub packets_read: u64,
    /// Packets decoded without an error.
    pub packets_decoded: u64,
    /// Packets that the capture cut (snap length).
    pub packets_truncated: u64,
    /// Bytes of the file that could not be read as packets.
    pub bytes_skipped: u64,
    /// Flows kept with all their figures.
    pub flows_kept: u64,
    /// Flows folded into totals because the table was full.
    pub flows_summarised: u64,
    /// The interfaces that captured the packets, in the order of their first packets; none of a table.
    pub interfaces: Vec<CaptureInterface>,
}

impl Coverage {
    /// What TCP shows of the bytes that all interfaces missed.
    pub fn loss(&self) -> CaptureLoss {
        let mut all = CaptureLoss::default();
        self.interfaces.iter().for_each(|interface| all.add(&interface.loss));
        all
    }
}

/// How bad an issue is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueSeverity {
    /// Nothing is lost.
    Info,
    /// Some detail is lost.
    Warning,
    /// Part of the input is lost.
    Error,
}

/// Something that went wrong without stopping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Id in the table of issues.
    pub id: String,
    /// How bad.
    pub severity: IssueSeverity,
    /// How often.
    pub count: u64,
    /// Number of the first packet concerned, from 1.
    pub first_packet: Option<u64>,
    /// Byte offset in the file of the first place concerned.
    pub first_offset: Option<u64>,
    /// A sentence for people.
    pub text: String,
}

/// What a detector did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectorRun {
    /// Detector id.
    pub id: String,
    /// Findings made.
    pub n_findings: u64,
    /// Why it could not run, if so.
    pub not_enough_data: Option<String>,
    /// Whose fault it is that the network is slow where it makes findings; none for detectors of other things.
    pub fault: Option<String>,
}

/// Figures for charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Traffic over time.
    pub timeline: Timeline,
    /// Hosts with the most bytes, most first.
    pub top_hosts: Vec<HostRow>,
    /// Server ports with the most flows, most first.
    pub top_ports: Vec<PortRow>,
    /// Packets by size on the wire.
    pub sizes: Vec<SizeBin>,
}

/// Traffic over time in bins of equal width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Start of the first bin, ns since 1970.
    pub start_ns: i64,
    /// Width of a bin, ns; 0 while there is nothing.
    pub bin_ns: i64,
    /// Packets per bin by kind: TCP, UDP, ICMP, ARP, other.
    pub packets: [Vec<u64>; 5],
    /// Bytes on the wire per bin by kind.
    pub bytes: [Vec<u64>; 5],
}

impl Timeline {
    /// Names of the kinds, in order.
    pub const KINDS: [&'static str; 5] = ["TCP", "UDP", "ICMP", "ARP", "Other"];
    /// Place of TCP among the kinds.
    pub const TCP: usize = 0;
    /// Place of UDP.
    pub const UDP: usize = 1;
    /// Place of ICMP and ICMPv6.
    pub const ICMP: usize = 2;
    /// Place of ARP.
    pub const ARP: usize = 3;
    /// Place of all others.
    pub const OTHER: usize = 4;
}

/// A host's totals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostRow {
    /// Address.
    pub host: Addr,
    /// A name that DNS, TLS or HTTP gave it; empty if none.
    pub name: String,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Packets sent and received.
    pub packets: u64,
    /// Flows.
    pub flows: u64,
}

/// A server port's totals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PortRow {
    /// Port.
    pub port: u16,
    /// `TCP` or `UDP`.
    pub transport: String,
    /// Usual application; empty if none.
    pub app: String,
    /// Flows.
    pub flows: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Packets with at least `from` and at most `to` bytes on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeBin {
    /// Smallest size.
    pub from: u32,
    /// Largest size.
    pub to: u32,
    /// Packets.
    pub packets: u64,
}
