//! Flows and what they said to JSON lines: one object a flow, in order of the flows' first packets.
//!
//! Field by field it is described in `json.md` beside this file. Secrets are written only where they are asked for.

use crate::export::{About, Export, TableExport, Writer};
use crate::flow::fields::{FlowField, FlowFields};
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::model::app::field::FieldValue;
use crate::model::flow::{DirectionStats, Flow, Known};
use crate::model::format::secret;
use crate::model::format::secret::Secrets;
use crate::model::format::time::seconds;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Flows and the fields of their messages as JSON lines, for scripts.
pub const EXPORT: Export = Export {
    id: "facts",
    help: "Write flows and what their messages said, as JSON lines: names asked for, servers, users, versions",
    media_type: "application/jsonl",
    is_on_page: false,
    about: |_| About::new("facts (JSON lines)", "facts.jsonl"),
    writer: Writer::Tables(TableExport::Facts),
};

/// What the file is made from.
pub struct FieldSource<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// What flows said.
    pub told: &'a FlowFields,
    /// Texts.
    pub names: &'a Names,
    /// Whether secrets are written.
    pub secrets: Secrets,
}

#[derive(Serialize)]
struct FlowOut<'a> {
    flow: u32,
    source: String,
    source_port: Option<u16>,
    destination: String,
    destination_port: Option<u16>,
    protocol: Option<u8>,
    vlan: u16,
    application: Option<&'a str>,
    is_certain: bool,
    name: &'a str,
    first: f64,
    last: f64,
    sent: SentOut,
    received: SentOut,
    facts: Vec<FactOut<'a>>,
}

#[derive(Serialize)]
struct SentOut {
    packets: Option<u32>,
    bytes: Option<u64>,
}

#[derive(Serialize)]
struct FactOut<'a> {
    id: &'a str,
    value: ValueOut<'a>,
    count: u16,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueOut<'a> {
    Number(u64),
    Text(Cow<'a, str>),
    Hidden(Option<()>),
}

/// Writes one line a flow.
pub fn write(out: &mut impl Write, source: &FieldSource<'_>) -> io::Result<()> {
    let mut line = Vec::new();
    for (serial, flow) in source.flows.iter() {
        line.clear();
        serde_json::to_writer(&mut line, &row(serial, flow, source))?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

fn row<'a>(serial: u32, flow: &Flow, source: &FieldSource<'a>) -> FlowOut<'a> {
    let ((from, source_port), (to, destination_port)) = (flow.originator(), flow.responder());
    FlowOut {
        flow: serial,
        source: from.to_string(),
        source_port: flow.measured(Known::PORTS, source_port),
        destination: to.to_string(),
        destination_port: flow.measured(Known::PORTS, destination_port),
        protocol: flow.measured(Known::PROTOCOL, flow.key.protocol),
        vlan: flow.key.vlan,
        application: flow.app.map(|app| app.name()),
        is_certain: flow.is_app_certain,
        name: source.names.text(flow.name),
        first: seconds(flow.first_ns),
        last: seconds(flow.last_ns),
        sent: sent(flow, flow.forward(), Known::FORWARD),
        received: sent(flow, flow.backward(), Known::BACKWARD),
        facts: source.told.of(flow, source.names).iter().map(|one| fact(one, source.secrets)).collect(),
    }
}

fn sent(flow: &Flow, direction: &DirectionStats, side: Known) -> SentOut {
    SentOut {
        packets: flow.measured(side.with(Known::PACKETS), direction.packets),
        bytes: flow.measured(side.with(Known::BYTES), direction.bytes),
    }
}

fn fact<'a>(fact: &FlowField<'a>, secrets: Secrets) -> FactOut<'a> {
    let value = match (fact.kind.shape(), fact.value) {
        (shape, _) if shape.is_secret() && secrets == Secrets::Masked => ValueOut::Hidden(None),
        (_, FieldValue::Number(number)) => ValueOut::Number(number),
        (_, FieldValue::Time(seconds)) => ValueOut::Number(seconds.unsigned_abs()),
        (_, FieldValue::Text(text)) => ValueOut::Text(secret::shown(fact.kind, text, secrets)),
        (_, other) => ValueOut::Text(other.to_string().into()),
    };
    FactOut { id: fact.kind.id(), value, count: fact.n }
}
