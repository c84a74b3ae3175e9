//! Turns the flow table into feature rows: a sample to learn from, and the flows to score. Made once and shared by all
//! models of an evaluation.

use crate::flow::features::model::{N, vector};
use crate::flow::table::FlowTable;
use crate::learn::matrix::Matrix;
use crate::learn::random::Selection;
use crate::learn::scale::Robust;
use crate::model::Flow;
use std::sync::{Arc, Mutex, PoisonError};

/// Most flows that a model learns from; more make it slower but hardly better.
const MOST_LEARNT: u32 = 20_000;
/// Rows in a block to score.
const BLOCK: usize = 4096;

/// What the rows depend on; rows with an equal key are equal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Key {
    /// Seed of the samples.
    pub seed: u64,
    /// Most flows scored.
    pub most_scored: u32,
    /// Flows kept.
    pub n_flows: usize,
    /// Serial number of the first flow kept.
    pub first_serial: u32,
    /// Packets read.
    pub packets: u64,
}

/// Feature rows of flows, one row per flow and one column per feature.
#[derive(Debug)]
pub struct FlowRows {
    /// Rows to learn from.
    pub learnt: Matrix,
    /// Median and spread of each feature in those rows.
    pub usual: Robust,
    /// Rows to score, in blocks.
    pub scored: Vec<Matrix>,
    /// Index of each scored row among the kept flows.
    pub places: Vec<u32>,
}

/// A cache of the rows that were made last.
#[derive(Debug, Default)]
pub struct FlowRowsCache(Mutex<Option<(Key, Arc<FlowRows>)>>);

impl FlowRowsCache {
    /// Rows for this key: the cached ones if the key is the same, otherwise new ones.
    pub fn rows(&self, flows: &FlowTable, key: Key) -> Arc<FlowRows> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = last.as_ref().filter(|(made_for, _)| *made_for == key) {
            return rows.clone();
        }
        let rows = Arc::new(FlowRows::of(flows, key));
        *last = Some((key, rows.clone()));
        rows
    }

    /// Empties the cache, to free its memory.
    pub fn clear(&mut self) {
        *self = FlowRowsCache::default();
    }
}

impl FlowRows {
    fn of(flows: &FlowTable, key: Key) -> FlowRows {
        let n = u32::try_from(flows.len()).unwrap_or(u32::MAX);
        let mut learning = Selection::new(key.seed, n, MOST_LEARNT);
        let mut scoring = Selection::new(key.seed.wrapping_add(1), n, key.most_scored);
        let mut learnt = Matrix::new(N);
        let (mut scored, mut places) = (Vec::new(), Vec::new());
        for (place, (_, flow)) in (0..).zip(flows.iter()) {
            let (learns, scores) = (learning.picks(), scoring.picks());
            if !(learns || scores) || !flow.is_counted() {
                continue;
            }
            let row = row(flow);
            if learns {
                learnt.push_with(|slots| slots.copy_from_slice(&row));
            }
            if scores {
                if places.len().is_multiple_of(BLOCK) {
                    scored.push(Matrix::new(N));
                }
                scored
                    .iter_mut()
                    .last()
                    .into_iter()
                    .for_each(|block| block.push_with(|slots| slots.copy_from_slice(&row)));
                places.push(place);
            }
        }
        let usual = Robust::fit(&learnt);
        FlowRows { learnt, usual, scored, places }
    }
}

/// Not inlined: browsers optimise a function that is called often, but not a long loop in one that is called once.
#[inline(never)]
fn row(flow: &Flow) -> [f32; N] {
    let mut row = [0.0; N];
    vector(flow, &mut row);
    row
}
