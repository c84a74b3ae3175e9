//! Rows to the mean distance of their nearest neighbours.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::reference::Reference;
use crate::learn::work::Work;
use crate::settings::Descriptor;

/// The size of a neighbourhood.
pub const NEIGHBOURS: Descriptor = Descriptor::percent("knn.neighbours", "Neighbours", 5.0)
    .range(0.1, 50.0)
    .offered("The share of all rows whose distance counts, the nearest ones, at least 5 rows. Groups of unusual rows that are smaller than this are \
           seen too; a share keeps its meaning in tables of any size.");

/// Line in the register.
pub const METHOD: Method = Method {
    id: "knn",
    label: "Distance to the nearest neighbours",
    help: "A row is unusual if even its nearest neighbours are far away. Good at rows that stand alone, wherever they are.",
    fails: "Groups of unusual rows larger than the neighbourhood, and many columns that say nothing.",
    source: "Ramaswamy, Rastogi, Shim, SIGMOD 2000; mean over all neighbours as in Angiulli and Pizzuti, PKDD 2002.",
    explains: "The square of each feature's mean difference from the neighbours.",
    parameters: &[NEIGHBOURS],
    cost: Cost::Heavy,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Knn {
    reference: Reference,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    Ok(Box::new(Knn { reference: Reference::of(training, &NEIGHBOURS, work)? }))
}

impl Fitted for Knn {
    fn score(&self, row: &[f32], own: Option<u32>) -> f64 {
        let found = self.reference.nearest(row, own);
        found.iter().map(|f| f64::from(f.square).sqrt()).sum::<f64>() / found.len().max(1) as f64
    }

    fn cost_of_row(&self) -> usize {
        self.reference.cost_of_row()
    }

    fn contributions(&self, row: &[f32], own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        self.reference.contributions(row, own)
    }

    fn sampled(&self) -> Option<usize> {
        self.reference.sampled()
    }
}
