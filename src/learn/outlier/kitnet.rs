//! Rows to how badly an ensemble of small auto-encoders reproduces them.

use crate::learn::autoencoder::{Autoencoder, Passage};
use crate::learn::matrix::Matrix;
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::random::Random;
use crate::learn::work::{Stopped, Work, share};
use crate::maths::sorting::Arrange;
use crate::settings::Descriptor;

const INPUTS: Descriptor =
    Descriptor::count("kitnet.inputs", "Features of a network", 10.0).range(2.0, 50.0).unit("features").offered(
        "Most features that one network reproduces; 10 is the authors' number. Features that go together share one.",
    );
const ROUNDS: Descriptor = Descriptor::count("kitnet.rounds", "Rounds of learning", 3.0)
    .range(1.0, 50.0)
    .unit("rounds")
    .offered("How often the networks see each row that they learn from.");
/// Most rows that the networks learn from.
const MOST_ROWS: usize = 5000;
/// Most rows that correlations are counted over.
const MOST_CORRELATED: usize = 2000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "kitnet",
    label: "Auto-encoders (KitNET)",
    help: "Small networks learn to reproduce the rows. A row is unusual if they fail at it: its numbers do not go together \
           as usual.",
    fails: "Slow changes that it learns along, and tables of few columns, where there is nothing to rebuild.",
    source: "Mirsky et al., Kitsune, NDSS 2018: features grouped by correlation, one auto-encoder a group. The mean of their \
             errors instead of one more auto-encoder over them, which on tables learns the unusual rows too.",
    explains: "The square of each feature's error, scaled to the error of its network.",
    parameters: &[INPUTS, ROUNDS],
    cost: Cost::Medium,
    fewest_rows: 10,
    leaves_missing_out: false,
    fit,
};

struct Kitnet {
    inputs: Vec<Range>,
    /// Columns and network of each group.
    groups: Vec<(Vec<u32>, Autoencoder)>,
    errors: Vec<Range>,
    sampled: Option<usize>,
}

/// What becomes 0 to 1.
#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    const NONE: Range = Range { low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn extend(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }

    fn scale(self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.0 }
    }
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let rows = training.rows;
    let width = rows.n_columns();
    let members = training.sample(MOST_ROWS);
    let mut random = Random::new(training.seed);
    let mut inputs = vec![Range::NONE; width];
    for row in &members {
        inputs.iter_mut().zip(rows.row(*row as usize)).for_each(|(range, x)| range.extend(f64::from(*x)));
    }
    let columns = groups(rows, &members, training.settings.get(&INPUTS) as usize, &mut work.part(0.0, 0.2))?;
    let groups: Vec<(Vec<u32>, Autoencoder)> = columns
        .into_iter()
        .map(|columns| {
            let network = Autoencoder::new(columns.len(), &mut random);
            (columns, network)
        })
        .collect();
    let sampled = (members.len() < rows.n_rows()).then_some(members.len());
    let errors = vec![Range::NONE; groups.len()];
    let mut kitnet = Kitnet { inputs, groups, errors, sampled };
    let n_rounds = training.settings.get(&ROUNDS) as usize;
    let mut passage = Passage::default();
    for round in 0..n_rounds {
        for row in shuffled(&members, &mut random) {
            work.spend(3 * kitnet.cost_of_row(), 0.2 + 0.7 * share(round, n_rounds))?;
            for group in 0..kitnet.groups.len() {
                let inputs = kitnet.group_inputs(group, rows.row(row as usize));
                if let Some((_, network)) = kitnet.groups.get_mut(group) {
                    network.learn(&inputs, &mut passage);
                }
            }
        }
    }
    for row in &members {
        work.spend(kitnet.cost_of_row(), 0.95)?;
        let errors = kitnet.group_errors(rows.row(*row as usize));
        kitnet.errors.iter_mut().zip(&errors).for_each(|(range, error)| range.extend(*error));
    }
    Ok(Box::new(kitnet))
}

fn shuffled(rows: &[u32], random: &mut Random) -> Vec<u32> {
    let mut rows = rows.to_vec();
    for left in (1..rows.len()).rev() {
        rows.swap(left, random.below(left as u32 + 1) as usize);
    }
    rows
}

