//! Rows to the radius from which on DBSCAN no longer calls them noise.
//!
//! DBSCAN calls a row noise that is neither the core of a cluster (so many rows within the radius) nor within the radius of
//! one. Which is the least radius at which that ends? It depends on no radius chosen beforehand, and a threshold of the
//! score is that radius. Own code: smartcore's DBSCAN gives the labels of one radius, and cannot be stopped.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::neighbours::{Neighbour, Neighbours};
use crate::learn::reference::{self, differences};
use crate::learn::work::{Work, share};
use crate::settings::Descriptor;

const NEIGHBOURS: Descriptor = Descriptor::percent("dbscan.neighbours", "Rows around a core", 5.0)
    .range(0.1, 50.0)
    .help("So large a share of all rows within the radius, at least 5 rows, makes a row the core of a cluster. Groups of unusual rows that are smaller than this are \
           seen too; a share keeps its meaning in tables of any size.");

/// Line in the register.
pub const METHOD: Method = Method {
    id: "dbscan",
    label: "DBSCAN noise",
    help: "A row is unusual if it belongs to no cluster. The score is the smallest radius at which it would belong to \
           one, so a threshold is the radius of DBSCAN.",
    source: "Ester, Kriegel, Sander, Xu, KDD 1996; core distances as in OPTICS (Ankerst et al., SIGMOD 1999).",
    explains: "The square of each feature's mean difference from the neighbours.",
    parameters: &[NEIGHBOURS],
    cost: Cost::Heavy,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Dbscan {
    tree: Neighbours,
    n_neighbours: usize,
    /// Of each point, the radius from which on it is a core.
    cores: Vec<f32>,
    sampled: Option<usize>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let (tree, sampled) = reference::tree(training, &mut work.part(0.0, 0.1))?;
    let n_neighbours = reference::n_neighbours(training.settings.get(&NEIGHBOURS), &tree);
    let (n, mut found, mut cores) = (tree.len(), Vec::new(), Vec::new());
    for (place, row) in (0..).zip(tree.rows()) {
        work.spend(reference::cost_of_search(&tree), 0.1 + 0.9 * share(place as usize, n))?;
        tree.nearest(tree.point(place), Some(*row), n_neighbours, &mut found);
        cores.push(found.last().map_or(0.0, |last| last.square));
    }
    Ok(Box::new(Dbscan { tree, n_neighbours, cores, sampled }))
}

impl Dbscan {
    fn nearest(&self, row: &[f32], own: Option<u32>) -> Vec<Neighbour> {
        let mut found = Vec::with_capacity(self.n_neighbours);
        self.tree.nearest(row, own, self.n_neighbours, &mut found);
        found
    }
}

impl Fitted for Dbscan {
    fn score(&self, row: &[f32], own: Option<u32>) -> f64 {
        let found = self.nearest(row, own);
        let as_core = found.last().map_or(0.0, |last| last.square);
        // A core further away than the last neighbour comes too late: by then the row is a core itself.
        let beside = found.iter().filter_map(|f| self.cores.get(f.place as usize).map(|core| core.max(f.square)));
        f64::from(beside.fold(as_core, f32::min)).sqrt()
    }

    fn cost_of_row(&self) -> usize {
        reference::cost_of_search(&self.tree)
    }

    fn contributions(&self, row: &[f32], own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        differences(&self.tree, row, &self.nearest(row, own))
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
