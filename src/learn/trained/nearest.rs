//! Nearest neighbours: a row is what the most similar rows are, the nearer the more. The search is that of the outlier methods.

use super::classifier::{Classifier, Labelled, Trained, restored, stored, to_shares};
use crate::learn::matrix::Matrix;
use crate::learn::method::Refusal;
use crate::learn::neighbours::Neighbours;
use crate::learn::work::Work;
use crate::settings::Descriptor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::ControlFlow;

const NEIGHBOURS: Descriptor = Descriptor::count("nearest.neighbours", "Neighbours", 5.0)
    .range(1.0, 200.0)
    .offered("How many of the nearest rows are asked. 5 is the usual choice.");
/// Most rows that are kept: a search takes time with them, and the model's file holds them.
const MOST_ROWS: usize = 20_000;
/// Added to a square of a distance: a neighbour at the same place counts much, not infinitely.
const NEAR: f64 = 1e-3;

/// Line in the register.
pub const CLASSIFIER: Classifier = Classifier {
    id: "nearest",
    label: "Nearest neighbours",
    help: "A row is what the rows most like it are. Its reasons can be looked at: they are rows of the training data.",
    fails: "Many columns that say nothing, and more than 20,000 rows, of which it keeps a random sample. Its file holds rows of \
            the training data.",
    source: "Cover and Hart, IEEE Trans. Inf. Theory 13, 1967, weighted by inverse squared distance as Dudani, IEEE Trans. SMC 6, \
             1976.",
    parameters: &[NEIGHBOURS],
    takes_missing: false,
    fit,
    restore,
};

struct Nearest {
    kept: Kept,
    tree: Neighbours,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Kept {
    n_neighbours: usize,
    n_columns: usize,
    /// Row by row.
    values: Vec<f32>,
    classes: Vec<u32>,
    weights: Vec<f64>,
    /// Rows that there were.
    of_rows: usize,
}

fn fit(labelled: &Labelled<'_>, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let members = labelled.sample(MOST_ROWS);
    let kept = Kept {
        n_neighbours: labelled.settings.get(&NEIGHBOURS) as usize,
        n_columns: labelled.rows.n_columns(),
        values: members.iter().flat_map(|row| labelled.rows.row(*row as usize)).copied().collect(),
        classes: members.iter().map(|row| labelled.class(*row) as u32).collect(),
        weights: labelled.weights.to_vec(),
        of_rows: labelled.rows.n_rows(),
    };
    Ok(Box::new(Nearest::of(kept, work)?))
}

fn restore(value: &Value) -> Result<Box<dyn Trained>, String> {
    let mut report = |_: f32| ControlFlow::Continue(());
    let nearest = Nearest::of(restored::<Kept>(value)?, &mut Work::new(&mut report));
    nearest.map(|nearest| Box::new(nearest) as Box<dyn Trained>).map_err(|_| "reading was stopped".to_owned())
}

impl Nearest {
    fn of(kept: Kept, work: &mut Work<'_>) -> Result<Nearest, Refusal> {
        let mut rows = Matrix::new(kept.n_columns);
        for row in kept.values.chunks_exact(kept.n_columns.max(1)) {
            rows.push_with(|out| out.copy_from_slice(row));
        }
        let all = (0..).take(rows.n_rows()).collect();
        let tree = Neighbours::new(&rows, all, work)?;
        Ok(Nearest { kept, tree })
    }
}

impl Trained for Nearest {
    fn probabilities(&self, row: &[f32], out: &mut [f64]) {
        out.fill(0.0);
        let mut found = Vec::new();
        self.tree.nearest(row, None, self.kept.n_neighbours, &mut found);
        for neighbour in found {
            let class = self.kept.classes.get(neighbour.row as usize).map_or(0, |class| *class as usize);
            let weight = self.kept.weights.get(class).copied().unwrap_or(1.0);
            let counts = weight / (f64::from(neighbour.square) + NEAR);
            out.iter_mut().skip(class).take(1).for_each(|slot| *slot += counts);
        }
        to_shares(out);
    }

    fn cost_of_row(&self) -> usize {
        self.kept.values.len() / 4 + 1
    }

    fn stored(&self) -> Value {
        stored(&self.kept)
    }

    fn sampled(&self) -> Option<usize> {
        (self.kept.classes.len() < self.kept.of_rows).then_some(self.kept.classes.len())
    }
}
