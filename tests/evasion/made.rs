//! Conversations of clients and servers, packet by packet, to a capture; and the findings in it.

use crate::needs;
use packetloupe::model::Finding;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::process::Command;

pub const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const ACK: u8 = 0x10;
pub const CLIENT: [u8; 4] = [192, 168, 1, 5];
const SERVER: [u8; 4] = [203, 0, 113, 7];

/// A capture that is being made, with its clock.
pub struct Made {
    pcap: Vec<u8>,
    /// The clock; each packet takes ten.
    pub millis: u64,
    /// The client and the server of the packets that follow.
    pub client: [u8; 4],
    pub server: [u8; 4],
}

/// One connection of a client, and where its sides stand.
pub struct Connection {
    pub ports: (u16, u16),
    pub sent: u32,
    pub got: u32,
}

/// A segment in full.
pub struct Segment<'a> {
    pub is_client: bool,
    pub ttl: u8,
    pub flags: u8,
    pub sequence: u32,
    pub data: &'a [u8],
}

impl Made {
    pub fn new() -> Made {
        let header =
            [0xa1b2_c3d4_u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], 65_535_u32.to_le_bytes(), [1, 0, 0, 0]];
        Made { pcap: header.concat(), millis: 1_700_000_000_000, client: CLIENT, server: SERVER }
    }

    pub fn packet(&mut self, (client_port, server_port): (u16, u16), segment: &Segment<'_>) {
        let Segment { is_client, ttl, flags, sequence, data } = segment;
        let (source, target, from, to) = match is_client {
            true => (self.client, self.server, client_port, server_port),
            false => (self.server, self.client, server_port, client_port),
        };
        let mut header = [from.to_be_bytes(), to.to_be_bytes()].concat();
        header.extend([sequence.to_be_bytes(), 1_u32.to_be_bytes()].concat());
        header.extend([0x50, *flags, 0x10, 0, 0, 0, 0, 0]);
        self.ip(source, target, (*ttl, 6), &[&header, *data].concat());
    }

    /// A datagram of the client to the server's port, or back.
    pub fn datagram(&mut self, (client_port, server_port): (u16, u16), is_client: bool, data: &[u8]) {
        let (source, target, from, to) = match is_client {
            true => (self.client, self.server, client_port, server_port),
            false => (self.server, self.client, server_port, client_port),
        };
        let header = [from, to, 8 + data.len() as u16, 0].map(u16::to_be_bytes).concat();
        self.ip(source, target, (64, 17), &[&header, data].concat());
    }

    fn ip(&mut self, source: [u8; 4], target: [u8; 4], (ttl, protocol): (u8, u8), payload: &[u8]) {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        frame.extend([0x45, 0]);
        frame.extend((20 + payload.len() as u16).to_be_bytes());
        frame.extend([0, 0, 0x40, 0, ttl, protocol, 0, 0]);
        frame.extend([source, target].concat());
        frame.extend(payload);
        let (seconds, micros) = ((self.millis / 1000) as u32, (self.millis % 1000 * 1000) as u32);
        let n = frame.len() as u32;
        self.pcap.extend([seconds, micros, n, n].map(u32::to_le_bytes).concat());
        self.pcap.extend(frame);
        self.millis += 10;
    }

    pub fn open(&mut self, client_port: u16, server_port: u16) -> Connection {
        let ports = (client_port, server_port);
        let (sent, got) = (1000, 5000);
        for (is_client, flags, sequence) in [(true, SYN, sent), (false, SYN | ACK, got), (true, ACK, sent + 1)] {
            self.packet(
                ports,
                &Segment { is_client, ttl: if is_client { 64 } else { 52 }, flags, sequence, data: &[] },
            );
        }
        Connection { ports, sent: sent + 1, got: got + 1 }
    }

    /// Data with the usual hops, at its place.
    pub fn say(&mut self, connection: &mut Connection, is_client: bool, data: &[u8]) {
        for data in data.chunks(1400) {
            let (ttl, place) = if is_client { (64, &mut connection.sent) } else { (52, &mut connection.got) };
            let sequence = *place;
            *place += data.len() as u32;
            self.packet(connection.ports, &Segment { is_client, ttl, flags: ACK, sequence, data });
        }
    }

    /// A segment of the client that does not count, with so many hops left.
    pub fn feint(&mut self, connection: &Connection, ttl: u8, flags: u8, data: &[u8]) {
        self.packet(connection.ports, &Segment { is_client: true, ttl, flags, sequence: connection.sent, data });
    }

    pub fn close(&mut self, connection: &Connection) {
        for (is_client, sequence) in [(true, connection.sent), (false, connection.got)] {
            let ttl = if is_client { 64 } else { 52 };
            self.packet(connection.ports, &Segment { is_client, ttl, flags: FIN | ACK, sequence, data: &[] });
        }
    }

    /// Findings, of which the filters of those by the detectors that are tested here select the packets meant.
    pub fn findings(&self) -> Vec<Finding> {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "made.pcap", self.pcap.len() as u64));
        pipeline.feed(&self.pcap).and_then(|()| pipeline.end()).unwrap();
        let findings = pipeline.evaluate(&settings).findings;
        findings
            .iter()
            .filter(|finding| EXACT.contains(&finding.detector.as_str()))
            .for_each(|finding| self.check(finding));
        findings
    }

    fn check(&self, finding: &Finding) {
        let path = std::env::temp_dir().join(format!("packetloupe-evasion-{}-{}.pcap", std::process::id(), finding.id));
        std::fs::write(&path, &self.pcap).unwrap();
        let output = Command::new("tshark").arg("-r").arg(&path).args(["-Y", &finding.display_filter]).output();
        std::fs::remove_file(&path).unwrap();
        let Ok(output) = output else { return needs::leave_out("filters: tshark missing") };
        let n = output.stdout.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(n, finding.n_packets, "{}", finding.display_filter);
    }
}

/// Detectors whose filters are held to the packets meant.
const EXACT: [&str; 7] = [
    "ttl_evasion",
    "tcp_overlap",
    "low_and_slow_exfiltration",
    "mail_exfiltration",
    "long_connection",
    "encrypted_dns",
    "mining",
];

/// The findings of one detector.
pub fn of<'a>(findings: &'a [Finding], detector: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.detector == detector).collect()
}
