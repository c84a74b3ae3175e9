//! Flows and what they said to JSON lines: one object a flow, in order of the flows' first packets.
//!
//! Field by field it is described in `json.md` beside this file. Secrets are written only where they are asked for.

use crate::export::{About, Export, TableExport, Writer};
use crate::flow::fields::{FlowField, FlowFields};
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::model::app::field::FieldValue;
use crate::model::flow::health::{Delays, SenderHealth};
use crate::model::flow::{DirectionStats, Flow, Known};
use crate::model::format::secret;
use crate::model::format::secret::Secrets;
use crate::model::format::time::seconds;
use crate::model::format::visible;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Flows and the fields of their messages as JSON lines, for scripts.
pub const EXPORT: Export = Export {
    id: "facts",
    help: "Write flows and their message fields as JSON lines: queried names, servers, users, versions",
    media_type: "application/jsonl",
    is_at_top: false,
    about: |_| About::new("facts (JSON lines)", "facts.jsonl"),
    writer: Writer::Tables(TableExport::Facts),
};

/// What the file is made from.
pub struct FieldSource<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// What flows said.
    pub fields: &'a FlowFields,
    /// Texts.
    pub names: &'a Names,
    /// Whether secrets are written.
    pub secrets: Secrets,
    /// Serial numbers of the flows that are written, ascending; all if none are named.
    pub passing: Option<&'a [u32]>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    responses: Option<DelaysOut>,
    facts: Vec<FactOut<'a>>,
}

#[derive(Serialize)]
struct SentOut {
    packets: Option<u32>,
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<TcpOut>,
}

/// Counts of Wireshark's TCP analysis, of what one side sent.
#[derive(Serialize)]
struct TcpOut {
    retransmissions: u32,
    fast_retransmissions: u32,
    spurious_retransmissions: u32,
    out_of_order: u32,
    lost_segments: u32,
    acked_lost_segments: u32,
    duplicate_acks: u32,
    zero_windows: u32,
    window_full: u32,
    window_updates: u32,
    keep_alives: u32,
    zero_window_probes: u32,
    /// Seconds.
    window_closed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trips: Option<DelaysOut>,
}

/// Seconds.
#[derive(Serialize)]
struct DelaysOut {
    count: u32,
    min: f64,
    median: f64,
    max: f64,
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
    let passes = |serial: &u32| source.passing.is_none_or(|passing| passing.binary_search(serial).is_ok());
    for (serial, flow) in source.flows.iter().filter(|(serial, _)| passes(serial)) {
        let line = serde_json::to_string(&row(serial, flow, source))?;
        out.write_all(visible::json(&line).as_bytes())?;
        out.write_all(b"\n")?;
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
        responses: flow.health().and_then(|health| delays(&health.responses)),
        facts: source.fields.of(flow, source.names).iter().map(|one| fact(one, source.secrets)).collect(),
    }
}

fn sent(flow: &Flow, direction: &DirectionStats, side: Known) -> SentOut {
    SentOut {
        packets: flow.measured(side.with(Known::PACKETS), direction.packets),
        bytes: flow.measured(side.with(Known::BYTES), direction.bytes),
        tcp: health(flow, side, direction),
    }
}

fn health(flow: &Flow, side: Known, direction: &DirectionStats) -> Option<TcpOut> {
    if let Some([forward, backward]) = flow.sender_health() {
        return Some(tcp(if side == Known::FORWARD { forward } else { backward }));
    }
    let retransmissions = direction.retransmissions;
    (retransmissions > 0).then(|| tcp(&SenderHealth { retransmissions, ..SenderHealth::default() }))
}

fn tcp(health: &SenderHealth) -> TcpOut {
    TcpOut {
        retransmissions: health.retransmissions,
        fast_retransmissions: health.fast_retransmissions,
        spurious_retransmissions: health.spurious_retransmissions,
        out_of_order: health.out_of_order,
        lost_segments: health.gaps,
        acked_lost_segments: health.acknowledged_unseen,
        duplicate_acks: health.duplicate_acks,
        zero_windows: health.zero_windows,
        window_full: health.full_windows,
        window_updates: health.window_updates,
        keep_alives: health.keep_alives,
        zero_window_probes: health.probes,
        window_closed: f64::from(health.closed_millis) / 1e3,
        round_trips: delays(&health.round_trips),
    }
}

fn delays(delays: &Delays) -> Option<DelaysOut> {
    let seconds = |micros: u32| f64::from(micros) / 1e6;
    Some(DelaysOut {
        count: delays.n(),
        min: delays.least().map(seconds)?,
        median: delays.quantile(0.5).map(seconds)?,
        max: delays.most().map(seconds)?,
    })
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
