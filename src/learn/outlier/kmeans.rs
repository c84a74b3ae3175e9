//! Rows to their distance from the centre of the nearest large cluster.
//!
//! Own code: smartcore draws its first centres from a generator that is another one on 32-bit machines, so the browser and
//! the command would differ, and it cannot be stopped.

use crate::learn::matrix::Matrix;
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::random::Random;
use crate::learn::trace::Traced;
use crate::learn::work::{Stopped, Work, share};
use crate::maths::sorting::Arrange;
use crate::settings::Descriptor;

const CLUSTERS: Descriptor = Descriptor::count("kmeans.clusters", "Clusters", 8.0)
    .range(2.0, 100.0)
    .unit("clusters")
    .offered("Groups that the rows are divided into. Small groups do not count as usual.");
/// The largest clusters that hold this share of the rows together are usual (alpha of the paper).
const USUAL_SHARE: f64 = 0.9;
/// So are those before a cluster that is so many times smaller than the one before it (beta of the paper).
const DROP: usize = 5;
const MOST_ROUNDS: usize = 50;
/// Most rows that clusters are found in.
const MOST_ROWS: usize = 20_000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "kmeans",
    label: "Distance to clusters (k-means)",
    help: "A row is unusual if it is far from the centre of every large group of rows. Small groups count as unusual too.",
    fails: "Unusual rows that are enough to make a cluster of their own, and clusters of very different width.",
    source: "k-means++ (Arthur and Vassilvitskii, SODA 2007); large clusters and distances as in CBLOF (He, Xu, Deng, \
             Pattern Recognition Letters 24, 2003).",
    explains: "The square of each feature's difference from the centre.",
    parameters: &[CLUSTERS],
    cost: Cost::Light,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Clusters {
    /// Of the large clusters.
    centres: Vec<Vec<f64>>,
    sampled: Option<usize>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let members = training.sample(MOST_ROWS);
    let n_clusters = (training.settings.get(&CLUSTERS) as usize).min(members.len() / 2).max(1);
    let mut random = Random::new(training.seed);
    let mut centres = first(training.rows, &members, n_clusters, &mut random, &mut work.part(0.0, 0.2))?;
    training.tell(|| Traced::Centres { centres: centres.clone(), sizes: Vec::new() });
    let sizes = settle(training, &members, &mut centres, &mut work.part(0.2, 1.0))?;
    let mut by_size: Vec<(usize, Vec<f64>)> = sizes.into_iter().zip(centres).collect();
    by_size.arrange_by_key(|(size, _)| std::cmp::Reverse(*size));
    let n_large = large(&by_size.iter().map(|(size, _)| *size).collect::<Vec<_>>());
    let centres = by_size.into_iter().take(n_large).map(|(_, centre)| centre).collect();
    let is_sample = members.len() < training.rows.n_rows();
    Ok(Box::new(Clusters { centres, sampled: is_sample.then_some(members.len()) }))
}

/// How many of the clusters, the largest first, are large.
fn large(sizes: &[usize]) -> usize {
    let all: usize = sizes.iter().sum();
    let (mut sum, mut either) = (0, sizes.len());
    for (place, pair) in sizes.windows(2).enumerate() {
        let [size, next] = *pair else { break };
        sum += size;
        let (is_most, drops) = (sum as f64 >= USUAL_SHARE * all as f64, size >= DROP * next);
        if is_most && drops {
            return place + 1;
        }
        if is_most || drops {
            either = either.min(place + 1);
        }
    }
    either
}

/// Centres far from each other: each next one a random row, by the square of its distance.
fn first(
    rows: &Matrix,
    members: &[u32],
    n: usize,
    random: &mut Random,
    work: &mut Work<'_>,
) -> Result<Vec<Vec<f64>>, Stopped> {
    let point = |place: usize| -> Vec<f64> {
        let row = members.get(place).copied().unwrap_or(0);
        rows.row(row as usize).iter().map(|x| f64::from(*x)).collect()
    };
    let mut centres = vec![point(random.below(members.len() as u32) as usize)];
    let mut nearest = vec![f64::INFINITY; members.len()];
    while centres.len() < n {
        work.spend(members.len() * rows.n_columns(), share(centres.len(), n))?;
        let Some(last) = centres.last() else { break };
        for (nearest, row) in nearest.iter_mut().zip(members) {
            *nearest = nearest.min(square(rows.row(*row as usize), last));
        }
        let mut left = random.unit() * nearest.iter().sum::<f64>();
        let reached = nearest.iter().position(|square| {
            left -= square;
            left < 0.0
        });
        let Some(place) = reached else { break };
        centres.push(point(place));
    }
    Ok(centres)
}

/// Moves the centres to the means of their rows until they stay; how many rows each has.
fn settle(
    training: &Training<'_>,
    members: &[u32],
    centres: &mut [Vec<f64>],
    work: &mut Work<'_>,
) -> Result<Vec<usize>, Stopped> {
    let rows = training.rows;
    let mut sizes = Vec::new();
    for round in 0..MOST_ROUNDS {
        let mut sums = vec![vec![0.0; rows.n_columns()]; centres.len()];
        sizes = vec![0_usize; centres.len()];
        for row in members {
            let row = rows.row(*row as usize);
            work.spend(row.len() * centres.len(), share(round, MOST_ROUNDS))?;
            let Some((_, place)) = nearest(row, centres) else { continue };
            if let (Some(size), Some(sums)) = (sizes.get_mut(place), sums.get_mut(place)) {
                *size += 1;
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
            }
        }
        let mut moved = 0.0_f64;
        for ((centre, sums), size) in centres.iter_mut().zip(&sums).zip(&sizes).filter(|(_, size)| **size > 0) {
            for (x, sum) in centre.iter_mut().zip(sums) {
                let mean = sum / *size as f64;
                moved = moved.max((mean - *x).abs());
                *x = mean;
            }
        }
        training.tell(|| Traced::Centres { centres: centres.to_vec(), sizes: sizes.clone() });
        if moved < 1e-4 {
            break;
        }
    }
    Ok(sizes)
}

fn square(row: &[f32], centre: &[f64]) -> f64 {
    row.iter().zip(centre).map(|(x, c)| (f64::from(*x) - c) * (f64::from(*x) - c)).sum()
}

/// Square of the distance to the nearest centre, and its place.
fn nearest(row: &[f32], centres: &[Vec<f64>]) -> Option<(f64, usize)> {
    let squares = centres.iter().map(|centre| square(row, centre)).zip(0..);
    squares.min_by(|a, b| a.0.total_cmp(&b.0))
}

impl Fitted for Clusters {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        nearest(row, &self.centres).map_or(0.0, |(square, _)| square.sqrt())
    }

    fn cost_of_row(&self) -> usize {
        self.centres.iter().map(Vec::len).sum()
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        let centre = nearest(row, &self.centres).and_then(|(_, place)| self.centres.get(place));
        let squares =
            |c: &Vec<f64>| row.iter().zip(c).map(|(x, c)| (f64::from(*x) - c) * (f64::from(*x) - c)).collect();
        centre.map(squares).unwrap_or_default()
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
