//! The graph as a table of what its nodes exchange, for those who read rather than look.

use crate::maths::sorting::Arrange;
use crate::model::explore::{Answer, AnswerRow, AnswerValue, DimensionHead, MeasureHead, Order, Term, ValueKind};
use crate::model::graph::{Graph, GraphEdge, GraphNode, GraphUnit};

/// The edges as rows: from, to, amount and flows, in an order. Those with the largest amount come first.
pub fn table(graph: &Graph, order: Order) -> Answer {
    let value = |node: Option<&GraphNode>| AnswerValue {
        text: node.map(|node| node.name.clone()).unwrap_or_default(),
        kind: if node.is_some() { ValueKind::Value } else { ValueKind::Unknown },
        at: 0,
        filter: node.map(|node| node.filter.clone()).filter(|filter| !filter.is_empty()),
    };
    let row = |edge: &GraphEdge| AnswerRow {
        values: [edge.from, edge.to].map(|place| value(graph.nodes.get(place as usize))).into(),
        figures: vec![Some(edge.amount as f64), Some(edge.n_flows as f64)],
    };
    let mut rows: Vec<AnswerRow> = graph.edges.iter().map(row).collect();
    match order {
        Order::Usual => {}
        Order::Values { is_descending } => {
            rows.arrange_by(|a, b| a.values.cmp(&b.values));
            if is_descending {
                rows.reverse();
            }
        }
        Order::Measure { place, is_descending } => {
            let figure = |row: &AnswerRow| row.figures.get(place as usize).copied().flatten().unwrap_or(-1.0);
            rows.arrange_by(|a, b| figure(a).total_cmp(&figure(b)));
            if is_descending {
                rows.reverse();
            }
        }
    }
    let head = |id: &str, label: &str| DimensionHead {
        term: Term::new(id),
        label: label.to_owned(),
        ..DimensionHead::default()
    };
    let measure = |id: &str, label: &str, unit: &str| MeasureHead {
        term: Term::new(id),
        label: label.to_owned(),
        unit: unit.to_owned(),
        is_sum: true,
        n_unknown: 0,
    };
    let amount = match graph.unit {
        GraphUnit::Bytes => measure("bytes", "Bytes", "B"),
        GraphUnit::Flows => measure("flows", "Flows", ""),
    };
    let sum = |of: fn(&GraphEdge) -> u64| graph.edges.iter().map(of).fold(0, u64::saturating_add);
    Answer {
        dimensions: vec![head("from", "From"), head("to", "To")],
        measures: vec![amount, measure("flows", "Flows", "")],
        n_rows: rows.len() as u64,
        rows,
        total: vec![Some(sum(|edge| edge.amount) as f64), Some(sum(|edge| edge.n_flows) as f64)],
        ..Answer::default()
    }
}

/// The nearest node in a direction from another one: right and left, down and up. Keys walk the picture by it.
pub fn step(graph: &Graph, from: Option<usize>, key: &str) -> Option<usize> {
    let last = graph.nodes.len().checked_sub(1)?;
    let Some(from) = from.filter(|from| *from <= last) else {
        return matches!(key, "ArrowRight" | "ArrowLeft" | "ArrowDown" | "ArrowUp" | "Home" | "End")
            .then_some(if key == "End" { last } else { 0 });
    };
    let here = graph.nodes.get(from)?;
    let way: (f32, f32) = match key {
        "Home" => return Some(0),
        "End" => return Some(last),
        "ArrowRight" => (1.0, 0.0),
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowDown" => (0.0, 1.0),
        "ArrowUp" => (0.0, -1.0),
        _ => return None,
    };
    // What lies aside counts twice, and what lies behind not at all.
    let cost = |node: &GraphNode| {
        let (dx, dy) = (node.x - here.x, node.y - here.y);
        let along = dx * way.0 + dy * way.1;
        let aside = (dx * way.1).abs() + (dy * way.0).abs();
        (along > 0.0).then_some(along + 2.0 * aside)
    };
    let all = graph.nodes.iter().enumerate().filter(|(place, _)| *place != from);
    let near = all.filter_map(|(place, node)| Some((cost(node)?, place)));
    Some(near.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(from, |(_, place)| place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let node = |name: &str, x: f32, y: f32| GraphNode {
            name: name.to_owned(),
            filter: format!("host == {name}"),
            n_hosts: 1,
            is_inside: None,
            severity: None,
            amount: 1,
            n_flows: 1,
            x,
            y,
        };
        let edge = |from, to, amount, n_flows| GraphEdge { from, to, amount, n_flows, severity: None };
        Graph {
            nodes: vec![node("a", 0.0, 0.5), node("b", 0.5, 0.5), node("c", 0.6, 0.0), node("d", 1.0, 0.5)],
            edges: vec![edge(0, 1, 9, 1), edge(1, 2, 5, 7)],
            ..Graph::default()
        }
    }

    #[test]
    fn the_table_has_the_edges_in_any_order() {
        let names = |order| {
            let answer = table(&graph(), order);
            answer.rows.iter().map(|row| row.values[0].text.clone()).collect::<String>()
        };
        assert_eq!(names(Order::Usual), "ab");
        assert_eq!(names(Order::Measure { place: 1, is_descending: true }), "ba");
        assert_eq!(names(Order::Values { is_descending: true }), "ba");
        let answer = table(&graph(), Order::Usual);
        assert_eq!(
            (answer.total, answer.rows[0].filter()),
            (vec![Some(14.0), Some(8.0)], Some("host == a host == b".into()))
        );
    }

    #[test]
    fn keys_walk_to_what_lies_there() {
        let graph = graph();
        assert_eq!(
            [None, Some(0), Some(1), Some(3)].map(|from| step(&graph, from, "ArrowRight")),
            [Some(0), Some(1), Some(3), Some(3)]
        );
        assert_eq!((step(&graph, Some(1), "ArrowUp"), step(&graph, Some(1), "x")), (Some(2), None));
        assert_eq!(step(&Graph::default(), None, "Home"), None);
    }
}
