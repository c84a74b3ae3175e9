//! What applications say in the shared captures, as tshark 4.0 reads it; skips where these are absent.

use crate::needs;
use packetloupe::export::facts::{self, FieldSource};
use packetloupe::model::Secrets;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use serde_json::Value;
use std::path::Path;

/// File, kind of fact, value, and how often the file says it: `tshark -2 -T fields -e tls.handshake.ja3 -e ...`.
const SAID: &[(&str, &str, &str, u64)] = &[
    ("benign/ndpi__443-firefox.pcap", "tls.ja3", "b20b44b18b853ef29ab773e921b03422", 1),
    ("benign/ndpi__443-firefox.pcap", "tls.ja3s", "3653a20186a5b490426131a611e01992", 1),
    ("benign/ndpi__443-firefox.pcap", "tls.sni", "www.ntop.org", 1),
    ("benign/ndpi__443-firefox.pcap", "tls.alpn_chosen", "h2", 1),
    ("attack/zeek__tls__heartbleed.pcap", "tls.certificate_name", "www.lilawelt.net", 1),
    ("attack/zeek__tls__heartbleed.pcap", "error", "heartbeat asks for more than it sends", 1),
    ("benign/ndpi__quic-28.pcap", "tls.sni", "www.wireshark.org", 1),
    ("formats/ndpi__quic-33.pcapng", "tls.ja3", "0299b052ace53a14c3a04aceb5efd247", 1),
    ("benign/ndpi__ssh.pcap", "ssh.hassh", "21b457a327ce7a2d4fce5ef2c42400bd", 1),
    ("benign/ndpi__ssh.pcap", "ssh.hassh_server", "b1c6c0d56317555b85c7005a3de29325", 1),
    ("benign/chris__http_dvwa_clearlogin.pcapng", "http.host", "10.2.2.104", 8),
    ("benign/chris__http_dvwa_clearlogin.pcapng", "user", "admin", 1),
];

/// How often the flows of a capture say it; none if the capture is absent.
fn n_said(captures: &Path, file: &str, kind: &str, value: &str) -> Option<u64> {
    let data = std::fs::read(captures.join(file)).ok()?;
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&Settings::default(), file, data.len() as u64));
    pipeline.feed(&data).and_then(|()| pipeline.end()).unwrap();
    let mut out = Vec::new();
    let source = FieldSource {
        flows: pipeline.flows(),
        fields: pipeline.flow_fields(),
        names: pipeline.names(),
        secrets: Secrets::Masked,
        passing: None,
    };
    facts::write(&mut out, &source).unwrap();
    let flows = serde_json::Deserializer::from_slice(&out).into_iter::<Value>().map(Result::unwrap);
    let counts = flows.flat_map(|flow| {
        let facts = flow["facts"].as_array().cloned().unwrap_or_default();
        facts.into_iter().filter(|fact| fact["id"] == kind && fact["value"] == value).map(|fact| fact["count"].as_u64())
    });
    Some(counts.map(Option::unwrap_or_default).sum())
}

#[test]
fn facts_are_those_that_tshark_reads() {
    let Some(shared) = needs::require(&["captures"], &[]) else { return };
    let captures = shared.join("captures");
    for (file, kind, value, n) in SAID {
        assert_eq!(n_said(&captures, file, kind, value), Some(*n), "{file}: {kind} {value}");
    }
}
