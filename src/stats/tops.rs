//! Flows to totals by host, server port and application.

use crate::flow::endpoints::{EndpointIndex, FlowEndpoints};
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::analysis::{HostRow, PortRow};
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::{Addr, DirectionStats, Flow};
use foldhash::fast::RandomState;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::HashMap;

/// Rows of each top list.
const MOST_ROWS: usize = 20;

/// Totals over flows.
#[derive(Default)]
pub struct Tops {
    /// Distinct addresses but for those of groups.
    pub n_hosts: u64,
    /// Hosts with the most bytes.
    pub hosts: Vec<HostRow>,
    /// Server ports with the most flows.
    pub ports: Vec<PortRow>,
    /// Packets and bytes by application.
    pub apps: BTreeMap<AppProto, (u64, u64)>,
}

#[derive(Clone, Default)]
struct HostTotal {
    bytes_sent: u64,
    bytes_received: u64,
    packets: u64,
    flows: u64,
    name: u32,
    is_host: bool,
}

#[derive(Default)]
struct PortTotal {
    flows: u64,
    packets: u64,
    bytes: u64,
}

/// Sums on the way.
struct Sums {
    /// By the number of the host in the roster.
    hosts: Vec<HostTotal>,
    /// By protocol and port.
    ports: HashMap<(u8, u16), PortTotal, RandomState>,
    /// By the number of the protocol.
    apps: [Option<(u64, u64)>; AppProto::ALL.len()],
}

/// Lists the ends of all kept flows, and adds the flows up; `also` sees each on the way.
pub fn tops(flows: &FlowTable, names: &Names, mut also: impl FnMut(&Flow)) -> (EndpointIndex, Tops) {
    let mut sums = Sums { hosts: Vec::new(), ports: HashMap::default(), apps: [None; AppProto::ALL.len()] };
    let endpoints = EndpointIndex::with(flows, |flow, ends| {
        sums.add(flow, &ends);
        also(flow);
    });
    let tops = sums.rank(&endpoints, names);
    (endpoints, tops)
}

impl Sums {
    /// Not inlined: browsers optimise a function that is called often, but not a long loop in one that is called once.
    #[inline(never)]
    fn add(&mut self, flow: &Flow, ends: &FlowEndpoints) {
        let n_hosts = ends.originator.max(ends.responder) as usize + 1;
        if self.hosts.len() < n_hosts {
            self.hosts.resize(n_hosts, HostTotal::default());
        }
        if let Some(total) = self.hosts.get_mut(ends.originator as usize) {
            add_host(total, flow.forward(), flow.backward(), 0);
            total.is_host |= !flow.originator().0.is_group();
        }
        if let Some(total) = self.hosts.get_mut(ends.responder as usize).filter(|_| ends.responder != ends.originator) {
            add_host(total, flow.backward(), flow.forward(), flow.name);
            total.is_host |= !flow.is_to_group();
        }
        // What only the port suggests was not seen: views count it under the transport.
        let app = flow.app.filter(|_| flow.is_app_certain);
        if let Some(total) = app.and_then(|app| self.apps.get_mut(app as usize)) {
            let total = total.get_or_insert_default();
            total.0 += flow.packets();
            total.1 += flow.bytes();
        }
        if matches!(flow.key.protocol, 6 | 17) {
            let total = self.ports.entry((flow.key.protocol, flow.responder().1)).or_default();
            total.flows += 1;
            total.packets += flow.packets();
            total.bytes += flow.bytes();
        }
    }

    fn rank(self, endpoints: &EndpointIndex, names: &Names) -> Tops {
        let Sums { hosts: totals, ports, apps } = self;
        let all = endpoints.hosts().iter().copied().zip(totals);
        let mut ranked: Vec<(Addr, HostTotal)> = all.filter(|(_, total)| total.is_host).collect();
        let n_hosts = ranked.len() as u64;
        let rank = |(host, total): &(Addr, HostTotal)| (Reverse(total.bytes_sent + total.bytes_received), *host);
        if ranked.len() > MOST_ROWS {
            ranked.select_nth_unstable_by_key(MOST_ROWS, rank);
            ranked.truncate(MOST_ROWS);
        }
        ranked.arrange_by_key(rank);
        let hosts = ranked.into_iter().map(|(host, total)| HostRow {
            host,
            name: names.text(if total.name == 0 { names.of(host) } else { total.name }).to_owned(),
            bytes_sent: total.bytes_sent,
            bytes_received: total.bytes_received,
            packets: total.packets,
            flows: total.flows,
        });
        let mut ports: Vec<((u8, u16), PortTotal)> = ports.into_iter().collect();
        ports
            .arrange_by_key(|((protocol, port), total)| (Reverse(total.flows), Reverse(total.bytes), *port, *protocol));
        ports.truncate(MOST_ROWS);
        let ports = ports.into_iter().map(|((protocol, port), total)| PortRow {
            port,
            transport: Protocol::from_ip_protocol(protocol).to_string(),
            app: Protocol::from_port(protocol == 6, port).map_or("", AppProto::name).to_owned(),
            flows: total.flows,
            packets: total.packets,
            bytes: total.bytes,
        });
        let apps = AppProto::ALL.iter().zip(apps).filter_map(|(app, total)| Some((*app, total?)));
        Tops { n_hosts, hosts: hosts.collect(), ports: ports.collect(), apps: apps.gathered() }
    }
}

fn add_host(total: &mut HostTotal, sent: &DirectionStats, received: &DirectionStats, name: u32) {
    total.bytes_sent += sent.bytes;
    total.bytes_received += received.bytes;
    total.packets += u64::from(sent.packets) + u64::from(received.packets);
    total.flows += 1;
    if total.name == 0 {
        total.name = name;
    }
}
