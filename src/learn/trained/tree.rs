//! Decision trees: rows to leaves in which one class prevails (Breiman, Friedman, Olshen and Stone, CART, 1984, by Gini's
//! impurity). Values are counted in at most 255 bins a column, which leaves trees as good and makes them many times faster (Ke and
//! others, LightGBM, NIPS 2017). What is missing goes the way of the largest values.
//!
//! Own code, as are the forests of it: smartcore's forest gives votes without probabilities, takes no weights of classes,
//! draws from another generator on 32-bit machines, which a browser is, cannot be stopped, and takes 17 s for 25,192 x 41
//! (NSL-KDD), where this one takes under one; its extra trees only estimate numbers.

use super::binned::{Binned, BinnedColumn, MOST_BINS, random_bin};
use super::classifier::Labelled;
use crate::learn::random::Random;
use serde::{Deserialize, Serialize};

/// Rows up to which a part is sorted instead of counted into bins.
const FEW: usize = 64;
/// Most cuts from the root to a leaf.
const MOST_DEPTH: u32 = 64;
/// The column of a node that is a leaf.
const LEAF: u16 = u16::MAX;

/// How a cut is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cutting {
    /// The best of all cuts of the columns that are looked at.
    Best,
    /// The best of one random cut of each column that is looked at.
    Random,
}

/// A tree. Node 0 is the root; the nodes below one stand side by side.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tree {
    /// Column that a node cuts.
    columns: Vec<u16>,
    /// Values at or below go left.
    at: Vec<f32>,
    /// The node to the left; of a leaf, the number of its shares.
    next: Vec<u32>,
    /// Shares of the classes, leaf after leaf.
    shares: Vec<f32>,
}

impl Tree {
    /// Adds the shares of the leaf that a row falls into.
    pub fn add_shares(&self, row: &[f32], out: &mut [f64]) {
        let mut node = 0_usize;
        for _ in 0..=MOST_DEPTH {
            let (Some(column), Some(next)) = (self.columns.get(node), self.next.get(node)) else { return };
            if *column == LEAF {
                let from = *next as usize * out.len();
                let shares = self.shares.get(from..from + out.len()).unwrap_or_default();
                out.iter_mut().zip(shares).for_each(|(slot, share)| *slot += f64::from(*share));
                return;
            }
            let value = row.get(*column as usize).copied().unwrap_or(f32::NAN);
            let goes_left = self.at.get(node).is_some_and(|at| value <= *at);
            node = *next as usize + usize::from(!goes_left);
        }
    }

    fn add_node(&mut self) {
        self.columns.push(LEAF);
        self.at.push(0.0);
        self.next.push(0);
    }

    fn set(&mut self, node: usize, column: u16, at: f32, next: u32) {
        self.columns.iter_mut().skip(node).take(1).for_each(|slot| *slot = column);
        self.at.iter_mut().skip(node).take(1).for_each(|slot| *slot = at);
        self.next.iter_mut().skip(node).take(1).for_each(|slot| *slot = next);
    }
}

/// A cut of a part.
#[derive(Clone, Copy)]
struct Cut {
    column: u16,
    /// The last bin that goes left.
    bin: u8,
    /// Sum over both sides of squared weights of classes by the weight of the side: larger is purer.
    purity: f64,
}

/// Grows trees of the same rows.
pub struct Grower<'a> {
    /// Rows and classes.
    pub labelled: &'a Labelled<'a>,
    /// The same rows.
    pub binned: &'a Binned,
    /// Columns that a cut is chosen among.
    pub n_looked_at: usize,
    /// Fewest rows in a leaf.
    pub fewest_in_leaf: usize,
    /// How a cut is chosen.
    pub cutting: Cutting,
}

/// A part of the rows that still has to be cut or to become a leaf.
struct Part {
    node: usize,
    depth: u32,
    start: usize,
    end: usize,
}

/// A tree on its way: the rows, in parts, and room to count in.
struct Growth {
    members: Vec<u32>,
    /// How much each member counts, in the same order.
    weights: Vec<f64>,
    columns: Vec<u16>,
    counts: Vec<f64>,
    few: Vec<(u8, u32, f64)>,
}

