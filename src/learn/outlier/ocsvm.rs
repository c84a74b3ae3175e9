//! Rows to how far outside they lie of the region that a support vector machine of one class finds.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::random::{Random, normal};
use crate::learn::work::{Work, share};
use crate::maths::elementary::cos;
use crate::maths::sorting::Arrange;
use crate::settings::Descriptor;

const OUTSIDE: Descriptor = Descriptor::percent("ocsvm.outside", "Rows that may lie outside", 50.0)
    .range(1.0, 99.0)
    .offered("The share of rows that the region may leave out (nu). 50 % is the usual choice; the score, not the region, says \
           how unusual a row is.");
/// Random waves that stand in for the kernel.
const WAVES: usize = 256;
/// Steps towards the machine's weights.
const STEPS: usize = 30;
/// Most rows that it learns from.
const MOST_ROWS: usize = 10_000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "ocsvm",
    label: "One-class support vector machine",
    help: "A row is unusual if it lies outside of the smooth region that holds most rows. Good at bulks that are not round.",
    fails: "Many unusual rows among those learnt from, and columns that say nothing, which blur all distances.",
    source: "Schoelkopf et al., Neural Computation 13, 2001, with random waves for the Gaussian kernel (Rahimi and Recht, \
             NIPS 2007), solved by the method of Frank and Wolfe (Naval Res. Logist. 3, 1956).",
    explains: "By how much the score falls if the feature had its median.",
    parameters: &[OUTSIDE],
    cost: Cost::Medium,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Ocsvm {
    /// Frequencies and phase of each wave.
    waves: Vec<(Vec<f64>, f64)>,
    weights: Vec<f64>,
    sampled: Option<usize>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let rows = training.rows;
    let width = rows.n_columns();
    let members = training.sample(MOST_ROWS);
    let n_outside = ((members.len() as f64 * training.settings.get(&OUTSIDE) / 100.0) as usize).max(1);
    let mut random = Random::new(training.seed);
    // A kernel exp(-distance^2 / width), as is usual for columns of deviation 1.
    let frequency = (2.0 / width as f64).sqrt();
    let waves: Vec<(Vec<f64>, f64)> = (0..WAVES)
        .map(|_| {
            let frequencies = (0..width).map(|_| normal(&mut random) * frequency).collect();
            (frequencies, random.unit() * std::f64::consts::TAU)
        })
        .collect();
    let mut machine = Ocsvm { waves, weights: Vec::new(), sampled: None };
    let mut seen = Vec::with_capacity(members.len());
    for (place, row) in members.iter().enumerate() {
        work.spend(WAVES * (width + 30), 0.8 * share(place, members.len()))?;
        seen.push(machine.heights(rows.row(*row as usize)));
    }
    machine.weights = mean(seen.iter());
    // The dual is a point of a polytope whose corners are the means of so many rows: go to the corner that the slope points to.
    for step in 0..STEPS {
        work.spend(seen.len() * WAVES * 2, 0.8 + 0.2 * share(step, STEPS))?;
        let mut by_height: Vec<(f64, usize)> =
            seen.iter().map(|heights| dot(heights, &machine.weights)).zip(0..).collect();
        if n_outside < by_height.len() {
            by_height.select_nth_unstable_by(n_outside, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut outside: Vec<usize> = by_height.iter().take(n_outside).map(|(_, place)| *place).collect();
        outside.arrange();
        let corner = mean(outside.iter().filter_map(|place| seen.get(*place)));
        let length = 2.0 / (step as f64 + 3.0);
        for (weight, corner) in machine.weights.iter_mut().zip(corner) {
            *weight += length * (corner - *weight);
        }
    }
    machine.sampled = (members.len() < rows.n_rows()).then_some(members.len());
    Ok(Box::new(machine))
}

fn mean<'a>(all: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let (mut sums, mut n) = (vec![0.0; WAVES], 0.0_f64);
    for heights in all {
        n += 1.0;
        sums.iter_mut().zip(heights).for_each(|(sum, height)| *sum += height);
    }
    sums.iter_mut().for_each(|sum| *sum /= n.max(1.0));
    sums
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Ocsvm {
    /// The height of each wave at a row.
    fn heights(&self, row: &[f32]) -> Vec<f64> {
        let scale = (2.0 / WAVES as f64).sqrt();
        let at = |frequencies: &[f64]| row.iter().zip(frequencies).map(|(x, f)| f64::from(*x) * f).sum::<f64>();
        self.waves.iter().map(|(frequencies, phase)| scale * cos(at(frequencies) + phase)).collect()
    }
}

impl Fitted for Ocsvm {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        -dot(&self.heights(row), &self.weights)
    }

    fn cost_of_row(&self) -> usize {
        WAVES * (self.waves.first().map_or(0, |wave| wave.0.len()) + 30)
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
