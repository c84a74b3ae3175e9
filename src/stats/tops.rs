//! Flows to totals by host, server port and application.

use crate::flow::names::Names;
use crate::flow::roster::Roster;
use crate::flow::table::FlowTable;
use crate::model::analysis::{HostRow, PortRow};
use crate::model::protocol::{Named, Protocol};
use crate::model::{Direction, Flow, Host};
use foldhash::fast::RandomState;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Rows of each top list.
const MOST_ROWS: usize = 20;

/// Totals over flows.
#[derive(Default)]
pub struct Tops {
    /// Distinct addresses.
    pub n_hosts: u64,
    /// Hosts with the most bytes.
    pub hosts: Vec<HostRow>,
    /// Server ports with the most flows.
    pub ports: Vec<PortRow>,
    /// Packets and bytes by application.
    pub apps: BTreeMap<Named, (u64, u64)>,
}

#[derive(Default)]
struct HostTotal {
    bytes_sent: u64,
    bytes_received: u64,
    packets: u64,
    flows: u64,
    name: u32,
}

/// Adds up all kept flows.
pub fn tops(flows: &FlowTable, roster: &Roster, names: &Names) -> Tops {
    let mut totals: Vec<HostTotal> = Vec::new();
    totals.resize_with(roster.hosts().len(), HostTotal::default);
    let mut ports: HashMap<(u8, u16), PortRow, RandomState> = HashMap::default();
    let mut apps: BTreeMap<Named, (u64, u64)> = BTreeMap::new();
    for ((_, flow), (_, ends)) in flows.iter().zip(roster.rows()) {
        if let Some(total) = totals.get_mut(ends.initiator as usize) {
            add_host(total, flow.forward(), flow.backward(), 0);
        }
        if let Some(total) = totals.get_mut(ends.responder as usize).filter(|_| ends.responder != ends.initiator) {
            add_host(total, flow.backward(), flow.forward(), flow.name);
        }
        if let Some(app) = flow.app {
            let total = apps.entry(app).or_default();
            total.0 += flow.packets();
            total.1 += flow.bytes();
        }
        add_port(&mut ports, flow);
    }
    let n_hosts = totals.len() as u64;
    let mut ranked: Vec<(Host, HostTotal)> = roster.hosts().iter().copied().zip(totals).collect();
    let rank = |(host, total): &(Host, HostTotal)| (Reverse(total.bytes_sent + total.bytes_received), *host);
    if ranked.len() > MOST_ROWS {
        ranked.select_nth_unstable_by_key(MOST_ROWS, rank);
        ranked.truncate(MOST_ROWS);
    }
    ranked.sort_unstable_by_key(rank);
    let hosts = ranked.into_iter().map(|(host, total)| HostRow {
        host,
        name: names.text(if total.name == 0 { names.of(host) } else { total.name }).to_owned(),
        bytes_sent: total.bytes_sent,
        bytes_received: total.bytes_received,
        packets: total.packets,
        flows: total.flows,
    });
    let mut ports: Vec<PortRow> = ports.into_values().collect();
    ports.sort_by(|a, b| {
        let by_size = b.flows.cmp(&a.flows).then(b.bytes.cmp(&a.bytes));
        by_size.then(a.port.cmp(&b.port)).then_with(|| a.transport.cmp(&b.transport))
    });
    ports.truncate(MOST_ROWS);
    Tops { n_hosts, hosts: hosts.collect(), ports, apps }
}

fn add_host(total: &mut HostTotal, sent: &Direction, received: &Direction, name: u32) {
    total.bytes_sent += sent.bytes;
    total.bytes_received += received.bytes;
    total.packets += u64::from(sent.packets) + u64::from(received.packets);
    total.flows += 1;
    if total.name == 0 {
        total.name = name;
    }
}

fn add_port(ports: &mut HashMap<(u8, u16), PortRow, RandomState>, flow: &Flow) {
    if !matches!(flow.key.protocol, 6 | 17) {
        return;
    }
    let port = flow.responder().1;
    let row = ports.entry((flow.key.protocol, port)).or_insert_with(|| PortRow {
        port,
        transport: flow.transport().to_string(),
        app: Protocol::from_port(flow.is_tcp(), port).map_or("", Named::name).to_owned(),
        flows: 0,
        packets: 0,
        bytes: 0,
    });
    row.flows += 1;
    row.packets += flow.packets();
    row.bytes += flow.bytes();
}
