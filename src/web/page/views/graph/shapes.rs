//! A graph as shapes and lines in a picture, and the reverse: the node at a place.

use super::viewport::Viewport;
use crate::model::graph::{Graph, GraphNode};
use crate::web::browser::network::{Shape, Stroke};
use crate::web::page::parts::text::plain;

/// Shapes and lines of a graph in a picture of this size.
pub fn drawn(graph: &Graph, chosen: Option<usize>, viewport: Viewport, size: (f64, f64)) -> (Vec<Shape>, Vec<Stroke>) {
    let most_bytes = most(graph);
    let shapes: Vec<Shape> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(place, node)| Shape {
            at: viewport.place(node, size),
            radius: radius(node, most_bytes),
            colour: match node.is_inside {
                Some(true) => 0,
                Some(false) => 1,
                None => 4,
            },
            is_square: node.is_inside == Some(false),
            is_double: node.n_hosts > 1,
            ring: node.severity.map_or(0.0, |severity| 1.0 + 0.75 * f64::from(severity as u8)),
            name: plain(&node.name),
            is_chosen: chosen == Some(place),
        })
        .collect();
    let widest = graph.edges.first().map_or(1.0, |edge| (edge.amount as f64).max(1.0));
    let lines = graph.edges.iter().rev().filter_map(|edge| {
        let (from, to) = (shapes.get(edge.from as usize)?, shapes.get(edge.to as usize)?);
        Some(Stroke {
            from: from.at,
            to: to.at,
            width: 0.75 + 5.0 * (edge.amount as f64 / widest).sqrt(),
            is_meant: edge.severity.is_some(),
            is_chosen: from.is_chosen || to.is_chosen,
        })
    });
    let lines = lines.collect();
    (shapes, lines)
}

/// The node under a point; of several the smallest.
pub fn hit(graph: &Graph, (x, y): (f64, f64), viewport: Viewport, size: (f64, f64)) -> Option<usize> {
    let most = most(graph);
    let near = graph.nodes.iter().enumerate().filter(|(_, node)| {
        let (at, reach) = (viewport.place(node, size), radius(node, most) + 4.0);
        (at.0 - x) * (at.0 - x) + (at.1 - y) * (at.1 - y) <= reach * reach
    });
    near.min_by_key(|(_, node)| node.amount).map(|(place, _)| place)
}

fn radius(node: &GraphNode, most: f64) -> f64 {
    4.0 + 14.0 * (node.amount as f64 / most).sqrt()
}

/// The largest amount among the nodes.
fn most(graph: &Graph) -> f64 {
    graph.nodes.iter().map(|node| node.amount as f64).fold(1.0, f64::max)
}