impl Grower<'_> {
    /// A tree of some rows, each counted so many times; also the operations that it took.
    pub fn grow(&self, counts: &[u32], random: &mut Random) -> (Tree, usize) {
        let members: Vec<u32> = (0..).zip(counts).filter(|(_, n)| **n > 0).map(|(row, _)| row).collect();
        let of = |row: &u32| f64::from(counts.get(*row as usize).copied().unwrap_or(0)) * self.labelled.weight(*row);
        let weights = members.iter().map(of).collect();
        let columns = (0..).take(self.binned.columns.len()).collect();
        let counts = vec![0.0; (MOST_BINS + 1) * self.labelled.n_classes];
        let mut growth = Growth { members, weights, columns, counts, few: Vec::new() };
        let mut tree = Tree::default();
        tree.add_node();
        let mut parts = vec![Part { node: 0, depth: 0, start: 0, end: growth.members.len() }];
        let mut spent = 0;
        let mut n_leaves = 0;
        while let Some(Part { node, depth, start, end }) = parts.pop() {
            let whole = self.weights_of(&growth, start, end);
            let is_pure = whole.iter().filter(|weight| **weight > 0.0).count() < 2;
            let is_open = !is_pure && depth < MOST_DEPTH && end - start >= 2 * self.fewest_in_leaf.max(1);
            let cut = if is_open { self.choose(&mut growth, start, end, &whole, random) } else { None };
            spent += (end - start) * if is_open { self.n_looked_at * 3 } else { 1 };
            let Some(cut) = cut else {
                let mut shares = whole;
                super::classifier::to_shares(&mut shares);
                tree.set(node, LEAF, 0.0, n_leaves);
                tree.shares.extend(shares.iter().map(|share| *share as f32));
                n_leaves += 1;
                continue;
            };
            let middle = self.partition(&mut growth, start, end, cut);
            let next = tree.columns.len();
            tree.set(node, cut.column, self.end_of(cut), next as u32);
            tree.add_node();
            tree.add_node();
            parts.push(Part { node: next + 1, depth: depth + 1, start: middle, end });
            parts.push(Part { node: next, depth: depth + 1, start, end: middle });
        }
        (tree, spent)
    }

    fn end_of(&self, cut: Cut) -> f32 {
        let column = self.binned.columns.get(cut.column as usize);
        column.and_then(|column| column.ends.get(cut.bin as usize)).copied().unwrap_or(f32::INFINITY)
    }

    fn weights_of(&self, growth: &Growth, start: usize, end: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.labelled.n_classes];
        let members = growth.members.get(start..end).unwrap_or_default();
        for (row, weight) in members.iter().zip(growth.weights.get(start..end).unwrap_or_default()) {
            sums.iter_mut().skip(self.labelled.class(*row)).take(1).for_each(|sum| *sum += weight);
        }
        sums
    }

    /// The purest cut of some random columns; of further ones while these are constant.
    fn choose(&self, growth: &mut Growth, start: usize, end: usize, whole: &[f64], random: &mut Random) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        let n_columns = growth.columns.len();
        let mut n_looked_at = 0;
        for place in 0..n_columns {
            if n_looked_at >= self.n_looked_at.max(1) {
                break;
            }
            // Fisher and Yates's shuffle, as far as it is needed.
            let other = place + random.below((n_columns - place) as u32) as usize;
            growth.columns.swap(place, other);
            let Some(number) = growth.columns.get(place).copied() else { break };
            let Some(column) = self.binned.columns.get(number as usize) else { break };
            let members = growth.members.get(start..end).unwrap_or_default();
            let bins = || members.iter().map(|row| column.bins.get(*row as usize).copied().unwrap_or(0));
            let (low, high) = bins().fold((u8::MAX, 0), |(low, high), bin| (low.min(bin), high.max(bin)));
            if low >= high {
                continue;
            }
            n_looked_at += 1;
            let only = match self.cutting {
                Cutting::Best => None,
                Cutting::Random => Some(random_bin(column, low, high, random)),
            };
            let found = if end - start <= FEW {
                self.cut_of_few(growth, (start, end), column, only, whole)
            } else {
                self.cut_of_bins(growth, (start, end), column, (low, high), only, whole)
            };
            if let Some((bin, purity)) = found
                && best.is_none_or(|best| purity > best.purity)
            {
                best = Some(Cut { column: number, bin, purity });
            }
        }
        best
    }

    fn cut_of_few(
        &self,
        growth: &mut Growth,
        (start, end): (usize, usize),
        column: &BinnedColumn,
        only: Option<u8>,
        whole: &[f64],
    ) -> Option<(u8, f64)> {
        let Growth { members, weights, few, .. } = growth;
        few.clear();
        let members = members.get(start..end)?.iter().zip(weights.get(start..end)?);
        few.extend(members.map(|(row, weight)| {
            (column.bins.get(*row as usize).copied().unwrap_or(0), self.labelled.class(*row) as u32, *weight)
        }));
        few.sort_unstable_by_key(|(bin, class, _)| (*bin, *class));
        let mut sides = Sides::new(whole);
        let mut best: Option<(u8, f64)> = None;
        let n = few.len();
        let mut done = 0;
        for same in few.chunk_by(|a, b| a.0 == b.0) {
            same.iter().for_each(|(_, class, weight)| sides.move_left(*class as usize, *weight));
            done += same.len();
            let Some((bin, ..)) = same.first().copied() else { continue };
            let follows = few.get(done).map_or(u8::MAX, |(next, ..)| *next);
            // A random cut lies between two bins that have rows.
            let is_meant = only.is_none_or(|only| bin <= only && only < follows);
            if is_meant && done >= self.fewest_in_leaf && n - done >= self.fewest_in_leaf.max(1) {
                sides.better(only.unwrap_or(bin), &mut best);
            }
        }
        best
    }

    fn cut_of_bins(
        &self,
        growth: &mut Growth,
        (start, end): (usize, usize),
        column: &BinnedColumn,
        (low, high): (u8, u8),
        only: Option<u8>,
        whole: &[f64],
    ) -> Option<(u8, f64)> {
        let n_classes = self.labelled.n_classes;
        let Growth { members, weights, counts, .. } = growth;
        let counts = counts.get_mut(low as usize * n_classes..(high as usize + 1) * n_classes)?;
        counts.fill(0.0);
        for (row, weight) in members.get(start..end)?.iter().zip(weights.get(start..end)?) {
            let bin = column.bins.get(*row as usize).copied().unwrap_or(low);
            let place = (bin - low) as usize * n_classes + self.labelled.class(*row);
            if let Some(slot) = counts.get_mut(place) {
                *slot += weight;
            }
        }
        let mut sides = Sides::new(whole);
        let mut best = None;
        for (bin, of_bin) in (low..high).zip(counts.chunks_exact(n_classes)) {
            let mut is_new = false;
            for (class, weight) in of_bin.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                sides.move_left(class, *weight);
                is_new = true;
            }
            if only.is_none_or(|only| bin == only) && (is_new || only.is_some()) {
                sides.better(bin, &mut best);
            }
        }
        if self.fewest_in_leaf > 1 {
            // Bins count weights, not rows: a cut that leaves too few on a side is none.
            let n_left = |bin: u8| {
                let rows = members.get(start..end).unwrap_or_default().iter();
                rows.filter(|row| column.bins.get(**row as usize).is_some_and(|own| *own <= bin)).count()
            };
            best = best
                .filter(|(bin, _)| (self.fewest_in_leaf..=end - start - self.fewest_in_leaf).contains(&n_left(*bin)));
        }
        best
    }

    /// Puts the members of a part that go left before the others, in order; where the others begin.
    fn partition(&self, growth: &mut Growth, start: usize, end: usize, cut: Cut) -> usize {
        let Some(column) = self.binned.columns.get(cut.column as usize) else { return end };
        let Growth { members, weights, .. } = growth;
        let (Some(members), Some(weights)) = (members.get_mut(start..end), weights.get_mut(start..end)) else {
            return end;
        };
        let goes_left = |row: u32| column.bins.get(row as usize).is_some_and(|bin| *bin <= cut.bin);
        let mut right: Vec<(u32, f64)> = Vec::new();
        let mut n = 0;
        for place in 0..members.len() {
            let (Some(row), Some(weight)) = (members.get(place).copied(), weights.get(place).copied()) else { break };
            if goes_left(row) {
                members.iter_mut().skip(n).take(1).for_each(|slot| *slot = row);
                weights.iter_mut().skip(n).take(1).for_each(|slot| *slot = weight);
                n += 1;
            } else {
                right.push((row, weight));
            }
        }
        let slots = members.iter_mut().zip(weights.iter_mut()).skip(n);
        slots.zip(right).for_each(|((row, weight), of)| (*row, *weight) = of);
        start + n
    }
}

