//! Isolation forest (Liu, Ting and Zhou, ICDM 2008): turns rows into scores from 0 to 1.
//!
//! Random cuts part a random subset of the rows until each stands alone. A row that few cuts set apart is unusual.
//! 100 trees on 256 rows each are the paper's own numbers. Own code: smartcore has no such forest, and its seed and order of
//! sums must give the same scores everywhere.

use crate::learn::matrix::Matrix;
use crate::learn::method::by_replacement;
use crate::learn::model::Model;
use crate::learn::random::Random;
use crate::learn::scale::Robust;
use crate::learn::trace::{Trace, Traced};
use crate::maths::elementary::exp2;
use std::convert::Infallible;

/// Trees in a forest.
const TREES: u32 = 100;
/// Rows that a tree is grown from.
const SUBSAMPLE: u32 = 1 << DEPTH;
/// Cuts from the root to the deepest leaf: the mean height of such a tree, at which the paper stops too.
const DEPTH: u32 = 8;
/// Cuts in a tree, the unused place 0 among them; also its deepest leaves.
const PLACES: usize = SUBSAMPLE as usize;
/// Rows scored by one tree before the next tree takes over: tree and rows then stay in the fastest cache.
const BLOCK: usize = 128;

/// A fitted forest.
#[derive(Clone, Debug)]
pub struct Forest {
    trees: Vec<Tree>,
    /// Mean path length that a tree of this size is expected to have.
    expected: f64,
}

/// A tree with all its levels full: the cuts below place p are at 2p and 2p + 1, the root is at 1. A part that needs
/// no more cuts gets some that let everything pass to the left. So a walk always takes the same steps, which a
/// processor can do for several rows at a time.
#[derive(Clone, Debug)]
struct Tree {
    cuts: Box<[Cut; PLACES]>,
    /// Path lengths of the leaves, left to right.
    lengths: Box<[f32; PLACES]>,
}

/// Values at or below go left.
#[derive(Clone, Copy, Debug)]
struct Cut {
    at: f32,
    column: u32,
}

impl Model for Forest {
    fn fit(rows: &Matrix, _usual: &Robust, seed: u64) -> Option<Forest> {
        Forest::grow::<Infallible>(rows, seed, None, |_| Ok(())).unwrap_or(None)
    }

    /// From 0 (usual) to 1; a forest of rows that are all alike gives 0.5.
    fn scores(&self, rows: &Matrix) -> Vec<f64> {
        let mut scores = vec![0.0; rows.n_rows()];
        let all: Vec<&[f32]> = rows.rows().collect();
        self.score_rows(&all, &mut scores);
        scores
    }

    /// By how much the score would fall if the column had its usual value.
    fn parts(&self, row: &[f32], usual: &[f32]) -> Vec<f64> {
        by_replacement(row, usual, |row| self.score_of_row(row))
    }
}

impl Forest {
    /// A forest of these rows; `report` is called before each tree with the share that is done. Who watches is told of the first
    /// tree. None of fewer than two rows.
    pub fn grow<E>(
        rows: &Matrix,
        seed: u64,
        trace: Option<&Trace>,
        mut report: impl FnMut(f32) -> Result<(), E>,
    ) -> Result<Option<Forest>, E> {
        let n = u32::try_from(rows.n_rows()).unwrap_or(u32::MAX);
        let size = n.min(SUBSAMPLE);
        let lengths = expected_lengths();
        let mut random = Random::new(seed);
        let mut trees = Vec::with_capacity(TREES as usize);
        for tree in 0..TREES {
            report(tree as f32 / TREES as f32)?;
            let members = random.distinct(n, size);
            trees.push(grow(rows, members, &lengths, &mut random, trace.filter(|_| tree == 0)));
        }
        let expected = length_of(&lengths, size as usize);
        Ok((expected > 0.0).then_some(Forest { trees, expected }))
    }

    /// The scores of rows, from 0 (usual) to 1.
    pub fn score_rows(&self, rows: &[&[f32]], out: &mut [f64]) {
        for (block, sums) in rows.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            sums.fill(0.0);
            for tree in &self.trees {
                for (row, sum) in block.iter().zip(sums.iter_mut()) {
                    *sum += f64::from(tree.path_length(row));
                }
            }
        }
        out.iter_mut().for_each(|sum| *sum = self.score_of(*sum));
    }

    /// The score of one row.
    pub fn score_of_row(&self, row: &[f32]) -> f64 {
        self.score_of(self.trees.iter().map(|tree| f64::from(tree.path_length(row))).sum())
    }

    fn score_of(&self, summed_length: f64) -> f64 {
        exp2(-summed_length / f64::from(TREES) / self.expected)
    }
}

impl Tree {
    #[inline]
    fn path_length(&self, row: &[f32]) -> f32 {
        let mut place = 1;
        for _ in 0..DEPTH {
            // The masks only tell the compiler that no place lies outside.
            let Some(cut) = self.cuts.get(place & (PLACES - 1)) else { break };
            let value = row.get(cut.column as usize).copied().unwrap_or(0.0);
            place = 2 * place + usize::from(value > cut.at);
        }
        self.lengths.get(place & (PLACES - 1)).copied().unwrap_or(0.0)
    }
}

/// A part of the members that still has to be cut or to become a leaf.
struct Part {
    place: usize,
    depth: u32,
    start: usize,
    end: usize,
}

