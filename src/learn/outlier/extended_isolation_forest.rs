//! Rows to how few random slanting cuts set them apart.

use crate::learn::matrix::{Matrix, summed};
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::random::{Random, normal};
use crate::learn::work::{Work, share};
use crate::maths::elementary::exp2;
use crate::settings::Descriptor;

const TREES: Descriptor = Descriptor::count("extended_isolation_forest.trees", "Trees", 200.0)
    .range(20.0, 500.0)
    .unit("trees")
    .offered("More trees make scores steadier and take longer.");
const SUBSAMPLE: Descriptor = Descriptor::count("extended_isolation_forest.rows", "Rows of a tree", 256.0)
    .range(16.0, 4096.0)
    .unit("rows")
    .offered("Random rows that each tree is grown from; 256 is the paper's number.");
/// Most columns that a cut is slanted over: of many columns, each cut sees so many random ones.
const MOST_SLANTED: usize = 64;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "extended_isolation_forest",
    label: "Extended isolation forest",
    help: "An isolation forest whose cuts slant through all columns at once. It also sees rows that are usual in each \
           column but not in how the columns go together.",
    fails: "Large groups of unusual rows that look alike; slower than the plain forest.",
    source: "Hariri, Carrasco Kind, Brunner, IEEE TKDE 33, 2021, fully extended; of more than 64 columns each cut takes 64.",
    explains: "By how much the score falls if the feature had its median.",
    parameters: &[TREES, SUBSAMPLE],
    cost: Cost::Medium,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Slanted {
    trees: Vec<Vec<Node>>,
    expected: f64,
    cost: usize,
}

enum Node {
    /// A sum of weighted columns up to `at` goes to the next node, above to `above`.
    Cut {
        slant: Slant,
        at: f32,
        above: usize,
    },
    Leaf(f32),
}

/// Weights of columns.
enum Slant {
    /// Of all.
    All(Vec<f32>),
    /// Of some, by their numbers.
    Some(Vec<(u32, f32)>),
}

impl Slant {
    /// The sum of the weighted columns of a row.
    #[inline]
    fn along(&self, row: &[f32]) -> f32 {
        match self {
            Slant::All(weights) => summed(row, weights, |x, weight| x * weight),
            Slant::Some(weights) => {
                weights.iter().map(|(column, weight)| row.get(*column as usize).copied().unwrap_or(0.0) * weight).sum()
            }
        }
    }
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let rows = training.rows;
    let n = u32::try_from(rows.n_rows()).unwrap_or(u32::MAX);
    let size = (training.settings.get(&SUBSAMPLE) as u32).min(n);
    let n_trees = training.settings.get(&TREES) as usize;
    let most_depth = size.max(1).next_power_of_two().trailing_zeros();
    let slanted = rows.n_columns().min(MOST_SLANTED);
    let mut random = Random::new(training.seed);
    let mut trees = Vec::with_capacity(n_trees);
    for tree in 0..n_trees {
        work.spend(size as usize * slanted * 8, share(tree, n_trees))?;
        let members = random.distinct(n, size);
        let mut nodes = Vec::new();
        grow(rows, members, most_depth, 0, &mut nodes, &mut random);
        trees.push(nodes);
    }
    let cost = n_trees * (most_depth as usize) * (slanted + 4);
    Ok(Box::new(Slanted { trees, expected: expected_length(size as usize).max(f64::MIN_POSITIVE), cost }))
}

fn grow(rows: &Matrix, members: Vec<u32>, most_depth: u32, depth: u32, nodes: &mut Vec<Node>, random: &mut Random) {
    let cut = if depth < most_depth { choose(rows, &members, random) } else { None };
    let Some((slant, at)) = cut else {
        nodes.push(Node::Leaf((f64::from(depth) + expected_length(members.len())) as f32));
        return;
    };
    let (above, below): (Vec<u32>, Vec<u32>) =
        members.into_iter().partition(|row| slant.along(rows.row(*row as usize)) > at);
    let place = nodes.len();
    nodes.push(Node::Cut { slant, at, above: 0 });
    grow(rows, below, most_depth, depth + 1, nodes, random);
    let next = nodes.len();
    if let Some(Node::Cut { above, .. }) = nodes.get_mut(place) {
        *above = next;
    }
    grow(rows, above, most_depth, depth + 1, nodes, random);
}

/// A random direction among the columns that still vary, and a cut through a random point of the members' box.
fn choose(rows: &Matrix, members: &[u32], random: &mut Random) -> Option<(Slant, f32)> {
    if members.len() < 2 {
        return None;
    }
    let width = rows.n_columns();
    let columns = random.distinct(width as u32, MOST_SLANTED as u32);
    let (mut weights, mut at, mut varies) = (Vec::with_capacity(columns.len()), 0.0, false);
    for column in columns {
        let values = members.iter().map(|row| rows.at(*row as usize, column as usize));
        let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let weight = if low < high { normal(random) } else { 0.0 };
        if low < high {
            varies = true;
            at += weight * (f64::from(low) + random.unit() * f64::from(high - low));
        }
        weights.push((column, weight as f32));
    }
    let is_of_all = weights.len() == width && weights.iter().zip(0..).all(|((column, _), place)| *column == place);
    let slant = match is_of_all {
        true => Slant::All(weights.into_iter().map(|(_, weight)| weight).collect()),
        false => Slant::Some(weights),
    };
    varies.then_some((slant, at as f32))
}

/// Mean length of an unsuccessful search in a binary search tree of so many keys.
fn expected_length(n: usize) -> f64 {
    if n < 2 {
        return 0.0;
    }
    let harmonic: f64 = (1..n).map(|i| 1.0 / i as f64).sum();
    2.0 * harmonic - 2.0 * (n - 1) as f64 / n as f64
}

impl Slanted {
    /// The score of a row that the trees set apart after so many cuts in all.
    fn of_length(&self, summed: f64) -> f64 {
        exp2(-summed / self.trees.len().max(1) as f64 / self.expected)
    }
}

/// After how many cuts a tree sets a row apart.
fn length(nodes: &[Node], row: &[f32]) -> f64 {
    let mut place = 0;
    while let Some(node) = nodes.get(place) {
        match node {
            Node::Leaf(length) => return f64::from(*length),
            Node::Cut { slant, at, above } => place = if slant.along(row) > *at { *above } else { place + 1 },
        }
    }
    0.0
}

impl Fitted for Slanted {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        self.of_length(self.trees.iter().map(|nodes| length(nodes, row)).sum())
    }

    /// Tree by tree, as all of them do not fit into the processor's cache.
    fn scores(&self, rows: &[&[f32]], _first: u32, out: &mut [f64]) {
        out.fill(0.0);
        for nodes in &self.trees {
            for (row, sum) in rows.iter().zip(&mut *out) {
                *sum += length(nodes, row);
            }
        }
        out.iter_mut().for_each(|sum| *sum = self.of_length(*sum));
    }

    fn cost_of_row(&self) -> usize {
        self.cost
    }
}
