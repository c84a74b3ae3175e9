//! Logistic regression: a weighted sum of the columns for each class, with a penalty on squared weights.
//!
//! Own code: smartcore's takes no weights of classes, cannot be stopped, and its exponentials are the platform's, so that a browser
//! would stop at another place than the command. Solved by L-BFGS, as there (Liu and Nocedal, Mathematical Programming 45, 1989).

use super::classifier::{Classifier, Labelled, Trained, restored, softmax, stored};
use crate::learn::method::Refusal;
use crate::learn::work::{Work, share};
use crate::maths::elementary::ln;
use crate::settings::Descriptor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;

const PENALTY: Descriptor = Descriptor::number("logistic_regression.penalty", "Penalty", 1.0)
    .range(0.0, 1e6)
    .offered("Half of it times the sum of squared weights is added to what is minimised. 1 is the usual choice; more keeps weights small.");
const STEPS: Descriptor = Descriptor::count("logistic_regression.steps", "Most steps", 200.0)
    .range(1.0, 10_000.0)
    .offered("It stops before, once a step brings less than a millionth.");
/// Last steps that the next one takes into account.
const MEMORY: usize = 10;

/// Line in the register.
pub const CLASSIFIER: Classifier = Classifier {
    id: "logistic_regression",
    label: "Logistic regression",
    help: "Weighs the columns and adds them up. Small, quick, and its weights can be read; good where more of something always \
           means the same.",
    fails: "Classes that lie between others in a column, or that only combinations of columns tell apart.",
    source: "Multinomial, L2 penalty; L-BFGS of Liu and Nocedal, 1989.",
    parameters: &[PENALTY, STEPS],
    takes_missing: false,
    fit,
    restore: |value| Ok(Box::new(restored::<Weights>(value)?)),
};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Weights {
    n_columns: usize,
    /// Class by class: one a column, then the constant.
    weights: Vec<f64>,
}

impl Weights {
    fn logits(&self, row: &[f32], out: &mut [f64]) {
        for (slot, weights) in out.iter_mut().zip(self.weights.chunks_exact(self.n_columns + 1)) {
            let sum: f64 = weights.iter().zip(row).map(|(weight, x)| weight * f64::from(*x)).sum();
            *slot = sum + weights.last().copied().unwrap_or(0.0);
        }
    }
}

impl Trained for Weights {
    fn probabilities(&self, row: &[f32], out: &mut [f64]) {
        self.logits(row, out);
        softmax(out);
    }

    fn cost_of_row(&self) -> usize {
        self.weights.len()
    }

    fn stored(&self) -> Value {
        stored(self)
    }
}

fn fit(labelled: &Labelled<'_>, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let n = (labelled.rows.n_columns() + 1) * labelled.n_classes;
    let n_steps = labelled.settings.get(&STEPS) as usize;
    let mut at = vec![0.0; n];
    let mut gradient = vec![0.0; n];
    let mut loss = loss(labelled, &at, &mut gradient);
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    for step in 0..n_steps {
        work.spend(labelled.rows.n_rows() * n * 3, share(step, n_steps))?;
        let direction = direction(&gradient, &memory);
        let slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            break;
        }
        // The first step has no scale yet.
        let first = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let Some((next, next_gradient, next_loss)) = search(labelled, &at, loss, &direction, slope, first) else {
            break;
        };
        let s: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        if dot(&s, &y) > 1e-12 {
            memory.push_back((s, y));
        }
        if memory.len() > MEMORY {
            memory.pop_front();
        }
        let has_ended = loss - next_loss <= 1e-6 * loss.abs();
        (at, gradient, loss) = (next, next_gradient, next_loss);
        if has_ended {
            break;
        }
    }
    Ok(Box::new(Weights { n_columns: labelled.rows.n_columns(), weights: at }))
}

/// A point along a direction that lowers the loss enough (Armijo's rule).
fn search(
    labelled: &Labelled<'_>,
    at: &[f64],
    loss_here: f64,
    direction: &[f64],
    slope: f64,
    first: f64,
) -> Option<(Vec<f64>, Vec<f64>, f64)> {
    let mut length = first;
    for _ in 0..30 {
        let next: Vec<f64> = at.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        let mut gradient = vec![0.0; at.len()];
        let there = loss(labelled, &next, &mut gradient);
        if there <= loss_here + 1e-4 * length * slope {
            return Some((next, gradient, there));
        }
        length /= 2.0;
    }
    None
}

/// Downhill, by the curvature that the last steps showed.
fn direction(gradient: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut q = gradient.to_vec();
    let mut alphas = Vec::with_capacity(memory.len());
    for (s, y) in memory.iter().rev() {
        let alpha = dot(s, &q) / dot(s, y);
        add(&mut q, y, -alpha);
        alphas.push(alpha);
    }
    if let Some((s, y)) = memory.back() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|x| *x *= scale);
    }
    for ((s, y), alpha) in memory.iter().zip(alphas.iter().rev()) {
        let beta = dot(y, &q) / dot(s, y);
        add(&mut q, s, alpha - beta);
    }
    q.iter_mut().for_each(|x| *x = -*x);
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], of: &[f64], times: f64) {
    to.iter_mut().zip(of).for_each(|(to, of)| *to += times * of);
}

/// The negative logarithm of the likelihood with the penalty, and its gradient.
fn loss(labelled: &Labelled<'_>, at: &[f64], gradient: &mut [f64]) -> f64 {
    let n_columns = labelled.rows.n_columns();
    let penalty = labelled.settings.get(&PENALTY);
    let weights = Weights { n_columns, weights: at.to_vec() };
    let mut p = vec![0.0; labelled.n_classes];
    let mut sum = 0.0;
    gradient.fill(0.0);
    for (row, number) in labelled.rows.rows().zip(0..) {
        weights.probabilities(row, &mut p);
        let (class, weight) = (labelled.class(number), labelled.weight(number));
        sum -= weight * ln(p.get(class).copied().unwrap_or(1.0).max(1e-300));
        for ((slots, p), own) in gradient.chunks_exact_mut(n_columns + 1).zip(&p).zip(0..) {
            let error = weight * (p - f64::from(u8::from(own == class)));
            slots.iter_mut().zip(row).for_each(|(slot, x)| *slot += error * f64::from(*x));
            slots.last_mut().into_iter().for_each(|slot| *slot += error);
        }
    }
    // The constant is not held back.
    for (slots, own) in gradient.chunks_exact_mut(n_columns + 1).zip(at.chunks_exact(n_columns + 1)) {
        for (slot, weight) in slots.iter_mut().zip(own).take(n_columns) {
            *slot += penalty * weight;
            sum += penalty / 2.0 * weight * weight;
        }
    }
    sum
}
