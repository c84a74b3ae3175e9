//! The flows of a selection to a network of hosts: grouped where there are too many, and laid out.

use super::filter;
use super::listing::QueryContext;
use crate::maths::layout;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::finding::Severity;
use crate::model::flow::{Flow, Known};
use crate::model::graph::{Graph, GraphEdge, GraphNode, GraphUnit};
use crate::model::listing::FilterError;
use crate::model::net::addr::{Addr, Endpoint};
use crate::model::net::network::Network;
use crate::model::net::site::{Place, Site};
use crate::protocol::{Filter, Scope};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Nodes of a picture in which they can be told apart.
const MOST_NODES: usize = 300;
/// Hosts that stay by themselves where there are more: those with the largest amounts.
const MOST_HOSTS: usize = 120;
/// Edges of a picture.
const MOST_EDGES: usize = 1500;

/// What is counted of a host or of a pair.
#[derive(Clone, Copy, Default)]
struct Sum {
    bytes: u64,
    n_flows: u64,
    severity: Option<Severity>,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.n_flows += other.n_flows;
        self.severity = self.severity.max(other.severity);
    }
}

/// The pairs between two nodes: whether the second node opened the first of them in order of address, and which that is.
struct Joined {
    sum: Sum,
    is_back: bool,
    first: (Addr, Addr),
}

/// Which node a host is part of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Host(Addr),
    Network(Network),
    Others(&'static str),
}

/// The network of a scope.
///
/// # Errors
/// The scope's filter cannot be used.
pub(super) async fn graph(context: &mut QueryContext<'_>, scope: &Scope) -> Result<Graph, FilterError> {
    let (pipeline, analysis) = (context.pipeline, context.analysis);
    let table = pipeline.flows();
    let passing = match scope.passes_all() {
        true => None,
        false => Some(filter::flows(context, &Filter { scope: scope.clone(), ..Filter::default() }).await?),
    };
    let mut of_flows: BTreeMap<u32, Severity> = BTreeMap::new();
    for finding in &analysis.findings {
        for serial in &finding.flow_serials {
            let worst = of_flows.entry(*serial).or_insert(finding.severity);
            *worst = (*worst).max(finding.severity);
        }
    }
    let mut hosts: HashMap<Addr, Sum> = HashMap::new();
    // By the pair in order of address: the sums, and whether the second one opened the first flow.
    let mut pairs: HashMap<(Addr, Addr), (Sum, bool)> = HashMap::new();
    let mut has_bytes = false;
    let all = table.iter().filter(|(serial, _)| passing.as_ref().is_none_or(|own| own.binary_search(serial).is_ok()));
    let add = |(serial, flow): (u32, &Flow)| {
        let ((from, _), (to, _)) = (flow.originator(), flow.responder());
        let bytes = flow.measured(Known::BYTES, flow.bytes());
        has_bytes |= bytes.is_some();
        let sum = Sum { bytes: bytes.unwrap_or(0), n_flows: 1, severity: of_flows.get(&serial).copied() };
        hosts.entry(from).or_default().add(sum);
        if from != to {
            hosts.entry(to).or_default().add(sum);
            pairs.entry((from.min(to), from.max(to))).or_insert((Sum::default(), from > to)).0.add(sum);
        }
    };
    context.turn.each(all, add).await;
    for finding in &analysis.findings {
        for end in finding.sources.iter().chain(&finding.targets) {
            if let Endpoint::Ip(address) = end
                && let Some(own) = hosts.get_mut(address)
            {
                own.severity = own.severity.max(Some(finding.severity));
            }
        }
    }
    let unit = if has_bytes { GraphUnit::Bytes } else { GraphUnit::Flows };
    Ok(drawn(&hosts.into_iter().gathered(), pairs.into_iter(), unit, &analysis.site))
}

