//! Flows to Zeek's conn.log: tab-separated, with Zeek's header, its states of connections and its names of services.
//!
//! Source: Zeek's documentation of `Conn::Info`. Zeek counts bytes of IP packets, we those on the wire: these columns are left
//! out. A value that is unknown is `-`.

use crate::export::flow_values::{flows, sent, transport};
use crate::export::{About, Export, TableExport, Tables, Writer};
use crate::model::flow::{Flow, Known, Outcome, TcpState};
use crate::model::format::visible;
use crate::model::packet::tcp_flag;
use std::io::{self, Write};

/// conn.log.
pub const EXPORT: Export = Export {
    id: "conn-log",
    help: "Write the flows as Zeek's conn.log",
    media_type: "text/tab-separated-values",
    is_at_top: false,
    about: |_| About::new("flows (conn.log)", "conn.log"),
    writer: Writer::Tables(TableExport::ConnLog),
};

const HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\t\
    conn_state\torig_pkts\tresp_pkts\tvlan\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tcount\tcount\tint\n";

/// Header, and one line a flow in order of the flows' first packets.
pub fn write(out: &mut dyn Write, tables: &Tables<'_>) -> io::Result<()> {
    out.write_all(HEADER.as_bytes())?;
    let or_unset = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    for (serial, flow) in flows(tables) {
        let ((from, from_port), (to, to_port)) = (flow.originator(), flow.responder());
        let has_payload = |side: Known| flow.known.has(side.with(Known::PAYLOAD));
        let payload = |side, sum: f64| or_unset(has_payload(side).then(|| format!("{sum:.0}")));
        let (forward, backward) = (flow.forward(), flow.backward());
        let has_ports = flow.known.has(Known::PORTS) && !matches!(flow.key.protocol, 1 | 58);
        let ports = match (flow.icmp, has_ports) {
            // Zeek writes type and code of ICMP for ports.
            (Some((kind, code)), _) => (u16::from(kind), u16::from(code)),
            (None, true) => (from_port, to_port),
            (None, false) => (0, 0),
        };
        let row = [
            seconds(flow.first_ns),
            format!("C{serial:08x}"),
            from.to_string(),
            ports.0.to_string(),
            to.to_string(),
            ports.1.to_string(),
            if transport(flow) == Some("ipv6-icmp") { "icmp" } else { transport(flow).unwrap_or("unknown_transport") }
                .to_owned(),
            or_unset(flow.app.map(|app| service(app.name()))),
            or_unset(flow.measured(Known::DURATION, seconds(flow.duration_ns()))),
            payload(Known::FORWARD, forward.payload.sum()),
            payload(Known::BACKWARD, backward.payload.sum()),
            state(flow).to_owned(),
            or_unset(sent(flow, Known::FORWARD, forward).0.map(|n| n.to_string())),
            or_unset(sent(flow, Known::BACKWARD, backward).0.map(|n| n.to_string())),
            or_unset((flow.key.vlan > 0).then(|| flow.key.vlan.to_string())),
        ];
        let line = row.map(|cell| visible::text(&cell)).join("\t");
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Seconds with six decimals, exactly, without the rounding of floating point.
fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let micros = ns.unsigned_abs() / 1000;
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Zeek's name of an application: in lower case, TLS as `ssl`.
fn service(name: &str) -> String {
    let lower = name.to_lowercase().replace(' ', "_");
    if lower == "tls" { "ssl".to_owned() } else { lower }
}

/// Zeek's `conn_state`.
fn state(flow: &Flow) -> &'static str {
    let has = |bit: u8| (flow.forward().flag(bit) > 0, flow.backward().flag(bit) > 0);
    if flow.is_tcp() && flow.recorded.is_none() && flow.saw_syn {
        let (by_originator, by_responder) = has(tcp_flag::FIN);
        let (reset_by_originator, _) = has(tcp_flag::RST);
        return match flow.state {
            TcpState::Requested if reset_by_originator => "RSTOS0",
            TcpState::Requested if by_originator => "SH",
            TcpState::Requested => "S0",
            TcpState::Answered | TcpState::Established => "S1",
            TcpState::Closing if by_originator => "S2",
            TcpState::Closing if by_responder => "S3",
            TcpState::Closing => "S1",
            TcpState::Closed => "SF",
            TcpState::Refused => "REJ",
            TcpState::Reset if reset_by_originator => "RSTO",
            TcpState::Reset => "RSTR",
            TcpState::Unknown => "OTH",
        };
    }
    match flow.outcome() {
        Outcome::Established => "SF",
        Outcome::Refused if flow.is_tcp() => "REJ",
        Outcome::Unanswered => "S0",
        _ => "OTH",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        assert_eq!(seconds(1_700_000_000_123_456_789), "1700000000.123456");
        assert_eq!((seconds(0), seconds(-1_500_000_000)), ("0.000000".to_owned(), "-1.500000".to_owned()));
    }

    #[test]
    fn services_have_the_names_of_zeek() {
        assert_eq!(
            (service("TLS"), service("DNS"), service("EtherNet/IP")),
            ("ssl".into(), "dns".into(), "ethernet/ip".into())
        );
    }
}
