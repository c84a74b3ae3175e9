//! Rows to the radius from which on DBSCAN no longer calls them noise.
//!
//! DBSCAN calls a row noise that is neither the core of a cluster (so many rows within the radius) nor within the radius of
//! one. Which is the least radius at which that ends? It depends on no radius chosen beforehand, and a threshold of the
//! score is that radius. Own code: smartcore's DBSCAN gives the labels of one radius, and cannot be stopped.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::reference::Reference;
use crate::learn::work::Work;
use crate::settings::Descriptor;

const NEIGHBOURS: Descriptor = Descriptor::percent("dbscan.neighbours", "Rows around a core", 5.0)
    .range(0.1, 50.0)
    .offered("So large a share of all rows within the radius, at least 5 rows, makes a row the core of a cluster. Groups of unusual rows that are smaller than this are \
           seen too; a share keeps its meaning in tables of any size.");

/// Line in the register.
pub const METHOD: Method = Method {
    id: "dbscan",
    label: "DBSCAN noise",
    help: "A row is unusual if it belongs to no cluster. The score is the smallest radius at which it would belong to \
           one, so a threshold is the radius of DBSCAN.",
    fails: "Usual rows of very different density: a thin usual group looks like noise.",
    source: "Ester, Kriegel, Sander, Xu, KDD 1996; core distances as in OPTICS (Ankerst et al., SIGMOD 1999).",
    explains: "The square of each feature's mean difference from the neighbours.",
    parameters: &[NEIGHBOURS],
    cost: Cost::Heavy,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Dbscan {
    reference: Reference,
    /// Of each point, the radius from which on it is a core.
    cores: Vec<f32>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let reference = Reference::of(training, &NEIGHBOURS, &mut work.part(0.0, 0.1))?;
    let mut cores = Vec::with_capacity(reference.n_points());
    reference.each(&mut work.part(0.1, 1.0), |found| cores.push(found.last().map_or(0.0, |last| last.square)))?;
    Ok(Box::new(Dbscan { reference, cores }))
}

impl Fitted for Dbscan {
    fn score(&self, row: &[f32], own: Option<u32>) -> f64 {
        let found = self.reference.nearest(row, own);
        let as_core = found.last().map_or(0.0, |last| last.square);
        // A core further away than the last neighbour comes too late: by then the row is a core itself.
        let beside = found.iter().filter_map(|f| self.cores.get(f.place as usize).map(|core| core.max(f.square)));
        f64::from(beside.fold(as_core, f32::min)).sqrt()
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
