//! Flows and findings to JSON lines like Suricata's EVE: an event `flow` for each flow, an event `alert` for each finding that
//! has one of them.
//!
//! Source: Suricata's user guide, "Eve JSON Format". Signature ids are none of Suricata's: a finding's id stands in `metadata`.

use crate::export::flow_values::{flows, sent, transport};
use crate::export::{About, Export, TableExport, Tables, Writer};
use crate::maths::sorting::Gather;
use crate::model::finding::Severity;
use crate::model::flow::{Flow, Known};
use crate::model::format::{time, visible};
use crate::model::{Analysis, Finding};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// EVE lines.
pub const EXPORT: Export = Export {
    id: "eve",
    help: "Write flows and findings as JSON lines like Suricata's EVE",
    media_type: "application/jsonl",
    is_at_top: false,
    about: |_| About::new("flows and findings (EVE)", "eve.jsonl"),
    writer: Writer::Tables(TableExport::Eve),
};

const NS_OF_SECOND: i64 = 1_000_000_000;

/// Flows in order of their first packets, then an alert for each finding, with the first of its flows that is written.
pub fn write(out: &mut dyn Write, analysis: &Analysis, tables: &Tables<'_>) -> io::Result<()> {
    let alerted: BTreeSet<u32> = analysis.findings.iter().flat_map(|finding| &finding.flow_serials).copied().gathered();
    for (serial, flow) in flows(tables) {
        let mut event = event("flow", flow.last_ns, serial, flow);
        let ((packets_out, bytes_out), (packets_in, bytes_in)) =
            (sent(flow, Known::FORWARD, flow.forward()), sent(flow, Known::BACKWARD, flow.backward()));
        event.insert("app_proto".to_owned(), flow.app.map_or(Value::Null, |app| app.name().to_lowercase().into()));
        let is_answered = packets_in.is_some_and(|n| n > 0);
        event.insert(
            "flow".to_owned(),
            json!({
                "pkts_toserver": packets_out,
                "pkts_toclient": packets_in,
                "bytes_toserver": bytes_out,
                "bytes_toclient": bytes_in,
                "start": timestamp(flow.first_ns),
                "end": timestamp(flow.last_ns),
                "age": flow.duration_ns() / NS_OF_SECOND,
                "state": if is_answered { "established" } else { "new" },
                "alerted": alerted.contains(&serial),
            }),
        );
        line(out, event)?;
    }
    for finding in &analysis.findings {
        let first = finding.flow_serials.iter().find_map(|serial| {
            let passes = tables.passing.is_none_or(|passing| passing.binary_search(serial).is_ok());
            Some((*serial, tables.flows.get(*serial)?)).filter(|_| passes)
        });
        if let Some((serial, flow)) = first {
            let mut event = event("alert", finding.start_ns, serial, flow);
            event.insert("alert".to_owned(), alert(finding));
            line(out, event)?;
        }
    }
    Ok(())
}

fn alert(finding: &Finding) -> Value {
    // Suricata counts from 1, the most severe.
    let severity = match finding.severity {
        Severity::Critical | Severity::High => 1,
        Severity::Medium => 2,
        Severity::Low => 3,
        Severity::Info => 4,
    };
    json!({
        "action": "allowed",
        "signature": finding.title,
        "category": finding.category.id(),
        "severity": severity,
        "metadata": {
            "finding": [finding.id],
            "detector": [finding.detector],
            "mitre_technique_id": finding.technique.iter().collect::<Vec<_>>(),
        },
    })
}

/// What every event has.
fn event(kind: &str, ns: i64, serial: u32, flow: &Flow) -> Map<String, Value> {
    let ((from, from_port), (to, to_port)) = (flow.originator(), flow.responder());
    let mut event = Map::new();
    let mut put = |key: &str, value: Value| event.insert(key.to_owned(), value);
    put("timestamp", timestamp(ns).into());
    put("flow_id", serial.into());
    put("event_type", kind.into());
    if flow.key.vlan > 0 {
        put("vlan", json!([flow.key.vlan]));
    }
    put("src_ip", from.to_string().into());
    put("dest_ip", to.to_string().into());
    match flow.icmp {
        Some((icmp_type, code)) => {
            put("icmp_type", icmp_type.into());
            put("icmp_code", code.into());
        }
        None => {
            put("src_port", flow.measured(Known::PORTS, from_port).into());
            put("dest_port", flow.measured(Known::PORTS, to_port).into());
        }
    }
    let number = flow.measured(Known::PROTOCOL, flow.key.protocol);
    let proto = transport(flow).map(str::to_uppercase).or_else(|| number.map(|number| format!("{number:03}")));
    put("proto", proto.into());
    event
}

/// Suricata's form of times: microseconds, and the zone as digits.
fn timestamp(ns: i64) -> String {
    format!("{}+0000", time::iso(ns).trim_end_matches('Z'))
}

fn line(out: &mut dyn Write, event: Map<String, Value>) -> io::Result<()> {
    writeln!(out, "{}", visible::json(&Value::Object(event).to_string()))
}