fn drawn(
    hosts: &BTreeMap<Addr, Sum>,
    pairs: impl Iterator<Item = ((Addr, Addr), (Sum, bool))>,
    unit: GraphUnit,
    site: &Site,
) -> Graph {
    let amount = |sum: &Sum| if unit == GraphUnit::Bytes { sum.bytes } else { sum.n_flows };
    let groups = grouped(hosts, &amount, site);
    let mut order: Vec<(&Group, Members)> = members(hosts, &groups, site).into_iter().collect();
    order.arrange_by_key(|(group, members)| (Reverse(amount(&members.sum)), (*group).clone()));
    let place_of: BTreeMap<&Group, u32> = (0..).zip(&order).map(|(place, (group, _))| (*group, place)).gathered();
    let place = |host: Addr| groups.get(&host).and_then(|group| place_of.get(group)).copied();
    let mut edges = edges(pairs, &place, &amount);
    let n_edges_left_out = edges.len().saturating_sub(MOST_EDGES) as u64;
    edges.truncate(MOST_EDGES);
    let places = layout::places(order.len(), &pulls(&edges));
    let nodes = order.iter().zip(places).map(|((group, members), (x, y))| {
        let (name, filter) = words(group);
        GraphNode {
            name,
            filter,
            n_hosts: members.n_hosts,
            is_inside: members.is_inside.flatten(),
            severity: members.sum.severity,
            amount: amount(&members.sum),
            n_flows: members.sum.n_flows,
            x: x as f32,
            y: y as f32,
        }
    });
    Graph { nodes: nodes.collect(), edges, n_hosts: hosts.len() as u64, n_edges_left_out, unit }
}

/// The hosts of a node.
#[derive(Default)]
struct Members {
    sum: Sum,
    n_hosts: u32,
    /// Where all of them are; none where that is not known or not the same, or where there is no host yet.
    is_inside: Option<Option<bool>>,
}

fn members<'a>(
    hosts: &BTreeMap<Addr, Sum>,
    groups: &'a BTreeMap<Addr, Group>,
    site: &Site,
) -> BTreeMap<&'a Group, Members> {
    let mut nodes: BTreeMap<&Group, Members> = BTreeMap::new();
    for (host, sum) in hosts {
        let Some(group) = groups.get(host) else { continue };
        let place = match site.place(*host) {
            Place::Inside => Some(true),
            Place::Outside => Some(false),
            Place::Unknown => None,
        };
        let Members { sum: all, n_hosts, is_inside } = nodes.entry(group).or_default();
        all.add(*sum);
        *n_hosts += 1;
        *is_inside = Some(is_inside.map_or(place, |known| known.filter(|known| Some(*known) == place)));
    }
    nodes
}

/// Lines between the places of nodes, the largest first. Which way one goes the first of its pairs in order of address says, in
/// whatever order they come.
fn edges(
    pairs: impl Iterator<Item = ((Addr, Addr), (Sum, bool))>,
    place: &dyn Fn(Addr) -> Option<u32>,
    amount: &dyn Fn(&Sum) -> u64,
) -> Vec<GraphEdge> {
    let mut joined: BTreeMap<(u32, u32), Joined> = BTreeMap::new();
    for (pair, (sum, is_back)) in pairs {
        let (Some(a), Some(b)) = (place(pair.0), place(pair.1)) else { continue };
        if a != b {
            let is_back = if a < b { is_back } else { !is_back };
            let own = joined.entry((a.min(b), a.max(b)));
            let own = own.or_insert(Joined { sum: Sum::default(), is_back, first: pair });
            own.sum.add(sum);
            if pair < own.first {
                (own.is_back, own.first) = (is_back, pair);
            }
        }
    }
    let edge = |((a, b), Joined { sum, is_back, .. }): ((u32, u32), Joined)| {
        let (from, to) = if is_back { (b, a) } else { (a, b) };
        GraphEdge { from, to, amount: amount(&sum), n_flows: sum.n_flows, severity: sum.severity }
    };
    let mut edges: Vec<GraphEdge> = joined.into_iter().map(edge).collect();
    edges.arrange_by_key(|edge| (Reverse(edge.amount), edge.from, edge.to));
    edges
}

/// How strongly edges, the largest of them first, pull their nodes together.
fn pulls(edges: &[GraphEdge]) -> Vec<(usize, usize, f64)> {
    let most = edges.first().map_or(1.0, |edge| (edge.amount as f64).max(1.0));
    let pull = |edge: &GraphEdge| (edge.amount as f64 / most).sqrt().sqrt();
    edges.iter().map(|edge| (edge.from as usize, edge.to as usize, pull(edge))).collect()
}

