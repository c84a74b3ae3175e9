//! Minimum covariance determinant (MCD): rows to their Mahalanobis distance from the rows that lie closest together.

use crate::learn::covariance::Spread;
use crate::learn::matrix::Matrix;
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::work::{Stopped, Work};
use crate::settings::Descriptor;

const KEPT: Descriptor = Descriptor::percent("mcd.kept", "Rows that are taken as usual", 75.0).range(50.0, 100.0).offered(
    "The share of rows, those closest together, that say what is usual. 75 % is the paper's advice unless more than \
           a quarter of all rows may be unusual.",
);
/// Concentration steps, at most; the rows that are kept mostly stop changing after a few (Rousseeuw and Van Driessen 1999).
const MOST_STEPS: usize = 20;
/// Products of two columns, at most, that a step adds up: rows times the square of the columns. Set by us, for the time.
const MOST_PRODUCTS: usize = 60_000_000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "mcd",
    label: "Robust distance (MCD)",
    help: "A row is unusual if it is far from the bulk of the rows, measured by how columns spread and go together there. \
           The unusual rows themselves do not shift the measure.",
    fails: "Several separate kinds of usual rows: it knows one bulk only. More than a quarter of unusual rows draw it off.",
    source: "Rousseeuw and Van Driessen, Technometrics 41, 1999; two fixed starts instead of random ones as in Hubert, \
             Rousseeuw, Verdonck, J. Comput. Graph. Stat. 21, 2012; shrinkage as in Boudt et al. 2020.",
    explains: "The squared distance is a sum over columns of difference times slope; these are its terms.",
    parameters: &[KEPT],
    cost: Cost::Medium,
    fewest_rows: 10,
    leaves_missing_out: false,
    fit,
};

struct Mcd {
    spread: Spread,
    width: usize,
    sampled: Option<usize>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let rows = training.rows;
    let width = rows.n_columns();
    let all = training.sample((MOST_PRODUCTS / width / width).clamp(500, 20_000));
    let n_kept = ((all.len() as f64 * training.settings.get(&KEPT) / 100.0).ceil() as usize).clamp(1, all.len());
    let from_the_middle = |row: &[f32]| row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
    let nearest = closest(rows, &all, n_kept, from_the_middle);
    let mut best = improve(rows, &all, nearest, &mut work.part(0.0, 0.5))?;
    // A second start: distances of values squashed to between -1 and 1, so that far ones draw little (DetMCD takes tanh).
    let squashed = |x: f64| x / (1.0 + x.abs());
    let mut work = work.part(0.5, 1.0);
    if let Some(spread) = Spread::of(rows, &all, squashed, &mut work)? {
        let start = closest(rows, &all, n_kept, |row| spread.distance(row, squashed));
        let other = improve(rows, &all, start, &mut work)?;
        let is_smaller = |other: &Spread, best: &Option<Spread>| best.as_ref().is_none_or(|b| other.volume < b.volume);
        best = other.filter(|other| is_smaller(other, &best)).or(best);
    }
    let sampled = (all.len() < rows.n_rows()).then_some(all.len());
    match best {
        Some(spread) => Ok(Box::new(Mcd { spread, width, sampled })),
        None => Err(Refusal::NotEnough("The columns spread too little for distances.".to_owned())),
    }
}

/// Concentration steps: the rows closest by the spread of those kept before, until they stay the same.
fn improve(rows: &Matrix, all: &[u32], mut kept: Vec<u32>, work: &mut Work<'_>) -> Result<Option<Spread>, Stopped> {
    let width = rows.n_columns();
    let mut last = None;
    for step in 0..MOST_STEPS {
        let done = step as f32 / MOST_STEPS as f32;
        let Some(spread) = Spread::of(rows, &kept, |x| x, &mut work.part(done, done))? else { break };
        work.spend(all.len() * width * width / 2, done)?;
        let next = closest(rows, all, kept.len(), |row| spread.distance(row, |x| x));
        last = Some(spread);
        if next == kept {
            break;
        }
        kept = next;
    }
    Ok(last)
}

/// The rows of the smallest distances, in order of their numbers.
fn closest(rows: &Matrix, all: &[u32], n: usize, distance: impl Fn(&[f32]) -> f64) -> Vec<u32> {
    let mut by_distance: Vec<(f64, u32)> = all.iter().map(|row| (distance(rows.row(*row as usize)), *row)).collect();
    if n < by_distance.len() {
        by_distance.select_nth_unstable_by(n, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
    let mut kept: Vec<u32> = by_distance.into_iter().take(n).map(|(_, row)| row).collect();
    kept.sort_unstable();
    kept
}

impl Fitted for Mcd {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        self.spread.distance(row, |x| x)
    }

    fn cost_of_row(&self) -> usize {
        self.width * self.width
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        self.spread.terms(row)
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
