//! The contract of classifiers: prepared rows with a class each to something that says how likely each class is for any row.

use crate::learn::matrix::Matrix;
use crate::learn::method::Refusal;
use crate::learn::random::Selection;
use crate::learn::work::Work;
use crate::model::extra::in_extra;
use crate::settings::{Descriptor, Settings};
use serde_json::Value;

/// A classifier: one line in the register.
#[derive(Debug)]
pub struct Classifier {
    /// Stable id: its file, the prefix of its parameters.
    pub id: &'static str,
    /// Short name.
    pub label: &'static str,
    /// One or two sentences for people: how it tells classes apart, and what it is good at.
    pub help: &'static str,
    /// For people: where it fails.
    pub fails: &'static str,
    /// The paper, and what of it is ours.
    pub source: &'static str,
    /// What can be set.
    pub parameters: &'static [Descriptor],
    /// It looks at missing numbers by itself; for the others they stand at the median of their column.
    pub takes_missing: bool,
    /// Learns.
    pub fit: FitClassifier,
    /// Makes it again of what [`Trained::stored`] gave; a sentence if that is not its own.
    pub restore: fn(&Value) -> Result<Box<dyn Trained>, String>,
}

impl Classifier {
    /// As the register has it: in a program that learns nothing the fit is left out, and with it all that it needs.
    pub(super) const fn listed(self) -> Classifier {
        Classifier { fit: in_extra(self.fit, cannot_fit as FitClassifier), ..self }
    }
}

/// Learns from rows with a class each.
pub type FitClassifier = fn(&Labelled<'_>, &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal>;

/// Stands for a fit in a program that learns nothing.
fn cannot_fit(_: &Labelled<'_>, _: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    Err(Refusal::NotEnough("This program does not learn.".to_owned()))
}

/// Rows, and what each is.
pub struct Labelled<'a> {
    /// Prepared rows: columns of mean 0 and deviation 1, about.
    pub rows: &'a Matrix,
    /// The class of each row, from 0.
    pub classes: &'a [u32],
    /// Classes that there are.
    pub n_classes: usize,
    /// How much a row of each class counts.
    pub weights: &'a [f64],
    /// Values of parameters.
    pub settings: &'a Settings,
    /// Of random choices.
    pub seed: u64,
}

impl Labelled<'_> {
    /// The class of a row.
    pub fn class(&self, row: u32) -> usize {
        self.classes.get(row as usize).map_or(0, |class| *class as usize)
    }

    /// How much a row counts.
    pub fn weight(&self, row: u32) -> f64 {
        self.weights.get(self.class(row)).copied().unwrap_or(1.0)
    }

    /// The numbers of all rows, or of so many of them that are chosen at random, in order.
    pub fn sample(&self, most: usize) -> Vec<u32> {
        let n = u32::try_from(self.rows.n_rows()).unwrap_or(u32::MAX);
        let mut selection = Selection::new(self.seed, n, u32::try_from(most).unwrap_or(u32::MAX));
        (0..n).filter(|_| selection.picks()).collect()
    }
}

/// A classifier that has learnt.
pub trait Trained: Send + Sync {
    /// How likely each class is for a row, into one slot a class; they add up to 1.
    fn probabilities(&self, row: &[f32], out: &mut [f64]);

    /// Operations that a row takes, about.
    fn cost_of_row(&self) -> usize;

    /// What it is, for a file.
    fn stored(&self) -> Value;

    /// That it learnt from so many rows only, if it was a sample.
    fn sampled(&self) -> Option<usize> {
        None
    }
}

/// What a file says as what a classifier keeps; a sentence if it is not that.
pub fn restored<T: serde::de::DeserializeOwned>(stored: &Value) -> Result<T, String> {
    T::deserialize(stored).map_err(|error| format!("what was learnt cannot be read: {error}"))
}

/// What a classifier keeps, for a file.
pub fn stored<T: serde::Serialize>(kept: &T) -> Value {
    serde_json::to_value(kept).unwrap_or(Value::Null)
}

/// Makes shares of weights that are not below 0; all the same if there is no weight.
pub fn to_shares(weights: &mut [f64]) {
    let sum: f64 = weights.iter().sum();
    let n = weights.len().max(1) as f64;
    weights.iter_mut().for_each(|weight| *weight = if sum > 0.0 { *weight / sum } else { 1.0 / n });
}

/// Makes probabilities of their logarithms, of which only the differences count.
pub fn softmax(logarithms: &mut [f64]) {
    let most = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logarithms.iter_mut().for_each(|x| *x = crate::maths::elementary::exp(*x - most));
    to_shares(logarithms);
}
