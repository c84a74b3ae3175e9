//! Turns a log's row with endpoints into a connection without counted packets or bytes.

use super::contract::Log;
use crate::model::Flow;
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::flow::{FlowKey, Known};
use crate::model::rows::{CellValue, Role};
use crate::read::table::flow::by_name;
use crate::read::table::roles::Row;

/// The connection of a row at this time; none without the addresses of both ends.
pub fn connection(row: &Row<'_>, log: &Log, time_ns: i64, number: u64) -> Option<Flow> {
    let from = (row.host(Role::Source)?, row.port(Role::SourcePort));
    let to = (row.host(Role::Target)?, row.port(Role::TargetPort));
    let is_low_originator = from <= to;
    let (low, high) = if is_low_originator { (from, to) } else { (to, from) };
    let protocol = transport(row).unwrap_or(match log.transport {
        0 => Protocol::NOT_KNOWN,
        known => known,
    });
    let key = FlowKey { low: low.0, high: high.0, low_port: low.1, high_port: high.1, vlan: 0, protocol };
    let mut flow = Flow::new(key, is_low_originator, (time_ns, time_ns), Default::default());
    // Nobody counted, and whether it was answered only the messages tell.
    flow.known = Known::DIRECTION.with(Known::PORTS).with_if(protocol != Protocol::NOT_KNOWN, Known::PROTOCOL);
    flow.app = application(log, protocol, to.1);
    flow.is_app_certain = log.protocol.is_some();
    flow.first_packet = number;
    flow.icmp = (protocol == 1 || protocol == 58).then_some((from.1 as u8, to.1 as u8));
    Some(flow)
}

/// The IP protocol that a row names.
fn transport(row: &Row<'_>) -> Option<u8> {
    match row.value(Role::Protocol) {
        CellValue::Number(number) => Some(number).filter(|n| (0.0..255.0).contains(n)).map(|n| n as u8),
        CellValue::Text(..) => by_name(row.text(Role::Protocol)?),
        _ => None,
    }
}

/// What a connection carries: what the log is of, where that has several forms by port.
fn application(log: &Log, protocol: u8, port: u16) -> Option<AppProto> {
    let by_port = || match protocol {
        6 | 17 => Protocol::from_port(protocol == 6, port),
        _ => None,
    };
    match log.protocol {
        Some(AppProto::Dns) => by_port().filter(|app| matches!(app, AppProto::Mdns | AppProto::Llmnr | AppProto::Nbns)),
        _ => None,
    }
    .or(log.protocol)
    .or_else(by_port)
}
