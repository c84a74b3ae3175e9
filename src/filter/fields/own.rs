//! Fields of ours: what Packetloupe knows of a flow and of what it found there.

use crate::filter::field::FieldType::{Address, Any, Named, Number, Real, Seconds, Word};
use crate::filter::field::{Field, Out, Value};
use crate::filter::view::{PacketView, Side, Tables};
use crate::model::Protocol;
use crate::model::finding::{Finding, Severity};
use crate::model::flow::{Known, Outcome};

/// The fields.
pub const FIELDS: &[Field] = &[
    Field::of_side("app", Word, "Application, as TLS", |s, out| {
        if let Some(app) = s.flow.app {
            out(Value::Text(app.name()));
        }
    }),
    Field::of_side(
        "protocol",
        Word,
        "Innermost protocol that is known by content, else the transport",
        |s, out| match s.flow.app.filter(|_| s.flow.is_app_certain) {
            Some(app) => out(Value::Text(app.name())),
            None => transport(s, out),
        },
    ),
    Field::of_side("transport", Word, "Protocol that IP carries, as TCP", transport),
    Field::of_side("service_port", Number, "Port of the one who was called", |s, out| {
        let port = s.flow.responder().1;
        let has_ports = matches!(s.flow.key.protocol, 6 | 17 | 132 | 136 | Protocol::NOT_KNOWN);
        if has_ports && (port > 0 || s.flow.known.has(Known::PORTS)) {
            out(Value::Number(i64::from(port)));
        }
    }),
    Field::of_both(
        "host",
        Any,
        "Address, or name, of either side",
        |s, out| {
            [s.source().0, s.target().0].into_iter().for_each(|address| out(Value::Addr(address)));
            name(s, out);
        },
        |p, out| {
            if let Some(ip) = p.read.and_then(|read| read.packet.ip) {
                [ip.source, ip.target].into_iter().for_each(|address| out(Value::Addr(address)));
            }
            if let Some(arp) = p.read.and_then(|read| read.packet.arp.as_deref()) {
                [arp.sender_ip, arp.target_ip].into_iter().for_each(|address| out(Value::Addr(address)));
            }
            if let Some(side) = &p.side {
                name(side, out);
            }
        },
    ),
    Field::of_side("source", Address, "Address of the one who opened the flow", |s, out| {
        out(Value::Addr(s.flow.originator().0));
    }),
    Field::of_side("target", Address, "Address of the other side of the flow", |s, out| {
        out(Value::Addr(s.flow.responder().0));
    }),
    Field::of_both(
        "port",
        Number,
        "TCP or UDP port of either side",
        |s, out| {
            if matches!(s.flow.key.protocol, 6 | 17 | 255) {
                [s.source().1, s.target().1].into_iter().for_each(|port| out(Value::Number(i64::from(port))));
            }
        },
        |p, out| {
            super::transport::any_port(p, out);
        },
    ),
    Field::of_side("name", Word, "Name of the server", name),
    Field::of_side("state", Word, "State of the connection, as refused", |s, out| {
        let name = if s.flow.is_unreachable { "unreachable" } else { s.flow.state.name() };
        if !name.is_empty() {
            out(Value::Text(name));
        }
    }),
    Field::of_side("outcome", Named(OUTCOMES), "Outcome of the first contact, as refused", |s, out| {
        let number = match s.flow.outcome() {
            Outcome::Established => 0,
            Outcome::HalfOpen => 1,
            Outcome::Refused => 2,
            Outcome::Unanswered => 3,
            Outcome::Bare => 4,
            Outcome::Unknown => 5,
        };
        out(Value::Number(number));
    }),
    Field::of_side("packets", Number, "Packets of the flow", |s, out| {
        if let Some(n) = s.flow.measured(Known::PACKETS, s.flow.packets()) {
            out(Value::Number(n as i64));
        }
    }),
    Field::of_side("bytes", Number, "Bytes of the flow on the wire", |s, out| {
        if let Some(n) = s.flow.measured(Known::BYTES, s.flow.bytes()) {
            out(Value::Number(n as i64));
        }
    }),
    Field::of_side("bytes.out", Number, "Bytes from the one who opened the flow", |s, out| {
        if let Some(n) = s.flow.measured(Known::BYTES.with(Known::FORWARD), s.flow.forward().bytes) {
            out(Value::Number(n as i64));
        }
    }),
    Field::of_side("bytes.in", Number, "Bytes of the answers", |s, out| {
        if let Some(n) = s.flow.measured(Known::BYTES.with(Known::BACKWARD), s.flow.backward().bytes) {
            out(Value::Number(n as i64));
        }
    }),
    Field::of_side("duration", Seconds, "From the first to the last packet of the flow, seconds", |s, out| {
        if let Some(ns) = s.flow.measured(Known::DURATION, s.flow.duration_ns()) {
            out(Value::Number(ns));
        }
    }),
    Field::of_side("flow", Number, "Number of the flow, from 0", |s, out| out(Value::Number(i64::from(s.serial)))),
    Field::of_side("score", Real, "Anomaly score of the flow, 0 to 1", |s, out| {
        if let Some(score) = s.tables.score(s.serial) {
            out(Value::Real(score));
        }
    }),
    Field::of_side("label", Word, "Label of the flow in a labelled table", |s, out| {
        if let Some(label) = s.tables.label(s.serial) {
            out(Value::Text(label));
        }
    }),
    Field::of_both(
        "finding",
        Word,
        "Detector or id of a finding that means it",
        |s, out| {
            s.tables.findings_of_flow(s.serial).for_each(|finding| words(finding, out));
        },
        |p, out| {
            of_packet(p, &mut |finding| words(finding, out));
        },
    ),
    Field::of_both(
        "severity",
        Named(SEVERITIES),
        "Worst severity of the findings that mean it",
        |s, out| {
            worst(Tables::worst(s.tables.findings_of_flow(s.serial)), out);
        },
        |p, out| {
            let mut severities = Vec::new();
            of_packet(p, &mut |finding| severities.push(finding.severity));
            worst(severities.into_iter().max(), out);
        },
    ),
];

const OUTCOMES: &[(i64, &str)] =
    &[(0, "established"), (1, "half-open"), (2, "refused"), (3, "unanswered"), (4, "bare"), (5, "unknown")];

const SEVERITIES: &[(i64, &str)] = &[(0, "info"), (1, "low"), (2, "medium"), (3, "high"), (4, "critical")];

fn transport(side: &Side<'_>, out: Out<'_>) {
    if side.flow.known.has(Known::PROTOCOL) && side.flow.key.protocol != Protocol::NOT_KNOWN {
        out(Value::Text(&side.flow.transport().to_string()));
    }
}

fn name(side: &Side<'_>, out: Out<'_>) {
    let name = side.tables.names.text(side.flow.name);
    if !name.is_empty() {
        out(Value::Text(name));
    }
}

fn words(finding: &Finding, out: Out<'_>) {
    out(Value::Text(&finding.detector));
    out(Value::Text(&finding.id));
}

fn worst(severity: Option<Severity>, out: Out<'_>) {
    if let Some(severity) = severity {
        out(Value::Number(severity as i64));
    }
}

/// The findings of the packet's flow; of a packet without one, its own.
fn of_packet(view: &PacketView<'_>, see: &mut dyn FnMut(&Finding)) {
    match &view.side {
        Some(side) => side.tables.findings_of_flow(side.serial).for_each(see),
        None => view.tables.findings_of_packet(view.index).for_each(see),
    }
}
