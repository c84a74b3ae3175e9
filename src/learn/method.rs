//! The contract of outlier methods: prepared rows to a fitted method that scores any row and says what each feature adds.

use super::matrix::Matrix;
use super::random::Selection;
use super::trace::{Trace, Traced};
use super::work::{Stopped, Work};
use crate::model::extra::in_extra;
use crate::settings::{Descriptor, Settings};

/// How the time of a method grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cost {
    /// With rows times columns: seconds for a million rows.
    Light,
    /// With the square of the columns, or with many passes: some times as long.
    Medium,
    /// With rows times the rows of a sample: minutes for a million rows.
    Heavy,
}

/// An outlier method: one line in the register.
#[derive(Debug)]
pub struct Method {
    /// Stable id: its file, the prefix of its parameters.
    pub id: &'static str,
    /// Short name.
    pub label: &'static str,
    /// One or two sentences for people: what it takes as unusual, and what it is good at.
    pub help: &'static str,
    /// For people: what it does not see.
    pub fails: &'static str,
    /// The paper, and what of it is ours.
    pub source: &'static str,
    /// How the contributions of its features are found.
    pub explains: &'static str,
    /// What can be set.
    pub parameters: &'static [Descriptor],
    /// How its time grows.
    pub cost: Cost,
    /// Fewest rows that it can learn from.
    pub fewest_rows: usize,
    /// It leaves missing numbers out by itself; for the others they stand at the median of their column.
    pub leaves_missing_out: bool,
    /// Learns.
    pub fit: Fit,
}

impl Method {
    /// As the register has it: in a program that learns nothing the fit is left out, and with it all that it needs.
    pub(super) const fn listed(self) -> Method {
        Method { fit: in_extra(self.fit, cannot_fit as Fit), ..self }
    }
}

/// Learns from rows.
pub type Fit = fn(&Training<'_>, &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal>;

/// Stands for a fit in a program that learns nothing.
fn cannot_fit(_: &Training<'_>, _: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    Err(Refusal::NotEnough("This program does not learn.".to_owned()))
}

/// Why there are no scores.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The caller stopped the work.
    Stopped,
    /// The rows do not suffice: a sentence for people.
    NotEnough(String),
}

impl From<Stopped> for Refusal {
    fn from(_: Stopped) -> Refusal {
        Refusal::Stopped
    }
}

/// What a method learns from.
pub struct Training<'a> {
    /// Prepared rows: columns of mean 0 and deviation 1, about.
    pub rows: &'a Matrix,
    /// Values of parameters.
    pub settings: &'a Settings,
    /// Of random choices.
    pub seed: u64,
    /// Who watches, if somebody does.
    pub trace: Option<&'a Trace>,
}

impl Training<'_> {
    /// Tells who watches of a step.
    pub fn tell(&self, step: impl FnOnce() -> Traced) {
        if let Some(trace) = self.trace {
            trace.add(step());
        }
    }

    /// The numbers of all rows, or of so many of them that are chosen at random, in order.
    pub fn sample(&self, most: usize) -> Vec<u32> {
        let n = u32::try_from(self.rows.n_rows()).unwrap_or(u32::MAX);
        let mut selection = Selection::new(self.seed, n, u32::try_from(most).unwrap_or(u32::MAX));
        (0..n).filter(|_| selection.picks()).collect()
    }
}

/// A method that has learnt.
pub trait Fitted: Send + Sync {
    /// How unusual a row is, in a measure of the method's own: larger is more unusual. `own` is its number if it is one of
    /// the rows of the fit, which is not to be its own neighbour.
    fn score(&self, row: &[f32], own: Option<u32>) -> f64;

    /// Operations that a score takes, about.
    fn cost_of_row(&self) -> usize;

    /// Scores of rows of the fit, which begin at number `first`.
    fn scores(&self, rows: &[&[f32]], first: u32, out: &mut [f64]) {
        for ((row, slot), own) in rows.iter().zip(out).zip(first..) {
            *slot = self.score(row, Some(own));
        }
    }

    /// How much each feature adds to the score of a row: by default by how much the score falls if the feature had its
    /// typical value. What is not above 0 adds nothing.
    fn contributions(&self, row: &[f32], own: Option<u32>, typical: &[f32]) -> Vec<f64> {
        by_replacement(row, typical, |row| self.score(row, own))
    }

    /// Rows that it learnt from, if it was a sample.
    fn sampled(&self) -> Option<usize> {
        None
    }
}

/// By how much a score falls if one feature after the other had its typical value.
pub fn by_replacement(row: &[f32], typical: &[f32], score: impl Fn(&[f32]) -> f64) -> Vec<f64> {
    let whole = score(row);
    let mut changed = row.to_vec();
    let mut parts = Vec::with_capacity(row.len());
    for (column, typical) in typical.iter().enumerate() {
        let Some(own) = changed.get_mut(column).map(|slot| std::mem::replace(slot, *typical)) else { break };
        parts.push(whole - score(&changed));
        changed.iter_mut().skip(column).take(1).for_each(|slot| *slot = own);
    }
    parts
}