/// Columns in groups of at most so many: the pairs that are correlated most find together first.
fn groups(rows: &Matrix, members: &[u32], most: usize, work: &mut Work<'_>) -> Result<Vec<Vec<u32>>, Stopped> {
    let width = rows.n_columns();
    let members = members.get(..members.len().min(MOST_CORRELATED)).unwrap_or_default();
    let n = members.len().max(1) as f64;
    // Columns of mean 0 and length 1.
    let columns: Vec<Vec<f64>> = (0..width)
        .map(|column| {
            let values: Vec<f64> = members.iter().map(|row| f64::from(rows.at(*row as usize, column))).collect();
            let mean = values.iter().sum::<f64>() / n;
            let length = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            values.iter().map(|x| (x - mean) / length).collect()
        })
        .collect();
    let mut pairs = Vec::new();
    for (a, first) in columns.iter().enumerate() {
        work.spend(members.len() * a, share(a, width))?;
        for (b, second) in columns.iter().enumerate().take(a) {
            pairs.push((first.iter().zip(second).map(|(x, y)| x * y).sum::<f64>().abs(), b, a));
        }
    }
    pairs.arrange_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut group_of: Vec<usize> = (0..width).collect();
    let mut sizes = vec![1_usize; width];
    for (_, a, b) in pairs {
        let (Some(a), Some(b)) = (group_of.get(a).copied(), group_of.get(b).copied()) else { continue };
        let size = |group: usize| sizes.get(group).copied().unwrap_or(0);
        let (into, from, both) = (a.min(b), a.max(b), size(a) + size(b));
        if a != b && both <= most.max(1) {
            group_of.iter_mut().filter(|group| **group == from).for_each(|group| *group = into);
            sizes.iter_mut().skip(into).take(1).for_each(|size| *size = both);
        }
    }
    let of = |wanted: usize| (0..).zip(&group_of).filter(|(_, g)| **g == wanted).map(|(column, _)| column).collect();
    let all: Vec<Vec<u32>> = (0..width).map(of).collect();
    Ok(all.into_iter().filter(|columns: &Vec<u32>| !columns.is_empty()).collect())
}

impl Kitnet {
    fn group_inputs(&self, group: usize, row: &[f32]) -> Vec<f64> {
        let columns = self.groups.get(group).map_or(&[][..], |(columns, _)| columns);
        let input = |column: &u32| {
            let range = self.inputs.get(*column as usize)?;
            Some(range.scale(f64::from(*row.get(*column as usize)?)))
        };
        columns.iter().filter_map(input).collect()
    }

    fn group_errors(&self, row: &[f32]) -> Vec<f64> {
        let mut passage = Passage::default();
        let networks = self.groups.iter().enumerate();
        networks.map(|(group, (_, network))| network.error(&self.group_inputs(group, row), &mut passage)).collect()
    }

    fn scaled(&self, errors: &[f64]) -> Vec<f64> {
        self.errors.iter().zip(errors).map(|(range, error)| range.scale(*error)).collect()
    }
}

impl Fitted for Kitnet {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        let scaled = self.scaled(&self.group_errors(row));
        scaled.iter().sum::<f64>() / scaled.len().max(1) as f64
    }

    fn cost_of_row(&self) -> usize {
        self.groups.iter().map(|(_, network)| network.cost()).sum::<usize>()
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        let (mut passage, mut parts) = (Passage::default(), vec![0.0; row.len()]);
        let scaled = self.scaled(&self.group_errors(row));
        for (group, ((columns, network), of_group)) in self.groups.iter().zip(scaled).enumerate() {
            network.error(&self.group_inputs(group, row), &mut passage);
            let all = passage.errors.iter().map(|e| e * e).sum::<f64>().max(f64::MIN_POSITIVE);
            for (column, error) in columns.iter().zip(&passage.errors) {
                let part = error * error / all * of_group;
                parts.iter_mut().skip(*column as usize).take(1).for_each(|slot| *slot = part);
            }
        }
        parts
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
