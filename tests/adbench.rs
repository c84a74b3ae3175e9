//! The models on public benchmark tables, beside what PyOD reaches there.

use crate::needs;
use packetloupe::learn::forest::Forest;
use packetloupe::learn::linear::Components;
use packetloupe::learn::matrix::Matrix;
use packetloupe::learn::model::Model;
use packetloupe::learn::scale::Robust;
use std::fs;
use std::path::Path;

struct Table {
    rows: Matrix,
    labels: Vec<bool>,
}

fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let n_columns = lines.next().unwrap().split(',').count() - 1;
    let mut table = Table { rows: Matrix::new(n_columns), labels: Vec::new() };
    for line in lines {
        let values: Vec<f32> = line.split(',').map(|x| x.parse().unwrap()).collect();
        table.rows.push_with(|row| row.copy_from_slice(&values[..n_columns]));
        table.labels.push(values[n_columns] > 0.5);
    }
    table
}

/// Area under the ROC curve by ranks, ties shared (Mann and Whitney).
fn auroc(scores: &[f64], labels: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let mut rank_sum = 0.0;
    let mut place = 0;
    while place < order.len() {
        let same = order[place..].iter().take_while(|i| scores[**i] == scores[order[place]]).count();
        let rank = place as f64 + (same as f64 + 1.0) / 2.0;
        rank_sum += rank * order[place..place + same].iter().filter(|i| labels[**i]).count() as f64;
        place += same;
    }
    let positive = labels.iter().filter(|l| **l).count() as f64;
    let negative = labels.len() as f64 - positive;
    (rank_sum - positive * (positive + 1.0) / 2.0) / (positive * negative)
}

fn model_auroc<M: Model>(table: &Table, seeds: std::ops::RangeInclusive<u64>) -> f64 {
    let n = seeds.clone().count() as f64;
    let usual = Robust::fit(&table.rows);
    let fit = |seed| M::fit(&table.rows, &usual, seed).unwrap();
    seeds.map(|seed| auroc(&fit(seed).scores(&table.rows), &table.labels)).sum::<f64>() / n
}

/// Mean AUROC of ours and of PyOD's over all tables, printed table by table.
fn compare<M: Model>(algorithm: &str, seeds: std::ops::RangeInclusive<u64>) -> Option<(f64, f64)> {
    let shared = needs::require(&["tables/adbench", "baselines/adbench_pyod.csv"], &[])?;
    let baseline = fs::read_to_string(shared.join("baselines/adbench_pyod.csv")).unwrap();
    let (mut ours, mut theirs, mut n) = (0.0, 0.0, 0.0);
    for line in baseline.lines() {
        let [name, of, auroc, ..] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if of == algorithm {
            let own = model_auroc::<M>(&read(&shared.join(format!("tables/adbench/{name}.csv"))), seeds.clone());
            println!("{algorithm} {name:20} PyOD {auroc} ours {own:.6}");
            ours += own;
            theirs += auroc.parse::<f64>().unwrap();
            n += 1.0;
        }
    }
    println!("{algorithm} mean of {n}: PyOD {:.4} ours {:.4}", theirs / n, ours / n);
    Some((ours / n, theirs / n))
}

#[test]
fn isolation_forest_is_as_good_as_pyods() {
    if let Some((ours, theirs)) = compare::<Forest>("IForest", 42..=44) {
        assert!((ours - theirs).abs() < 0.01, "{ours} {theirs}");
    }
}

/// PyOD's own PCA score weighs each direction by the inverse of its variance share, which is another measure; ours is
/// better on average.
#[test]
fn principal_components_are_at_least_as_good_as_pyods() {
    if let Some((ours, theirs)) = compare::<Components>("PCA", 42..=42) {
        assert!(ours > theirs - 0.02, "{ours} {theirs}");
    }
}
