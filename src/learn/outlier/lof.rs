//! Rows to how much thinner the rows lie around them than around their neighbours.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::neighbours::Neighbour;
use crate::learn::reference::Reference;
use crate::learn::work::Work;
use crate::settings::Descriptor;

const NEIGHBOURS: Descriptor = Descriptor::percent("lof.neighbours", "Neighbours", 10.0)
    .range(0.1, 50.0)
    .offered("The share of all rows that makes up a neighbourhood, at least 5 rows. Groups of unusual rows that are smaller than this are \
           seen too; a share keeps its meaning in tables of any size.");
/// Keeps densities finite where more rows than neighbours are alike.
const LEAST_DISTANCE: f64 = 1e-6;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "lof",
    label: "Local outlier factor",
    help: "A row is unusual if the rows around it lie thinner than around its neighbours. Good at rows beside a dense \
           group that would be usual elsewhere.",
    fails: "Unusual rows that are equally dense among each other, and many rows that are exactly alike.",
    source: "Breunig, Kriegel, Ng, Sander, SIGMOD 2000.",
    explains: "The square of each feature's mean difference from the neighbours.",
    parameters: &[NEIGHBOURS],
    cost: Cost::Heavy,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Lof {
    reference: Reference,
    /// Of each point: distance of its last neighbour, and density.
    reaches: Vec<f64>,
    densities: Vec<f64>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let reference = Reference::of(training, &NEIGHBOURS, &mut work.part(0.0, 0.1))?;
    let (n, n_neighbours) = (reference.n_points(), reference.n_neighbours());
    let (mut all, mut reaches) = (Vec::with_capacity(n * n_neighbours), Vec::with_capacity(n));
    reference.each(&mut work.part(0.1, 1.0), |found| {
        reaches.push(found.last().map_or(0.0, |last| f64::from(last.square).sqrt()));
        all.extend_from_slice(found);
    })?;
    let densities = all.chunks(n_neighbours).map(|found| density(found, &reaches)).collect();
    Ok(Box::new(Lof { reference, reaches, densities }))
}

/// 1 / mean reachability distance.
fn density(found: &[Neighbour], reaches: &[f64]) -> f64 {
    let reach = |f: &Neighbour| reaches.get(f.place as usize).copied().unwrap_or(0.0).max(f64::from(f.square).sqrt());
    1.0 / (found.iter().map(reach).sum::<f64>() / found.len().max(1) as f64).max(LEAST_DISTANCE)
}

impl Fitted for Lof {
    fn score(&self, row: &[f32], own: Option<u32>) -> f64 {
        let found = self.reference.nearest(row, own);
        let around: f64 = found.iter().filter_map(|f| self.densities.get(f.place as usize)).sum();
        around / found.len().max(1) as f64 / density(&found, &self.reaches)
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
