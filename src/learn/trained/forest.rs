//! Many trees to the mean of what they say: what random forest and extra trees have in common.

use super::binned::Binned;
use super::classifier::{Labelled, Trained, restored, stored, to_shares};
use super::tree::{Cutting, Grower, Tree};
use crate::learn::method::Refusal;
use crate::learn::random::Random;
use crate::learn::work::{Work, share};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most rows that one tree is grown from: more make a forest slower and larger but hardly better.
const MOST_ROWS: u32 = 200_000;

/// Trees.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DecisionForest {
    trees: Vec<Tree>,
}

/// How a forest is grown.
#[derive(Clone, Copy, Debug)]
pub struct ForestPlan {
    /// Trees.
    pub n_trees: u32,
    /// Share of the columns that a cut is chosen among; the square root of their number if it is 0.
    pub share_looked_at: f64,
    /// Fewest rows in a leaf.
    pub fewest_in_leaf: usize,
    /// How a cut is chosen.
    pub cutting: Cutting,
    /// A tree is grown from as many rows drawn with replacement (Breiman 1996), else from all.
    pub is_drawn: bool,
}

/// Grows a forest.
pub fn fit(labelled: &Labelled<'_>, plan: ForestPlan, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let n_columns = labelled.rows.n_columns();
    let n_rows = labelled.rows.n_rows();
    work.spend(n_rows * n_columns * 20, 0.0)?;
    let binned = Binned::of(labelled.rows);
    let root = (n_columns as f64).sqrt().round();
    let n_looked_at = if plan.share_looked_at > 0.0 { (plan.share_looked_at * n_columns as f64).ceil() } else { root };
    let grower = Grower {
        labelled,
        binned: &binned,
        n_looked_at: (n_looked_at as usize).clamp(1, n_columns),
        fewest_in_leaf: plan.fewest_in_leaf,
        cutting: plan.cutting,
    };
    let mut random = Random::new(labelled.seed);
    let mut trees = Vec::with_capacity(plan.n_trees as usize);
    let n = n_rows as u32;
    for tree in 0..plan.n_trees {
        let mut counts = vec![u32::from(!plan.is_drawn); n_rows];
        if plan.is_drawn {
            for _ in 0..n.min(MOST_ROWS) {
                let row = random.below(n) as usize;
                counts.iter_mut().skip(row).take(1).for_each(|count| *count += 1);
            }
        }
        let (grown, spent) = grower.grow(&counts, &mut random);
        trees.push(grown);
        work.spend(spent, share(tree as usize, plan.n_trees as usize))?;
    }
    Ok(Box::new(DecisionForest { trees }))
}

/// A forest of a file.
pub fn restore(value: &Value) -> Result<Box<dyn Trained>, String> {
    Ok(Box::new(restored::<DecisionForest>(value)?))
}

impl Trained for DecisionForest {
    fn probabilities(&self, row: &[f32], out: &mut [f64]) {
        out.fill(0.0);
        self.trees.iter().for_each(|tree| tree.add_shares(row, out));
        to_shares(out);
    }

    fn cost_of_row(&self) -> usize {
        self.trees.len() * 40
    }

    fn stored(&self) -> Value {
        stored(self)
    }
}