/// Weights of the classes on both sides of a cut that moves from left to right.
struct Sides {
    left: Vec<f64>,
    right: Vec<f64>,
    /// Sums of weights, and of their squares.
    sums: [f64; 2],
    squares: [f64; 2],
}

impl Sides {
    fn new(whole: &[f64]) -> Sides {
        let squares = whole.iter().map(|weight| weight * weight).sum();
        Sides {
            left: vec![0.0; whole.len()],
            right: whole.to_vec(),
            sums: [0.0, whole.iter().sum()],
            squares: [0.0, squares],
        }
    }

    fn move_left(&mut self, class: usize, weight: f64) {
        let (Some(left), Some(right)) = (self.left.get_mut(class), self.right.get_mut(class)) else { return };
        self.squares[0] += weight * (2.0 * *left + weight);
        self.squares[1] -= weight * (2.0 * *right - weight);
        *left += weight;
        *right -= weight;
        self.sums[0] += weight;
        self.sums[1] -= weight;
    }

    /// Takes the cut behind this bin if it is the purest.
    fn better(&self, bin: u8, best: &mut Option<(u8, f64)>) {
        let [left, right] = self.sums;
        if left <= 0.0 || right <= 1e-9 {
            return;
        }
        let purity = self.squares[0] / left + self.squares[1] / right;
        if best.is_none_or(|(_, best)| purity > best) {
            *best = Some((bin, purity));
        }
    }
}