fn grow(rows: &Matrix, mut members: Vec<u32>, lengths: &[f64], random: &mut Random, trace: Option<&Trace>) -> Tree {
    // The paper's height limit, ceil(log2(size)).
    let most_depth = (members.len().max(1) as u32).next_power_of_two().trailing_zeros();
    let mut columns: Vec<u32> = (0..).take(rows.n_columns()).collect();
    let mut tree =
        Tree { cuts: Box::new([Cut { at: f32::INFINITY, column: 0 }; PLACES]), lengths: Box::new([0.0; PLACES]) };
    let mut parts = vec![Part { place: 1, depth: 0, start: 0, end: members.len() }];
    while let Some(Part { place, depth, start, end }) = parts.pop() {
        let inside = members.get_mut(start..end).unwrap_or_default();
        let cut = if depth < most_depth { choose(rows, inside, &mut columns, random) } else { None };
        if let (Some(cut), Some(slot)) = (cut, tree.cuts.get_mut(place)) {
            let middle = start + partition(inside, |row| rows.at(row as usize, cut.column as usize) <= cut.at);
            *slot = cut;
            if let Some(trace) = trace {
                let Cut { at, column } = cut;
                trace.add(Traced::Cut { place, column, at, n_rows: end - start });
            }
            let depth = depth + 1;
            parts.push(Part { place: 2 * place + 1, depth, start: middle, end });
            parts.push(Part { place: 2 * place, depth, start, end: middle });
        } else {
            if let Some(trace) = trace {
                trace.add(Traced::Leaf { place, n_rows: end - start });
            }
            let leaf = (place << (DEPTH - depth)) & (PLACES - 1);
            if let Some(slot) = tree.lengths.get_mut(leaf) {
                *slot = (f64::from(depth) + length_of(lengths, inside.len())) as f32;
            }
        }
    }
    tree
}

/// A random column that still varies among these rows, and a random cut between its smallest and largest value.
fn choose(rows: &Matrix, inside: &[u32], columns: &mut [u32], random: &mut Random) -> Option<Cut> {
    if inside.len() < 2 {
        return None;
    }
    for left in (1..=columns.len()).rev() {
        // Columns already tried stand behind `left`.
        columns.swap(random.below(left as u32) as usize, left - 1);
        let column = *columns.get(left - 1)?;
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for row in inside {
            let value = rows.at(*row as usize, column as usize);
            low = low.min(value);
            high = high.max(value);
        }
        if low < high {
            let at = (f64::from(low) + random.unit() * (f64::from(high) - f64::from(low))) as f32;
            // Rounding may reach `high`, which would leave one side empty.
            return Some(Cut { at: if at < high { at } else { low }, column });
        }
    }
    None
}

/// Moves the members for which `is_below` holds to the front; how many these are.
fn partition(members: &mut [u32], is_below: impl Fn(u32) -> bool) -> usize {
    let mut n_below = 0;
    for place in 0..members.len() {
        if members.get(place).is_some_and(|member| is_below(*member)) {
            members.swap(place, n_below);
            n_below += 1;
        }
    }
    n_below
}

/// Mean length of an unsuccessful search in a binary search tree of 0, 1, 2, ... keys: 2 H(n - 1) - 2 (n - 1) / n
/// (Liu et al., equation 1), with the harmonic number summed instead of taken from a logarithm.
fn expected_lengths() -> Vec<f64> {
    let mut harmonic = 0.0;
    (0..=SUBSAMPLE)
        .map(f64::from)
        .map(|n| {
            if n < 2.0 {
                return 0.0;
            }
            harmonic += 1.0 / (n - 1.0);
            2.0 * harmonic - 2.0 * (n - 1.0) / n
        })
        .collect()
}

fn length_of(lengths: &[f64], size: usize) -> f64 {
    lengths.get(size).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cloud around 0 and, last, one row far away in the second column.
    fn cloud() -> Matrix {
        let mut random = Random::new(1);
        let mut rows = Matrix::new(3);
        for _ in 0..255 {
            rows.push_with(|row| row.fill_with(|| (random.unit() - 0.5) as f32));
        }
        rows.push_with(|row| row.copy_from_slice(&[0.0, 9.0, 0.0]));
        rows
    }

    fn fit(rows: &Matrix, seed: u64) -> Option<Forest> {
        Forest::fit(rows, &Robust::fit(rows), seed)
    }

    #[test]
    fn a_row_far_away_has_the_highest_score_and_its_column_is_named() {
        let rows = cloud();
        let forest = fit(&rows, 42).unwrap();
        let scores = forest.scores(&rows);
        let (far, near) = scores.split_last().unwrap();
        assert!(near.iter().all(|score| score < far));
        assert!(*far > 0.65 && scores[0] < 0.6);
        let parts = forest.parts(&[0.0, 9.0, 0.0], &[0.0; 3]);
        assert!(parts[1] > 0.1 && parts[0] == 0.0 && parts[2] == 0.0);
    }

    #[test]
    fn the_seed_alone_decides() {
        let rows = cloud();
        let scores = |seed| fit(&rows, seed).unwrap().scores(&rows);
        assert_eq!(scores(42), scores(42));
        assert_ne!(scores(42), scores(43));
    }

    #[test]
    fn rows_that_are_all_alike_get_one_half() {
        let mut rows = Matrix::new(2);
        (0..300).for_each(|_| rows.push_with(|row| row.fill(3.0)));
        assert!(fit(&rows, 42).unwrap().scores(&rows).iter().all(|score| (score - 0.5).abs() < 1e-6));
        assert!(fit(&Matrix::new(2), 42).is_none());
    }

    #[test]
    fn the_expected_length_is_that_of_the_paper() {
        // c(256) with the paper's ln(n - 1) + 0.5772156649 for the harmonic number.
        let by_logarithm = 2.0 * (crate::maths::elementary::ln(255.0) + 0.577_215_664_9) - 2.0 * 255.0 / 256.0;
        assert!((length_of(&expected_lengths(), 256) - by_logarithm).abs() < 0.005);
        assert_eq!(length_of(&expected_lengths(), 2), 1.0);
    }
}
