//! Rows to how few random cuts along the columns set them apart: the forest of `learn/forest.rs` as an outlier method.

use crate::learn::forest::Forest;
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::work::Work;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "isolation_forest",
    label: "Isolation forest",
    help: "A row is unusual if a few random cuts through the columns leave it alone. Fast and robust; a good first choice.",
    fails: "Rows that are odd only in how columns go together, and large groups of unusual rows that look alike.",
    source: "Liu, Ting, Zhou, IEEE ICDM 2008: 100 trees on 256 rows each, as in the paper.",
    explains: "By how much the score falls if the feature had its median.",
    parameters: &[],
    cost: Cost::Light,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let report = |done: f32| work.spend(training.rows.n_rows() + 500_000, done);
    match Forest::grow(training.rows, training.seed, training.trace, report)? {
        Some(forest) => Ok(Box::new(forest)),
        None => Err(Refusal::NotEnough("One row alone cannot be set apart from others.".to_owned())),
    }
}

impl Fitted for Forest {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        self.score_of_row(row)
    }

    fn cost_of_row(&self) -> usize {
        2000
    }

    fn scores(&self, rows: &[&[f32]], _first: u32, out: &mut [f64]) {
        self.score_rows(rows, out);
    }
}
