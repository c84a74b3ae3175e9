//! Hosts and what they exchange as a network that can be drawn: nodes with their places, edges with their amounts.

use crate::model::finding::Severity;
use serde::{Deserialize, Serialize};

/// The network of a selection.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    /// The nodes, those with the most bytes first.
    pub nodes: Vec<GraphNode>,
    /// The edges, those with the most bytes first.
    pub edges: Vec<GraphEdge>,
    /// Hosts in all.
    pub n_hosts: u64,
    /// Edges that are left out, those with the fewest bytes.
    pub n_edges_left_out: u64,
    /// Bytes are known; else the amounts are packets or flows.
    pub unit: GraphUnit,
}

/// What sizes are measured in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum GraphUnit {
    /// Bytes on the wire.
    #[default]
    Bytes,
    /// Flows, where bytes are not known.
    Flows,
}

/// A host, or several.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GraphNode {
    /// Address, network, or what kind of others it stands for.
    pub name: String,
    /// Filter that selects its traffic; empty if none does.
    pub filter: String,
    /// Hosts in it.
    pub n_hosts: u32,
    /// Where it is: inside, outside, or none if that is not known or differs.
    pub is_inside: Option<bool>,
    /// The worst severity of the findings about its hosts.
    pub severity: Option<Severity>,
    /// Sent and received, in the unit of the graph.
    pub amount: u64,
    /// Flows from and to it.
    pub n_flows: u64,
    /// Place from the left, 0 to 1.
    pub x: f32,
    /// Place from the top, 0 to 1, on the same scale.
    pub y: f32,
}

/// What two nodes exchange.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct GraphEdge {
    /// The node that opened the first flow, by its place.
    pub from: u32,
    /// The other one.
    pub to: u32,
    /// Bytes, or flows, both ways.
    pub amount: u64,
    /// Flows.
    pub n_flows: u64,
    /// The worst severity of the findings that mean a flow of it.
    pub severity: Option<Severity>,
}
