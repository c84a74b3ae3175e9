//! The rows of a heatmap in an order in which those that are alike lie beside each other.

use crate::model::chart::Marks;

/// A heatmap with its rows so ordered: the first stays, and each is followed by the one that is most like it of those left, by
/// the cosine of their values. Other charts stay as they are.
pub fn ordered(marks: Marks) -> Marks {
    let Marks::Heat { columns, rows, values, is_signed } = marks else { return marks };
    let n = columns.len().max(1);
    let lines: Vec<Vec<Option<f64>>> = values.chunks(n).map(<[Option<f64>]>::to_vec).collect();
    let mut left: Vec<usize> = (0..rows.len().min(lines.len())).collect();
    let mut order: Vec<usize> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let like = |row: &usize| {
            let both = order.last().and_then(|last| lines.get(*last)).zip(lines.get(*row));
            both.map_or(0.0, |(a, b)| cosine(a, b))
        };
        // Of several that are as much alike the first: it has the most.
        let next = left.iter().enumerate().rev().max_by(|a, b| like(a.1).total_cmp(&like(b.1))).map_or(0, |(at, _)| at);
        order.push(left.remove(next));
    }
    let names = order.iter().filter_map(|row| rows.get(*row).cloned()).collect();
    let values = order.iter().filter_map(|row| lines.get(*row)).flatten().copied().collect();
    Marks::Heat { columns, rows: names, values, is_signed }
}

/// How much two rows are alike, 0 to 1; what is unknown is zero.
fn cosine(a: &[Option<f64>], b: &[Option<f64>]) -> f64 {
    let product = |a: &[Option<f64>], b: &[Option<f64>]| -> f64 {
        a.iter().zip(b).map(|(a, b)| a.unwrap_or(0.0) * b.unwrap_or(0.0)).sum()
    };
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { product(a, b) / lengths } else { 0.0 }
}