/// The node that each host is part of: itself while there is room, else its network, else what is inside or outside.
fn grouped(hosts: &BTreeMap<Addr, Sum>, amount: &dyn Fn(&Sum) -> u64, site: &Site) -> BTreeMap<Addr, Group> {
    let mut order: Vec<(Addr, u64)> = hosts.iter().map(|(host, sum)| (*host, amount(sum))).collect();
    order.arrange_by_key(|(host, amount)| (Reverse(*amount), *host));
    let n_single = if order.len() <= MOST_NODES { order.len() } else { MOST_HOSTS };
    let (single, many) = order.split_at(n_single.min(order.len()));
    let network = |host: Addr| Network::of(host, if host.is_v4() { 24 } else { 64 });
    let mut networks: BTreeMap<Network, u64> = BTreeMap::new();
    for (host, amount) in many {
        let own = networks.entry(network(*host)).or_default();
        *own = own.saturating_add(*amount);
    }
    let mut largest: Vec<(Network, u64)> = networks.into_iter().collect();
    largest.arrange_by_key(|(network, amount)| (Reverse(*amount), *network));
    // Three nodes are left for those that are in none of these.
    largest.truncate(MOST_NODES - MOST_HOSTS - 3);
    let mut kept: Vec<Network> = largest.into_iter().map(|(network, _)| network).collect();
    kept.arrange();
    let of_many = |host: Addr| match (kept.binary_search(&network(host)).is_ok(), site.place(host)) {
        (true, _) => Group::Network(network(host)),
        (_, Place::Inside) => Group::Others("Others inside"),
        (_, Place::Outside) => Group::Others("Others outside"),
        (_, Place::Unknown) => Group::Others("Others"),
    };
    let single = single.iter().map(|(host, _)| (*host, Group::Host(*host)));
    single.chain(many.iter().map(|(host, _)| (*host, of_many(*host)))).gathered()
}

/// Name and filter of a node.
fn words(group: &Group) -> (String, String) {
    match group {
        Group::Host(host) => (host.to_string(), format!("host == {host}")),
        Group::Network(network) => {
            let field = if network.host().is_v4() { "ip.addr" } else { "ipv6.addr" };
            (network.to_string(), format!("{field} == {network}"))
        }
        Group::Others(name) => ((*name).to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hosts_are_grouped_and_nothing_is_lost() {
        let host = |n: u32| Addr::v4([10, (n >> 16) as u8, (n >> 8) as u8, n as u8]);
        let sum = |bytes: u64| Sum { bytes, n_flows: 1, severity: None };
        // A thousand networks of two hosts each, all talking to one server.
        let server = Addr::v4([192, 0, 2, 1]);
        let clients: Vec<Addr> = (0..2000).map(|n| host(n / 2 * 256 + n % 2 + 1)).collect();
        let mut hosts: BTreeMap<Addr, Sum> = clients.iter().zip(1..).map(|(host, n)| (*host, sum(n))).collect();
        hosts.insert(server, Sum { bytes: 2_001_000, n_flows: 2000, severity: Some(Severity::High) });
        let pairs = clients.iter().enumerate().map(|(n, host)| ((*host, server), (sum(n as u64 + 1), false)));
        let graph = drawn(&hosts, pairs.clone(), GraphUnit::Bytes, &Site::default());
        assert!(graph.nodes.len() <= MOST_NODES, "{}", graph.nodes.len());
        assert_eq!(graph.nodes.iter().map(|node| u64::from(node.n_hosts)).sum::<u64>(), graph.n_hosts);
        assert_eq!(graph.nodes[0].name, "192.0.2.1");
        assert_eq!(graph.nodes[0].severity, Some(Severity::High));
        assert_eq!(graph.edges.iter().map(|edge| edge.amount).sum::<u64>(), 2_001_000);
        // The clients opened the flows.
        assert!(graph.edges.iter().all(|edge| edge.to == 0));
        assert_eq!(drawn(&hosts, pairs.rev(), GraphUnit::Bytes, &Site::default()), graph);
        assert!(graph.nodes.iter().any(|node| node.filter == "host == 10.3.231.2"));
        for node in graph.nodes.iter().filter(|node| !node.filter.is_empty()) {
            assert!(crate::filter::compile(&node.filter).is_ok(), "{}", node.filter);
        }
        let few = drawn(&hosts.into_iter().take(9).collect(), std::iter::empty(), GraphUnit::Flows, &Site::default());
        assert_eq!((few.nodes.len(), few.edges.len()), (9, 0));
    }
}
